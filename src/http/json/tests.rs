//! JSON objects, sound and faulty, and the limits on their size.

use super::*;
use proptest::prelude::*;

use crate::domain::refusal::ErrorCode;

fn refused_at(bytes: &[u8]) -> (usize, usize) {
    match parse_object(bytes) {
        Err(Refusal::InvalidJson { line, column }) => (line, column),
        other => panic!("{other:?}"),
    }
}

#[test]
fn members_keep_their_order_and_repetitions() {
    let members = parse_object(br#" {"b": [1, null], "a": {"x": true}, "b": "\u00e9"} "#).unwrap();
    let expected = [
        ("b".to_owned(), Json::List(vec![Json::Number(1.0), Json::Null])),
        ("a".to_owned(), Json::Object(vec![("x".to_owned(), Json::Bool(true))])),
        ("b".to_owned(), Json::Text("é".to_owned())),
    ];
    assert_eq!(members, expected);
}

#[test]
fn a_byte_order_mark_in_front_is_passed_over() {
    assert_eq!(parse_object(b"\xef\xbb\xbf{}"), Ok(vec![]));
    assert_eq!(refused_at(b"\xef\xbb\xbf\xef\xbb\xbf{}"), (1, 1));
    assert_eq!(refused_at(b"{\xef\xbb\xbf}"), (1, 2));
    assert_eq!(refused_at(b"\xef\xbb\xbf"), (1, 1));
}

#[test]
fn anything_but_one_object_is_refused_with_its_place() {
    assert_eq!(refused_at(b""), (1, 1));
    assert_eq!(refused_at(b"null"), (1, 1));
    assert_eq!(refused_at(b"[]"), (1, 1));
    assert_eq!(refused_at(b"{} {}"), (1, 4));
    assert_eq!(refused_at(b"{\n \"a\": tru}"), (2, 10));
    assert_eq!(refused_at(b"{\"a\": 1,}"), (1, 9));
}

#[test]
fn bad_utf8_is_refused_wherever_it_stands() {
    assert_eq!(refused_at(b"{\n\"unread\": \"\xff\"}"), (2, 12));
    assert_eq!(refused_at(b"{\"a\": \"\xc0\xaf\"}"), (1, 8));
    assert_eq!(refused_at(br#"{"a": "\ud800"}"#), (1, 14));
}

#[test]
fn nesting_ends_at_its_limit() {
    let nested = |depth: usize| {
        let lists = depth - 1;
        format!(r#"{{"a": {}{}}}"#, "[".repeat(lists), "]".repeat(lists))
    };
    assert!(parse_object(nested(MAX_DEPTH).as_bytes()).is_ok());
    assert!(parse_object(nested(MAX_DEPTH + 1).as_bytes()).is_err());
    refused_at("[".repeat(100_000).as_bytes());
}

#[test]
fn d09_the_number_of_values_is_bounded() {
    let numbers = |count: usize| format!(r#"{{"a": [{}]}}"#, vec!["1"; count].join(","));
    // The object and the list are values too.
    assert!(parse_object(numbers(MAX_VALUES - 2).as_bytes()).is_ok());
    refused_at(numbers(MAX_VALUES - 1).as_bytes());
}

#[test]
fn the_refusal_names_both_limits() {
    let template = ErrorCode::InvalidJson.templates()[0];
    for (action, values) in template.action.iter().zip(["10,000 values", "10.000 valores"]) {
        assert!(action.contains(&MAX_DEPTH.to_string()) && action.contains(values), "{action}");
        assert_eq!(values.replace(|c: char| !c.is_ascii_digit(), ""), MAX_VALUES.to_string());
    }
}

#[test]
fn numbers_beyond_a_float_and_lone_surrogates_are_refused_and_the_refusal_names_them() {
    let many_digits = format!(r#"{{"a": {}}}"#, "7".repeat(5_000));
    for body in [r#"{"a": 1e999}"#, &many_digits, r#"{"a": "\ud800"}"#, r#"{"a": "\udc00\ud800"}"#] {
        refused_at(body.as_bytes());
    }
    for text in [r#"{"a": 1e308}"#, r#"{"a": "\ud83d\ude00"}"#] {
        assert!(parse_object(text.as_bytes()).is_ok(), "{text}");
    }
    for action in ErrorCode::InvalidJson.templates()[0].action {
        assert!(action.contains("1.8e308") && action.contains(r"\ud800"), "{action}");
    }
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..256)) {
        let _ = parse_object(&bytes);
    }

    #[test]
    fn no_text_of_json_characters_panics(text in r#"[\[\]{}":,\\u0-9a-e \n.tfn-]{0,80}"#) {
        let _ = parse_object(text.as_bytes());
    }
}
