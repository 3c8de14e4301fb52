//! One figure of a JSON text. The text is walked along the pointer; everything else is skipped and
//! not kept.

use std::fmt;

use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::domain::figure::{Figure, JsonPointer};

/// What stands at a pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Member {
    /// Nothing, or `null`.
    Absent,
    Figure(Figure),
    /// A value that is no figure.
    Other,
    /// An object on the way has the name twice, so that two readers may find different values.
    Ambiguous,
}

/// Returns the figure that stands at the pointer. `None` if the text is not JSON, or has no figure
/// there. Where an object has a name twice, the last one counts.
pub fn figure_in(text: &[u8], pointer: &JsonPointer) -> Option<Figure> {
    match read(text, pointer)?.last {
        Member::Figure(figure) => Some(figure),
        Member::Absent | Member::Other | Member::Ambiguous => None,
    }
}

/// Returns what stands at the pointer, for texts whose other readers must find the same. A text
/// that is not JSON has nothing.
pub fn member_in(text: &[u8], pointer: &JsonPointer) -> Member {
    match read(text, pointer) {
        None => Member::Absent,
        Some(Found { is_ambiguous: true, .. }) => Member::Ambiguous,
        Some(Found { last, .. }) => last,
    }
}

fn read(text: &[u8], pointer: &JsonPointer) -> Option<Found> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    let found = At(pointer.names()).deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    Some(found)
}

#[derive(Clone, Copy)]
struct Found {
    last: Member,
    is_ambiguous: bool,
}

const NOTHING: Found = Found { last: Member::Absent, is_ambiguous: false };

/// Reads what stands at the rest of a pointer.
#[derive(Clone, Copy)]
struct At<'p>(&'p [String]);

impl<'de> DeserializeSeed<'de> for At<'_> {
    type Value = Found;

    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> Result<Found, D::Error> {
        if !self.0.is_empty() {
            return reader.deserialize_any(self);
        }
        let text: &RawValue = serde::Deserialize::deserialize(reader)?;
        let last = match Figure::parse(text.get()) {
            Some(figure) => Member::Figure(figure),
            None if text.get() == "null" => Member::Absent,
            None => Member::Other,
        };
        Ok(Found { last, is_ambiguous: false })
    }
}

impl<'de> Visitor<'de> for At<'_> {
    type Value = Found;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut members: M) -> Result<Found, M::Error> {
        let Some((name, rest)) = self.0.split_first() else { return Err(M::Error::custom("no name")) };
        let mut found: Option<Found> = None;
        while let Some(is_named) = members.next_key_seed(Named(name))? {
            if is_named {
                let next = members.next_value_seed(At(rest))?;
                found = Some(Found { is_ambiguous: next.is_ambiguous || found.is_some(), ..next });
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found.unwrap_or(NOTHING))
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut items: S) -> Result<Found, S::Error> {
        let Some((name, rest)) = self.0.split_first() else { return Err(S::Error::custom("no name")) };
        let place = index(name);
        let (mut found, mut at) = (NOTHING, 0);
        loop {
            if Some(at) == place {
                match items.next_element_seed(At(rest))? {
                    Some(next) => found = next,
                    None => return Ok(found),
                }
            } else if items.next_element::<IgnoredAny>()?.is_none() {
                return Ok(found);
            }
            at += 1;
        }
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Found, E> {
        Ok(NOTHING)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Found, E> {
        Ok(NOTHING)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Found, E> {
        Ok(NOTHING)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Found, E> {
        Ok(NOTHING)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Found, E> {
        Ok(NOTHING)
    }

    fn visit_unit<E: Error>(self) -> Result<Found, E> {
        Ok(NOTHING)
    }
}

/// The place in a list, as a pointer writes it: without leading zeros.
fn index(name: &str) -> Option<usize> {
    let is_index = name == "0" || (name.bytes().all(|c| c.is_ascii_digit()) && !name.starts_with('0'));
    if is_index { name.parse().ok() } else { None }
}

/// Whether a member has this name.
struct Named<'p>(&'p str);

impl<'de> DeserializeSeed<'de> for Named<'_> {
    type Value = bool;

    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> Result<bool, D::Error> {
        reader.deserialize_str(self)
    }
}

impl Visitor<'_> for Named<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<bool, E> {
        Ok(name == self.0)
    }
}

#[cfg(test)]
mod tests {
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
}
