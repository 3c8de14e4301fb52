//! What an account writes of a contact: a new one, or changes to one. Every faulty field is reported at once.

use chrono::{DateTime, Utc};

use super::fields::Fields;
use super::json::Json;
use crate::domain::contact::{ContactContent, limits};
use crate::domain::person::Post;
use crate::domain::refusal::{Fault, Refusal};
use crate::domain::text::EmailAddress;

/// Reads a new contact. `first_name`, `last_name` and `company` must be there.
pub fn parse_new(mut fields: Fields) -> Result<ContactContent, Refusal> {
    let first_name = needed_name(&mut fields, "first_name");
    let last_name = needed_name(&mut fields, "last_name");
    let company = needed_name(&mut fields, "company");
    let optional = Optional::take(&mut fields);
    fields.finish()?;
    // Whatever is missing here was a fault above.
    let (Some(first_name), Some(last_name), Some(company)) = (first_name, last_name, company) else {
        return Err(Refusal::Internal);
    };
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

fn needed_name(fields: &mut Fields, name: &'static str) -> Option<String> {
    match fields.take(name) {
        None => fields.fault(name, Fault::Missing),
        Some(value) => fields.line(name, value, limits::NAME_CHARS),
    }
}

/// Changes to a contact, as a JSON merge patch (RFC 7396) names them: a field that is missing stays, `null` empties it.
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
        let first_name = changed_name(&mut fields, "first_name");
        let last_name = changed_name(&mut fields, "last_name");
        let company = changed_name(&mut fields, "company");
        let optional = Optional::take(&mut fields);
        fields.finish()?;
        Ok(Self { first_name, last_name, company, optional })
    }

    /// The contact with these changes.
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

fn changed_name(fields: &mut Fields, name: &'static str) -> Option<String> {
    match fields.take_or_null(name)? {
        Json::Null => fields.fault(name, Fault::Empty),
        value => fields.line(name, value, limits::NAME_CHARS),
    }
}

/// The fields that a contact can be without. The outer `None` means that the request does not speak of it.
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
        Err(_) => fields.fault("email", Fault::NotAddress),
    }
}

/// Text of several lines, as it was written: line breaks and tabs are part of it, other control characters are not.
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
    // Every post is read, so that the faults of all are told.
    read.collect::<Vec<_>>().into_iter().collect()
}

