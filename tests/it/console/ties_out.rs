//! Random histories of calls, refunds, packs, corrections and expiry: on every page of usage, the
//! chart, the table and the figures are the sum of the statement's entries.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use fluence::clock::{id_of, new_id, now};
use fluence::domain::audit::Actor;
use fluence::domain::credits::Credits;
use fluence::domain::ids::{AccountId, CallId, EnvironmentId, KeyId};
use fluence::domain::key::Scope;
use fluence::domain::key::terms::KeyTerms;
use fluence::domain::plan::PlanRef;
use fluence::domain::settlement::Outcome;
use fluence::ledger::rules::caps::KeyCaps;
use fluence::ledger::rules::entry::{CallRef, EntryKind, GrantKind, RouteNumber};
use fluence::ledger::rules::hold::HoldRequest;
use fluence::ledger::rules::operation::{Correction, Effect, Grant, Operation, Settle};
use fluence::storage::accounts::{self, NewAccount};
use fluence::storage::console::usage::{self, Dimension, UsageFilter};
use fluence::storage::console::{check, range, statement};
use fluence::storage::keys::{self, NewKey};
use fluence::storage::ledger::past::PastWriter;
use fluence::storage::ledger::usage::roll_up;
use fluence::storage::routes;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use sqlx::{PgConnection, Postgres, Transaction};

use crate::support::customer::new_secret;
use crate::support::gateway::Gateway;

/// Days of a history; the last is today.
const DAYS: u64 = 45;
const HISTORIES: u32 = 12;

/// One thing that happens.
#[derive(Clone, Debug)]
enum Step {
    /// Calls that begin at once: credits and how each ends.
    Calls(Vec<(u32, Outcome)>),
    /// Credits of a pack or a grant, and for how many days.
    Credits(GrantKind, u32, u64),
    Taken(u32),
    /// Nothing but time: what has expired goes, and a period is renewed.
    Renewal,
}

/// A step with its day and second: many are near midnight.
type Event = (u64, i64, Step);

fn histories() -> impl Strategy<Value = Vec<Event>> {
    let outcome = prop_oneof![
        4 => Just(Outcome::Answered),
        2 => Just(Outcome::ProfileNotFound),
        1 => Just(Outcome::TimedOut),
        1 => Just(Outcome::Failed),
    ];
    let step = prop_oneof![
        6 => prop::collection::vec((1..9_u32, outcome), 1..6).prop_map(Step::Calls),
        1 => (prop_oneof![Just(GrantKind::Pack), Just(GrantKind::Grant)], 1..300_u32, 1..20_u64)
            .prop_map(|(kind, credits, days)| Step::Credits(kind, credits, days)),
        1 => (1..200_u32).prop_map(Step::Taken),
        1 => Just(Step::Renewal),
    ];
    let second = prop_oneof![0..86_400_i64, 86_390..86_400_i64, 0..10_i64];
    let steps = prop::collection::vec((0..DAYS, second, step), 5..40);
    steps.prop_map(|mut steps| {
        steps.sort_by_key(|(day, second, _)| (*day, *second));
        steps
    })
}

struct Place<'g> {
    gateway: &'g Gateway,
    /// Open until the history has been lived through: the sweep of the gateway must see neither an
    /// account without a past nor half of one.
    work: Option<Transaction<'static, Postgres>>,
    account: AccountId,
    keys: [KeyId; 2],
    routes: Vec<RouteNumber>,
    begins_on: NaiveDate,
}

