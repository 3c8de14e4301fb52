//! The operations of the ledger and their effects.

use chrono::{DateTime, Utc};

use crate::domain::billing::AccountBalance;
use crate::domain::call_status::CallStatus;
use crate::domain::credits::Credits;
use crate::domain::ids::{AccountId, CallId, KeyId};
use crate::domain::price::PriceDetail;
use crate::domain::settlement::Outcome;
use crate::ledger::rules::account::RuleError;
use crate::ledger::rules::entry::GrantKind;
use crate::ledger::rules::hold::{Declined, Held, Hold, HoldRequest, IdempotencyClaim, StoredAnswer};
use crate::ledger::rules::lot::LotNumber;

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
    /// Makes the account's current plan count at once. The account row already names the new plan.
    MovePlan { account_id: AccountId, id: CallId },
    /// Expires and renews what is due.
    Advance { account_id: AccountId, id: CallId },
}

/// The end of a hold: a part is captured, the rest is released.
#[derive(Clone, Debug)]
pub struct Settle {
    pub hold: Hold,
    /// The charge. 0 releases the whole hold.
    pub captured: Credits,
    pub outcome: Outcome,
    /// The idempotency record that ends with the hold.
    pub claim: Option<IdempotencyClaim>,
    /// The answer to store in that record. Without one the key may be tried again.
    pub response: Option<StoredAnswer>,
    /// How the charge was computed, for the receipt.
    pub price: Option<Box<PriceDetail>>,
    /// What the client got and the upstream answered, for the receipt, unless the outcome
    /// implies it.
    pub status: Option<CallStatus>,
}

impl Settle {
    /// Releases the whole hold and the idempotency key.
    pub fn release(hold: Hold, outcome: Outcome, claim: Option<IdempotencyClaim>) -> Self {
        Self { hold, captured: Credits::ZERO, outcome, claim, response: None, price: None, status: None }
    }

    pub fn released(&self) -> Credits {
        self.hold.amount().saturating_sub(self.captured)
    }

    /// Whether the call counts as captured: it is charged, or its answer is stored.
    pub fn is_capture(&self) -> bool {
        self.captured > Credits::ZERO || self.response.is_some()
    }

    /// Whether the hold is captured in full and no record is written.
    pub fn leaves_account_unchanged(&self) -> bool {
        self.response.is_none()
            && self.price.is_none()
            && self.status.is_none()
            && self.released() == Credits::ZERO
    }
}

#[derive(Clone, Debug)]
pub struct Grant {
    pub account_id: AccountId,
    pub id: CallId,
    /// The operator's id of the grant. The same id twice counts once.
    pub reference: String,
    pub kind: GrantKind,
    pub amount: Credits,
    pub expires_at: DateTime<Utc>,
    /// Why, in the operator's words.
    pub note: String,
}

#[derive(Clone, Debug)]
pub struct Correction {
    pub account_id: AccountId,
    pub id: CallId,
    /// The operator's id of the correction.
    pub reference: String,
    pub amount: Credits,
    /// Why, in the operator's words.
    pub note: String,
}

/// The effect of an [`Operation`].
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    Held(Held),
    Declined(Declined),
    /// Any other operation was carried out.
    Done(AccountBalance),
    /// Another call has taken over the idempotency key of a [`Settle`] with an answer, so the hold
    /// was released.
    Superseded(AccountBalance),
    Granted {
        /// The lot that holds it.
        lot: LotNumber,
        /// Whether the reference was granted before. Then nothing was added.
        repeated: bool,
        /// The balance after it.
        balance: AccountBalance,
    },
    /// A rule forbids it. Nothing was changed.
    Refused(RuleError),
    /// The account is not in the ledger.
    UnknownAccount,
}

impl Operation {
    /// The account that it changes.
    pub fn account_id(&self) -> AccountId {
        match self {
            Self::Hold(request) => request.account_id,
            Self::Settle(settle) => settle.hold.account_id,
            Self::Grant(grant) => grant.account_id,
            Self::Correct(correction) => correction.account_id,
            Self::MovePlan { account_id, .. } | Self::Advance { account_id, .. } => *account_id,
        }
    }

    /// The id of the call or of the operator's act.
    pub fn id(&self) -> CallId {
        match self {
            Self::Hold(request) => request.call_id,
            Self::Settle(settle) => settle.hold.call_id,
            Self::Grant(grant) => grant.id,
            Self::Correct(correction) => correction.id,
            Self::MovePlan { id, .. } | Self::Advance { id, .. } => *id,
        }
    }

    /// The hold that ends.
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
            Self::Settle(Settle { hold, .. }) => hold.is_capped.then_some(hold.call.key_id),
            _ => None,
        }
    }

    /// The idempotency record that it needs.
    pub fn claim(&self) -> Option<&IdempotencyClaim> {
        match self {
            Self::Hold(request) => request.idempotency.as_ref(),
            Self::Settle(settle) => settle.claim.as_ref(),
            _ => None,
        }
    }
}
