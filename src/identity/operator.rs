//! The people who run the service: what each may do on the operators' console.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::domain::ids::IdentityId;
use crate::domain::named_enum::named_enum;

named_enum! {
    /// Each role may do what the ones before it may.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub enum OperatorRole {
        /// Looks at everything but single accounts.
        Viewer = "viewer",
        /// Looks at accounts, suspends and resumes them, revokes keys, writes notes, sends e-mails
        /// again.
        Support = "support",
        /// Moves plans and credits, and manages operators.
        Admin = "admin",
    }
}

/// An operator as others see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Operator {
    pub id: IdentityId,
    pub email: String,
    pub name: String,
    pub role: OperatorRole,
    pub has_password: bool,
    pub has_second_factor: bool,
    pub created_at: DateTime<Utc>,
    /// `None`: has never logged in.
    pub last_log_in_at: Option<DateTime<Utc>>,
}

#[cfg(test)]
mod tests {
    use super::OperatorRole::{Admin, Support, Viewer};

    #[test]
    fn each_role_may_do_what_the_ones_before_it_may() {
        assert!(Viewer < Support && Support < Admin);
    }
}