impl Place<'_> {
    /// An account without a past.
    async fn new(gateway: &Gateway, routes: Vec<RouteNumber>) -> Place<'_> {
        let account = AccountId::from_uuid(new_id());
        let new = NewAccount {
            id: account,
            environment_id: EnvironmentId::from_uuid(new_id()),
            name: "Random".into(),
            email: "random@example.com".into(),
            plan: PlanRef { edition: "2025-01".into(), plan: "essentials".into() },
        };
        let mut work = gateway.database.pool().begin().await.unwrap();
        accounts::create(&mut work, &new).await.unwrap();
        let keys = [KeyId::from_uuid(new_id()), KeyId::from_uuid(new_id())];
        for id in keys {
            let terms = KeyTerms::unlimited("test key", &Scope::DEFAULT);
            let new = NewKey { id, account_id: account, environment: "default".into(), terms };
            keys::create(&mut work, &new, &new_secret(), &gateway.peppers).await.unwrap();
        }
        let begins_on = now().date_naive() - Days::new(DAYS);
        Place { gateway, work: Some(work), account, keys, routes, begins_on }
    }

    /// Lives through a history, in the transaction that makes the account.
    async fn live(&mut self, history: &[Event]) {
        let mut work = self.work.take().unwrap();
        let begins_at = self.begins_on.and_hms_opt(0, 0, 0).unwrap().and_utc();
        let by = Actor::operator("root".into());
        let mut writer = PastWriter::begin(&mut work, by, "random", self.account, begins_at).await.unwrap();
        let mut last = begins_at;
        let begin = Operation::Advance { account_id: self.account, id: CallId::from_uuid(id_of(begins_at)) };
        writer.commit(&mut work, begins_at, vec![begin], Vec::new()).await.unwrap();
        for (number, (day, second, step)) in history.iter().enumerate() {
            let at = (begins_at + Days::new(*day) + TimeDelta::seconds(*second)).max(last);
            last = self.take(&mut work, &mut writer, (number, step), at).await;
        }
        writer.end(&mut work).await.unwrap();
        work.commit().await.unwrap();
    }

    /// Takes a step. Returns when it has ended.
    async fn take(
        &self,
        work: &mut PgConnection,
        writer: &mut PastWriter,
        (number, step): (usize, &Step),
        at: DateTime<Utc>,
    ) -> DateTime<Utc> {
        let id = CallId::from_uuid(id_of(at));
        let operation = match step {
            Step::Calls(calls) => return self.call(work, writer, calls, at).await,
            Step::Renewal => Operation::Advance { account_id: self.account, id },
            Step::Taken(credits) => Operation::Correct(Correction {
                account_id: self.account,
                id,
                reference: id.to_string(),
                amount: Credits::from_u32(*credits),
                note: "random".into(),
            }),
            Step::Credits(kind, credits, days) => Operation::Grant(Grant {
                account_id: self.account,
                id,
                reference: format!("{number} {}", self.account),
                kind: *kind,
                amount: Credits::from_u32(*credits),
                expires_at: at + Days::new(*days),
                note: "random".into(),
            }),
        };
        writer.commit(work, at, vec![operation], Vec::new()).await.unwrap();
        at + TimeDelta::milliseconds(1)
    }

    /// Makes calls, of which some are declined for want of credits. They end a second later.
    async fn call(
        &self,
        work: &mut PgConnection,
        writer: &mut PastWriter,
        calls: &[(u32, Outcome)],
        at: DateTime<Utc>,
    ) -> DateTime<Utc> {
        let hold = |(place, (credits, _)): (usize, &(u32, Outcome))| {
            Operation::Hold(HoldRequest {
                call_id: CallId::from_uuid(id_of(at)),
                account_id: self.account,
                call: CallRef {
                    key_id: self.keys[place % self.keys.len()],
                    route: self.routes[place % self.routes.len()],
                },
                amount: Credits::from_u32(*credits),
                caps: KeyCaps::default(),
                idempotency: None,
            })
        };
        let holds = calls.iter().enumerate().map(hold).collect();
        let effects = writer.commit(work, at, holds, Vec::new()).await.unwrap();
        let (mut captured, mut settled) = (Vec::new(), Vec::new());
        for ((_, outcome), effect) in calls.iter().zip(effects) {
            let Effect::Held(held) = effect else { continue };
            match outcome {
                Outcome::Answered => captured.push((held.hold.call_id, *outcome)),
                _ => settled.push(Operation::Settle(Settle::release(held.hold, *outcome, None))),
            }
        }
        let end = at + TimeDelta::seconds(1);
        writer.commit(work, end, settled, captured).await.unwrap();
        end + TimeDelta::milliseconds(1)
    }

    /// The chart, the table, the total and the entries of some days are one sum, whatever they are
    /// divided by.
    async fn assert_days(&self, from: NaiveDate, to: NaiveDate) -> i64 {
        let mut snapshot = self.gateway.database.pool().acquire().await.unwrap();
        let db = &mut *snapshot;
        let (total, calls) = usage::total(db, self.account, from, to).await.unwrap();
        let filter = UsageFilter { from, to, key: None, environment: None };
        for by in [Dimension::Endpoint, Dimension::Outcome, Dimension::Key, Dimension::Environment] {
            let groups = usage::groups(db, self.account, &filter, by, 100).await.unwrap();
            let (first, rest) = groups.split_at(groups.len().min(1));
            let shown: Vec<String> = first.iter().map(|group| group.id.clone()).collect();
            let days = usage::days(db, self.account, &filter, by, &shown).await.unwrap();
            let table = (groups.iter().map(|g| g.credits).sum(), groups.iter().map(|g| g.calls).sum());
            let chart = (days.iter().map(|d| d.credits).sum(), days.iter().map(|d| d.calls).sum());
            assert_eq!((table, chart), ((total, calls), (total, calls)), "{by:?}, {from} to {to}");
            // A bar of its own for the largest group, and one for all others.
            let of = |id: Option<&String>| {
                days.iter().filter(|day| day.id.as_ref() == id).map(|day| day.credits).sum::<i64>()
            };
            assert_eq!(of(shown.first()), first.iter().map(|group| group.credits).sum::<i64>(), "{by:?}");
            if !shown.is_empty() {
                assert_eq!(of(None), rest.iter().map(|group| group.credits).sum::<i64>(), "{by:?}");
            }
        }
        let instant = |day: NaiveDate| day.and_hms_opt(0, 0, 0).unwrap().and_utc();
        let (begin, end) = (instant(from), instant(to) + Days::new(1));
        let entries = range::around(db, self.account, begin, end + TimeDelta::hours(25)).await.unwrap();
        let entries = check::calls(db, self.account, entries, (begin, end)).await.unwrap();
        assert_eq!(
            (entries.charged(), entries.calls, entries.pending_calls),
            (total, calls, 0),
            "{from} to {to}"
        );
        let these = range::around(db, self.account, begin, end).await.unwrap();
        if let Some(moved) = statement::movements(db, self.account, these, (begin, end)).await.unwrap() {
            assert!(moved.adds_up(), "{from} to {to}: {moved:?}");
        }
        total
    }

    /// All of the history: what the statement shows as charged is what the chart shows, and all
    /// entries are the balance.
    async fn assert_whole(&self) {
        let mut connection = self.gateway.database.pool().acquire().await.unwrap();
        while roll_up(&mut connection, 1_000).await.unwrap() > 0 {}
        let (begin, end) = (self.begins_on, now().date_naive() + Days::new(1));
        let total = self.assert_days(begin, end).await;
        let instant = |day: NaiveDate| day.and_hms_opt(0, 0, 0).unwrap().and_utc();
        let (from, until) = (instant(begin), instant(end) + Days::new(1));
        let all = range::around(&mut connection, self.account, from, until).await.unwrap();
        let moved = statement::movements(&mut connection, self.account, all, (from, until)).await.unwrap();
        let moved = moved.unwrap();
        assert_eq!(moved.of(EntryKind::Hold) + moved.of(EntryKind::Release), -total, "{moved:?}");
        let newest = statement::newest_entry(&mut connection, self.account).await.unwrap().unwrap();
        let (_, sum) = statement::add_up(&mut connection, self.account).await.unwrap();
        assert_eq!((newest.is_balance(), sum, moved.closing), (true, newest.balance, newest.balance));
    }

    /// What the person sees.
    async fn assert_page(&self, from: NaiveDate, to: NaiveDate) {
        let mut ana = self.gateway.admin(self.account).await;
        for by in ["endpoint", "outcome", "key"] {
            let query = format!("usage?period=own&from={from}&to={to}&by={by}");
            let page = ana.get(&format!("/console/{}/{query}", self.account)).await;
            assert_eq!(page.status, 200, "{query}");
            assert!(page.has("✓ equal") && !page.has("Different:"), "{query}: {}", page.body);
        }
    }
}

