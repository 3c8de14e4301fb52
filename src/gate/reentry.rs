//! The way back among an account's running calls.

use super::auth::caller::Caller;
use super::limits::Limits;
use super::limits::account::Slot;
use crate::domain::ids::AccountId;

/// Response extension of an admitted call: its connection takes a place again while its client is slow to take the answer.
#[derive(Clone, Debug)]
pub struct Reentry {
    limits: Limits,
    caller: Caller,
}

impl Reentry {
    pub(super) fn new(limits: Limits, caller: Caller) -> Self {
        Self { limits, caller }
    }

    /// The account.
    pub fn account_id(&self) -> AccountId {
        self.caller.key.account_id
    }

    /// Takes a place again. It is not refused: the answer is there.
    pub fn enter(&self) -> Slot {
        self.limits.enter_again(&self.caller.account)
    }
}
