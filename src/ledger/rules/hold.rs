//! Holds: credits set aside for one call, captured or released exactly once.

use chrono::{DateTime, Utc};

use crate::domain::billing::{AccountBalance, Refund};
use crate::domain::credits::Credits;
use crate::domain::ids::{AccountId, CallId, EnvironmentId};
use crate::ledger::rules::caps::{CapReached, KeyCaps};
use crate::ledger::rules::entry::CallRef;
use crate::ledger::rules::lot::{LotNumber, LotSource};

/// A request for a hold.
#[derive(Clone, Debug)]
pub struct HoldRequest {
    /// The call. Every request has a new id: the ledger does not look for an earlier hold with it.
    pub call_id: CallId,
    pub account_id: AccountId,
    pub call: CallRef,
    /// The maximum price of the call, at least 1.
    pub amount: Credits,
    /// The key's own caps.
    pub caps: KeyCaps,
    /// Set when the call carries an `Idempotency-Key`.
    pub idempotency: Option<IdempotencyClaim>,
}

impl HoldRequest {
    /// Returns the hold with these credits.
    pub fn hold(&self, takes: Vec<Take>, period: u32, held_at: DateTime<Utc>) -> Hold {
        Hold {
            call_id: self.call_id,
            account_id: self.account_id,
            call: self.call,
            took_request: takes.iter().any(|take| take.payer.is_plan()),
            takes,
            period: Some(period),
            is_capped: self.caps.any(),
            held_at,
        }
    }
}

/// An `Idempotency-Key` with its request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyClaim {
    /// The environment in which the key is unique.
    pub environment_id: EnvironmentId,
    /// SHA-256 of the key's text.
    pub key_hash: [u8; 32],
    /// SHA-256 of method, path, query and body.
    pub fingerprint: [u8; 32],
}

/// The kind of lot that pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payer {
    /// The plan lot of the current period.
    Plan,
    /// A plan lot of an earlier period, to which a release returned credits.
    EarlierPlan,
    /// A pack or a grant.
    PackOrGrant,
}

impl Payer {
    /// Returns the kind of a lot. `plan_lot` is the plan lot of the current period.
    pub fn of(lot: LotNumber, source: LotSource, plan_lot: Option<LotNumber>) -> Self {
        match source {
            LotSource::Plan if Some(lot) == plan_lot => Self::Plan,
            LotSource::Plan => Self::EarlierPlan,
            LotSource::Pack | LotSource::Grant => Self::PackOrGrant,
        }
    }

    /// Whether calls paid by it count as requests of the period.
    pub const fn is_plan(self) -> bool {
        matches!(self, Self::Plan | Self::EarlierPlan)
    }
}

/// Credits taken from one lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Take {
    pub lot: LotNumber,
    pub amount: Credits,
    pub payer: Payer,
}

/// A durable hold. It ends by capture or release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    pub call_id: CallId,
    pub account_id: AccountId,
    pub call: CallRef,
    /// The credits by lot, in burn order.
    pub takes: Vec<Take>,
    /// The period whose request quota it counts in, or `None` if that period has ended.
    pub period: Option<u32>,
    /// Whether it used a request of that quota.
    pub took_request: bool,
    /// Whether it counts in the caps of its key.
    pub is_capped: bool,
    /// When it became durable, by the store's clock.
    pub held_at: DateTime<Utc>,
}

impl Hold {
    /// Returns all held credits.
    pub fn amount(&self) -> Credits {
        // Never saturates: the sum is the amount of one request.
        Credits::saturating_sum(self.takes.iter().map(|take| take.amount))
    }

    /// Returns the refund of a release of `amount`: the credits taken last, and the request unit if
    /// no plan credits stay taken.
    pub fn refund(&self, amount: Credits) -> Refund {
        let mut refund = Refund::default();
        let (mut due, mut plan_keeps) = (amount, false);
        for take in self.takes.iter().rev() {
            let part = take.amount.min(due);
            due = due.saturating_sub(part);
            refund.credits = refund.credits.saturating_add(part);
            if take.payer == Payer::Plan {
                refund.plan_credits = refund.plan_credits.saturating_add(part);
            }
            plan_keeps |= take.payer.is_plan() && part < take.amount;
        }
        refund.has_request = self.took_request && !plan_keeps;
        refund
    }
}

/// A new hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    pub hold: Hold,
    /// The balance after the hold.
    pub balance: AccountBalance,
}

/// A declined hold. Nothing was changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Declined {
    pub reason: DeclineReason,
    /// The current balance.
    pub balance: AccountBalance,
}

/// Why a hold is declined.
#[derive(Clone, Debug, PartialEq)]
pub enum DeclineReason {
    /// Too few credits. Waiting for the renewal does not help.
    InsufficientCredits {
        /// Credits that may pay for this call: of all lots, or only of packs and grants if the
        /// plan's requests are used up.
        available: Credits,
    },
    /// The period's requests are used up, and packs and grants do not suffice. The next period can
    /// pay.
    QuotaExhausted {
        /// Requests of a period.
        limit: u64,
    },
    /// The call would exceed a cap of its key.
    CapReached(CapReached),
    /// The idempotency key has this stored answer.
    Replay(Box<StoredAnswer>),
    /// A call with the same idempotency key is running.
    InProgress {
        /// When its lease ends.
        lease_until: DateTime<Utc>,
    },
    /// The idempotency key was used with another request.
    KeyReused,
}

/// An answer stored for replay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAnswer {
    /// The call that was charged.
    pub call_id: CallId,
    /// `None`: the answer was streamed, or is too long to be stored.
    pub content: Option<AnswerContent>,
}

/// The status and body of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerContent {
    pub status: u16,
    pub media_type: String,
    /// Other headers that describe the body: names in lower case, and values.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Whether the body has a `billing_info`, which a replay updates.
    pub tells_billing: bool,
}

impl AnswerContent {
    /// A JSON body without `billing_info`.
    pub fn json(status: u16, body: impl Into<Vec<u8>>) -> Self {
        let media_type = "application/json".to_owned();
        Self { status, media_type, headers: Vec::new(), body: body.into(), tells_billing: false }
    }
}

#[cfg(test)]
mod tests;
