//! One line of a directory file, checked: the only way into the shared directory.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::company::CompanyName;
use super::matching::Candidate;
use super::name::PersonName;
use crate::domain::contact::ContactContent;
use crate::domain::ids::PersonId;
use crate::domain::person::{Person, Post};

/// Longest line read, in bytes.
pub const LONGEST_LINE_BYTES: usize = 1024 * 1024;

/// Limits of the fields, in characters and in items.
const LONGEST_NAME: usize = 100;
const LONGEST_SHORT_TEXT: usize = 200;
const LONGEST_BIO: usize = 5_000;
const LONGEST_POST: usize = 20_000;
const MOST_NAMES: usize = 20;
const MOST_FORMER_COMPANIES: usize = 50;
const MOST_LANGUAGES: usize = 20;
const MOST_POSTS: usize = 500;

/// A person as a directory file describes them, within every limit; texts are trimmed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
    #[serde(default)]
    pub languages: Vec<String>,
    /// Other names of the person.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Employers before.
    #[serde(default)]
    pub former_companies: Vec<String>,
    /// What the person wrote.
    #[serde(default)]
    pub posts: Vec<Post>,
    /// Where the record is from.
    pub source: Option<String>,
    /// By what right it is held, such as "consent".
    pub legal_basis: Option<String>,
}

/// Why a line was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineFault {
    /// Not the JSON object expected: broken, a field missing, unknown or of another type.
    #[error("{0}")]
    Json(String),
    /// Longer than [`LONGEST_LINE_BYTES`].
    #[error("longer than {LONGEST_LINE_BYTES} bytes")]
    TooLong,
    /// Not UTF-8.
    #[error("not UTF-8 text")]
    NotText,
    /// Fields outside their limits, each with what is wrong.
    #[error("{}", .0.join("; "))]
    Fields(Vec<String>),
}

impl DirectoryLine {
    /// Reads and checks one line.
    pub fn parse(line: &[u8]) -> Result<Self, LineFault> {
        if line.len() > LONGEST_LINE_BYTES {
            return Err(LineFault::TooLong);
        }
        let text = std::str::from_utf8(line).map_err(|_| LineFault::NotText)?;
        let mut parsed: Self =
            serde_json::from_str(text).map_err(|error| LineFault::Json(error.to_string()))?;
        let faults = parsed.check();
        if faults.is_empty() { Ok(parsed) } else { Err(LineFault::Fields(faults)) }
    }

