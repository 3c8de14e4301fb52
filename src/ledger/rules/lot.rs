//! Lots: credits that came together, end together, and are spent in a fixed order.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::credits::Credits;

/// Number of a lot within its account, counted from 1. Zero stands for "no lot".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LotNumber(pub i32);

/// Where the credits of a lot came from. The order is the burn order among lots that end together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LotSource {
    /// The plan, for one period.
    Plan,
    /// A pack that was bought.
    Pack,
    /// Given by the operator.
    Grant,
}

impl LotSource {
    /// The name in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Pack => "pack",
            Self::Grant => "grant",
        }
    }

    /// The source with a name of the store.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Plan, Self::Pack, Self::Grant].into_iter().find(|source| source.as_str() == name)
    }
}

/// A lot of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lot {
    /// Its number within the account; later lots have higher numbers.
    pub number: LotNumber,
    /// Where it came from.
    pub source: LotSource,
    /// Credits it was given in all.
    pub granted: Credits,
    /// Credits not yet spent.
    pub left: Credits,
    /// From this instant on nothing of it can be spent.
    pub expires_at: DateTime<Utc>,
}

/// How long credits that come back to an expired lot may still be spent.
pub const EXPIRED_LOT_GRACE: TimeDelta = TimeDelta::hours(24);

impl Lot {
    /// Whether it has come to its end.
    pub fn has_expired(&self, now: DateTime<Utc>) -> bool {
        self.expires_at <= now
    }

    /// Sorts lots into burn order: soonest end first, then plan before pack before grant, then oldest.
    pub fn burn_order(&self) -> (DateTime<Utc>, LotSource, LotNumber) {
        (self.expires_at, self.source, self.number)
    }
}
