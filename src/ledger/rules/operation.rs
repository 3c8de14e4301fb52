//! What a writer may be asked to do, and what came of it.

use chrono::{DateTime, Utc};

use crate::domain::billing::AccountBalance;
use crate::domain::credits::Credits;
use crate::domain::ids::{AccountId, CallId, KeyId};
use crate::domain::settlement::Outcome;
use crate::ledger::rules::account::RuleError;
use crate::ledger::rules::hold::{Decision, Hold, HoldRequest, IdempotencyClaim, StoredAnswer};
use crate::ledger::rules::lot::{LotNumber, LotSource};

/// A change to one account, decided by [`super::batch_state::BatchState`].
#[derive(Clone, Debug)]
pub enum Operation {
    /// Set credits aside for a call.
    Hold(HoldRequest),
    /// Give credits of a call back.
    Release(Release),
    /// End a call that carries an `Idempotency-Key`, keeping its answer.
    CaptureWithResponse(CaptureWithResponse),
    /// Add a pack or a grant.
    Grant(Grant),
    /// Take credits back.
    Correct(Correction),
    /// Make the account's present plan count at once. The account row already names the new plan.
    MovePlan {
        /// Whose.
        account_id: AccountId,
        /// Id of the act.
        id: CallId,
    },
    /// Expire and renew what is due.
    Advance {
        /// Whose.
        account_id: AccountId,
        /// Id of the act.
        id: CallId,
    },
}

/// Credits of a hold to be given back.
#[derive(Clone, Debug)]
pub struct Release {
    /// The hold.
    pub hold: Hold,
    /// How much of it.
    pub amount: Credits,
    /// How the call ended.
    pub outcome: Outcome,
    /// Whether this ends the hold; otherwise the rest is captured.
    pub whole: bool,
    /// The idempotency record to set free, if the call carried a key.
    pub claim: Option<IdempotencyClaim>,
}

/// A captured call whose answer is kept under its idempotency key.
#[derive(Clone, Debug)]
pub struct CaptureWithResponse {
    /// The hold; what is above `captured` goes back.
    pub hold: Hold,
    /// What the call cost.
    pub captured: Credits,
    /// How it ended.
    pub outcome: Outcome,
    /// The record.
    pub claim: IdempotencyClaim,
    /// The answer.
    pub answer: StoredAnswer,
}

/// Credits to be added.
#[derive(Clone, Debug)]
pub struct Grant {
    /// To whom.
    pub account_id: AccountId,
    /// Id of the act.
    pub id: CallId,
    /// The caller's own id: the same one twice counts once.
    pub reference: String,
    /// Pack or grant.
    pub source: LotSource,
    /// How many.
    pub amount: Credits,
    /// When they end.
    pub expires_at: DateTime<Utc>,
    /// Why, in the operator's words.
    pub note: String,
}

/// Credits to be taken back.
#[derive(Clone, Debug)]
pub struct Correction {
    /// From whom.
    pub account_id: AccountId,
    /// Id of the act.
    pub id: CallId,
    /// How many.
    pub amount: Credits,
    /// Why, in the operator's words.
    pub note: String,
}

/// What came of an [`Operation`].
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Of a hold.
    Decided(Decision),
    /// Done; where the account stands now.
    Done(AccountBalance),
    /// Of a [`CaptureWithResponse`]: the record was taken over by another call meanwhile, so this one was released instead.
    Superseded(AccountBalance),
    /// Of a grant.
    Granted {
        /// The lot that holds it.
        lot: LotNumber,
        /// Whether this reference was granted before, and nothing was added now.
        repeated: bool,
        /// The account now.
        balance: AccountBalance,
    },
    /// Nothing was done.
    Refused(RuleError),
    /// The account is not in the ledger.
    UnknownAccount,
}

impl Operation {
    /// Whose money it moves.
    pub fn account_id(&self) -> AccountId {
        match self {
            Self::Hold(hold) => hold.account_id,
            Self::Release(release) => release.hold.account_id,
            Self::CaptureWithResponse(capture) => capture.hold.account_id,
            Self::Grant(grant) => grant.account_id,
            Self::Correct(correction) => correction.account_id,
            Self::MovePlan { account_id, .. } | Self::Advance { account_id, .. } => *account_id,
        }
    }

    /// The key whose spending it counts, if that key has caps.
    pub fn capped_key(&self) -> Option<KeyId> {
        let (key, is_capped) = match self {
            Self::Hold(request) => (request.call.key_id, request.caps.any()),
            Self::Release(release) => (release.hold.call.key_id, release.hold.capped),
            Self::CaptureWithResponse(capture) => (capture.hold.call.key_id, capture.hold.capped),
            _ => return None,
        };
        is_capped.then_some(key)
    }

    /// The idempotency record it needs, if any.
    pub fn claim(&self) -> Option<&IdempotencyClaim> {
        match self {
            Self::Hold(hold) => hold.idempotency.as_ref(),
            Self::Release(release) => release.claim.as_ref(),
            Self::CaptureWithResponse(capture) => Some(&capture.claim),
            _ => None,
        }
    }
}
