//! The rules by which two company names mean one company.

use serde::Serialize;

/// Which rule found the companies the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CompanyRule {
    /// The same telling words.
    Exact,
    /// The telling words of one are among those of the other.
    Contained,
    /// Enough of the telling words agree, by weight, spelling slips allowed.
    Similar,
    /// Two known names of one company.
    Alias,
    /// One is the initials of the other.
    Initials,
    /// An earlier employer, by any of the other rules.
    Former,
}
