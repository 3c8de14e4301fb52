//! Numbers, days and instants as people of either language read them.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Timelike, Utc};

use crate::domain::amount::Amount;
use crate::domain::language::Language;
pub(crate) use crate::site::numbers::whole;

/// The digits of a number that may be written in groups of three: `1,000`, `1.000` or `1 000`.
fn without_groups(typed: &str) -> Option<String> {
    let Some(mark) = typed.chars().find(|c| matches!(c, '.' | ',' | ' ')) else {
        return Some(typed.to_owned());
    };
    let mut groups = typed.split(mark);
    let is_first = groups.next().is_some_and(|first| (1..=3).contains(&first.len()));
    (is_first && groups.all(|group| group.len() == 3)).then(|| typed.replace(mark, ""))
}

/// Why a text is no number from 1 to a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotANumber {
    /// No whole number, or below 1.
    Unreadable,
    TooLarge,
}

/// Reads a number from 1 to `most` as people write it, such as these pages do.
pub(crate) fn typed_number(typed: &str, most: i64) -> Result<i64, NotANumber> {
    let digits = without_groups(typed).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let digits = digits.filter(|digits| digits.bytes().any(|byte| byte != b'0'));
    match digits.ok_or(NotANumber::Unreadable)?.parse() {
        Ok(number) if number <= most => Ok(number),
        _ => Err(NotANumber::TooLarge),
    }
}

/// Reads an amount of credits.
pub(crate) fn typed_amount(typed: &str) -> Result<Amount, NotANumber> {
    typed_number(typed, Amount::MAX)?.try_into().map_err(|_| NotANumber::TooLarge)
}

/// A count that is read up to `most`: `99+` beyond.
pub(crate) fn up_to(language: Language, count: i64, most: i64) -> String {
    if count > most { format!("{}+", whole(language, most)) } else { whole(language, count) }
}

/// The same with its sign, as amounts of entries are written.
pub(crate) fn signed(language: Language, number: i64) -> String {
    if number > 0 { format!("+{}", whole(language, number)) } else { whole(language, number) }
}

/// `26 Nov` and `26 nov`.
pub(crate) fn short_day(language: Language, day: NaiveDate) -> String {
    const EN: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    const PT: [&str; 12] =
        ["jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov", "dez"];
    let months = match language {
        Language::En => EN,
        Language::Pt => PT,
    };
    let month = months.get(day.month0() as usize).copied().unwrap_or_default();
    format!("{} {month}", day.day())
}

/// `26 Nov 2026`.
pub(crate) fn day(language: Language, day: NaiveDate) -> String {
    format!("{} {}", short_day(language, day), day.year())
}

/// The last day on which something is valid that ends at this instant: an end at midnight is the
/// end of the day before.
pub(crate) fn last_day(end: DateTime<Utc>) -> NaiveDate {
    (end - TimeDelta::milliseconds(1)).date_naive()
}

/// Days from today to the last day: 0 if that is today.
pub(crate) fn days_until(end: DateTime<Utc>, now: DateTime<Utc>) -> i64 {
    (last_day(end) - now.date_naive()).num_days()
}

/// `26 Nov 2026, 14:03 UTC`.
pub(crate) fn instant(language: Language, at: DateTime<Utc>) -> String {
    format!("{}, {:02}:{:02} UTC", day(language, at.date_naive()), at.hour(), at.minute())
}

/// `26 Nov 2026, 14:03:22 UTC`.
pub(crate) fn instant_s(language: Language, at: DateTime<Utc>) -> String {
    format!("{}, {:02}:{:02}:{:02} UTC", day(language, at.date_naive()), at.hour(), at.minute(), at.second())
}

/// `14:03`.
pub(crate) fn clock(at: DateTime<Utc>) -> String {
    format!("{:02}:{:02}", at.hour(), at.minute())
}

/// `14:03:22`.
pub(crate) fn clock_s(at: DateTime<Utc>) -> String {
    format!("{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_are_written() {
        for typed in ["1000", "1,000", "1.000", "1 000", "01000"] {
            assert_eq!(typed_number(typed, 1_000), Ok(1_000), "{typed}");
        }
        for typed in ["", "0", "000", "-1", "+1", "1.5", "1,00", "1.000,00", "1,000.000", "many", "1 000 00"]
        {
            assert_eq!(typed_number(typed, 1_000), Err(NotANumber::Unreadable), "{typed}");
        }
        for typed in ["1001", "1,001", "99999999999999999999999999"] {
            assert_eq!(typed_number(typed, 1_000), Err(NotANumber::TooLarge), "{typed}");
        }
        assert_eq!(typed_amount("1.000.000.000.000").map(Amount::credits).unwrap().as_i64(), Amount::MAX);
        assert_eq!(typed_amount("1.000.000.000.001"), Err(NotANumber::TooLarge));
    }

    #[test]
    fn days_are_counted_to_the_last_day_that_is_shown() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let now = at("2026-11-26T14:03:00Z");
        for (end, last, days) in [
            ("2026-11-27T00:00:00Z", "26 Nov 2026", 0),
            ("2026-11-28T00:00:00Z", "27 Nov 2026", 1),
            ("2026-11-28T09:00:00Z", "28 Nov 2026", 2),
            ("2026-12-04T00:00:00Z", "3 Dec 2026", 7),
        ] {
            let shown = day(Language::En, last_day(at(end)));
            assert_eq!((shown.as_str(), days_until(at(end), now)), (last, days), "{end}");
        }
    }

    #[test]
    fn a_month_is_a_word_and_the_zone_is_named() {
        let at = DateTime::from_timestamp(1_795_701_802, 0).unwrap();
        assert_eq!(instant(Language::En, at), "26 Nov 2026, 14:03 UTC");
        assert_eq!(instant_s(Language::Pt, at), "26 nov 2026, 14:03:22 UTC");
    }
}
