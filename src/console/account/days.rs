//! The UTC days that a page is about, and the form that chooses them.

use chrono::{DateTime, Days as Number, NaiveDate, TimeDelta, Utc};
use maud::{Markup, html};

use crate::console::request::call::Call;
use crate::console::request::form::Form;
use crate::console::words::Words;
use crate::domain::instant::start_of;
use crate::ledger::rules::account::LedgerAccount;
use crate::ledger::rules::period::period_at;

/// The most days of one page.
pub(super) const MAX_DAYS: i64 = 366;

/// UTC days, both inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Days {
    pub(super) from: NaiveDate,
    pub(super) to: NaiveDate,
}

impl Days {
    pub(super) fn count(self) -> i64 {
        (self.to - self.from).num_days() + 1
    }

    /// Their first instant, and the first after them.
    pub(super) fn instants(self) -> (DateTime<Utc>, DateTime<Utc>) {
        (start_of(self.from), start_of(self.to) + TimeDelta::days(1))
    }

    pub(super) fn all(self) -> impl Iterator<Item = NaiveDate> {
        self.from.iter_days().take_while(move |day| *day <= self.to)
    }

    /// The query string of a page about them.
    pub(super) fn query(self) -> String {
        format!("from={}&to={}", self.from, self.to)
    }

    /// The same, shorter for one day.
    pub(super) fn short_query(self) -> String {
        if self.from == self.to { format!("from={}", self.from) } else { self.query() }
    }

    /// The days of the fields `from` and `to`. One alone means that day.
    pub(super) fn typed(query: &Form) -> Option<Result<Self, DaysFault>> {
        let (from, to) = (query.text("from"), query.text("to"));
        if from.is_empty() && to.is_empty() {
            return None;
        }
        let day = |text: &str| match NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            Ok(day) if is_possible(day) => Ok(day),
            Ok(_) => Err(DaysFault::OutOfRange),
            Err(_) => Err(DaysFault::NoDay),
        };
        let (first, last) = if from.is_empty() {
            (to, to)
        } else if to.is_empty() {
            (from, from)
        } else {
            (from, to)
        };
        Some(match (day(first), day(last)) {
            (Ok(from), Ok(to)) if from > to => Err(DaysFault::Reversed),
            (Ok(from), Ok(to)) => match (Self { from, to }) {
                days if days.count() > MAX_DAYS => Err(DaysFault::TooMany),
                days => Ok(days),
            },
            (Err(fault), _) | (_, Err(fault)) => Err(fault),
        })
    }
}

/// Days of this product's life: others are typing errors, and some that `chrono` knows PostgreSQL
/// does not.
fn is_possible(day: NaiveDate) -> bool {
    use chrono::Datelike;
    (2000..=2200).contains(&day.year())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DaysFault {
    Reversed,
    TooMany,
    NoDay,
    OutOfRange,
    NoPeriod,
}

impl DaysFault {
    pub(super) const fn text(self, words: Words) -> &'static str {
        match self {
            Self::Reversed => words.days_reversed(),
            Self::TooMany => words.days_too_many(),
            Self::NoDay => words.days_unreadable(),
            Self::OutOfRange => words.days_out_of_range(),
            Self::NoPeriod => words.no_such_period(),
        }
    }
}

/// A period to choose by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Period {
    ThisBilling,
    LastBilling,
    Last(u64),
    Own,
}

impl Period {
    const ALL: [Self; 6] =
        [Self::ThisBilling, Self::LastBilling, Self::Last(7), Self::Last(30), Self::Last(90), Self::Own];

    fn name(self) -> String {
        match self {
            Self::ThisBilling => "this".to_owned(),
            Self::LastBilling => "last".to_owned(),
            Self::Last(days) => days.to_string(),
            Self::Own => "own".to_owned(),
        }
    }

    fn label(self, words: Words) -> String {
        match self {
            Self::ThisBilling => words.this_billing_period().to_owned(),
            Self::LastBilling => words.last_billing_period().to_owned(),
            Self::Last(days) => words.last_days(days),
            Self::Own => words.own_days().to_owned(),
        }
    }

    fn days(self, ledger: &LedgerAccount, today: NaiveDate) -> Days {
        let began = ledger.period.starts_at;
        match self {
            Self::ThisBilling | Self::Own => Days { from: began.date_naive().min(today), to: today },
            Self::LastBilling => {
                let before = period_at(ledger.anchored_at, began - TimeDelta::seconds(1));
                Days {
                    from: before.starts_at.date_naive(),
                    to: (before.ends_at - TimeDelta::seconds(1)).date_naive(),
                }
            }
            Self::Last(days) => {
                Days { from: today.checked_sub_days(Number::new(days - 1)).unwrap_or(today), to: today }
            }
        }
    }
}

