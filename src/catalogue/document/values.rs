//! How the value of a field is read: a function that returns the value, or what it must be.

use std::fmt;
use std::ops::RangeInclusive;

use toml::de::DeValue;

/// How a value is read: a function that returns the value, or what it must be.
pub(in crate::catalogue) trait Read<T>: Fn(&DeValue<'_>) -> Result<T, String> {}
impl<T, F: Fn(&DeValue<'_>) -> Result<T, String>> Read<T> for F {}

/// A whole number within these bounds.
pub(in crate::catalogue) fn integer<T: TryFrom<i64>>(bounds: RangeInclusive<i64>) -> impl Read<T> {
    move |value| {
        let number = match value {
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        let number =
            number.filter(|number| bounds.contains(number)).and_then(|number| T::try_from(number).ok());
        number.ok_or_else(|| format!("must be a whole number from {} to {}", bounds.start(), bounds.end()))
    }
}

/// A text of 1 to `max_chars` characters without control characters.
pub(in crate::catalogue) fn text(max_chars: usize) -> impl Read<String> {
    move |value| match value {
        DeValue::String(text)
            if (1..=max_chars).contains(&text.chars().count()) && !text.chars().any(char::is_control) =>
        {
            Ok(text.clone().into_owned())
        }
        _ => Err(format!("must be a text of 1 to {max_chars} characters without control characters")),
    }
}

/// A name: a lowercase letter, then letters, digits, `_` and `-`, at most 60 characters.
pub(in crate::catalogue) fn name(value: &DeValue<'_>) -> Result<String, String> {
    let name = match value {
        DeValue::String(name) => name.as_ref(),
        _ => "",
    };
    let is_name = name.len() <= 60
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_' || c == b'-');
    is_name.then(|| name.to_owned()).ok_or_else(|| {
        "must be a name: a lowercase letter, then lowercase letters, digits, `_` and `-`, at most 60 characters".into()
    })
}

/// A text that a type accepts.
pub(in crate::catalogue) fn parsed<T: std::str::FromStr<Err: fmt::Display>>(
    value: &DeValue<'_>,
) -> Result<T, String> {
    match value {
        DeValue::String(text) => text.parse().map_err(|error: T::Err| error.to_string()),
        _ => Err("must be a text".into()),
    }
}

/// One of these words.
pub(in crate::catalogue) fn word_of<T: Copy>(words: &[(&'static str, T)]) -> impl Read<T> {
    move |value| {
        let found = match value {
            DeValue::String(text) => words.iter().find(|(word, _)| *word == text.as_ref()),
            _ => None,
        };
        let all = || words.iter().map(|(word, _)| format!("`{word}`")).collect::<Vec<_>>().join(", ");
        found.map(|(_, value)| *value).ok_or_else(|| format!("must be one of {}", all()))
    }
}

pub(in crate::catalogue) fn boolean(value: &DeValue<'_>) -> Result<bool, String> {
    match value {
        DeValue::Boolean(value) => Ok(*value),
        _ => Err("must be true or false".into()),
    }
}

/// A list of at most `most` different values.
pub(in crate::catalogue) fn list<T: PartialEq>(most: usize, item: impl Read<T>) -> impl Read<Vec<T>> {
    move |value| {
        let DeValue::Array(items) = value else { return Err("must be a list".into()) };
        if items.len() > most {
            return Err(format!("must have at most {most} values"));
        }
        let (mut values, mut faults) = (Vec::with_capacity(items.len()), Vec::new());
        for (place, found) in (1..).zip(items.iter()) {
            match item(found.get_ref()) {
                Ok(value) if values.contains(&value) => faults.push(format!("value {place} is a duplicate")),
                Ok(value) => values.push(value),
                Err(message) => faults.push(format!("value {place} {message}")),
            }
        }
        if faults.is_empty() { Ok(values) } else { Err(format!("has invalid values: {}", faults.join("; "))) }
    }
}
