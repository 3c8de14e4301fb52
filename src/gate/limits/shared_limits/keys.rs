//! Names in the store. What stands in braces decides on which server of a cluster a key lies, so the keys of one account
//! lie together.

use crate::domain::ids::AccountId;

/// The account's rate.
pub(super) fn rate_key(account: AccountId) -> String {
    format!("fluence:{{{account}}}:rate")
}

/// The account's running calls.
pub(super) fn running_key(account: AccountId) -> String {
    format!("fluence:{{{account}}}:running")
}
