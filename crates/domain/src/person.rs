//! A person as a source describes them.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::ids::PersonId;
use super::instant::{parse_day, parse_instant, start_of};

/// Most characters of a name or a company: of a person that a caller asks about, a contact or a
/// person of the directory.
pub const MAX_NAME_CHARS: usize = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameOf {
    /// A person's first or last name.
    Person,
    Company,
}

impl NameOf {
    /// Whether a search can use a text as such a name. A person's name has a letter of any script.
    /// A company's has a letter or a digit, because companies such as `99` exist.
    pub fn can_be(self, text: &str) -> bool {
        let counts = |c: char| is_letter(c) || (self == Self::Company && c.is_numeric());
        // Most names are decided by their first letter.
        text.chars().any(|c| c.is_ascii() && counts(c)) || text.nfkd().any(counts)
    }

    /// What a name of this kind must have, in English.
    pub const fn needs(self) -> &'static str {
        match self {
            Self::Person => "a letter",
            Self::Company => "a letter or a digit",
        }
    }
}

/// A letter of its own, not a mark on one or a sign that modifies one, such as the apostrophe
/// U+02BC.
fn is_letter(c: char) -> bool {
    c.is_alphabetic() && !is_combining_mark(c) && !matches!(c, '\u{2B0}'..='\u{2FF}')
}

/// The person that a caller asks about: names as typed, trimmed, 1 to [`MAX_NAME_CHARS`]
/// characters each.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PersonQuery {
    pub first_name: String,
    /// Last name or names as typed.
    pub last_name: String,
    pub company: String,
}

/// A person of a source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Person {
    pub id: PersonId,
    /// Name as the source has it.
    pub first_name: String,
    /// Surnames as the source has them.
    pub last_name: String,
    /// Present employer as the source has it.
    pub company: String,
    pub title: Option<String>,
    /// City or region.
    pub location: Option<String>,
    /// What the person says of themselves.
    pub bio: Option<String>,
    /// ISO 639-1 codes the source names.
    pub languages: Vec<String>,
    /// Other names the person is known by.
    pub aliases: Vec<String>,
    pub former_companies: Vec<String>,
    /// What the person wrote, in no particular order.
    pub posts: Vec<Post>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Post {
    pub text: String,
    /// When it was published, if the source knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_at: Option<DateTime<Utc>>,
    /// The language the source claims for it; the analysis decides for itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// Reads when a text was published: an RFC 3339 instant, or a date, which means the start of its
/// day in UTC.
pub fn parse_published_at(text: &str) -> Option<DateTime<Utc>> {
    // Stricter than the parser of an instant, which accepts a space for the `T`.
    let is_instant = DateTime::parse_from_rfc3339(text).is_ok();
    let is_date = text.len() == "2026-01-31".len();
    match is_date {
        true => parse_day(text).map(start_of),
        false => parse_instant(text).filter(|_| is_instant),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, JsonSchema)]
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
    /// No source: a test requested an invented answer about an unknown person.
    Mock,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_a_letter_of_any_script() {
        for name in [
            "王",
            "O",
            "김",
            "Ng",
            "Ωmega",
            "محمد",
            "शर्मा",
            "3M",
            "João",
            "Jose\u{301}",
            "Ａｎａ",
            "ꓔ",
            "ǃ",
            "D'",
        ] {
            assert!(NameOf::Person.can_be(name) && NameOf::Company.can_be(name), "{name}");
        }
        for none in ["...", "-", "!", "🙂", "\u{2BC}", "\u{374}", "\u{301}", "\u{5B0}", "ﾞ", "\u{200B}", ""]
        {
            assert!(!NameOf::Person.can_be(none) && !NameOf::Company.can_be(none), "{none:?}");
        }
    }

    #[test]
    fn a_company_may_consist_only_of_digits() {
        for digits in ["99", "٣", "①", "1&1"] {
            assert!(NameOf::Company.can_be(digits) && !NameOf::Person.can_be(digits), "{digits}");
        }
    }
}
