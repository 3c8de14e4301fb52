//! How long ago something was.

use chrono::{DateTime, TimeDelta, Utc};

use super::Words;
use crate::console::numbers::day;

impl Words {
    /// Minutes, hours, days, then the day itself.
    pub(crate) fn ago(self, at: DateTime<Utc>, now: DateTime<Utc>) -> String {
        let passed = (now - at).max(TimeDelta::zero());
        match passed {
            passed if passed < TimeDelta::minutes(1) => self.just_now(),
            passed if passed < TimeDelta::hours(1) => self.minutes_ago(passed.num_minutes()),
            passed if passed < TimeDelta::days(1) => self.hours_ago(passed.num_hours()),
            passed if passed < TimeDelta::days(7) => self.days_ago(passed.num_days()),
            _ => day(self.0, at.date_naive()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::language::Language;

    #[test]
    fn a_time_ago_becomes_a_day_after_a_week() {
        let now = DateTime::from_timestamp(1_795_701_802, 0).unwrap();
        let said = |passed| Words(Language::En).ago(now - passed, now);
        assert_eq!(said(TimeDelta::seconds(-5)), "just now");
        assert_eq!(said(TimeDelta::minutes(59)), "59 min ago");
        assert_eq!(said(TimeDelta::hours(23)), "23 h ago");
        assert_eq!(said(TimeDelta::days(1)), "1 day ago");
        assert_eq!(said(TimeDelta::days(8)), "18 Nov 2026");
    }
}
