//! Lots: credits that came together, end together, and are spent in a fixed order.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::domain::credits::Credits;
use crate::domain::named_enum::named_enum;

/// Number of a lot within its account, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct LotNumber(pub i32);

impl LotNumber {
    /// The number after `last`, which is `None` for the first lot; `None` past the largest number.
    pub const fn after(last: Option<Self>) -> Option<Self> {
        match last {
            None => Some(Self(1)),
            Some(Self(last)) => match last.checked_add(1) {
                Some(next) => Some(Self(next)),
                None => None,
            },
        }
    }

    /// Reads a column in which 0 means that there is no lot.
    pub fn from_column(number: i32) -> Option<Self> {
        (number != 0).then_some(Self(number))
    }

    /// Writes such a column.
    pub fn to_column(lot: Option<Self>) -> i32 {
        lot.map_or(0, |lot| lot.0)
    }
}

named_enum! {
    /// Where the credits of a lot came from. The order is the burn order among lots that end
    /// together.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum LotSource {
        /// The plan, for one period.
        Plan = "plan",
        /// A pack that was bought.
        Pack = "pack",
        /// Given by the operator.
        Grant = "grant",
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lot {
    /// Its number within the account; later lots have higher numbers.
    pub number: LotNumber,
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

    /// Sorts lots into burn order: soonest end first, then plan before pack before grant, then
    /// oldest.
    pub fn burn_order(&self) -> (DateTime<Utc>, LotSource, LotNumber) {
        (self.expires_at, self.source, self.number)
    }
}
