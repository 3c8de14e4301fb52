//! Validates a line: trims every text, and reports everything outside its limits at once.

use super::{DirectoryLine, FieldFault, Problem};
use fluence_domain::person::{MAX_NAME_CHARS, NameOf};

/// Limits of the other fields, in characters and in items.
const MAX_SHORT_TEXT_CHARS: usize = 200;
pub(super) const MAX_BIO_CHARS: usize = 5_000;
pub(super) const MAX_POST_CHARS: usize = 20_000;
pub(super) const MAX_NAMES: usize = 20;
pub(super) const MAX_FORMER_COMPANIES: usize = 50;
pub(super) const MAX_LANGUAGES: usize = 20;
pub(super) const MAX_POSTS: usize = 500;

impl DirectoryLine {
    /// Trims every text and returns what is outside its limits.
    pub(super) fn check(&mut self) -> Vec<FieldFault> {
        let mut check = Check::default();
        check.name("first_name", &mut self.first_name, NameOf::Person);
        check.name("last_name", &mut self.last_name, NameOf::Person);
        check.name("company", &mut self.company, NameOf::Company);
        check.optional("external_id", &mut self.external_id, MAX_SHORT_TEXT_CHARS);
        check.optional("title", &mut self.title, MAX_SHORT_TEXT_CHARS);
        check.optional("location", &mut self.location, MAX_SHORT_TEXT_CHARS);
        check.optional("email", &mut self.email, MAX_SHORT_TEXT_CHARS);
        check.optional("source", &mut self.source, MAX_NAME_CHARS);
        check.optional("legal_basis", &mut self.legal_basis, MAX_SHORT_TEXT_CHARS);
        check.list("languages", &mut self.languages, MAX_LANGUAGES, MAX_NAME_CHARS);
        check.list("aliases", &mut self.aliases, MAX_NAMES, MAX_NAME_CHARS);
        check.list("former_companies", &mut self.former_companies, MAX_FORMER_COMPANIES, MAX_NAME_CHARS);
        if let Some(bio) = &self.bio {
            check.prose("bio", bio, MAX_BIO_CHARS);
        }
        check.count("posts", self.posts.len(), MAX_POSTS);
        for (index, post) in self.posts.iter_mut().enumerate().take(MAX_POSTS) {
            check.prose(&format!("posts[{index}].text"), &post.text, MAX_POST_CHARS);
            check.optional(&format!("posts[{index}].language"), &mut post.language, MAX_NAME_CHARS);
        }
        check.faults
    }
}

/// Collects all faults of a line.
#[derive(Default)]
struct Check {
    faults: Vec<FieldFault>,
}

impl Check {
    fn fault(&mut self, field: &str, problem: Problem) {
        self.faults.push(FieldFault { field: field.to_owned(), problem });
    }

    fn name(&mut self, field: &str, text: &mut String, name_of: NameOf) {
        trim(text);
        if text.is_empty() {
            self.fault(field, Problem::Empty);
        } else if !name_of.can_be(text) {
            self.fault(field, Problem::NoName(name_of));
        }
        self.line_of_text(field, text, MAX_NAME_CHARS);
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
            self.fault(field, Problem::TooMany(most));
        }
    }

    fn line_of_text(&mut self, field: &str, text: &str, longest: usize) {
        if text.chars().count() > longest {
            self.fault(field, Problem::TooLong(longest));
        }
        if text.chars().any(char::is_control) {
            self.fault(field, Problem::ControlCharacter);
        }
    }

    /// Text of several lines: line breaks and tabs are allowed.
    fn prose(&mut self, field: &str, text: &str, longest: usize) {
        if text.trim().is_empty() {
            self.fault(field, Problem::Empty);
        }
        if text.chars().count() > longest {
            self.fault(field, Problem::TooLong(longest));
        }
        if text.contains('\0') {
            self.fault(field, Problem::ControlCharacter);
        }
    }
}

fn trim(text: &mut String) {
    let trimmed = text.trim();
    if trimmed.len() != text.len() {
        *text = trimmed.to_owned();
    }
}
