//! One figure of a JSON text. The text is walked along the pointer; everything else is skipped and
//! not kept.

use std::fmt;

use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::domain::figure::Figure;
use crate::domain::json_pointer::JsonPointer;
use crate::upstream::member_name::are_same_in_any_case;

/// What stands at a pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Member {
    /// Nothing, or `null`.
    Absent,
    Figure(Figure),
    /// A value that is no figure.
    Other,
    /// An object on the way has the name twice, in any letter case, so that two readers may find
    /// different values.
    Ambiguous,
}

/// Returns the figure that stands at the pointer. `None` if the text is not JSON, or has no figure
/// there. Where an object has a name twice, the last one counts; letter case matters.
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
        let (mut found, mut is_repeated): (Option<Found>, bool) = (None, false);
        while let Some(likeness) = members.next_key_seed(Named(name))? {
            if likeness == Likeness::Same {
                let next = members.next_value_seed(At(rest))?;
                is_repeated |= found.is_some();
                found = Some(next);
            } else {
                members.next_value::<IgnoredAny>()?;
                is_repeated |= likeness == Likeness::OtherCase;
            }
        }
        let found = found.map(|found| Found { is_ambiguous: found.is_ambiguous || is_repeated, ..found });
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

/// Compares the name of a member with this one.
struct Named<'p>(&'p str);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Likeness {
    Same,
    OtherCase,
    Other,
}

impl<'de> DeserializeSeed<'de> for Named<'_> {
    type Value = Likeness;

    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> Result<Likeness, D::Error> {
        reader.deserialize_str(self)
    }
}

impl Visitor<'_> for Named<'_> {
    type Value = Likeness;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Likeness, E> {
        Ok(match name {
            name if name == self.0 => Likeness::Same,
            name if are_same_in_any_case(name, self.0) => Likeness::OtherCase,
            _ => Likeness::Other,
        })
    }
}

#[cfg(test)]
mod tests;