fn post(mut fields: Fields) -> Result<Post, Refusal> {
    let text = match fields.take("text") {
        None => fields.fault("text", Fault::Missing),
        Some(value) => prose(&mut fields, "text", value, limits::POST_CHARS),
    };
    let published_at = fields.take_text("published_at").and_then(|text| {
        let instant = DateTime::parse_from_rfc3339(&text).map(|instant| instant.with_timezone(&Utc));
        instant.ok().or_else(|| fields.fault("published_at", Fault::NotInstant))
    });
    let language = fields.take("language");
    let language = language.and_then(|value| fields.line("language", value, limits::LANGUAGE_CHARS));
    fields.finish()?;
    Ok(Post { text: text.ok_or(Refusal::Internal)?, published_at, language })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::json_body::parse_fields;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn fields(body: &Value) -> Fields {
        parse_fields(body.to_string().as_bytes()).unwrap()
    }

    fn faults<T: std::fmt::Debug>(read: Result<T, Refusal>) -> Vec<(String, Fault)> {
        match read {
            Err(Refusal::ValidationFailed(faults)) => {
                faults.into_iter().map(|fault| (fault.field, fault.fault)).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    fn ana() -> Value {
        json!({"first_name": " Ana ", "last_name": "Lemos", "company": "Zyntra"})
    }

    fn with(name: &str, value: Value) -> Value {
        let mut body = ana();
        body[name] = value;
        body
    }

    #[test]
    fn three_fields_are_enough_and_texts_are_trimmed() {
        let content = parse_new(fields(&ana())).unwrap();
        assert_eq!((content.first_name.as_str(), content.title, content.posts.len()), ("Ana", None, 0));
    }

    #[test]
    fn every_field_of_the_contract_is_read() {
        let mut body = ana();
        let more = json!({
            "title": "CTO", "email": "ana@example.com", "bio": "Eu\nsou",
            "posts": [{"text": " oi\r\n", "published_at": "2026-01-02T03:04:05-03:00", "language": "pt"}, {"text": "a"}],
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let content = parse_new(fields(&body)).unwrap();
        assert_eq!(content.email.as_deref(), Some("ana@example.com"));
        assert_eq!(content.posts[0].text, " oi\r\n", "a post is kept to the letter");
        assert_eq!(content.posts[0].published_at.unwrap().to_rfc3339(), "2026-01-02T06:04:05+00:00");
        assert_eq!(content.posts.len(), 2);
    }

    #[test]
    fn d05_every_faulty_field_is_named_at_once() {
        let body = json!({
            "first_name": " ", "company": 7, "title": "x".repeat(201), "email": "nobody", "bio": "a\u{0}b",
            "posts": [{"text": ""}, "post", {"text": "a", "likes": 1, "published_at": "yesterday"}],
            "account_id": "1",
        });
        let expected = [
            ("first_name", Fault::Empty),
            ("last_name", Fault::Missing),
            ("company", Fault::NotText),
            ("title", Fault::TooLong { max_chars: 200 }),
            ("email", Fault::NotAddress),
            ("bio", Fault::ControlCharacter),
            ("posts[0].text", Fault::Empty),
            ("posts[1]", Fault::NotObject),
            ("posts[2].published_at", Fault::NotInstant),
            ("posts[2].likes", Fault::Unknown),
            ("account_id", Fault::Unknown),
        ];
        assert_eq!(
            faults(parse_new(fields(&body))),
            expected.map(|(name, fault)| (name.to_owned(), fault)).to_vec()
        );
    }

    #[test]
    fn d09_lists_and_texts_have_limits() {
        let many = vec![json!({"text": "oi"}); limits::POSTS + 1];
        assert_eq!(
            faults(parse_new(fields(&with("posts", json!(many))))),
            [("posts".to_owned(), Fault::TooMany { max_items: limits::POSTS })]
        );
        let long = json!([{"text": "é".repeat(limits::POST_CHARS + 1)}]);
        assert_eq!(
            faults(parse_new(fields(&with("posts", long)))),
            [("posts[0].text".to_owned(), Fault::TooLong { max_chars: limits::POST_CHARS })]
        );
        assert!(parse_new(fields(&with("bio", json!("é".repeat(limits::BIO_CHARS))))).is_ok());
        assert!(parse_new(fields(&with("bio", json!("é".repeat(limits::BIO_CHARS + 1))))).is_err());
        assert_eq!(faults(parse_new(fields(&with("posts", json!({}))))), [("posts".into(), Fault::NotList)]);
    }

    fn changed(change: Value) -> ContactContent {
        let full = json!({"first_name": "Ana", "last_name": "Lemos", "company": "Zyntra", "title": "CTO",
            "posts": [{"text": "oi"}]});
        let old = parse_new(fields(&full)).unwrap();
        ContactChange::parse(fields(&change)).unwrap().applied_to(old)
    }

    #[test]
    fn a_missing_field_stays_and_null_empties_it() {
        let same = changed(json!({}));
        assert_eq!((same.title.as_deref(), same.posts.len()), (Some("CTO"), 1));
        let emptied = changed(json!({"title": null, "posts": null, "company": "Klarion"}));
        assert_eq!((emptied.title, emptied.posts.len(), emptied.company.as_str()), (None, 0, "Klarion"));
    }

    #[test]
    fn names_cannot_be_emptied() {
        let change = json!({"first_name": null, "company": ""});
        assert_eq!(
            faults(ContactChange::parse(fields(&change))),
            [("first_name".to_owned(), Fault::Empty), ("company".to_owned(), Fault::Empty)]
        );
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(fields) = parse_fields(&bytes) {
                let _ = parse_new(fields);
            }
        }
    }
}
