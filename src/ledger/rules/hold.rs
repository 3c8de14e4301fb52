//! Holds: credits set aside for one call, captured or released exactly once.

use chrono::{DateTime, Utc};

use crate::domain::billing::{AccountBalance, Refund};
use crate::domain::credits::Credits;
use crate::domain::ids::{AccountId, CallId, EnvironmentId};
use crate::ledger::rules::caps::{CapReached, KeyCaps};
use crate::ledger::rules::entry::CallRef;
use crate::ledger::rules::lot::{LotNumber, LotSource};

/// A call that wants to be paid for.
#[derive(Clone, Debug)]
pub struct HoldRequest {
    /// The call. Made afresh for every request: the ledger does not look for an earlier hold of the same id.
    pub call_id: CallId,
    /// Who pays.
    pub account_id: AccountId,
    /// Which key calls what.
    pub call: CallRef,
    /// The most the call can cost, at least 1.
    pub amount: Credits,
    /// The key's own caps.
    pub caps: KeyCaps,
    /// Set when the call carries an `Idempotency-Key`.
    pub idempotency: Option<IdempotencyClaim>,
}

impl HoldRequest {
    /// The hold that takes these credits for the call.
    pub fn hold(&self, takes: Vec<Take>, period: u32, held_at: DateTime<Utc>) -> Hold {
        Hold {
            call_id: self.call_id,
            account_id: self.account_id,
            call: self.call,
            request_taken: takes.iter().any(|take| take.payer.is_plan()),
            takes,
            period,
            capped: self.caps.any(),
            held_at,
        }
    }
}

/// An `Idempotency-Key`, as the ledger knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyClaim {
    /// The environment; keys of other environments are other keys.
    pub environment_id: EnvironmentId,
    /// SHA-256 of the key's text.
    pub key_hash: [u8; 32],
    /// SHA-256 of method, path and body.
    pub fingerprint: [u8; 32],
}

/// Which kind of lot pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payer {
    /// The plan, with the credits of the running period.
    Plan,
    /// The plan, with credits of an earlier period that a release brought back.
    EarlierPlan,
    /// A pack or a grant.
    PackOrGrant,
}

impl Payer {
    /// The payer behind a lot; `plan_lot` is the plan's lot of the running period.
    pub fn of(lot: LotNumber, source: LotSource, plan_lot: Option<LotNumber>) -> Self {
        match source {
            LotSource::Plan if Some(lot) == plan_lot => Self::Plan,
            LotSource::Plan => Self::EarlierPlan,
            LotSource::Pack | LotSource::Grant => Self::PackOrGrant,
        }
    }

    /// Whether it pays for calls that count as requests of the period.
    pub const fn is_plan(self) -> bool {
        matches!(self, Self::Plan | Self::EarlierPlan)
    }
}

/// Credits taken from one lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Take {
    /// The lot.
    pub lot: LotNumber,
    /// How many.
    pub amount: Credits,
    /// What kind of lot it is.
    pub payer: Payer,
}

/// A hold that is durable. It must end by capture or release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// The call.
    pub call_id: CallId,
    /// Who pays.
    pub account_id: AccountId,
    /// Which key calls what.
    pub call: CallRef,
    /// From which lots, in burn order.
    pub takes: Vec<Take>,
    /// The period whose request quota it counts in.
    pub period: u32,
    /// Whether it took a request of that quota.
    pub request_taken: bool,
    /// Whether the key's caps counted it.
    pub capped: bool,
    /// When it became durable, by the store's clock.
    pub held_at: DateTime<Utc>,
}

impl Hold {
    /// What is set aside in all.
    pub fn amount(&self) -> Credits {
        // Never saturates: the sum is what a request asked for, which is one `Credits`.
        Credits::saturating_sum(self.takes.iter().map(|take| take.amount))
    }

    /// What a release of `amount` gives back: the credits that were taken last, and the request once none of the credits
    /// that stay taken is the plan's.
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
        refund.request = self.request_taken && !plan_keeps;
        refund
    }
}

/// A hold that was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// What is set aside.
    pub hold: Hold,
    /// The account right after it.
    pub balance: AccountBalance,
}

/// A hold that was not made. Nothing was set aside.
#[derive(Clone, Debug, PartialEq)]
pub struct Declined {
    /// Why.
    pub reason: DeclineReason,
    /// The account, unchanged.
    pub balance: AccountBalance,
}

