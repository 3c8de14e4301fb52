//! Figures in JSON texts, compared with a full parser.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn at(text: &str, pointer: &str) -> Option<String> {
    figure_in(text.as_bytes(), &pointer.parse().unwrap()).map(|figure| figure.to_string())
}

#[test]
fn a_figure_is_found_where_the_pointer_leads() {
    let answer =
        r#"{"id":"x","usage":{"prompt_tokens":12,"cost":0.25,"none":null,"text":"7","of":[1,{"n":3}]}}"#;
    for (pointer, figure) in [
        ("/usage/prompt_tokens", Some("12")),
        ("/usage/cost", Some("0.25")),
        ("/usage/of/0", Some("1")),
        ("/usage/of/1/n", Some("3")),
        ("/usage/none", None),
        ("/usage/text", None),
        ("/usage", None),
        ("/usage/of/2", None),
        ("/usage/of/01", None),
        ("/usage/of/-", None),
        ("/usage/prompt_tokens/more", None),
        ("/id/x", None),
        ("/other", None),
    ] {
        assert_eq!(at(answer, pointer).as_deref(), figure, "{pointer}");
    }
    assert_eq!(at(r#"{"a":0}"#, "/a").as_deref(), Some("0"));
    assert_eq!(at(r#"{"a":1,"a":2}"#, "/a").as_deref(), Some("2"));
    assert_eq!(at(r#"{"a/b":{"~":5}}"#, "/a~1b/~0").as_deref(), Some("5"));
    assert_eq!(at(r#"{"\u0061":4}"#, "/a").as_deref(), Some("4"));
}

#[test]
fn a_member_that_two_readers_may_understand_differently_is_ambiguous() {
    let at = |text: &str| member_in(text.as_bytes(), &"/a/b".parse().unwrap());
    assert_eq!(at(r#"{"a":{"b":3}}"#), Member::Figure(Figure::whole(3)));
    for text in [r#"{"a":{"b":3,"b":3}}"#, r#"{"a":{"b":3},"a":{"b":3}}"#, r#"{"a":{"b":3},"a":1}"#] {
        assert_eq!(at(text), Member::Ambiguous, "{text}");
    }
    for text in [r#"{"a":{"b":3,"B":9}}"#, r#"{"A":{"b":9},"a":{"b":3}}"#, r#"{"a":{"b":3},"\u0041":1}"#] {
        assert_eq!(at(text), Member::Ambiguous, "{text}");
        let figure = figure_in(text.as_bytes(), &"/a/b".parse().unwrap());
        assert_eq!(figure, Some(Figure::whole(3)), "an upstream's name means itself: {text}");
    }
    // One reader finds nothing there, so all that the route can cost is held.
    for text in [r#"{"A":{"b":9}}"#, r#"{"a":{"B":9}}"#] {
        assert_eq!(at(text), Member::Absent, "{text}");
    }
    for text in ["", "{}", r#"{"a":1}"#, r#"{"a":{"b":null}}"#, r#"{"c":{"b":1,"b":2}}"#, "no JSON"] {
        assert_eq!(at(text), Member::Absent, "{text}");
    }
    for text in [r#"{"a":{"b":-1}}"#, r#"{"a":{"b":"3"}}"#, r#"{"a":{"b":{}}}"#, r#"{"a":{"b":1e300}}"#] {
        assert_eq!(at(text), Member::Other, "{text}");
    }
}

#[test]
fn what_is_not_one_json_text_has_no_figure() {
    for text in [
        "",
        "{",
        "{\"a\":1",
        "{\"a\":1}x",
        "{\"a\":1}{\"a\":2}",
        "{\"a\":-1}",
        "{\"a\":1e999}",
        "a=1",
        "{\"a\":01}",
    ] {
        assert_eq!(at(text, "/a"), None, "{text}");
    }
    assert_eq!(figure_in(b"{\"a\":1,\"\xff\":2}", &"/a".parse().unwrap()), None);
}

#[test]
fn deep_and_wide_texts_are_walked_without_a_stack_or_a_copy() {
    let deep = format!("{{\"x\":{}{},\"a\":1}}", "[".repeat(500_000), "]".repeat(500_000));
    assert_eq!(at(&deep, "/a").as_deref(), Some("1"));
    let wide = format!("{{\"x\":[{}0],\"a\":1}}", "0,".repeat(500_000));
    assert_eq!(at(&wide, "/a").as_deref(), Some("1"));
    assert_eq!(at(&wide, "/x/500000").as_deref(), Some("0"));
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-5_i64..1_000_000).prop_map(Value::from),
        (0.0_f64..1e6).prop_map(Value::from),
        "[a-c]{0,3}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::hash_map("[a-c]{1,2}", inner, 0..5).prop_map(|members| json!(members)),
        ]
    })
}

proptest! {
    #[test]
    fn a_full_parser_finds_the_same(value in values(), pointer in "(/([a-c]{1,2}|[0-4])){1,5}") {
        let text = value.to_string();
        let number = value.pointer(&pointer).filter(|found| found.is_number());
        let expected = number.and_then(|number| Figure::parse(&number.to_string()));
        prop_assert_eq!(figure_in(text.as_bytes(), &pointer.parse().unwrap()), expected);
    }

    #[test]
    fn no_bytes_end_the_reader(text in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = figure_in(&text, &"/a/0/b".parse().unwrap());
    }

    #[test]
    fn a_text_cut_anywhere_has_no_figure(value in values(), cut in 0_usize..60) {
        let text = json!({ "a": 7, "b": value }).to_string();
        let cut = cut.min(text.len() - 1);
        if text.is_char_boundary(cut) {
            prop_assert_eq!(figure_in(&text.as_bytes()[..cut], &"/a".parse().unwrap()), None);
        }
    }
}
