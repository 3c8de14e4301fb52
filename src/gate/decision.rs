//! What a caller is told when the ledger did not hold: too little, too many, or answered before.

use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};

use crate::clock;
use crate::domain::billing::{Billing, Standing};
use crate::domain::credits::Credits;
use crate::domain::refusal::{Limit, LimitHit, Refusal};
use crate::domain::wait;
use crate::gate::caller::Caller;
use crate::gate::idempotency;
use crate::gate::meter::with_billing;
use crate::ledger::hold::Decision;

/// The answer to a call that was not held; `needed` is its price.
pub(super) fn answer(decision: Decision, caller: &Caller, needed: Credits) -> Response {
    let (response, standing) = match decision {
        Decision::Insufficient(standing) => {
            let available = standing.remaining;
            (Refusal::InsufficientCredits { needed, available }.into_response(), standing)
        }
        Decision::QuotaSpent { limit, standing } => {
            let retry_after_s = seconds_until(standing.renews_at);
            let hit = LimitHit { limit: Limit::Quota, size: limit, retry_after_s };
            (Refusal::Limited(hit).into_response(), standing)
        }
        Decision::CapReached { cap, limit, resets_at, standing } => {
            (Refusal::KeyCapReached { cap, limit, resets_at }.into_response(), standing)
        }
        Decision::Replay { answer, standing } => {
            let billing = unbilled(caller, standing);
            return with_billing(idempotency::replay(answer.content, &billing), billing);
        }
        Decision::InProgress { lease_until, standing } => {
            let retry_after_s = seconds_until(lease_until).min(LONGEST_IN_PROGRESS_WAIT_S);
            (Refusal::IdempotencyInProgress { retry_after_s }.into_response(), standing)
        }
        Decision::KeyReused(standing) => (Refusal::IdempotencyKeyReused.into_response(), standing),
        // A key outlives its account's ledger only if somebody took rows away by hand.
        Decision::UnknownAccount | Decision::Held { .. } => {
            tracing::error!(account = %caller.key.account_id, "the account is not in the ledger");
            return Refusal::Internal.into_response();
        }
    };
    with_billing(response, unbilled(caller, standing))
}

/// A call in flight has usually ended long before its lease: worth asking again soon.
const LONGEST_IN_PROGRESS_WAIT_S: u64 = 2;

fn unbilled(caller: &Caller, standing: Standing) -> Billing {
    caller.account.stands(standing.clone());
    Billing { used: Credits::ZERO, plan_label: caller.key.plan.label.clone(), standing, refunded: None }
}

fn seconds_until(instant: DateTime<Utc>) -> u64 {
    whole_seconds(instant - clock::now())
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