/// Why a hold is not made.
#[derive(Clone, Debug, PartialEq)]
pub enum DeclineReason {
    /// Too few credits, and waiting for the renewal would not help.
    InsufficientCredits {
        /// Credits that may pay for this call: of all lots, or of packs and grants where the plan's requests are used up.
        available: Credits,
    },
    /// The period's requests are used up, and packs and grants cannot pay. The renewal, which the balance names, can.
    QuotaExhausted {
        /// Requests of a period.
        limit: u64,
    },
    /// The call would exceed a cap of its key.
    CapReached(CapReached),
    /// The same request was answered before under its idempotency key. This is the answer.
    Replay(StoredAnswer),
    /// The same request runs under its idempotency key.
    InProgress {
        /// When its lease ends.
        lease_until: DateTime<Utc>,
    },
    /// The idempotency key came with another request before.
    KeyReused,
}

/// An answer kept for replay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAnswer {
    /// The call that was charged for it.
    pub call_id: CallId,
    /// What it answered.
    pub content: AnswerContent,
}

/// What a call answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerContent {
    /// HTTP status.
    pub status: u16,
    /// The body's media type.
    pub media_type: String,
    /// The whole body.
    pub body: Vec<u8>,
    /// Whether the body has a `billing_info` of the gateway's, which a replay brings up to date.
    pub tells_billing: bool,
}

impl AnswerContent {
    /// JSON that says nothing of the money.
    pub fn json(status: u16, body: impl Into<Vec<u8>>) -> Self {
        let media_type = "application/json".to_owned();
        Self { status, media_type, body: body.into(), tells_billing: false }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::ids::KeyId;
    use crate::ledger::rules::entry::RouteNumber;

    fn hold(takes: &[(u32, Payer)], request_taken: bool) -> Hold {
        let take = |(lot, (amount, payer)): (i32, &(u32, Payer))| Take {
            lot: LotNumber(lot),
            amount: Credits::from_u32(*amount),
            payer: *payer,
        };
        Hold {
            call_id: CallId::from_uuid(Uuid::nil()),
            account_id: AccountId::from_uuid(Uuid::nil()),
            call: CallRef { key_id: KeyId::from_uuid(Uuid::nil()), route: RouteNumber(1) },
            takes: (1..).zip(takes).map(take).collect(),
            period: 0,
            request_taken,
            capped: false,
            held_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn what_comes_back_is_of_the_plan_only_where_it_was_taken_from_it() {
        let hold = hold(&[(2, Payer::PackOrGrant), (5, Payer::Plan), (4, Payer::EarlierPlan)], true);
        let parts = [0, 4, 6, 9, 11, 99].map(|amount| hold.refund(Credits::from_u32(amount)));
        assert_eq!(parts.map(|part| part.credits.as_i64()), [0, 4, 6, 9, 11, 11]);
        assert_eq!(parts.map(|part| part.plan_credits.as_i64()), [0, 0, 2, 5, 5, 5]);
    }

    #[test]
    fn the_request_comes_back_with_the_last_of_the_plan_credits() {
        let requests = |hold: &Hold, amounts: [u32; 4]| {
            amounts.map(|amount| hold.refund(Credits::from_u32(amount)).request)
        };
        let plan_last = hold(&[(2, Payer::PackOrGrant), (3, Payer::Plan)], true);
        assert_eq!(requests(&plan_last, [0, 2, 3, 5]), [false, false, true, true]);
        let plan_first = hold(&[(3, Payer::EarlierPlan), (2, Payer::PackOrGrant)], true);
        assert_eq!(requests(&plan_first, [0, 2, 4, 5]), [false, false, false, true]);
        let pack_alone = hold(&[(5, Payer::PackOrGrant)], false);
        assert_eq!(requests(&pack_alone, [0, 2, 4, 5]), [false; 4]);
    }

    #[test]
    fn a_refund_in_two_parts_returns_the_request_once() {
        let hold = hold(&[(2, Payer::PackOrGrant), (3, Payer::Plan)], true);
        let (whole, part) = (hold.refund(Credits::from_u32(5)), hold.refund(Credits::from_u32(3)));
        let rest = whole.after(part);
        assert_eq!((rest.credits.as_i64(), rest.plan_credits.as_i64(), rest.request), (2, 0, false));
    }
}
