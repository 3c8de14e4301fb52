//! Key names in the store. The part in braces decides on which server of a cluster a key lies, so
//! the keys of one account lie together.

use crate::domain::ids::AccountId;

pub(super) fn rate_key(account: AccountId) -> String {
    format!("fluence:{{{account}}}:rate")
}

pub(super) fn running_key(account: AccountId) -> String {
    format!("fluence:{{{account}}}:running")
}
