//! Counts a call as running again while its client reads the answer slowly.

use super::auth::caller::Caller;
use super::limits::Limits;
use super::limits::account::Slot;
use crate::domain::ids::AccountId;

/// Response extension of an admitted call. The connection takes a slot again if its client reads
/// the answer slowly.
#[derive(Clone, Debug)]
pub struct Reentry {
    limits: Limits,
    caller: Caller,
}

impl Reentry {
    pub(super) fn new(limits: Limits, caller: Caller) -> Self {
        Self { limits, caller }
    }

    pub fn account_id(&self) -> AccountId {
        self.caller.key.account_id
    }

    /// Takes a slot again, past any limit: the call has been served.
    pub fn enter(&self) -> Slot {
        self.limits.enter_again(&self.caller.account)
    }
}
