//! A person as a source describes them, before any analysis.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

use super::ids::PersonId;

/// What a caller asks for: the names as typed, trimmed, 1 to 100 characters each.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PersonQuery {
    /// First name as typed.
    pub first_name: String,
    /// Last name or names as typed.
    pub last_name: String,
    /// Company as typed.
    pub company: String,
}

/// A person of a source, whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Person {
    /// Stable id in our store.
    pub id: PersonId,
    /// Name as the source has it.
    pub first_name: String,
    /// Surnames as the source has them.
    pub last_name: String,
    /// Present employer as the source has it.
    pub company: String,
    /// Job title.
    pub title: Option<String>,
    /// City or region.
    pub location: Option<String>,
    /// What the person says of themselves.
    pub bio: Option<String>,
    /// ISO 639-1 codes the source names.
    pub languages: Vec<String>,
    /// Other names the person is known by.
    pub aliases: Vec<String>,
    /// Employers before the present one.
    pub former_companies: Vec<String>,
    /// What the person wrote, in no particular order.
    pub posts: Vec<Post>,
}

/// One text the person wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Post {
    /// The text as published.
    pub text: String,
    /// When it was published, if the source knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_at: Option<DateTime<Utc>>,
    /// The language the source claims for it; the analysis decides for itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// Reads when a text was published: an instant as RFC 3339 writes it, or a date, which stands for the start of its day
/// in UTC.
pub fn parse_published_at(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Some(instant.with_timezone(&Utc));
    }
    let is_date = text.len() == "2026-01-31".len();
    let date = text.parse::<NaiveDate>().ok().filter(|_| is_date)?;
    Some(date.and_time(NaiveTime::MIN).and_utc())
}

/// Which source knew the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PersonSource {
    /// The account's own contacts.
    Contacts,
    /// The shared directory.
    Directory,
    /// The enrichment service of the operator.
    Enrichment,
    /// Invented people, for test environments and development.
    Sample,
    /// None: a test asked for an invented answer about somebody unknown.
    Mock,
}
