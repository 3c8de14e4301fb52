//! Changes members of a JSON object. Everything else keeps its text and its order, so that no
//! number is rounded.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::domain::forwarding::MemberChanges;

/// The text is not one JSON object, or a name on the way to a member stands twice or has a value
/// that is no object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotEditable;

/// Returns the changed text. `None` if it is not one that is to be changed.
pub fn edited(text: &[u8], changes: &MemberChanges) -> Result<Option<Vec<u8>>, NotEditable> {
    let text = std::str::from_utf8(text).map_err(|_| NotEditable)?;
    let mut root = Node::Object(members_of(text)?);
    if let Some(when) = &changes.when
        && !root.is_true(when.names())?
    {
        return Ok(None);
    }
    for pointer in &changes.remove {
        root.remove(pointer.names())?;
    }
    for (pointer, value) in &changes.set {
        root.set(pointer.names(), value)?;
    }
    let mut edited = String::with_capacity(text.len() + 256);
    root.write(&mut edited);
    Ok(Some(edited.into_bytes()))
}

/// Whether a text has all members that are set, with the same values.
pub fn has_all_set(text: &[u8], changes: &MemberChanges) -> bool {
    let Ok(root) = serde_json::from_slice::<Value>(text) else { return false };
    changes.set.iter().all(|(pointer, value)| {
        pointer
            .member_of(&root)
            .is_some_and(|member| serde_json::from_str(value).is_ok_and(|value: Value| *member == value))
    })
}

/// A value. Only objects on the way to a change are opened.
enum Node<'t> {
    Text(&'t str),
    Object(Vec<(String, Node<'t>)>),
}

impl<'t> Node<'t> {
    /// The members of an object, or `None`.
    fn open(&mut self) -> Result<Option<&mut Vec<(String, Node<'t>)>>, NotEditable> {
        if let Self::Text(text) = self
            && text.starts_with('{')
        {
            *self = Self::Object(members_of(text)?);
        }
        match self {
            Self::Object(members) => Ok(Some(members)),
            Self::Text(_) => Ok(None),
        }
    }

    /// The member with this name. A name that stands twice would mean different things to different
    /// readers.
    fn member(&mut self, name: &str) -> Result<Option<&mut Node<'t>>, NotEditable> {
        let Some(members) = self.open()? else { return Ok(None) };
        let mut named = members.iter_mut().filter(|(known, _)| known == name);
        match (named.next(), named.next()) {
            (found, None) => Ok(found.map(|(_, value)| value)),
            _ => Err(NotEditable),
        }
    }

    fn is_true(&mut self, names: &[String]) -> Result<bool, NotEditable> {
        match names.split_first() {
            None => Ok(matches!(self, Self::Text("true"))),
            Some((name, rest)) => self.member(name)?.map_or(Ok(false), |member| member.is_true(rest)),
        }
    }

    fn remove(&mut self, names: &[String]) -> Result<(), NotEditable> {
        let Some((name, rest)) = names.split_first() else { return Ok(()) };
        match self.member(name)? {
            Some(member) if !rest.is_empty() => member.remove(rest),
            Some(_) => {
                if let Some(members) = self.open()? {
                    members.retain(|(known, _)| known != name);
                }
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Sets a member. Objects that are missing on the way are made.
    fn set(&mut self, names: &[String], value: &'t str) -> Result<(), NotEditable> {
        let Some((name, rest)) = names.split_first() else {
            *self = Self::Text(value);
            return Ok(());
        };
        if matches!(self, Self::Text("null")) {
            *self = Self::Object(Vec::new());
        }
        if self.member(name)?.is_none() {
            let members = self.open()?.ok_or(NotEditable)?;
            members.push((name.clone(), Self::Text("null")));
        }
        self.member(name)?.map_or(Err(NotEditable), |member| member.set(rest, value))
    }

    fn write(&self, to: &mut String) {
        let members = match self {
            Self::Text(text) => return to.push_str(text),
            Self::Object(members) => members,
        };
        for (at, (name, value)) in members.iter().enumerate() {
            to.push(if at == 0 { '{' } else { ',' });
            to.push_str(&Value::from(name.as_str()).to_string());
            to.push(':');
            value.write(to);
        }
        to.push_str(if members.is_empty() { "{}" } else { "}" });
    }
}

fn members_of(text: &str) -> Result<Vec<(String, Node<'_>)>, NotEditable> {
    let Members(members) = serde_json::from_str(text).map_err(|_| NotEditable)?;
    Ok(members.into_iter().map(|(name, value)| (name, Node::Text(value.get()))).collect())
}

struct Members<'t>(Vec<(String, &'t RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        reader.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Members<'de>, M::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}

#[cfg(test)]
mod tests {
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
        edited(text.as_bytes(), changes).map(|text| text.map(|text| String::from_utf8(text).unwrap()))
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
        for text in
            ["{}", r#"{"stream":false}"#, r#"{"stream":"true"}"#, r#"{"stream":1}"#, r#"{"stream":null}"#]
        {
            assert_eq!(text_of(text, &streams), Ok(None), "{text}");
        }
        assert_eq!(text_of(r#"{"stream":true,"stream":false}"#, &streams), Err(NotEditable));
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
            assert_eq!(text_of(text, &edits), Err(NotEditable), "{text}");
        }
        assert_eq!(edited(b"{\"x\":\"\xff\"}", &edits), Err(NotEditable));
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<i64>().prop_map(Value::from),
            ".{0,3}".prop_map(Value::from)
        ];
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
            let _ = edited(&text, &changes(&[("/a/b", "1")], &["/c"], Some("/d")));
        }
    }
}
