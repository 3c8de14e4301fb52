//! One line of a directory file, checked: the only way into the shared directory.

mod check;
mod content;
mod read;
#[cfg(test)]
mod tests;

use serde::Serialize;

use super::company::CompanyName;
use super::matching::Candidate;
use super::name::PersonName;
use crate::domain::contact::ContactContent;
use crate::domain::ids::PersonId;
use crate::domain::person::{Person, Post};

/// Longest line read, in bytes.
pub const LONGEST_LINE_BYTES: usize = 1024 * 1024;

/// A person as a directory file describes them, within every limit; texts are trimmed.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DirectoryLine {
    /// First name or names.
    pub first_name: String,
    /// Surnames.
    pub last_name: String,
    /// Present employer.
    pub company: String,
    /// Identifies the person within `source` when the file is imported again.
    pub external_id: Option<String>,
    /// Job title.
    pub title: Option<String>,
    /// City or region.
    pub location: Option<String>,
    /// Address for mail.
    pub email: Option<String>,
    /// What the person says of themselves.
    pub bio: Option<String>,
    /// ISO 639-1 codes.
    pub languages: Vec<String>,
    /// Other names of the person.
    pub aliases: Vec<String>,
    /// Employers before.
    pub former_companies: Vec<String>,
    /// What the person wrote.
    pub posts: Vec<Post>,
    /// Where the record is from.
    pub source: Option<String>,
    /// By what right it is held, such as "consent".
    pub legal_basis: Option<String>,
}

/// Why a line was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineFault {
    /// Not JSON.
    #[error("not JSON, from column {column} on")]
    NotJson {
        /// Where it ends to be JSON, counted in bytes from 1.
        column: usize,
    },
    /// JSON of another kind.
    #[error("not an object such as {{\"first_name\": \"…\", \"last_name\": \"…\", \"company\": \"…\"}}")]
    NotObject,
    /// Longer than [`LONGEST_LINE_BYTES`].
    #[error("longer than {LONGEST_LINE_BYTES} bytes")]
    TooLong,
    /// Not UTF-8.
    #[error("not UTF-8 text")]
    NotText,
    /// Faulty fields, all of them.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Fields(Vec<FieldFault>),
}

/// A faulty field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct FieldFault {
    /// Its name, such as `posts[0].published_at`.
    pub field: String,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with a field. The texts hold nothing of its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// It must be there.
    #[error("missing")]
    Missing,
    /// A person has no such field.
    #[error("no such field")]
    Unknown,
    /// It stands there more than once.
    #[error("given more than once")]
    Repeated,
    /// Another kind of value than text.
    #[error("not a text")]
    NotText,
    /// Another kind of value than a list.
    #[error("not a list")]
    NotList,
    /// Another kind of value than an object.
    #[error("not an object")]
    NotObject,
    /// Neither a date nor an instant.
    #[error("not a date such as 2026-01-31")]
    NotDate,
    /// Nothing but blanks.
    #[error("empty")]
    Empty,
    /// Too many characters.
    #[error("longer than {0} characters")]
    TooLong(usize),
    /// Too many items.
    #[error("more than {0} items")]
    TooMany(usize),
    /// It holds a control character.
    #[error("contains a control character")]
    ControlCharacter,
}

impl DirectoryLine {
    /// Reads and checks one line.
    pub fn parse(line: &[u8]) -> Result<Self, LineFault> {
        if line.len() > LONGEST_LINE_BYTES {
            return Err(LineFault::TooLong);
        }
        let text = std::str::from_utf8(line).map_err(|_| LineFault::NotText)?;
        let (mut parsed, mut faults) = Self::read(text)?;
        // What could not be read is not empty besides.
        let is_known = |fault: &FieldFault| faults.iter().any(|known| known.field == fault.field);
        let limits: Vec<FieldFault> = parsed.check().into_iter().filter(|fault| !is_known(fault)).collect();
        faults.extend(limits);
        if faults.is_empty() { Ok(parsed) } else { Err(LineFault::Fields(faults)) }
    }

    /// The names and companies by which the person is found.
    pub fn candidate(&self) -> Candidate {
        let name = PersonName::parse(&self.first_name, &self.last_name);
        Candidate {
            aliases: self.aliases.iter().map(|alias| PersonName::parse_alias(alias, &name)).collect(),
            company: CompanyName::parse(&self.company),
            former_companies: self
                .former_companies
                .iter()
                .map(|company| CompanyName::parse(company))
                .collect(),
            name,
        }
    }

    /// The person as a source knows them, under this id.
    pub fn into_person(self, id: PersonId) -> Person {
        Person {
            id,
            first_name: self.first_name,
            last_name: self.last_name,
            company: self.company,
            title: self.title,
            location: self.location,
            bio: self.bio,
            languages: self.languages,
            aliases: self.aliases,
            former_companies: self.former_companies,
            posts: self.posts,
        }
    }
}

/// A contact says what a line of a directory may say, and no more; its own limits are narrower.
impl From<ContactContent> for DirectoryLine {
    fn from(contact: ContactContent) -> Self {
        Self {
            first_name: contact.first_name,
            last_name: contact.last_name,
            company: contact.company,
            title: contact.title,
            email: contact.email,
            bio: contact.bio,
            posts: contact.posts,
            ..Self::default()
        }
    }
}
