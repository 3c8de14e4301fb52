//! Validates a line: trims every text, and reports everything outside its limits at once.

use super::{DirectoryLine, FieldFault, Problem};
use fluence_domain::person::NameOf;

/// Limits of the fields, in characters and in items.
const LONGEST_NAME: usize = 100;
const LONGEST_SHORT_TEXT: usize = 200;
pub(super) const LONGEST_BIO: usize = 5_000;
pub(super) const LONGEST_POST: usize = 20_000;
pub(super) const MOST_NAMES: usize = 20;
pub(super) const MOST_FORMER_COMPANIES: usize = 50;
pub(super) const MOST_LANGUAGES: usize = 20;
pub(super) const MOST_POSTS: usize = 500;

impl DirectoryLine {
    /// Trims every text and returns what is outside its limits.
    pub(super) fn check(&mut self) -> Vec<FieldFault> {
        let mut check = Check::default();
        check.name("first_name", &mut self.first_name, NameOf::Person);
        check.name("last_name", &mut self.last_name, NameOf::Person);
        check.name("company", &mut self.company, NameOf::Company);
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
        self.line_of_text(field, text, LONGEST_NAME);
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
