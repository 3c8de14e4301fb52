//! What an account writes of a contact: a new one, or changes to one. Every faulty field is
//! reported at once.

use super::fields::Fields;
use super::json::Json;
use crate::domain::contact::{ContactContent, limits};
use crate::domain::person::{MAX_NAME_CHARS, NameOf, Post, parse_published_at};
use crate::domain::refusal::{Fault, Refusal};
use crate::domain::text::EmailAddress;

/// Reads a new contact. `first_name`, `last_name` and `company` must be there.
pub fn parse_new(mut fields: Fields) -> Result<ContactContent, Refusal> {
    let first_name = needed_name(&mut fields, FIRST_NAME);
    let last_name = needed_name(&mut fields, LAST_NAME);
    let company = needed_name(&mut fields, COMPANY);
    let optional = Optional::take(&mut fields);
    let ((first_name, last_name), company) = fields.finish_with(first_name.zip(last_name).zip(company))?;
    Ok(ContactContent {
        first_name,
        last_name,
        company,
        title: optional.title.flatten(),
        email: optional.email.flatten(),
        bio: optional.bio.flatten(),
        posts: optional.posts.unwrap_or_default(),
    })
}

/// A field's English and Portuguese name, and the kind of name that it holds.
type Spellings = (&'static str, &'static str, NameOf);

const FIRST_NAME: Spellings = ("first_name", "primeiro_nome", NameOf::Person);
const LAST_NAME: Spellings = ("last_name", "ultimo_nome", NameOf::Person);
const COMPANY: Spellings = ("company", "empresa", NameOf::Company);

fn needed_name(fields: &mut Fields, (english, portuguese, name_of): Spellings) -> Option<String> {
    fields.take_name_of_two(english, portuguese, name_of, MAX_NAME_CHARS)
}

/// Changes to a contact, as a JSON merge patch (RFC 7396) names them: a field that is missing
/// stays, `null` empties it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactChange {
    first_name: Option<String>,
    last_name: Option<String>,
    company: Option<String>,
    optional: Optional,
}

impl ContactChange {
    /// Reads changes. The names and the company cannot be emptied; `posts` replaces all posts.
    pub fn parse(mut fields: Fields) -> Result<Self, Refusal> {
        let first_name = changed_name(&mut fields, FIRST_NAME);
        let last_name = changed_name(&mut fields, LAST_NAME);
        let company = changed_name(&mut fields, COMPANY);
        let optional = Optional::take(&mut fields);
        fields.finish()?;
        Ok(Self { first_name, last_name, company, optional })
    }

    /// Returns the contact after the change.
    pub fn applied_to(self, old: ContactContent) -> ContactContent {
        let Optional { title, email, bio, posts } = self.optional;
        ContactContent {
            first_name: self.first_name.unwrap_or(old.first_name),
            last_name: self.last_name.unwrap_or(old.last_name),
            company: self.company.unwrap_or(old.company),
            title: title.unwrap_or(old.title),
            email: email.unwrap_or(old.email),
            bio: bio.unwrap_or(old.bio),
            posts: posts.unwrap_or(old.posts),
        }
    }
}

fn changed_name(fields: &mut Fields, spellings: Spellings) -> Option<String> {
    let (english, portuguese, _) = spellings;
    let emptied = [english, portuguese].into_iter().find(|name| fields.is_null(name));
    match emptied {
        Some(name) => {
            let _ = (fields.take_or_null(english), fields.take_or_null(portuguese));
            fields.fault(name, Fault::Empty)
        }
        None if fields.has(english) || fields.has(portuguese) => needed_name(fields, spellings),
        None => None,
    }
}

/// The fields that a contact can be without. The outer `None` means that the request does not speak
/// of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Optional {
    title: Option<Option<String>>,
    email: Option<Option<String>>,
    bio: Option<Option<String>>,
    posts: Option<Vec<Post>>,
}

impl Optional {
    fn take(fields: &mut Fields) -> Self {
        let title =
            nullable(fields, "title", |fields, value| fields.line("title", value, limits::TITLE_CHARS));
        let email = nullable(fields, "email", email);
        let bio = nullable(fields, "bio", |fields, value| prose(fields, "bio", value, limits::BIO_CHARS));
        let posts = nullable(fields, "posts", posts).map(Option::unwrap_or_default);
        Self { title, email, bio, posts }
    }
}

/// A field that may be `null`.
fn nullable<T>(
    fields: &mut Fields,
    name: &'static str,
    read: impl FnOnce(&mut Fields, Json) -> Option<T>,
) -> Option<Option<T>> {
    match fields.take_or_null(name)? {
        Json::Null => Some(None),
        value => Some(read(fields, value)),
    }
}

fn email(fields: &mut Fields, value: Json) -> Option<String> {
    let Json::Text(text) = value else { return fields.fault("email", Fault::NotText) };
    match text.parse::<EmailAddress>() {
        Ok(address) => Some(address.into_string()),
        Err(error) => fields.fault("email", error.into()),
    }
}

/// Text of several lines, as it was written: line breaks and tabs are part of it, other control
/// characters are not.
fn prose(fields: &mut Fields, field: &str, value: Json, max_chars: usize) -> Option<String> {
    let Json::Text(text) = value else { return fields.fault(field, Fault::NotText) };
    if text.trim().is_empty() {
        fields.fault(field, Fault::Empty)
    } else if text.chars().count() > max_chars {
        fields.fault(field, Fault::TooLong { max_chars })
    } else if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        fields.fault(field, Fault::ControlCharacter)
    } else {
        Some(text)
    }
}

fn posts(fields: &mut Fields, value: Json) -> Option<Vec<Post>> {
    let Json::List(items) = value else { return fields.fault("posts", Fault::NotList) };
    if items.len() > limits::POSTS {
        return fields.fault("posts", Fault::TooMany { max_items: limits::POSTS });
    }
    let read = items.into_iter().enumerate().map(|(index, item)| {
        let place = format!("posts[{index}]");
        let Json::Object(members) = item else { return fields.fault(&place, Fault::NotObject) };
        match post(Fields::new(members)) {
            Ok(post) => Some(post),
            Err(Refusal::ValidationFailed(faults)) => {
                for fault in faults {
                    fields.fault::<()>(&format!("{place}.{}", fault.field), fault.fault);
                }
                None
            }
            Err(_) => None,
        }
    });
    // Every post is read, so that all faults are reported.
    read.collect::<Vec<_>>().into_iter().collect()
}

fn post(mut fields: Fields) -> Result<Post, Refusal> {
    let text = match fields.take("text") {
        None => fields.fault("text", Fault::Missing),
        Some(value) => prose(&mut fields, "text", value, limits::POST_CHARS),
    };
    let published_at = fields
        .take_text("published_at")
        .and_then(|text| parse_published_at(&text).or_else(|| fields.fault("published_at", Fault::NotDate)));
    let language = fields.take("language");
    let language = language.and_then(|value| fields.line("language", value, limits::LANGUAGE_CHARS));
    Ok(Post { text: fields.finish_with(text)?, published_at, language })
}

#[cfg(test)]
mod tests;
