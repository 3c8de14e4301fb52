//! Entries: what happened to an account's credits, one after the other, never changed.

use crate::domain::ids::{CallId, KeyId};
use crate::domain::named_enum::named_enum;
use crate::domain::settlement::Outcome;
use crate::ledger::rules::lot::{LotNumber, LotSource};

named_enum! {
    /// What an entry records. Names are those of statements and the wire.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum EntryKind {
        /// Credits given by the operator.
        Grant = "grant",
        /// Credits of a pack that was bought.
        Pack = "pack",
        /// Credits of the plan for a new period.
        Renewal = "renewal",
        /// Credits reserved for a call that is about to run.
        Hold = "hold",
        /// Credits of a call returned to their lots.
        Release = "release",
        /// Unspent credits of a lot that expired.
        Expiry = "expiry",
        /// Credits taken back by the operator, with a reason.
        Correction = "correction",
        /// The difference that a move to another plan makes in the current period.
        PlanMove = "plan_move",
    }
}

impl EntryKind {
    /// The number in the store.
    pub const fn number(self) -> i16 {
        match self {
            Self::Grant => 1,
            Self::Pack => 2,
            Self::Renewal => 3,
            Self::Hold => 4,
            Self::Release => 5,
            Self::Expiry => 6,
            Self::Correction => 7,
            Self::PlanMove => 8,
        }
    }

    /// The kind with a number of the store.
    pub fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }
}

/// The number of a route in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RouteNumber(pub i16);

/// Whose call an entry belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallRef {
    /// The key that called.
    pub key_id: KeyId,
    /// What was called.
    pub route: RouteNumber,
}

/// An entry that a rule has decided, before it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number within the account, dense from 1.
    pub number: i64,
    /// What happened.
    pub kind: EntryKind,
    /// Credits in (positive) or out (negative).
    pub amount: i64,
    /// The account's balance after it.
    pub balance_after: i64,
    /// The lot it moved.
    pub lot: LotNumber,
    /// The call, or the operator's act, that caused it.
    pub call_id: CallId,
    /// Set for holds and releases.
    pub call: Option<CallRef>,
    /// Set for releases: how the call ended.
    pub outcome: Option<Outcome>,
}

/// Credits that an operator adds. The plan's credits come only with a renewal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantKind {
    Pack,
    Grant,
}

impl GrantKind {
    pub const fn source(self) -> LotSource {
        match self {
            Self::Pack => LotSource::Pack,
            Self::Grant => LotSource::Grant,
        }
    }

    pub const fn entry(self) -> EntryKind {
        match self {
            Self::Pack => EntryKind::Pack,
            Self::Grant => EntryKind::Grant,
        }
    }
}
