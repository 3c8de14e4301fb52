//! Changes members of a JSON object. Everything else keeps its text and its order, so that no
//! number is rounded.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use self::NotEditable::{Condition, Shape};
use crate::domain::forwarding::MemberChanges;
use crate::upstream::member_name::are_same_in_any_case;

/// Who wrote a text, and so whether its readers may take a name in another letter case for the
/// same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Author {
    /// May write for an upstream that ignores letter case.
    Client,
    /// The seller's own server: each name means itself.
    Upstream,
}

/// Why a text cannot be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotEditable {
    /// It is not one JSON object, or a name on the way to a member stands twice, in another letter
    /// case, or has a value that is no object.
    Shape,
    /// What stands at `when` is neither a truth value nor `null`: some readers take it for true.
    Condition,
}

/// Returns the changed text. `None` if it is not one that is to be changed.
pub fn edited(text: &[u8], changes: &MemberChanges, author: Author) -> Result<Option<Vec<u8>>, NotEditable> {
    let text = std::str::from_utf8(text).map_err(|_| Shape)?;
    let mut root = Node::Object(members_of(text)?);
    if let Some(when) = &changes.when
        && !root.is_true(when.names(), author)?
    {
        return Ok(None);
    }
    for pointer in &changes.remove {
        root.remove(pointer.names(), author)?;
    }
    for (pointer, value) in &changes.set {
        root.set(pointer.names(), value, author)?;
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
    fn member(&mut self, name: &str, author: Author) -> Result<Option<&mut Node<'t>>, NotEditable> {
        let Some(members) = self.open()? else { return Ok(None) };
        let mut named = members.iter_mut().filter(|(known, _)| match author {
            Author::Client => are_same_in_any_case(known, name),
            Author::Upstream => known == name,
        });
        match (named.next(), named.next()) {
            (None, _) => Ok(None),
            (Some((known, value)), None) if known == name => Ok(Some(value)),
            _ => Err(Shape),
        }
    }

    fn is_true(&mut self, names: &[String], author: Author) -> Result<bool, NotEditable> {
        match names.split_first() {
            None => match self {
                Self::Text("true") => Ok(true),
                Self::Text("false" | "null") => Ok(false),
                _ => Err(Condition),
            },
            Some((name, rest)) => {
                self.member(name, author)?.map_or(Ok(false), |member| member.is_true(rest, author))
            }
        }
    }

    fn remove(&mut self, names: &[String], author: Author) -> Result<(), NotEditable> {
        let Some((name, rest)) = names.split_first() else { return Ok(()) };
        match self.member(name, author)? {
            Some(member) if !rest.is_empty() => member.remove(rest, author),
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
    fn set(&mut self, names: &[String], value: &'t str, author: Author) -> Result<(), NotEditable> {
        let Some((name, rest)) = names.split_first() else {
            *self = Self::Text(value);
            return Ok(());
        };
        if matches!(self, Self::Text("null")) {
            *self = Self::Object(Vec::new());
        }
        if self.member(name, author)?.is_none() {
            let members = self.open()?.ok_or(Shape)?;
            members.push((name.clone(), Self::Text("null")));
        }
        self.member(name, author)?.map_or(Err(Shape), |member| member.set(rest, value, author))
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
    let Members(members) = serde_json::from_str(text).map_err(|_| Shape)?;
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
mod tests;
