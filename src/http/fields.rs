//! The fields of a JSON object, taken one by one. Remaining fields are unknown. All faults are
//! reported at once.

use std::str::FromStr;

use unicode_normalization::UnicodeNormalization;

use super::json::Json;
use crate::domain::person::NameOf;
use crate::domain::refusal::{Fault, FieldFault, Refusal};
use crate::domain::text::{TextError, is_control, is_visible};

/// Most fields that are read. No route has as many, so later ones are unknown.
const MAX_FIELDS: usize = 64;
const MAX_FAULTS: usize = 32;
/// Most characters of a field's name that are shown again.
const MAX_NAME_CHARS: usize = 64;

/// The fields of one object, and the faults so far. A `null` field counts as missing.
#[derive(Debug, Default)]
pub struct Fields {
    members: Vec<(String, Json)>,
    faults: Vec<FieldFault>,
}

impl Fields {
    /// Reads the members of an object. Repeated names are faults.
    pub fn new(members: Vec<(String, Json)>) -> Self {
        let mut fields = Self::default();
        for (name, value) in members {
            if fields.members.iter().any(|(known, _)| *known == name) {
                fields.fault::<()>(&name, Fault::Repeated);
            } else if fields.members.len() == MAX_FIELDS {
                fields.fault::<()>(&name, Fault::Unknown);
            } else {
                fields.members.push((name, value));
            }
        }
        fields
    }

    /// The fields that have not been taken.
    pub fn rest(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.members.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Takes a field. `None` if it is missing or `null`.
    pub fn take(&mut self, name: &str) -> Option<Json> {
        self.take_or_null(name).filter(|value| *value != Json::Null)
    }

    /// Takes a field that may be `null`: in a change, `null` removes a value and a missing field
    /// keeps it.
    pub fn take_or_null(&mut self, name: &str) -> Option<Json> {
        let place = self.members.iter().position(|(known, _)| known == name)?;
        Some(self.members.remove(place).1)
    }

    /// Whether a field is present and not `null`.
    pub fn has(&self, name: &str) -> bool {
        self.members.iter().any(|(known, value)| known == name && *value != Json::Null)
    }

    /// Whether a field is `null`.
    pub fn is_null(&self, name: &str) -> bool {
        self.members.iter().any(|(known, value)| known == name && *value == Json::Null)
    }

    /// Takes a required name from either of two fields. Two different values are a fault.
    pub fn take_name_of_two(
        &mut self,
        own: &'static str,
        other: &'static str,
        name_of: NameOf,
        max_chars: usize,
    ) -> Option<String> {
        match (self.take(own), self.take(other)) {
            (None, None) => self.fault(own, Fault::Missing),
            (Some(value), None) => self.name(own, value, name_of, max_chars),
            (None, Some(value)) => self.name(other, value, name_of, max_chars),
            (Some(value), Some(same)) => {
                let name = self.name(own, value, name_of, max_chars);
                match (name, self.name(other, same, name_of, max_chars)) {
                    (Some(name), Some(other_name)) if name == other_name => Some(name),
                    (Some(_), Some(_)) => self.fault(other, Fault::Contradicts),
                    _ => None,
                }
            }
        }
    }

    /// Takes the fields of a change that cannot be empty where they are `null`, each as a fault.
    pub fn refuse_null(&mut self, names: &[&str]) {
        for name in names.iter().filter(|name| self.is_null(name)).copied().collect::<Vec<_>>() {
            self.take_or_null(name);
            self.fault::<()>(name, Fault::Empty);
        }
    }

    /// Whether a field is present, even as `null`.
    pub fn has_or_null(&self, name: &str) -> bool {
        self.members.iter().any(|(known, _)| known == name)
    }

    /// Takes a whole number within bounds, or `null`. Anything else is a fault.
    pub fn take_whole(&mut self, name: &str, least: i64, most: i64) -> Option<Option<i64>> {
        let value = self.take_or_null(name)?;
        match (value.as_whole(), value) {
            (_, Json::Null) => Some(None),
            (Some(number), _) if (least..=most).contains(&number) => Some(Some(number)),
            (_, Json::Number(number)) if number.fract() == 0.0 => {
                self.fault(name, Fault::OutOfRange { least, most })
            }
            _ => self.fault(name, Fault::NotWhole { least, most }),
        }
    }

    /// Takes a short text of a kind, such as a name.
    pub fn take_named<T: FromStr<Err = TextError>>(&mut self, name: &str) -> Option<T> {
        match self.take_text(name)?.parse() {
            Ok(text) => Some(text),
            Err(error) => self.fault(name, Fault::from(error)),
        }
    }

    /// As [`Fields::take_named`], for a required text.
    pub fn take_required<T: FromStr<Err = TextError>>(&mut self, name: &str) -> Option<T> {
        if self.has(name) {
            return self.take_named(name);
        }
        self.members.retain(|(known, _)| known != name);
        self.fault(name, Fault::Missing)
    }

    /// Takes a text. Another kind of value is a fault.
    pub fn take_text(&mut self, name: &str) -> Option<String> {
        match self.take(name)? {
            Json::Text(text) => Some(text),
            _ => self.fault(name, Fault::NotText),
        }
    }

    /// Takes a `true` or `false`. Another kind of value is a fault.
    pub fn take_bool(&mut self, name: &str) -> Option<bool> {
        match self.take(name)? {
            Json::Bool(value) => Some(value),
            _ => self.fault(name, Fault::NotBoolean),
        }
    }

    /// Takes one of `words` and returns its meaning. Other words are a fault, even those that
    /// `meaning` knows.
    pub fn take_word<T>(
        &mut self,
        name: &str,
        words: &'static [&'static str],
        meaning: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.take_text(name)?;
        let word = words.iter().find(|word| **word == text);
        match word.and_then(|word| meaning(word)) {
            Some(meaning) => Some(meaning),
            None => self.fault(name, Fault::NotOneOf(words)),
        }
    }

