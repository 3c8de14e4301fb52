//! What a caller is told when the ledger did not hold: too little, too many, or answered before.

use chrono::{DateTime, TimeDelta, Utc};

use super::replay::replay;
use super::settled::Settled;
use crate::domain::billing::{AccountBalance, Billing};
use crate::domain::credits::Credits;
use crate::domain::refusal::{Limit, LimitHit, Refusal};
use crate::domain::wait;
use crate::gate::auth::caller::Caller;
use crate::ledger::rules::hold::Decision;

/// The answer to a call that was not held; `needed` is its price.
pub(super) fn answer(decision: Decision, caller: &Caller, needed: Credits) -> Settled {
    match decision {
        Decision::Replay { answer, balance } => {
            let billing = unbilled(caller, balance);
            Settled::new(replay(answer.content, &billing), billing)
        }
        decision => match (refusal(&decision, caller, needed), decision.balance()) {
            (Some(refusal), Some(balance)) => Settled::new(refusal, unbilled(caller, balance.clone())),
            // A key outlives its account's ledger only if somebody took rows away by hand.
            _ => {
                tracing::error!(account = %caller.key.account_id, "the account is not in the ledger");
                Settled::new(Refusal::Internal, caller.unbilled())
            }
        },
    }
}

/// What a decision refuses a call with; `None` where the call runs or is answered again.
pub(super) fn refusal(decision: &Decision, caller: &Caller, needed: Credits) -> Option<Refusal> {
    Some(match decision {
        Decision::Insufficient { available, .. } => {
            Refusal::InsufficientCredits { needed, available: *available }
        }
        Decision::QuotaSpent { limit, balance } => {
            let retry_after_s = seconds_until(balance.renews_at, caller);
            Refusal::Limited(LimitHit { limit: Limit::Quota, size: *limit, retry_after_s })
        }
        Decision::CapReached { cap, limit, resets_at, .. } => {
            Refusal::KeyCapReached { cap: *cap, limit: *limit, resets_at: *resets_at }
        }
        Decision::InProgress { lease_until, .. } => {
            let retry_after_s = seconds_until(*lease_until, caller).min(LONGEST_IN_PROGRESS_WAIT_S);
            Refusal::IdempotencyInProgress { retry_after_s }
        }
        Decision::KeyReused(_) => Refusal::IdempotencyKeyReused,
        Decision::UnknownAccount => Refusal::Internal,
        Decision::Held { .. } | Decision::Replay { .. } => return None,
    })
}

/// A call in flight has usually ended long before its lease: worth asking again soon.
const LONGEST_IN_PROGRESS_WAIT_S: u64 = 2;

fn unbilled(caller: &Caller, balance: AccountBalance) -> Billing {
    caller.account.remember_balance(balance.clone());
    Billing { used: Credits::ZERO, plan_label: caller.key.plan.label.clone(), balance, refunded: None }
}

fn seconds_until(instant: DateTime<Utc>, caller: &Caller) -> u64 {
    whole_seconds(instant - caller.clock.now())
}

/// Rounded up, so that waiting so long is always enough; at least 1.
fn whole_seconds(left: TimeDelta) -> u64 {
    wait::whole_seconds(left.to_std().unwrap_or_default()).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_never_told_shorter_than_it_is() {
        let second = TimeDelta::seconds(1);
        assert_eq!(whole_seconds(second), 1);
        assert_eq!(whole_seconds(second + TimeDelta::nanoseconds(1)), 2);
        assert_eq!(whole_seconds(TimeDelta::nanoseconds(1)), 1);
        assert_eq!(whole_seconds(-second), 1);
    }
}
