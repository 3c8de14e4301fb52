//! Parses and validates a line of a directory file.

mod check;
mod content;
mod read;

use serde::Serialize;

use super::company::CompanyName;
use super::matching::Candidate;
use super::name::PersonName;
use fluence_domain::contact::ContactContent;
use fluence_domain::ids::PersonId;
use fluence_domain::person::NameOf;
use fluence_domain::person::{Person, Post};

pub const MAX_LINE_BYTES: usize = 1024 * 1024;

/// A person in a directory file. Every field is within its limits and trimmed.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DirectoryLine {
    /// All given names.
    pub first_name: String,
    pub last_name: String,
    /// The current employer.
    pub company: String,
    /// Identifies the person within `source` when the file is imported again.
    pub external_id: Option<String>,
    pub title: Option<String>,
    /// City or region.
    pub location: Option<String>,
    pub email: Option<String>,
    /// The person's own description.
    pub bio: Option<String>,
    /// ISO 639-1 codes.
    pub languages: Vec<String>,
    pub aliases: Vec<String>,
    pub former_companies: Vec<String>,
    /// Texts that the person wrote.
    pub posts: Vec<Post>,
    /// The origin of the record.
    pub source: Option<String>,
    /// The legal basis for keeping the record, such as "consent".
    pub legal_basis: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineFault {
    #[error("not JSON, from column {column}")]
    NotJson {
        /// The position of the first invalid byte, counted from 1.
        column: usize,
    },
    #[error("not an object such as {{\"first_name\": \"…\", \"last_name\": \"…\", \"company\": \"…\"}}")]
    NotObject,
    #[error("longer than {MAX_LINE_BYTES} bytes")]
    TooLong,
    #[error("not UTF-8 text")]
    NotText,
    /// All invalid fields.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Fields(Vec<FieldFault>),
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct FieldFault {
    /// Its path, such as `posts[0].published_at`.
    pub field: String,
    pub problem: Problem,
}

/// What is wrong with a field. The texts contain nothing of its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("missing")]
    Missing,
    #[error("no such field")]
    Unknown,
    #[error("given more than once")]
    Repeated,
    #[error("not a text")]
    NotText,
    #[error("not a list")]
    NotList,
    #[error("not an object")]
    NotObject,
    #[error("not a date such as 2026-01-31")]
    NotDate,
    #[error("empty")]
    Empty,
    #[error("longer than {0} characters")]
    TooLong(usize),
    #[error("more than {0} items")]
    TooMany(usize),
    #[error("contains a control character")]
    ControlCharacter,
    /// The name has no letters that a search could use.
    #[error("needs {}", .0.needs())]
    NoName(NameOf),
}

impl DirectoryLine {
    pub fn parse(line: &[u8]) -> Result<Self, LineFault> {
        if line.len() > MAX_LINE_BYTES {
            return Err(LineFault::TooLong);
        }
        let text = std::str::from_utf8(line).map_err(|_| LineFault::NotText)?;
        let (mut parsed, mut faults) = Self::read(text)?;
        // A field that could not be read is not reported as empty too.
        let is_known = |fault: &FieldFault| faults.iter().any(|known| known.field == fault.field);
        let limits: Vec<FieldFault> = parsed.check().into_iter().filter(|fault| !is_known(fault)).collect();
        faults.extend(limits);
        if faults.is_empty() { Ok(parsed) } else { Err(LineFault::Fields(faults)) }
    }

    /// Returns the names and companies by which the person is found.
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

    /// Returns the person under this id, as a source holds them.
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

/// A contact has no field that a directory line lacks, and its limits are narrower.
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

#[cfg(test)]
mod tests;
