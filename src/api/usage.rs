//! `/v1/account/usage`: what the account called, added up as the request wants it.

mod cursor;

use axum::Extension;
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use chrono::{Days, NaiveDate};
use schemars::JsonSchema;
use serde::Serialize;

use self::cursor::UsageCursor;
use crate::api::account_pool::AccountPool;
use crate::api::unreadable;
use crate::domain::instant::parse_day;
use crate::domain::refusal::{Fault, Refusal};
use crate::gate::auth::caller::Caller;
use crate::http::answer::{RefusalResponse, json_ok};
use crate::http::paging::{self, Page};
use crate::http::query::Query;
use crate::storage::ledger::usage_report::{self, GroupBy, UsageLine, UsagePage, UsageQuery};

/// What was read, as the log names it.
const WHAT: &str = "an account's usage";

/// Days of a report by default: today and the 29 days before.
const DEFAULT_DAYS: u64 = 30;
/// Longest range of one request.
const MAX_DAYS: i64 = 366;

const GROUPS: Fault = Fault::NotSomeOf(&["day", "key", "endpoint", "outcome"]);

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "UsagePage")]
pub(crate) struct Usage {
    success: bool,
    from: NaiveDate,
    to: NaiveDate,
    /// Calls refused on these days, whatever page this is.
    refused: i64,
    data: Vec<UsageLine>,
    /// Present when there are more: pass it as `cursor`, with the same `group_by`.
    next_cursor: Option<String>,
}

/// Calls and credits by day, key, endpoint and outcome, or by some of them. A call appears once it
/// has ended or was refused and the gateway has added it up, which takes some seconds.
pub async fn usage(
    State(pool): State<AccountPool>,
    Extension(caller): Extension<Caller>,
    uri: Uri,
) -> Result<Response, RefusalResponse> {
    let query = usage_query(&uri, caller.clock.now().date_naive())?;
    let mut connection = pool.connection(caller.key.account_id).await?;
    let page = usage_report::read(&mut connection, caller.key.account_id, &query).await;
    let UsagePage { lines: mut data, refused, has_more } = page.map_err(unreadable(WHAT))?;
    let has_more = paging::cut_to_size(&mut data) || has_more;
    let cursor =
        |line: &UsageLine| UsageCursor { group_by: query.group_by, place: line.place.clone() }.to_string();
    let next_cursor = data.last().filter(|_| has_more).map(cursor);
    Ok(json_ok(Usage { success: true, from: query.from, to: query.to, refused, data, next_cursor }))
}

/// Reads the request; every fault is reported at once.
fn usage_query(uri: &Uri, today: NaiveDate) -> Result<UsageQuery, Refusal> {
    let mut query = Query::of(uri);
    let to = query.take("to", Fault::NotADay, parse_day).unwrap_or(today);
    let default_from = to.checked_sub_days(Days::new(DEFAULT_DAYS - 1)).unwrap_or(to);
    let from: NaiveDate = query.take("from", Fault::NotADay, parse_day).unwrap_or(default_from);
    if !(0..MAX_DAYS).contains(&(to - from).num_days()) {
        query.fault("from", Fault::DaysOutOfRange { most: MAX_DAYS });
    }
    let by_day = GroupBy { day: true, ..GroupBy::default() };
    let group_by = query.take("group_by", GROUPS, groups).unwrap_or(by_day);
    let page = Page::<UsageCursor>::take(&mut query);
    if page.after.as_ref().is_some_and(|cursor| cursor.group_by != group_by) {
        query.fault("cursor", Fault::NotACursor);
    }
    query.finish()?;
    Ok(UsageQuery {
        from,
        to,
        group_by,
        key: None,
        environment: None,
        after: page.after.map(|cursor| cursor.place),
        limit: page.limit,
    })
}

fn groups(text: &str) -> Option<GroupBy> {
    let mut groups = GroupBy::default();
    for name in text.split(',') {
        let group = match name.trim() {
            "day" => &mut groups.day,
            "key" => &mut groups.key,
            "endpoint" => &mut groups.endpoint,
            "outcome" => &mut groups.outcome,
            _ => return None,
        };
        *group = true;
    }
    Some(groups)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(query: &str) -> Result<UsageQuery, Refusal> {
        usage_query(&format!("/v1/account/usage?{query}").parse().unwrap(), "2026-03-01".parse().unwrap())
    }

    #[test]
    fn thirty_days_by_day_unless_the_request_says_otherwise() {
        let query = of("").unwrap();
        assert_eq!(
            (query.from.to_string(), query.to.to_string()),
            ("2026-01-31".into(), "2026-03-01".into())
        );
        assert_eq!(query.group_by, GroupBy { day: true, ..GroupBy::default() });
        assert_eq!(of("to=2025-12-31").unwrap().from.to_string(), "2025-12-02");
        let grouped = of("group_by=key,outcome").unwrap().group_by;
        assert_eq!(grouped, GroupBy { key: true, outcome: true, ..GroupBy::default() });
    }

    #[test]
    fn a_year_at_once_is_the_most() {
        assert!(of("from=2025-03-01").is_ok());
        assert!(of("from=2025-02-28").is_err());
        assert!(of("from=2026-03-02").is_err());
    }

    #[test]
    fn every_faulty_parameter_is_named() {
        let Err(Refusal::ValidationFailed(faults)) = of("from=yesterday&group_by=colour&unit=month&limit=0")
        else {
            panic!("accepted");
        };
        let named: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(named, ["from", "group_by", "limit", "unit"]);
    }

    #[test]
    fn days_at_the_ends_of_time_are_refused() {
        for day in ["-262143-01-01", "%2B262142-12-31", "0000-01-01", "10000-01-01"] {
            assert!(of(&format!("to={day}")).is_err(), "{day}");
        }
        assert!(of("to=0001-01-01").is_ok());
    }
}
