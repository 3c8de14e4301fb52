//! Billing periods: months counted from the account's anchor, in UTC.

use chrono::{DateTime, Datelike, Months, TimeDelta, Utc};

/// One billing period of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Whole months since the anchor; the first period is 0.
    pub index: u32,
    /// Its first instant.
    pub starts_at: DateTime<Utc>,
    /// The first instant after it, which is the next renewal.
    pub ends_at: DateTime<Utc>,
}

/// The start of period `index`: the anchor that many months later, on the month's last day where
/// the month is too short. Counting from the anchor, not from the period before, brings the 31st
/// back after February.
///
/// Past the calendar's end (year 262142) it stays at the last instant there is.
fn start(anchor: DateTime<Utc>, index: u32) -> DateTime<Utc> {
    anchor.checked_add_months(Months::new(index)).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// The period of `anchor` that holds `now`. Before the anchor it is the first.
pub fn period_at(anchor: DateTime<Utc>, now: DateTime<Utc>) -> Period {
    let months = (now.year() - anchor.year()).saturating_mul(12) + now.month() as i32 - anchor.month() as i32;
    let mut index = u32::try_from(months).unwrap_or(0);
    if index > 0 && start(anchor, index) > now {
        index -= 1;
    }
    let starts_at = start(anchor, index);
    let ends_at = start(anchor, index.saturating_add(1)).max(starts_at + TimeDelta::seconds(1));
    Period { index, starts_at, ends_at }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn ends(anchor: &str, now: &str) -> DateTime<Utc> {
        period_at(utc(anchor), utc(now)).ends_at
    }

    #[test]
    fn the_31st_of_january_renews_on_the_last_of_february_and_on_the_31st_of_march() {
        let anchor = "2025-01-31T10:00:00Z";
        assert_eq!(ends(anchor, "2025-01-31T10:00:00Z"), utc("2025-02-28T10:00:00Z"));
        assert_eq!(ends(anchor, "2025-02-28T10:00:00Z"), utc("2025-03-31T10:00:00Z"));
        assert_eq!(ends(anchor, "2025-04-30T09:59:59Z"), utc("2025-04-30T10:00:00Z"));
        assert_eq!(ends(anchor, "2028-02-01T00:00:00Z"), utc("2028-02-29T10:00:00Z"));
    }

    #[test]
    fn the_instant_of_renewal_belongs_to_the_new_period() {
        let anchor = utc("2025-03-15T00:00:00Z");
        assert_eq!(period_at(anchor, utc("2025-04-14T23:59:59Z")).index, 0);
        assert_eq!(period_at(anchor, utc("2025-04-15T00:00:00Z")).index, 1);
    }

    #[test]
    fn before_the_anchor_it_is_the_first_period() {
        assert_eq!(period_at(utc("2025-03-15T00:00:00Z"), utc("2024-01-01T00:00:00Z")).index, 0);
    }

    proptest! {
        #[test]
        fn periods_hold_their_instants_and_touch_each_other(
            anchor_s in 0i64..4_000_000_000, after_s in 0i64..4_000_000_000,
        ) {
            let anchor = DateTime::from_timestamp(anchor_s, 0).unwrap();
            let now = DateTime::from_timestamp(anchor_s + after_s, 0).unwrap();
            let period = period_at(anchor, now);
            prop_assert!(period.starts_at <= now && now < period.ends_at);
            let next = period_at(anchor, period.ends_at);
            prop_assert_eq!(next.starts_at, period.ends_at);
            prop_assert_eq!(next.index, period.index + 1);
        }
    }
}
