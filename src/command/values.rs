//! Value parsers of the command line.

use std::str::FromStr;

use chrono::{DateTime, NaiveDate, Utc};
use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::domain::amount::Amount;
use crate::domain::instant::{parse_day, parse_instant, start_of};
use crate::domain::key::leak::OnLeak;
use crate::domain::key::{FormatChoice, Mode, Scope};

/// One of a list of words, which the help shows.
fn word<T: Clone + Send + Sync + 'static>(
    words: impl IntoIterator<Item = &'static str>,
    meaning: fn(&str) -> Option<T>,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(words).try_map(move |word| meaning(&word).ok_or("is not known"))
}

pub(super) fn scope() -> impl TypedValueParser<Value = Scope> {
    word(Scope::NAMES, Scope::from_name)
}

/// `live` or `test`.
pub(super) fn mode() -> impl TypedValueParser<Value = Mode> {
    word(Mode::NAMES, Mode::from_name)
}

/// A format in which keys are issued.
pub(super) fn key_format() -> impl TypedValueParser<Value = FormatChoice> {
    word(FormatChoice::NAMES, FormatChoice::from_name)
}

/// Parses an instant (RFC 3339), or a date, which means 00:00 UTC.
pub(super) fn instant(text: &str) -> Result<DateTime<Utc>, &'static str> {
    parse_instant(text)
        .or_else(|| parse_day(text).map(start_of))
        .ok_or("must be a date such as 2030-12-31, or an instant such as 2030-12-31T23:59:59Z")
}

/// Parses a UTC day.
pub(super) fn day(text: &str) -> Result<NaiveDate, &'static str> {
    parse_day(text).ok_or("must be a day such as 2026-01-31")
}

/// A value, or the word for no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OrNone<T>(pub(super) Option<T>);

pub(super) fn or_none<T, E>(
    read: fn(&str) -> Result<T, E>,
) -> impl Fn(&str) -> Result<OrNone<T>, E> + Clone + Send + Sync + 'static
where
    T: 'static,
    E: 'static,
{
    move |text| if text == "none" { Ok(OrNone(None)) } else { read(text).map(|value| OrNone(Some(value))) }
}

/// Reads `any`, or a value of a list.
pub(super) fn or_any<T: FromStr>(text: &str) -> Result<OrNone<T>, T::Err> {
    if text == "any" { Ok(OrNone(None)) } else { text.parse().map(|value| OrNone(Some(value))) }
}

/// Reads what a report of a leak does, or `default`.
pub(super) fn on_leak(text: &str) -> Result<OrNone<OnLeak>, &'static str> {
    match text {
        "default" => Ok(OrNone(None)),
        _ => OnLeak::from_name(text)
            .map(|action| OrNone(Some(action)))
            .ok_or("must be revoke, disable, notify or default"),
    }
}

pub(super) fn amount(text: &str) -> Result<Amount, <Amount as FromStr>::Err> {
    text.parse()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_its_first_instant_in_utc() {
        assert_eq!(instant("2030-12-31"), instant("2030-12-31T00:00:00Z"));
        assert_eq!(instant("2030-12-31T01:00:00+02:00"), instant("2030-12-30T23:00:00Z"));
    }

    #[test]
    fn what_is_no_instant_is_refused() {
        for text in
            ["", "tomorrow", "2030-13-01", "31/12/2030", "2030-12-31 10:00", "+10000-01-01", "+262141-12-31"]
        {
            assert!(instant(text).is_err() && day(text).is_err(), "{text}");
        }
        assert!(instant("9999-12-31T23:59:59-01:00").is_err());
    }
}
