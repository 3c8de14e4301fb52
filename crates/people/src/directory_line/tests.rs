//! Valid and invalid lines of a directory file.

use serde_json::{Value, json};

use super::check::{
    MAX_BIO_CHARS, MAX_FORMER_COMPANIES, MAX_LANGUAGES, MAX_NAMES, MAX_POST_CHARS, MAX_POSTS,
};
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
        "first_name: empty; last_name: longer than 100 characters; company: contains a control character"
    );
}

#[test]
fn every_list_and_text_has_a_limit() {
    assert!(fault("aliases", json!(vec!["Ana"; MAX_NAMES + 1])).contains("aliases"));
    assert!(fault("languages", json!(vec!["pt"; MAX_LANGUAGES + 1])).contains("languages"));
    assert!(
        fault("former_companies", json!(vec!["x"; MAX_FORMER_COMPANIES + 1])).contains("former_companies")
    );
    assert!(fault("posts", json!(vec![json!({"text": "oi"}); MAX_POSTS + 1])).contains("posts"));
    assert!(fault("posts", json!([{"text": "x".repeat(MAX_POST_CHARS + 1)}])).contains("posts[0].text"));
    assert!(fault("bio", json!("x".repeat(MAX_BIO_CHARS + 1))).contains("bio"));
    let long = " ".repeat(MAX_LINE_BYTES + 1);
    assert_eq!(DirectoryLine::parse(long.as_bytes()), Err(LineFault::TooLong));
}

#[test]
fn a_zero_character_is_refused_everywhere() {
    assert!(fault("posts", json!([{"text": "a\u{0}b"}])).contains("control character"));
    assert!(fault("title", json!("a\u{0}b")).contains("control character"));
}

#[test]
fn broken_json_and_broken_text_are_faults() {
    assert_eq!(DirectoryLine::parse(b"nonsense"), Err(LineFault::NotJson { column: 2 }));
    assert_eq!(DirectoryLine::parse(b"{} x"), Err(LineFault::NotJson { column: 4 }));
    assert_eq!(DirectoryLine::parse(b"\xff{}"), Err(LineFault::NotText));
    for other in ["[]", "null", "7", "\"Ana\""] {
        assert_eq!(DirectoryLine::parse(other.as_bytes()), Err(LineFault::NotObject), "{other}");
    }
}

#[test]
fn a_null_field_is_an_absent_one_and_a_null_list_an_empty_one() {
    for field in [
        "external_id",
        "title",
        "location",
        "email",
        "bio",
        "languages",
        "aliases",
        "former_companies",
        "posts",
        "source",
        "legal_basis",
    ] {
        assert_eq!(with(field, json!(null)), DirectoryLine::parse(line().to_string().as_bytes()), "{field}");
    }
    let post = with("posts", json!([{"text": "oi", "published_at": null, "language": null}])).unwrap();
    assert_eq!((post.posts[0].published_at, post.posts[0].language.as_deref()), (None, None));
    assert_eq!(fault("company", json!(null)), "company: missing");
}

#[test]
fn a_fault_names_the_field_and_what_it_should_be() {
    for (field, value, reason) in [
        ("title", json!(7), "title: not a text"),
        ("languages", json!("pt"), "languages: not a list"),
        ("aliases", json!(["Aninha", 7]), "aliases[1]: not a text"),
        ("posts", json!(["oi"]), "posts[0]: not an object"),
        ("posts", json!([{"text": "oi"}, {}]), "posts[1].text: missing"),
        (
            "posts",
            json!([{"text": "oi", "published_at": "31/01/2026"}]),
            "posts[0].published_at: not a date such as 2026-01-31",
        ),
        (
            "posts",
            json!([{"text": "oi", "published_at": "+12345-1-1"}]),
            "posts[0].published_at: not a date such as 2026-01-31",
        ),
        (
            "posts",
            json!([{"text": "oi", "published_at": "9999-12-31T23:59:59-23:00"}]),
            "posts[0].published_at: not a date such as 2026-01-31",
        ),
        ("posts", json!([{"text": "oi", "published_at": 7}]), "posts[0].published_at: not a text"),
        ("frist_name", json!("Ana"), "frist_name: no such field"),
    ] {
        assert_eq!(fault(field, value), reason);
    }
    let twice = br#"{"first_name": "Ana", "last_name": "Lemos", "company": "Zyntra", "company": "Klarion"}"#;
    assert_eq!(DirectoryLine::parse(twice).unwrap_err().to_string(), "company: given more than once");
}

#[test]
fn a_date_means_the_start_of_its_day_in_utc() {
    let written = |text: &str| {
        with("posts", json!([{"text": "oi", "published_at": text}])).unwrap().posts[0].published_at
    };
    assert_eq!(written("2026-01-31"), written("2026-01-31T00:00:00Z"));
    assert_eq!(written("2026-01-31T03:00:00-03:00"), written("2026-01-31T06:00:00Z"));
}

#[test]
fn the_digest_distinguishes_any_two_different_lines() {
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
