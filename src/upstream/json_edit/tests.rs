//! Edited members, compared with a full parser.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn changes(set: &[(&str, &str)], remove: &[&str], when: Option<&str>) -> MemberChanges {
    MemberChanges {
        set: set.iter().map(|(at, value)| (at.parse().unwrap(), (*value).to_owned())).collect(),
        remove: remove.iter().map(|at| at.parse().unwrap()).collect(),
        when: when.map(|at| at.parse().unwrap()),
        extra_event: None,
    }
}

fn text_of(text: &str, changes: &MemberChanges) -> Result<Option<String>, NotEditable> {
    text_by(Author::Client, text, changes)
}

fn text_by(author: Author, text: &str, changes: &MemberChanges) -> Result<Option<String>, NotEditable> {
    let edited = edited(text.as_bytes(), changes, author)?;
    Ok(edited.map(|text| String::from_utf8(text).unwrap()))
}

#[test]
fn members_are_set_and_removed_and_all_else_keeps_its_text() {
    let both = changes(&[("/a/b", "true"), ("/new/deep", "\"x\"")], &["/c/d", "/gone", "/e/f"], None);
    for (before, after) in [
        (r#"{"a":{"b":1,"k":1.50}}"#, r#"{"a":{"b":true,"k":1.50},"new":{"deep":"x"}}"#),
        (
            r#" { "c" : {"d":1, "x":12345678901234567890123} , "gone":[ ] } "#,
            r#"{"c":{"x":12345678901234567890123},"a":{"b":true},"new":{"deep":"x"}}"#,
        ),
        (r#"{"a":null,"e":[1, 2],"new":{}}"#, r#"{"a":{"b":true},"e":[1, 2],"new":{"deep":"x"}}"#),
        (r#"{"c":{"d":0},"q":"\u0061"}"#, r#"{"c":{},"q":"\u0061","a":{"b":true},"new":{"deep":"x"}}"#),
    ] {
        assert_eq!(text_of(before, &both).unwrap().unwrap(), after);
    }
    let escaped = changes(&[("/a~1b", "1")], &[], None);
    assert_eq!(text_of("{}", &escaped).unwrap().unwrap(), r#"{"a/b":1}"#);
}

#[test]
fn a_condition_is_true_and_nothing_like_it() {
    let streams = changes(&[("/n", "1")], &[], Some("/stream"));
    assert!(text_of(r#"{"stream": true}"#, &streams).unwrap().is_some());
    for text in ["{}", r#"{"stream":false}"#, r#"{"stream":null}"#] {
        assert_eq!(text_of(text, &streams), Ok(None), "{text}");
    }
    for text in [r#"{"stream":"true"}"#, r#"{"stream":1}"#, r#"{"stream":{}}"#, r#"{"stream":[true]}"#] {
        assert_eq!(text_of(text, &streams), Err(NotEditable::Condition), "{text}");
    }
    assert_eq!(text_of(r#"{"stream":true,"stream":false}"#, &streams), Err(NotEditable::Shape));
}

#[test]
fn a_text_has_what_is_set_only_with_the_same_values() {
    let set = changes(&[("/a/b", "true"), ("/n", "1")], &[], None);
    assert!(has_all_set(br#"{"n":1,"a":{"x":0,"b":true}}"#, &set));
    for text in ["", "{}", r#"{"n":1,"a":{"b":false}}"#, r#"{"n":1,"a":[true]}"#, r#"{"a":{"b":true}}"#] {
        assert!(!has_all_set(text.as_bytes(), &set), "{text}");
    }
}

#[test]
fn a_text_that_readers_may_understand_differently_is_not_edited() {
    let edits = changes(&[("/a/b", "1")], &["/c"], None);
    for text in [
        "",
        "[]",
        "1",
        "{",
        "{}x",
        r#"{"a":1}"#,
        r#"{"a":[]}"#,
        r#"{"a":{},"a":{}}"#,
        r#"{"a":{},"\u0061":{}}"#,
        r#"{"a":{"b":1,"b":2}}"#,
        r#"{"c":1,"c":2}"#,
    ] {
        assert_eq!(text_of(text, &edits), Err(NotEditable::Shape), "{text}");
    }
    assert_eq!(edited(b"{\"x\":\"\xff\"}", &edits, Author::Client), Err(NotEditable::Shape));
}

#[test]
fn a_client_writes_no_name_in_another_letter_case_and_an_upstream_may() {
    let edits = changes(&[("/gen/model", "1")], &["/key"], None);
    for (text, of_upstream) in [
        (r#"{"gen":{"model":2,"Model":3}}"#, r#"{"gen":{"model":1,"Model":3}}"#),
        (r#"{"gen":{"MODEL":3}}"#, r#"{"gen":{"MODEL":3,"model":1}}"#),
        (r#"{"gen":{},"Gen":{"model":3}}"#, r#"{"gen":{"model":1},"Gen":{"model":3}}"#),
        (r#"{"GEN":{}}"#, r#"{"GEN":{},"gen":{"model":1}}"#),
        ("{\"\u{212a}ey\":3}", "{\"\u{212a}ey\":3,\"gen\":{\"model\":1}}"),
        (r#"{"\u212aey":3,"key":1}"#, "{\"\u{212a}ey\":3,\"gen\":{\"model\":1}}"),
    ] {
        assert_eq!(text_of(text, &edits), Err(NotEditable::Shape), "{text}");
        assert_eq!(text_by(Author::Upstream, text, &edits).unwrap().unwrap(), of_upstream);
    }
    let elsewhere = r#"{"x":{"GEN":1,"Model":2},"Model":3}"#;
    assert!(text_of(elsewhere, &edits).unwrap().is_some());
    let streams = changes(&[("/n", "1")], &[], Some("/stream"));
    assert_eq!(text_of(r#"{"Stream":true}"#, &streams), Err(NotEditable::Shape));
}

fn values() -> impl Strategy<Value = Value> {
    let leaf =
        prop_oneof![Just(Value::Null), any::<i64>().prop_map(Value::from), ".{0,3}".prop_map(Value::from)];
    leaf.prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::hash_map("[a-c]", inner, 0..4).prop_map(|members| json!(members)),
        ]
    })
}

proptest! {
    #[test]
    fn a_full_parser_agrees(members in prop::collection::hash_map("[a-c]", values(), 0..4), set in "(/[a-c]){1,3}", remove in "(/[a-c]){1,3}") {
        let before = json!(members);
        let edits = changes(&[(&set, "7")], &[&remove], None);
        let Ok(after) = text_of(&before.to_string(), &edits) else { return Ok(()) };
        let after: Value = serde_json::from_str(&after.unwrap()).unwrap();
        prop_assert_eq!(after.pointer(&set), Some(&json!(7)));
        let is_apart = !remove.starts_with(&set) && !set.starts_with(&remove);
        if is_apart && !before.pointer(&remove[..remove.len() - 2]).is_some_and(Value::is_array) {
            prop_assert_eq!(after.pointer(&remove), None);
        }
    }

    #[test]
    fn no_bytes_end_the_editor(text in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = edited(&text, &changes(&[("/a/b", "1")], &["/c"], Some("/d")), Author::Client);
    }
}