    /// Reads one line of text: trimmed, in Unicode form C, 1 to `max_chars` characters, none of
    /// them a control character. Anything else is a fault.
    pub fn line(&mut self, field: &str, value: Json, max_chars: usize) -> Option<String> {
        let Json::Text(text) = value else {
            return self.fault(field, Fault::NotText);
        };
        let trimmed = text.trim();
        // ASCII is in form C, and most lines are sent trimmed.
        let line: String = match trimmed.is_ascii() {
            true if trimmed.len() == text.len() => text,
            true => trimmed.to_owned(),
            false => trimmed.nfc().collect(),
        };
        if line.chars().any(is_control) {
            self.fault(field, Fault::ControlCharacter)
        } else if !line.chars().any(is_visible) {
            self.fault(field, Fault::Empty)
        } else if line.chars().count() > max_chars {
            self.fault(field, Fault::TooLong { max_chars })
        } else {
            Some(line)
        }
    }

    /// Reads a line as a name that a search can use.
    pub fn name(&mut self, field: &str, value: Json, name: NameOf, max_chars: usize) -> Option<String> {
        let line = self.line(field, value, max_chars)?;
        if name.can_be(&line) { Some(line) } else { self.fault(field, Fault::no_name(name)) }
    }

    /// Records a fault. Returns `None`, so that a reader can end with it.
    pub fn fault<T>(&mut self, field: &str, fault: Fault) -> Option<T> {
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(FieldFault { field: shown_name(field), fault });
        }
        None
    }

    /// Ends the reading. Remaining fields are unknown, and any fault is a refusal.
    pub fn finish(mut self) -> Result<(), Refusal> {
        for (name, _) in std::mem::take(&mut self.members) {
            self.fault::<()>(&name, Fault::Unknown);
        }
        if self.faults.is_empty() { Ok(()) } else { Err(Refusal::ValidationFailed(self.faults)) }
    }

    /// Ends the reading, and returns what was read. It is `None` only where a field has a fault.
    pub fn finish_with<T>(self, read: Option<T>) -> Result<T, Refusal> {
        self.finish()?;
        read.ok_or(Refusal::Internal)
    }
}

/// The name of a field or parameter from the client, cut to a length that is safe to show.
pub(crate) fn shown_name(name: &str) -> String {
    match name.char_indices().nth(MAX_NAME_CHARS) {
        Some((end, _)) => format!("{}…", name.get(..end).unwrap_or_default()),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests;