/// What a page is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chosen {
    period: Period,
    pub(super) days: Days,
    /// Days were typed that cannot be shown; the days are those of this billing period.
    pub(super) fault: Option<DaysFault>,
}

impl Chosen {
    /// Reads the choice. Typed days win over a period that is chosen by name, but the days that
    /// the form itself filled in do not.
    pub(super) fn of(call: &Call, ledger: &LedgerAccount) -> Self {
        let (today, name) = (call.now().date_naive(), call.query.text("period"));
        let named = Period::ALL.into_iter().find(|period| period.name() == name);
        if named.is_none() && !name.is_empty() {
            let (period, fault) = (Period::ThisBilling, Some(DaysFault::NoPeriod));
            return Self { period, days: period.days(ledger, today), fault };
        }
        let named = named.filter(|_| !are_edited(&call.query));
        let (period, fault) = match (named, Days::typed(&call.query)) {
            (Some(Period::Own) | None, Some(Ok(days))) => {
                return Self { period: Period::Own, days, fault: None };
            }
            (Some(Period::Own) | None, Some(Err(fault))) => (Period::Own, Some(fault)),
            (Some(period), _) => (period, None),
            (None, None) => (Period::ThisBilling, None),
        };
        Self { period, days: period.days(ledger, today), fault }
    }

    /// The fields of the form.
    pub(super) fn fields(&self, words: Words) -> Markup {
        html! {
            select name="period" aria-label=(words.period()) {
                @for known in Period::ALL {
                    option value=(known.name()) selected[known == self.period] { (known.label(words)) }
                }
            }
            (day_fields(words, Some(self.days)))
            input type="hidden" name=(FILLED_IN) value=(filled_in(self.days));
        }
    }
}

/// The field that says which days the form showed.
pub(super) const FILLED_IN: &str = "shown";

fn filled_in(days: Days) -> String {
    format!("{}..{}", days.from, days.to)
}

/// Whether the fields have other days than the form showed.
fn are_edited(query: &Form) -> bool {
    let shown = query.text(FILLED_IN);
    let (from, to) = (query.text("from"), query.text("to"));
    let has_days = !from.is_empty() || !to.is_empty();
    !shown.is_empty() && has_days && format!("{from}..{to}") != shown
}

/// Two fields for days.
pub(super) fn day_fields(words: Words, days: Option<Days>) -> Markup {
    let text = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    html! {
        span.days {
            label { (words.first_day()) " " input type="date" name="from" value=(text(days.map(|days| days.from))); }
            label { (words.to_day()) " " input type="date" name="to" value=(text(days.map(|days| days.to))); }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(query: &str) -> Option<Result<Days, DaysFault>> {
        Days::typed(&Form::of_query(Some(query)))
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn typed_days_are_checked() {
        assert_eq!(typed(""), None);
        let one = Days { from: day("2026-11-26"), to: day("2026-11-26") };
        assert_eq!(typed("from=2026-11-26"), Some(Ok(one)));
        assert_eq!(typed("to=2026-11-26"), Some(Ok(one)));
        assert_eq!(typed("from=2026-11-27&to=2026-11-26"), Some(Err(DaysFault::Reversed)));
        assert_eq!(typed("from=2025-01-01&to=2026-11-26"), Some(Err(DaysFault::TooMany)));
        for odd in ["from=x", "from=26/11/2026", "from=2026-02-30"] {
            assert_eq!(typed(odd), Some(Err(DaysFault::NoDay)), "{odd}");
        }
        for odd in ["from=9999-12-31", "from=0001-01-01", "from=-5000-01-01", "to=2201-01-01"] {
            assert_eq!(typed(odd), Some(Err(DaysFault::OutOfRange)), "{odd}");
        }
    }

    #[test]
    fn days_end_before_the_next_midnight() {
        let days = Days { from: day("2026-11-25"), to: day("2026-11-26") };
        let (from, until) = days.instants();
        assert_eq!(
            (from.to_rfc3339(), until.to_rfc3339()),
            ("2026-11-25T00:00:00+00:00".into(), "2026-11-27T00:00:00+00:00".into())
        );
        assert_eq!((days.count(), days.all().count()), (2, 2));
    }
}
