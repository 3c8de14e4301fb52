//! A month of the calendar, in UTC.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Months, NaiveDate, Utc};

use super::instant::{parse_day, start_of};

/// Written as `2026-01`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(NaiveDate);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a month such as 2026-01")]
pub struct NotAMonth;

impl Month {
    /// The month of a day.
    pub fn of(day: NaiveDate) -> Self {
        Self(day.with_day(1).unwrap_or(day))
    }

    pub const fn first_day(self) -> NaiveDate {
        self.0
    }

    pub fn begins_at(self) -> DateTime<Utc> {
        start_of(self.0)
    }

    /// The first instant after it.
    pub fn ends_at(self) -> DateTime<Utc> {
        self.plus(1).begins_at()
    }

    /// The month that many months later, or this month at the end of the calendar.
    #[must_use]
    pub fn plus(self, months: u32) -> Self {
        Self(self.0.checked_add_months(Months::new(months)).unwrap_or(self.0))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m"))
    }
}

impl FromStr for Month {
    type Err = NotAMonth;

    fn from_str(text: &str) -> Result<Self, NotAMonth> {
        let first_day = parse_day(&format!("{text}-01")).ok_or(NotAMonth)?;
        let month = Self(first_day);
        if month.to_string() == text { Ok(month) } else { Err(NotAMonth) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_written_with_four_and_two_digits() {
        assert_eq!("2026-01".parse::<Month>().unwrap().to_string(), "2026-01");
        for text in
            ["2026-1", "2026-13", "2026-01-01", "26-01", "", "+2026-01", "2026-01 ", "+12026-01", "0000-01"]
        {
            assert_eq!(text.parse::<Month>(), Err(NotAMonth), "{text}");
        }
    }

    #[test]
    fn a_month_ends_where_the_next_begins() {
        let december: Month = "2025-12".parse().unwrap();
        assert_eq!(december.ends_at(), "2026-01-01T00:00:00Z".parse::<DateTime<Utc>>().unwrap());
        assert_eq!(december.plus(14).to_string(), "2027-02");
        assert_eq!(Month::of(NaiveDate::from_ymd_opt(2025, 12, 31).unwrap()), december);
    }
}
