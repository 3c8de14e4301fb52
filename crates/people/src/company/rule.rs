//! The rules by which two names mean one company.

use schemars::JsonSchema;
use serde::Serialize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CompanyRule {
    /// The same distinctive words.
    Exact,
    /// The distinctive words of one are among those of the other.
    Contained,
    /// The same or contained, with a word in another spelling or with a typing error.
    Similar,
    /// Two known names of one company.
    Alias,
    /// One is the initials of the other.
    Initials,
    /// An earlier employer, by any of the other rules.
    Former,
}
