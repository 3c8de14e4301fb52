//! The answer to a call that was not held: a refusal, or the stored answer of an earlier call.

use chrono::{DateTime, Utc};

use super::settled::Settled;
use super::stored_answer::replay;
use crate::domain::billing::{AccountBalance, Billing};
use crate::domain::credits::Credits;
use crate::domain::ids::CallId;
use crate::domain::key::Mode;
use crate::domain::refusal::{Limit, LimitHit, Refusal};
use crate::domain::wait::retry_after_s_until;
use crate::gate::auth::caller::Caller;
use crate::ledger::rules::caps::CapReached;
use crate::ledger::rules::hold::{AnswerContent, DeclineReason, Declined};

/// Returns the answer to a call that was not held. `needed` is its price.
pub(super) fn answer(declined: Declined, caller: &Caller, needed: Credits) -> Settled {
    let Declined { reason, balance } = declined;
    let result = replay_or_refusal(reason, &balance, caller, needed);
    caller.account.cache_balance(balance.clone());
    let billing = Billing { balance, ..caller.uncharged_billing() };
    match result {
        Ok((call_id, content)) => Settled::new(replay(call_id, content, &billing), billing),
        Err(refusal) => Settled::refused(refusal, billing),
    }
}

/// Returns the stored answer to replay and its call, or the refusal.
pub(super) fn replay_or_refusal(
    reason: DeclineReason,
    balance: &AccountBalance,
    caller: &Caller,
    needed: Credits,
) -> Result<(CallId, AnswerContent), Refusal> {
    Err(match reason {
        DeclineReason::Replay(answer) => match answer.content {
            Some(content) => return Ok((answer.call_id, content)),
            None if caller.key.mode == Mode::Test => Refusal::TestAnswerNotKept,
            None => Refusal::StreamNotKept { location: format!("/v1/ledger/{}", answer.call_id) },
        },
        DeclineReason::InsufficientCredits { available } => {
            let locked = balance.remaining.saturating_sub(available);
            let locked = Some(locked).filter(|locked| *locked > Credits::ZERO);
            Refusal::InsufficientCredits { needed, available, locked }
        }
        DeclineReason::QuotaExhausted { limit } => {
            let until_renewal_s = seconds_until(balance.renews_at, caller);
            let retry_after_s = match caller.account.runs_other_calls() {
                true => until_renewal_s.min(RUNNING_CALLS_WAIT_S),
                false => until_renewal_s,
            };
            Refusal::Limited(LimitHit { limit: Limit::Quota, size: limit, retry_after_s })
        }
        DeclineReason::CapReached(CapReached { cap, limit, resets_at }) => {
            Refusal::KeyCapReached { cap, limit, resets_at }
        }
        DeclineReason::InProgress { lease_until } => {
            let retry_after_s = seconds_until(lease_until, caller).min(RUNNING_CALLS_WAIT_S);
            Refusal::IdempotencyInProgress { retry_after_s }
        }
        DeclineReason::KeyReused => Refusal::IdempotencyKeyReused,
    })
}

/// A client may retry this soon after a running call has taken what it needs: the idempotency key,
/// whose lease ends long after the call, or a request of the plan.
const RUNNING_CALLS_WAIT_S: u64 = 2;

fn seconds_until(instant: DateTime<Utc>, caller: &Caller) -> u64 {
    retry_after_s_until(instant - caller.clock.now())
}
