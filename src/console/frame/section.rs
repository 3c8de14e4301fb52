//! The places of the navigation of an account.

use crate::console::words::Words;
use crate::storage::console::header::Counts;

/// A place of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    Overview,
    Keys,
    Playground,
    Environments,
    Usage,
    Statement,
    Credits,
    Alerts,
    Audit,
    Settings,
    Members,
    /// An account on the operators' console.
    Desk,
}

impl Section {
    /// The places in their order. **A new page of an account is a line here.**
    pub(crate) const ALL: [Self; 11] = [
        Self::Overview,
        Self::Keys,
        Self::Playground,
        Self::Environments,
        Self::Usage,
        Self::Statement,
        Self::Credits,
        Self::Alerts,
        Self::Members,
        Self::Audit,
        Self::Settings,
    ];

    /// The places of an account on the operators' console.
    pub(crate) const OF_OPERATORS: [Self; 9] = [
        Self::Desk,
        Self::Overview,
        Self::Keys,
        Self::Environments,
        Self::Usage,
        Self::Statement,
        Self::Credits,
        Self::Members,
        Self::Audit,
    ];

    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Overview | Self::Desk => "",
            Self::Keys => "/keys",
            Self::Playground => "/playground",
            Self::Environments => "/environments",
            Self::Usage => "/usage",
            Self::Statement => "/ledger",
            Self::Credits => "/credits",
            Self::Alerts => "/alerts",
            Self::Audit => "/audit",
            Self::Settings => "/settings",
            Self::Members => "/members",
        }
    }

    /// The place that the path of a page of an account belongs to.
    pub(crate) fn of_path(path: &str) -> Self {
        let of_account = path.split_once("/accounts/").or(path.split_once("/console/"));
        let below = of_account.and_then(|(_, rest)| rest.split('/').nth(1)).unwrap_or_default();
        let is_it = |section: &Self| section.path().strip_prefix('/') == Some(below);
        Self::ALL.into_iter().find(is_it).unwrap_or(Self::Overview)
    }

    pub(crate) const fn name(self, words: Words) -> &'static str {
        match self {
            Self::Overview => words.nav_overview(),
            Self::Keys => words.nav_keys(),
            Self::Playground => words.nav_playground(),
            Self::Environments => words.nav_environments(),
            Self::Usage => words.nav_usage(),
            Self::Statement => words.nav_statement(),
            Self::Credits => words.nav_credits(),
            Self::Alerts => words.nav_alerts(),
            Self::Audit => words.nav_audit(),
            Self::Settings => words.nav_settings(),
            Self::Members => words.nav_members(),
            Self::Desk => words.op_desk(),
        }
    }

    pub(crate) const fn count(self, counts: Counts) -> Option<i64> {
        match self {
            Self::Keys => Some(counts.keys),
            Self::Members => Some(counts.members),
            _ => None,
        }
    }
}
