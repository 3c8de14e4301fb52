//! Faulty fields, reported together and briefly.

use super::*;
use crate::http::json::parse_object;

fn fields(text: &str) -> Fields {
    Fields::new(parse_object(text.as_bytes()).unwrap())
}

const WORDS: [&str; 2] = ["p", "q"];

/// What a word means; more words have a meaning than a field takes.
fn meaning(word: &str) -> Option<usize> {
    ["p", "q", "r"].iter().position(|known| *known == word)
}

fn faults(fields: Fields) -> Vec<(String, Fault)> {
    match fields.finish() {
        Err(Refusal::ValidationFailed(faults)) => faults.into_iter().map(|f| (f.field, f.fault)).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_fault_is_reported_at_once() {
    let mut fields = fields(r#"{"a": 1, "b": "yes", "c": "r", "d": 0, "d": 0}"#);
    assert_eq!(fields.take_text("a"), None);
    assert_eq!(fields.take_bool("b"), None);
    assert_eq!(fields.take_word("c", &WORDS, meaning), None);
    let expected = [
        ("d", Fault::Repeated),
        ("a", Fault::NotText),
        ("b", Fault::NotBoolean),
        ("c", Fault::NotOneOf(&WORDS)),
        ("d", Fault::Unknown),
    ];
    assert_eq!(faults(fields), expected.map(|(name, fault)| (name.to_owned(), fault)));
}

#[test]
fn a_whole_number_is_in_range_or_not_however_large() {
    let mut fields =
        fields(r#"{"a": 0, "b": 9007199254740992, "c": -1e300, "d": 1.5, "e": "1", "f": 7, "g": null}"#);
    let read = ["a", "b", "c", "d", "e", "f", "g"].map(|name| fields.take_whole(name, 1, 1_000));
    assert_eq!(read, [None, None, None, None, None, Some(Some(7)), Some(None)]);
    let (least, most) = (1, 1_000);
    let (range, whole) = (Fault::OutOfRange { least, most }, Fault::NotWhole { least, most });
    let expected = [("a", range), ("b", range), ("c", range), ("d", whole), ("e", whole)];
    assert_eq!(faults(fields), expected.map(|(name, fault)| (name.to_owned(), fault)));
}

#[test]
fn null_means_absent() {
    let mut fields = fields(r#"{"a": null, "b": "q"}"#);
    assert_eq!(fields.take_text("a"), None);
    assert_eq!(fields.take_word("b", &WORDS, meaning), Some(1));
    assert_eq!(fields.finish(), Ok(()));
}

#[test]
fn a_flood_of_fields_gives_a_short_answer() {
    let many: Vec<_> = (0..10_000).map(|n| (format!("{n}{}", "x".repeat(500)), Json::Null)).collect();
    let faults = faults(Fields::new(many));
    assert_eq!(faults.len(), MAX_FAULTS);
    assert!(faults.iter().all(|(name, _)| name.chars().count() == MAX_NAME_CHARS + 1));
}
