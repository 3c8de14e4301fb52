//! JSON read into plain values: bounded depth, every member of an object kept in order, repeated
//! ones too.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::domain::refusal::Refusal;

/// Deepest nesting of arrays and objects that is read.
pub const MAX_DEPTH: usize = 64;
/// Most values of one body. No request needs a tenth of it, and a body of tiny values would cost a
/// hundred times the time and memory of one of texts.
pub const MAX_VALUES: usize = 10_000;

/// A JSON value. Numbers are floats: whole numbers are exact below 2^53.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Json>),
    /// An object: its members in order, repeated names included.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Adds every text in it, in order.
    pub fn texts<'j>(&'j self, texts: &mut Vec<&'j str>) {
        match self {
            Self::Text(text) => texts.push(text),
            Self::List(items) => items.iter().for_each(|item| item.texts(texts)),
            Self::Object(members) => members.iter().for_each(|(_, value)| value.texts(texts)),
            Self::Null | Self::Bool(_) | Self::Number(_) => {}
        }
    }

    /// The number, if it is a whole one that a float holds exactly.
    pub fn as_whole(&self) -> Option<i64> {
        match self {
            Self::Number(number) if number.fract() == 0.0 && number.abs() < MAX_EXACT => Some(*number as i64),
            _ => None,
        }
    }
}

/// Whole numbers below this are exact as floats: 2^53.
const MAX_EXACT: f64 = 9_007_199_254_740_992.0;

/// What some programs write before UTF-8; RFC 8259, section 8.1, allows to pass over it.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads bytes as exactly one JSON object in UTF-8.
pub fn parse_object(bytes: &[u8]) -> Result<Vec<(String, Json)>, Refusal> {
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    // Checked as a whole first: a parser may skip over bad bytes in places it does not keep.
    let text = std::str::from_utf8(bytes).map_err(|error| invalid_at(bytes, error.valid_up_to()))?;
    let mut parser = serde_json::Deserializer::from_str(text);
    let values_left = Cell::new(MAX_VALUES);
    let level = Level { left: MAX_DEPTH, values_left: &values_left };
    let value = level.deserialize(&mut parser).and_then(|value| {
        parser.end()?;
        Ok(value)
    });
    match value {
        Ok(Json::Object(members)) => Ok(members),
        Ok(_) => Err(Refusal::InvalidJson { line: 1, column: 1 }),
        Err(error) => Err(Refusal::InvalidJson { line: error.line().max(1), column: error.column().max(1) }),
    }
}

/// The refusal for a fault at a byte offset.
fn invalid_at(bytes: &[u8], offset: usize) -> Refusal {
    let before = bytes.get(..offset).unwrap_or(bytes);
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
    Refusal::InvalidJson { line, column }
}

/// Reads one value that may nest `left` levels deep.
#[derive(Clone, Copy)]
struct Level<'c> {
    left: usize,
    /// Values that the body may still have.
    values_left: &'c Cell<usize>,
}

impl Level<'_> {
    fn below<E: Error>(self) -> Result<Self, E> {
        let left = self.left.checked_sub(1).ok_or_else(|| E::custom("nested too deeply"))?;
        Ok(Self { left, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Level<'_> {
    type Value = Json;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        let values_left = self.values_left.get().checked_sub(1);
        self.values_left.set(values_left.ok_or_else(|| D::Error::custom("too many values"))?);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value as f64))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Json::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(Json::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let below = self.below()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(below)? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let below = self.below()?;
        let mut members = Vec::new();
        while let Some(name) = entries.next_key()? {
            members.push((name, entries.next_value_seed(below)?));
        }
        Ok(Json::Object(members))
    }
}

#[cfg(test)]
mod tests;
