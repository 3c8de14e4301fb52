//! Moving all accounts of a plan to another plan: a run, and what became of each of its accounts.

use super::audit::Actor;
use super::ids::PlanMoveId;
use super::named_enum::named_enum;
use super::plan::PlanRef;

named_enum! {
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum MoveState {
        Waiting = "waiting",
        /// The account has its new plan, and the ledger does not count by it yet.
        Moving = "moving",
        Moved = "moved",
        /// It was closed or had another plan when its turn came, or an operator had stopped the
        /// run.
        Skipped = "skipped",
        /// It has its new plan, and the ledger's rules refused to count by it.
        Refused = "refused",
    }
}

/// A run that has not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanMove {
    pub id: PlanMoveId,
    pub from: PlanRef,
    pub to: PlanRef,
    /// Who began it, and why: the author of each account's audit entry.
    pub actor: Actor,
}

/// The most accounts of one run. Another run takes the rest.
pub const MAX_ACCOUNTS: i64 = 10_000;