#[tokio::test]
async fn the_chart_of_any_history_is_the_sum_of_its_statement() {
    let gateway = Gateway::start().await;
    let mut connection = gateway.database.pool().acquire().await.unwrap();
    let routes = routes::numbers(&mut connection, &["/crm", "/crm_basico", "/analyze"]).await.unwrap();
    drop(connection);
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
    let (mut kinds, mut charged) = (BTreeSet::new(), 0);
    for _ in 0..HISTORIES {
        let history = histories().new_tree(&mut runner).unwrap().current();
        println!("{history:?}");
        let mut place = Place::new(&gateway, routes.clone()).await;
        place.live(&history).await;
        place.assert_whole().await;
        // Days with something near their ends, and others.
        let days: BTreeSet<u64> = history.iter().map(|(day, ..)| *day).collect();
        for (one, other) in days.iter().zip(days.iter().skip(2)).take(6) {
            let day = |day: u64| place.begins_on + Days::new(day);
            charged += place.assert_days(day(*one), day(*one)).await;
            place.assert_days(day(*one), day(*other)).await;
        }
        place.assert_page(place.begins_on, now().date_naive()).await;
        let found: Vec<i16> =
            sqlx::query_scalar("select distinct kind from ledger_entry where account_id = $1")
                .bind(place.account.as_uuid())
                .fetch_all(gateway.database.pool())
                .await
                .unwrap();
        kinds.extend(found);
    }
    assert!(charged > 0 && kinds.len() >= 6, "the histories are too dull: {charged} credits, {kinds:?}");
}
