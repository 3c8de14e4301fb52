//! What a key has spent of its own caps.

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::credits::Credits;
use crate::domain::instant::end_of;
use crate::domain::month::Month;
use crate::domain::refusal::KeyCap;

/// What a key may spend at most. `None` is no cap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyCaps {
    /// Credits per UTC day.
    pub daily: Option<Credits>,
    /// Credits per UTC calendar month.
    pub monthly: Option<Credits>,
}

impl KeyCaps {
    /// Whether there is any cap to keep.
    pub const fn any(&self) -> bool {
        self.daily.is_some() || self.monthly.is_some()
    }
}

/// Credits a key has spent in the current UTC day and calendar month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeySpend {
    /// The day that `day_spent` counts.
    pub day: NaiveDate,
    /// Credits spent in that day.
    pub day_spent: Credits,
    /// The month that `month_spent` counts.
    pub month: Month,
    /// Credits spent in that month.
    pub month_spent: Credits,
}

/// A cap that a call would pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CapReached {
    /// Which one.
    pub cap: KeyCap,
    /// Its size.
    pub limit: Credits,
    /// When it starts again from zero.
    pub resets_at: DateTime<Utc>,
}

impl KeySpend {
    /// Nothing spent yet.
    pub fn new(now: DateTime<Utc>) -> Self {
        let day = now.date_naive();
        Self { day, day_spent: Credits::ZERO, month: Month::of(day), month_spent: Credits::ZERO }
    }

    /// Starts counting again where a day or a month has passed.
    pub fn advance(&mut self, now: DateTime<Utc>) {
        let fresh = Self::new(now);
        if fresh.day > self.day {
            (self.day, self.day_spent) = (fresh.day, Credits::ZERO);
        }
        if fresh.month > self.month {
            (self.month, self.month_spent) = (fresh.month, Credits::ZERO);
        }
    }

    /// The cap that spending `amount` more would pass, the monthly one first because it lasts
    /// longer.
    pub fn reached_by(&self, amount: Credits, caps: KeyCaps) -> Option<CapReached> {
        let passes = |spent: Credits, cap: Option<Credits>| {
            cap.filter(|cap| spent.checked_add(amount).is_none_or(|after| after > *cap))
        };
        if let Some(limit) = passes(self.month_spent, caps.monthly) {
            let resets_at = self.month.ends_at();
            return Some(CapReached { cap: KeyCap::Monthly, limit, resets_at });
        }
        let limit = passes(self.day_spent, caps.daily)?;
        let resets_at = end_of(self.day).unwrap_or(DateTime::<Utc>::MAX_UTC);
        Some(CapReached { cap: KeyCap::Daily, limit, resets_at })
    }

    /// Counts `amount` as spent.
    pub fn spend(&mut self, amount: Credits) {
        self.day_spent = self.day_spent.saturating_add(amount);
        self.month_spent = self.month_spent.saturating_add(amount);
    }

    /// Counts `amount`, spent at `held_at`, as given back, where its day and month still run.
    pub fn refund(&mut self, amount: Credits, held_at: DateTime<Utc>) {
        let day = held_at.date_naive();
        if day == self.day {
            self.day_spent = self.day_spent.saturating_sub(amount);
        }
        if Month::of(day) == self.month {
            self.month_spent = self.month_spent.saturating_sub(amount);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn caps(daily: u32, monthly: u32) -> KeyCaps {
        KeyCaps { daily: Some(Credits::from_u32(daily)), monthly: Some(Credits::from_u32(monthly)) }
    }

    #[test]
    fn the_last_credit_of_a_cap_may_be_spent_and_no_more() {
        let mut spend = KeySpend::new(utc("2026-03-31T10:00:00Z"));
        spend.spend(Credits::from_u32(4));
        assert_eq!(spend.reached_by(Credits::from_u32(1), caps(5, 100)), None);
        let reached = spend.reached_by(Credits::from_u32(2), caps(5, 100)).unwrap();
        assert_eq!((reached.cap, reached.resets_at), (KeyCap::Daily, utc("2026-04-01T00:00:00Z")));
    }

    #[test]
    fn the_monthly_cap_is_named_first_and_resets_on_the_first() {
        let mut spend = KeySpend::new(utc("2026-12-05T10:00:00Z"));
        spend.spend(Credits::from_u32(5));
        let reached = spend.reached_by(Credits::from_u32(1), caps(5, 5)).unwrap();
        assert_eq!((reached.cap, reached.resets_at), (KeyCap::Monthly, utc("2027-01-01T00:00:00Z")));
    }

    #[test]
    fn a_new_day_resets_the_daily_cap_and_a_late_release_does_not_count_in_it() {
        let yesterday = utc("2026-03-30T23:59:59Z");
        let mut spend = KeySpend::new(yesterday);
        spend.spend(Credits::from_u32(5));
        spend.advance(utc("2026-03-31T00:00:00Z"));
        spend.spend(Credits::from_u32(2));
        spend.refund(Credits::from_u32(5), yesterday);
        assert_eq!((spend.day_spent, spend.month_spent), (Credits::from_u32(2), Credits::from_u32(2)));
    }
}
