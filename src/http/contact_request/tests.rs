//! Contacts as clients write them, sound and faulty.

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
        ("posts[2].published_at", Fault::NotDate),
        ("posts[2].likes", Fault::Unknown),
        ("account_id", Fault::Unknown),
    ];
    assert_eq!(
        faults(parse_new(fields(&body))),
        expected.map(|(name, fault)| (name.to_owned(), fault)).to_vec()
    );
}

#[test]
fn an_email_says_what_is_wrong_with_it() {
    let long = format!("{}@{}example.com", "a".repeat(64), "b.".repeat(100));
    for (email, fault) in [
        ("nobody", Fault::NotAddress),
        (long.as_str(), Fault::TooLong { max_chars: 254 }),
        (" ", Fault::Empty),
        ("a\u{0}@example.com", Fault::ControlCharacter),
    ] {
        let body = json!({ "first_name": "a", "last_name": "b", "company": "c", "email": email });
        assert_eq!(faults(parse_new(fields(&body))), [("email".to_owned(), fault)], "{email}");
    }
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