    /// Trims every text and lists what is outside its limits.
    fn check(&mut self) -> Vec<String> {
        let mut check = Check::default();
        check.required("first_name", &mut self.first_name, LONGEST_NAME);
        check.required("last_name", &mut self.last_name, LONGEST_NAME);
        check.required("company", &mut self.company, LONGEST_NAME);
        check.optional("external_id", &mut self.external_id, LONGEST_SHORT_TEXT);
        check.optional("title", &mut self.title, LONGEST_SHORT_TEXT);
        check.optional("location", &mut self.location, LONGEST_SHORT_TEXT);
        check.optional("email", &mut self.email, LONGEST_SHORT_TEXT);
        check.optional("source", &mut self.source, LONGEST_NAME);
        check.optional("legal_basis", &mut self.legal_basis, LONGEST_SHORT_TEXT);
        check.list("languages", &mut self.languages, MOST_LANGUAGES, LONGEST_NAME);
        check.list("aliases", &mut self.aliases, MOST_NAMES, LONGEST_NAME);
        check.list("former_companies", &mut self.former_companies, MOST_FORMER_COMPANIES, LONGEST_NAME);
        if let Some(bio) = &self.bio {
            check.prose("bio", bio, LONGEST_BIO);
        }
        check.count("posts", self.posts.len(), MOST_POSTS);
        for (index, post) in self.posts.iter_mut().enumerate().take(MOST_POSTS) {
            check.prose(&format!("posts[{index}].text"), &post.text, LONGEST_POST);
            check.optional(&format!("posts[{index}].language"), &mut post.language, LONGEST_NAME);
        }
        check.faults
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

    /// An id for a person whom no table of ours gives one: the same for the same line.
    pub fn derived_id(&self) -> PersonId {
        let digest = self.content_sha256();
        let mut id = [0; 16];
        id.copy_from_slice(&digest[..16]);
        PersonId::from_uuid(uuid::Builder::from_custom_bytes(id).into_uuid())
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

    /// SHA-256 over every field: two lines with equal digests describe the same person in the same words.
    pub fn content_sha256(&self) -> [u8; 32] {
        let mut digest = ContentDigest::default();
        for text in [&self.first_name, &self.last_name, &self.company] {
            digest.text(text);
        }
        let optional = [
            &self.external_id,
            &self.title,
            &self.location,
            &self.email,
            &self.bio,
            &self.source,
            &self.legal_basis,
        ];
        for text in optional {
            digest.optional(text.as_deref());
        }
        for list in [&self.languages, &self.aliases, &self.former_companies] {
            digest.length(list.len());
            list.iter().for_each(|text| digest.text(text));
        }
        digest.length(self.posts.len());
        for post in &self.posts {
            digest.text(&post.text);
            digest.instant(post.published_at);
            digest.optional(post.language.as_deref());
        }
        digest.0.finalize().into()
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

/// Every value goes in behind its length, so that no two different lines give the same bytes.
#[derive(Default)]
struct ContentDigest(Sha256);

impl ContentDigest {
    fn length(&mut self, length: usize) {
        self.0.update((length as u64).to_be_bytes());
    }

    fn text(&mut self, text: &str) {
        self.length(text.len());
        self.0.update(text);
    }

    fn optional(&mut self, text: Option<&str>) {
        self.0.update([u8::from(text.is_some())]);
        self.text(text.unwrap_or(""));
    }

    fn instant(&mut self, instant: Option<DateTime<Utc>>) {
        self.0.update([u8::from(instant.is_some())]);
        self.0.update(instant.map_or(0, |instant| instant.timestamp_micros()).to_be_bytes());
    }
}

/// Collects what is wrong with a line, so that all of it is reported at once.
#[derive(Default)]
struct Check {
    faults: Vec<String>,
}

impl Check {
    fn required(&mut self, field: &str, text: &mut String, longest: usize) {
        trim(text);
        if text.is_empty() {
            self.faults.push(format!("{field} is empty"));
        }
        self.line_of_text(field, text, longest);
    }

    /// An empty optional field counts as absent.
    fn optional(&mut self, field: &str, text: &mut Option<String>, longest: usize) {
        if let Some(some) = text {
            trim(some);
            self.line_of_text(field, some, longest);
        }
        if text.as_ref().is_some_and(String::is_empty) {
            *text = None;
        }
    }

    fn list(&mut self, field: &str, items: &mut Vec<String>, most: usize, longest: usize) {
        self.count(field, items.len(), most);
        for (index, item) in items.iter_mut().enumerate().take(most) {
            trim(item);
            self.line_of_text(&format!("{field}[{index}]"), item, longest);
        }
        items.retain(|item| !item.is_empty());
    }

    fn count(&mut self, field: &str, count: usize, most: usize) {
        if count > most {
            self.faults.push(format!("{field} has {count} items, more than {most}"));
        }
    }

    fn line_of_text(&mut self, field: &str, text: &str, longest: usize) {
        if text.chars().count() > longest {
            self.faults.push(format!("{field} is longer than {longest} characters"));
        }
        if text.chars().any(char::is_control) {
            self.faults.push(format!("{field} contains a control character"));
        }
    }

    /// Text of several lines: line breaks and tabs are part of it.
    fn prose(&mut self, field: &str, text: &str, longest: usize) {
        if text.trim().is_empty() {
            self.faults.push(format!("{field} is empty"));
        }
        if text.chars().count() > longest {
            self.faults.push(format!("{field} is longer than {longest} characters"));
        }
        if text.contains('\0') {
            self.faults.push(format!("{field} contains a control character"));
        }
    }
}

fn trim(text: &mut String) {
    let trimmed = text.trim();
    if trimmed.len() != text.len() {
        *text = trimmed.to_owned();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn line() -> Value {
        json!({"first_name": "Ana", "last_name": "Lemos", "company": "Zyntra"})
    }

    fn with(field: &str, value: Value) -> Result<DirectoryLine, LineFault> {
        let mut line = line();
        line[field] = value;
        DirectoryLine::parse(line.to_string().as_bytes())
    }

    fn fault(field: &str, value: Value) -> String {
        with(field, value).expect_err("a fault").to_string()
    }

    #[test]
    fn three_fields_are_enough() {
        let parsed = DirectoryLine::parse(line().to_string().as_bytes()).unwrap();
        assert_eq!((parsed.first_name.as_str(), parsed.posts.len(), parsed.source), ("Ana", 0, None));
    }

    #[test]
    fn every_field_of_the_contract_is_read() {
        let full = json!({
            "first_name": " Ana ", "last_name": "Lemos", "company": "Zyntra", "external_id": "7", "title": "CTO",
            "location": "Recife", "email": "ana@example.com", "bio": "Eu\nsou", "languages": ["pt"],
            "aliases": ["Aninha"], "former_companies": ["Klarion"], "source": "crm", "legal_basis": "consent",
            "posts": [{"text": "oi", "published_at": "2025-01-02T03:04:05Z", "language": "pt"}],
        });
        let parsed = DirectoryLine::parse(full.to_string().as_bytes()).unwrap();
        assert_eq!(parsed.first_name, "Ana");
        assert_eq!(parsed.posts.first().and_then(|post| post.language.as_deref()), Some("pt"));
    }

    #[test]
    fn an_unknown_field_is_refused_by_name() {
        assert!(fault("frist_name", json!("Ana")).contains("frist_name"));
        assert!(fault("posts", json!([{"text": "oi", "likes": 3}])).contains("likes"));
    }

    #[test]
    fn a_missing_field_is_refused_by_name() {
        let fault = DirectoryLine::parse(br#"{"first_name": "Ana", "last_name": "Lemos"}"#).unwrap_err();
        assert!(fault.to_string().contains("company"), "{fault}");
    }

    #[test]
    fn all_faulty_fields_are_named_at_once() {
        let faulty = json!({"first_name": " ", "last_name": "x".repeat(101), "company": "a\u{7}b"});
        let fault = DirectoryLine::parse(faulty.to_string().as_bytes()).unwrap_err();
        assert_eq!(
            fault.to_string(),
            "first_name is empty; last_name is longer than 100 characters; company contains a control character"
        );
    }

    #[test]
    fn every_list_and_text_has_a_limit() {
        assert!(fault("aliases", json!(vec!["Ana"; MOST_NAMES + 1])).contains("aliases"));
        assert!(fault("languages", json!(vec!["pt"; MOST_LANGUAGES + 1])).contains("languages"));
        assert!(
            fault("former_companies", json!(vec!["x"; MOST_FORMER_COMPANIES + 1]))
                .contains("former_companies")
        );
        assert!(fault("posts", json!(vec![json!({"text": "oi"}); MOST_POSTS + 1])).contains("posts"));
        assert!(fault("posts", json!([{"text": "x".repeat(LONGEST_POST + 1)}])).contains("posts[0].text"));
        assert!(fault("bio", json!("x".repeat(LONGEST_BIO + 1))).contains("bio"));
        let long = " ".repeat(LONGEST_LINE_BYTES + 1);
        assert_eq!(DirectoryLine::parse(long.as_bytes()), Err(LineFault::TooLong));
    }

    #[test]
    fn a_zero_character_is_refused_everywhere() {
        assert!(fault("posts", json!([{"text": "a\u{0}b"}])).contains("control character"));
        assert!(fault("title", json!("a\u{0}b")).contains("control character"));
    }

    #[test]
    fn broken_json_and_broken_text_are_faults() {
        assert!(matches!(DirectoryLine::parse(b"{"), Err(LineFault::Json(_))));
        assert_eq!(DirectoryLine::parse(b"\xff{}"), Err(LineFault::NotText));
        assert!(matches!(DirectoryLine::parse(b"[]"), Err(LineFault::Json(_))));
    }

    #[test]
    fn the_digest_tells_any_two_different_lines_apart() {
        let same = with("title", json!("CTO")).unwrap();
        assert_eq!(same.content_sha256(), with("title", json!(" CTO ")).unwrap().content_sha256());
        let others = [
            with("title", json!("CEO")),
            with("location", json!("CTO")),
            with("aliases", json!(["CTO"])),
            with("former_companies", json!(["CTO"])),
            with("posts", json!([{"text": "CTO"}])),
            with("source", json!("CTO")),
        ];
        for other in others {
            assert_ne!(same.content_sha256(), other.unwrap().content_sha256());
        }
    }
}
