//! What a writer may be asked to do, and what came of it.

use chrono::{DateTime, Utc};

use crate::domain::billing::AccountBalance;
use crate::domain::credits::Credits;
use crate::domain::ids::{AccountId, CallId, KeyId};
use crate::domain::settlement::Outcome;
use crate::ledger::rules::account::RuleError;
use crate::ledger::rules::hold::{Declined, Held, Hold, HoldRequest, IdempotencyClaim, StoredAnswer};
use crate::ledger::rules::lot::{LotNumber, LotSource};

/// A change to one account, decided by [`super::batch_state::BatchState`].
#[derive(Clone, Debug)]
pub enum Operation {
    /// Sets credits aside for a call.
    Hold(HoldRequest),
    /// Ends a hold.
    Settle(Settle),
    /// Adds a pack or a grant.
    Grant(Grant),
    /// Takes credits back.
    Correct(Correction),
    /// Makes the account's present plan count at once. The account row already names the new plan.
    MovePlan {
        /// Whose.
        account_id: AccountId,
        /// Id of the act.
        id: CallId,
    },
    /// Expires and renews what is due.
    Advance {
        /// Whose.
        account_id: AccountId,
        /// Id of the act.
        id: CallId,
    },
}

/// The end of a hold: what is captured stays taken, the rest goes back.
#[derive(Clone, Debug)]
pub struct Settle {
    /// The hold.
    pub hold: Hold,
    /// What the call cost. Zero releases the hold: the call is refunded.
    pub captured: Credits,
    /// How the call ended.
    pub outcome: Outcome,
    /// The idempotency record to end with it, if the call carried a key.
    pub claim: Option<IdempotencyClaim>,
    /// The answer to keep under that key. Without one the key may be tried again.
    pub response: Option<StoredAnswer>,
}

impl Settle {
    /// Gives everything back, and the idempotency key free.
    pub fn release(hold: Hold, outcome: Outcome, claim: Option<IdempotencyClaim>) -> Self {
        Self { hold, captured: Credits::ZERO, outcome, claim, response: None }
    }

    /// What goes back to the account.
    pub fn released(&self) -> Credits {
        self.hold.amount().saturating_sub(self.captured)
    }

    /// Whether the call counts as captured: it was charged, or its answer is kept.
    pub fn is_capture(&self) -> bool {
        self.captured > Credits::ZERO || self.response.is_some()
    }

    /// Whether everything is captured and no record is written: then the account does not change.
    pub fn leaves_account_unchanged(&self) -> bool {
        self.response.is_none() && self.released() == Credits::ZERO
    }
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
    /// A hold was made.
    Held(Held),
    /// A hold was not made, for a reason that its caller must know.
    Declined(Declined),
    /// Done; the account now.
    Done(AccountBalance),
    /// Another call has taken over the idempotency key under which a [`Settle`] was to keep its answer, so the call was
    /// released instead.
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
            Self::Hold(request) => request.account_id,
            Self::Settle(settle) => settle.hold.account_id,
            Self::Grant(grant) => grant.account_id,
            Self::Correct(correction) => correction.account_id,
            Self::MovePlan { account_id, .. } | Self::Advance { account_id, .. } => *account_id,
        }
    }

    /// The call, or the operator's act, that causes it.
    pub fn id(&self) -> CallId {
        match self {
            Self::Hold(request) => request.call_id,
            Self::Settle(settle) => settle.hold.call_id,
            Self::Grant(grant) => grant.id,
            Self::Correct(correction) => correction.id,
            Self::MovePlan { id, .. } | Self::Advance { id, .. } => *id,
        }
    }

    /// The hold that it ends.
    pub fn settled_hold(&self) -> Option<&Hold> {
        match self {
            Self::Settle(settle) => Some(&settle.hold),
            _ => None,
        }
    }

    /// The key whose spending it counts, if that key has caps.
    pub fn capped_key(&self) -> Option<KeyId> {
        match self {
            Self::Hold(request) => request.caps.any().then_some(request.call.key_id),
            Self::Settle(Settle { hold, .. }) => hold.capped.then_some(hold.call.key_id),
            _ => None,
        }
    }

    /// The idempotency record it needs, if any.
    pub fn claim(&self) -> Option<&IdempotencyClaim> {
        match self {
            Self::Hold(request) => request.idempotency.as_ref(),
            Self::Settle(settle) => settle.claim.as_ref(),
            _ => None,
        }
    }
}
