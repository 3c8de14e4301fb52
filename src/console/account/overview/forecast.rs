//! How long the credits last at the pace of the last days. A lot that expires before its turn is
//! over takes the rest of its credits with it.

use chrono::{DateTime, TimeDelta, Utc};

use crate::ledger::rules::lot::Lot;

const DAY_S: i64 = 86_400;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Forecast {
    /// Whole days for which credits are left.
    pub(super) days: i64,
    /// Credits that expire before they would be spent.
    pub(super) unused: i64,
}

impl Forecast {
    /// Spends the lots in their order, `a_day` credits a day, from `now` on.
    pub(super) fn of(lots: &[Lot], a_day: i64, now: DateTime<Utc>) -> Self {
        let a_day = i128::from(a_day.max(1));
        let mut live: Vec<&Lot> = lots.iter().filter(|lot| !lot.has_expired(now)).collect();
        live.sort_by_key(|lot| lot.burn_order());
        let (mut passed_s, mut unused) = (0, 0);
        for lot in live {
            let left = i128::from(lot.left.as_i64());
            let time_s = i128::from((lot.expires_at - now).num_seconds()) - passed_s;
            let spent = left.min(time_s.max(0) * a_day / i128::from(DAY_S));
            passed_s += spent * i128::from(DAY_S) / a_day;
            unused += left - spent;
        }
        let whole = |number: i128| i64::try_from(number).unwrap_or(i64::MAX);
        Self { days: whole(passed_s / i128::from(DAY_S)), unused: whole(unused) }
    }

    /// The day on which the last credit is spent.
    pub(super) fn end(self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        now.checked_add_signed(TimeDelta::try_days(self.days)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::credits::Credits;
    use crate::ledger::rules::lot::{LotNumber, LotSource};

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_701_802, 0).unwrap()
    }

    fn lot(number: i32, left: u32, days: i64) -> Lot {
        let left = Credits::from_u32(left);
        let expires_at = now() + TimeDelta::days(days);
        Lot { number: LotNumber(number), source: LotSource::Pack, granted: left, left, expires_at }
    }

    #[test]
    fn credits_that_expire_before_their_turn_do_not_count() {
        // Of 1,000 credits that last a week, 700 can be spent; then come the 200 of the pack.
        let lots = [lot(2, 200, 365), lot(1, 1_000, 7)];
        assert_eq!(Forecast::of(&lots, 100, now()), Forecast { days: 9, unused: 300 });
        assert_eq!(Forecast::of(&lots, 1_000, now()), Forecast { days: 1, unused: 0 });
        // A lot that ended waits for the next call to be written off.
        assert_eq!(Forecast::of(&[lot(1, 50, 0)], 10, now()), Forecast::default());
    }

    #[test]
    fn lots_that_expire_together_share_their_time() {
        let lots = [lot(1, 100, 3), lot(2, 100, 3)];
        assert_eq!(Forecast::of(&lots, 50, now()), Forecast { days: 3, unused: 50 });
    }
}
