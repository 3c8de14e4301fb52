//! Instants and days that people and programs write. RFC 3339 has four digits for a year, so one
//! beyond 9999 could be stored and never be written again.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, SecondsFormat, Utc};

/// Parses an instant of RFC 3339.
pub fn parse_instant(text: &str) -> Option<DateTime<Utc>> {
    text.parse().ok().filter(|instant: &DateTime<Utc>| is_written(instant.date_naive()))
}

/// An instant as every answer writes it: RFC 3339, UTC, whole seconds. The same instant reads the
/// same everywhere.
pub fn written(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Parses a day such as 2026-01-31.
pub fn parse_day(text: &str) -> Option<NaiveDate> {
    text.parse().ok().filter(|day| is_written(*day))
}

/// The first instant of a day.
pub fn start_of(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

/// The first instant after a day. `None` after the last day that is written.
pub fn end_of(day: NaiveDate) -> Option<DateTime<Utc>> {
    day.succ_opt().filter(|next| is_written(*next)).map(start_of)
}

fn is_written(day: NaiveDate) -> bool {
    (1..=9999).contains(&day.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_has_four_digits_also_in_utc() {
        let last = parse_instant("9999-12-31T23:59:59Z").unwrap();
        assert_eq!(parse_instant("9999-12-31T20:59:59-03:00"), Some(last));
        for text in [
            "9999-12-31T23:59:59-23:00",
            "+10000-01-01T00:00:00Z",
            "+262141-12-31T00:00:00Z",
            "0001-01-01T00:00:00+01:00",
            "-0001-01-01T00:00:00Z",
            "9999-12-31",
            "tomorrow",
        ] {
            assert_eq!(parse_instant(text), None, "{text}");
        }
        assert_eq!(parse_day("9999-12-31"), Some(last.date_naive()));
        for text in ["+10000-01-01", "+262141-12-31", "0000-12-31", "-0001-01-01", "2026-13-01", ""] {
            assert_eq!(parse_day(text), None, "{text}");
        }
    }

    #[test]
    fn an_instant_is_written_in_whole_seconds_of_utc() {
        let at = parse_instant("2026-01-31T20:59:59.999-03:00").unwrap();
        assert_eq!(written(at), "2026-01-31T23:59:59Z");
    }

    #[test]
    fn a_day_ends_where_the_next_begins() {
        let day = parse_day("2026-01-31").unwrap();
        assert_eq!(end_of(day), parse_instant("2026-02-01T00:00:00Z"));
        assert_eq!(end_of(parse_day("9999-12-31").unwrap()), None);
    }
}
