//! Idempotency records: which call has claimed a key, and what a repeat of it gets.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::ids::{AccountId, CallId, EnvironmentId};
use crate::ledger::rules::hold::{DeclineReason, Hold, IdempotencyClaim, StoredAnswer};

/// How long an idempotency record is kept.
pub const IDEMPOTENCY_RETENTION: TimeDelta = TimeDelta::hours(24);

/// Names an idempotency record.
pub type ClaimKey = (AccountId, EnvironmentId, [u8; 32]);

/// An idempotency record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimRecord {
    /// The request.
    pub fingerprint: [u8; 32],
    /// The call that runs or has answered.
    pub call_id: CallId,
    /// The progress of the call.
    pub state: ClaimState,
    /// When others may take the key over from a running call.
    pub lease_until: DateTime<Utc>,
    /// When the key may be used again.
    pub expires_at: DateTime<Utc>,
}

/// The progress of a call with an idempotency key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimState {
    /// It has not ended.
    Running,
    /// It was captured, and its answer is stored.
    Captured(StoredAnswer),
    /// It was released. The key may be tried again.
    Released,
}

impl ClaimRecord {
    /// Whether the call of this hold still has the key.
    pub(super) fn is_held_by(&self, hold: &Hold) -> bool {
        self.call_id == hold.call_id && self.state == ClaimState::Running
    }
}

/// Returns the key of a claim's record.
pub fn claim_key(account_id: AccountId, claim: &IdempotencyClaim) -> ClaimKey {
    (account_id, claim.environment_id, claim.key_hash)
}

/// Decides a call that claims an existing record. `None` lets the call run.
pub fn decide_existing_claim(
    record: &ClaimRecord,
    claim: &IdempotencyClaim,
    now: DateTime<Utc>,
) -> Option<DeclineReason> {
    if record.expires_at <= now {
        return None;
    }
    if record.fingerprint != claim.fingerprint {
        return Some(DeclineReason::KeyReused);
    }
    match &record.state {
        ClaimState::Captured(answer) => Some(DeclineReason::Replay(Box::new(answer.clone()))),
        ClaimState::Running if record.lease_until > now => {
            Some(DeclineReason::InProgress { lease_until: record.lease_until })
        }
        // Released, or abandoned by a dead gateway: the call takes it over.
        ClaimState::Running | ClaimState::Released => None,
    }
}
