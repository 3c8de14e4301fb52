//! Alerts: e-mails to an account's admins.

use serde::Serialize;

use super::named_enum::named_enum;

named_enum! {
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum AlertKind {
        /// Few credits are left.
        LowCredits = "low_credits",
        /// No credits are left: calls are refused.
        NoCredits = "no_credits",
        /// Few requests of the plan's period are left, or none.
        Requests = "requests",
        /// A key ends soon, or has ended.
        KeyEnds = "key_ends",
        /// Keys that nothing has used for a long time.
        KeyUnused = "key_unused",
    }
}

/// What an account chose about one kind. Without a choice every kind is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct AlertRule {
    pub is_on: bool,
    /// Credits, for [`AlertKind::LowCredits`]. `None`: a fifth of the credits that are valid.
    pub threshold: Option<i64>,
}

impl AlertRule {
    pub const DEFAULT: Self = Self { is_on: true, threshold: None };
}
