//! Holds: credits set aside for one call, captured or released exactly once.

use chrono::{DateTime, Utc};

use crate::domain::billing::Standing;
use crate::domain::credits::Credits;
use crate::domain::ids::{AccountId, CallId, EnvironmentId};
use crate::domain::refusal::KeyCap;
use crate::ledger::entry::CallRef;
use crate::ledger::lot::LotNumber;

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

/// What a key may spend at most. `None` is no cap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyCaps {
    /// Credits per UTC day.
    pub daily: Option<Credits>,
    /// Credits per UTC calendar month.
    pub monthly: Option<Credits>,
}

impl KeyCaps {
    /// Whether there is any cap to keep.
    pub const fn any(&self) -> bool {
        self.daily.is_some() || self.monthly.is_some()
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

/// Credits taken from one lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Take {
    /// The lot.
    pub lot: LotNumber,
    /// How many.
    pub amount: Credits,
    /// Whether the lot was that of the running period's plan.
    pub of_plan: bool,
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
    /// Whether the key's caps counted it.
    pub capped: bool,
    /// When it became durable, by the store's clock.
    pub held_at: DateTime<Utc>,
}

impl Hold {
    /// What is set aside in all.
    pub fn amount(&self) -> Credits {
        let sum = self.takes.iter().map(|take| take.amount.as_i64()).sum::<i64>();
        Credits::try_from(sum).unwrap_or(Credits::ZERO)
    }

    /// How many of the last `amount` credits taken are the plan's: those are the ones that a release gives back.
    pub fn plan_part(&self, amount: Credits) -> Credits {
        let (mut due, mut of_plan) = (amount, Credits::ZERO);
        for take in self.takes.iter().rev() {
            let part = take.amount.min(due);
            due = due.checked_sub(part).unwrap_or(Credits::ZERO);
            if take.of_plan {
                of_plan = of_plan.checked_add(part).unwrap_or(of_plan);
            }
        }
        of_plan
    }
}

/// The ledger's answer to a [`HoldRequest`].
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// The credits are set aside; the call may run.
    Held {
        /// What was set aside.
        hold: Hold,
        /// The account right after it.
        standing: Standing,
    },
    /// Too few credits.
    Insufficient(Standing),
    /// The period's requests are used up; they start anew at the standing's renewal.
    QuotaSpent {
        /// Requests of a period.
        limit: u64,
        /// The account as it is.
        standing: Standing,
    },
    /// A cap of the key is spent.
    CapReached {
        /// Which one.
        cap: KeyCap,
        /// Its size.
        limit: Credits,
        /// When it starts anew.
        resets_at: DateTime<Utc>,
        /// The account as it is.
        standing: Standing,
    },
    /// The same request was answered before under its idempotency key.
    Replay {
        /// The stored answer.
        answer: StoredAnswer,
        /// The account as it is.
        standing: Standing,
    },
    /// The same idempotency key is in flight.
    InProgress {
        /// When its lease ends.
        lease_until: DateTime<Utc>,
        /// The account as it is.
        standing: Standing,
    },
    /// The idempotency key came with another request before.
    KeyReused(Standing),
    /// The account is not in the ledger.
    UnknownAccount,
}

impl Decision {
    /// The account as it is; `None` where there is no account.
    pub const fn standing(&self) -> Option<&Standing> {
        match self {
            Self::Held { standing, .. }
            | Self::Insufficient(standing)
            | Self::QuotaSpent { standing, .. }
            | Self::CapReached { standing, .. }
            | Self::Replay { standing, .. }
            | Self::InProgress { standing, .. }
            | Self::KeyReused(standing) => Some(standing),
            Self::UnknownAccount => None,
        }
    }
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
    use crate::ledger::entry::RouteNumber;

    #[test]
    fn what_comes_back_is_of_the_plan_only_where_it_was_taken_from_it() {
        let credits = Credits::from_u32;
        let take = |lot, amount, of_plan| Take { lot: LotNumber(lot), amount: credits(amount), of_plan };
        let hold = Hold {
            call_id: CallId::from_uuid(Uuid::nil()),
            account_id: AccountId::from_uuid(Uuid::nil()),
            call: CallRef { key_id: KeyId::from_uuid(Uuid::nil()), route: RouteNumber(1) },
            takes: vec![take(3, 2, false), take(1, 5, true), take(2, 4, false)],
            period: 0,
            capped: false,
            held_at: DateTime::UNIX_EPOCH,
        };
        let parts = [0, 4, 6, 9, 11, 99].map(|amount| hold.plan_part(credits(amount)).as_i64());
        assert_eq!(parts, [0, 0, 2, 5, 5, 5]);
    }
}
