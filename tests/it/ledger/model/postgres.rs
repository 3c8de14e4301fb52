//! The same on Postgres, whose clock the program sets.
//!
//! The ledger's statements ask `now()`. A schema in front of `pg_catalog` in this database's search
//! path has one that reads a row, so that programs are exact to the microsecond and the statements
//! are the program's own.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use fluence::domain::billing::AccountBalance;
use fluence::domain::ids::{AccountId, CallId, KeyId};
use fluence::domain::plan::PlanRef;
use fluence::domain::settlement::Outcome;
use fluence::ledger::rules::entry::{CallRef, Entry, EntryKind, RouteNumber};
use fluence::ledger::rules::lot::LotNumber;
use fluence::ledger::store::{Batch, Effects, Epoch, LedgerStore, StoreError};
use fluence::storage::accounts::{self, NewAccount};
use fluence::storage::ledger::balance::read_account;
use fluence::storage::ledger::due::due_accounts;
use fluence::storage::ledger::usage::roll_up;
use fluence::storage::ledger::verify::verify;
use fluence::storage::ledger::{PgLedgerStore, close_stale_epochs};
use sqlx::postgres::{PgPool, PgPoolOptions};
use tokio::runtime::Runtime;
use uuid::Uuid;

use super::super::fixture::{LEASE, LedgerFixture, WHOLE};
use super::machine::{Machine, View, plan_name};
use super::program::{ACCOUNTS, CAPS, PLANS, account_id, environment_id, key_id};

pub(super) struct Postgres {
    runtime: Runtime,
    fixture: LedgerFixture,
    /// Connections that go by the program's clock.
    pool: PgPool,
    stores: HashMap<Epoch, PgLedgerStore>,
}

const CLOCK: &str = "
create schema clock;
create table clock.instant (at timestamptz not null);
insert into clock.instant values (pg_catalog.now());
create function clock.now() returns timestamptz language sql stable as 'select at from clock.instant';
grant usage on schema clock to public;
grant select on clock.instant to public;
do $$ begin
    execute format('alter database %I set search_path = clock, public, pg_catalog', current_database());
end $$;";

impl Postgres {
    async fn connect() -> (LedgerFixture, PgPool) {
        let fixture = LedgerFixture::new(1, 1).await;
        sqlx::raw_sql(CLOCK).execute(fixture.pool()).await.unwrap();
        for (number, (credits, requests)) in PLANS.iter().enumerate() {
            fixture.plan(&plan_name(number), *credits, *requests as i32).await;
        }
        let pool = PgPoolOptions::new().max_connections(2).connect_with(fixture.database.options()).await;
        (fixture, pool.unwrap())
    }

    async fn create(pool: &PgPool, account: usize) {
        let plan = PlanRef { edition: "test".into(), plan: plan_name(0) };
        let (id, environment_id) = (account_id(account), environment_id(account));
        let new = NewAccount { id, environment_id, name: "A".into(), email: "a@b".into(), plan };
        let mut transaction = pool.begin().await.unwrap();
        accounts::create(&mut transaction, &new).await.unwrap();
        for (number, (daily, monthly)) in CAPS.iter().enumerate() {
            sqlx::query(
                "insert into api_key (id, account_id, environment_id, name, scopes, format, daily_cap, monthly_cap, created_at)
                 values ($1, $2, $3, 'k', '{}', 'fluence', $4, $5, now())",
            )
            .bind(key_id(account, number).as_uuid())
            .bind(id.as_uuid())
            .bind(environment_id.as_uuid())
            .bind(daily.map(i64::from))
            .bind(monthly.map(i64::from))
            .execute(&mut *transaction)
            .await
            .unwrap();
        }
        transaction.commit().await.unwrap();
    }
}

#[derive(sqlx::FromRow)]
struct EntryRow {
    number: i64,
    kind: i16,
    amount: i64,
    balance_after: i64,
    lot: i32,
    call_id: Uuid,
    key_id: Option<Uuid>,
    route: Option<i16>,
    outcome: Option<i16>,
}

impl From<EntryRow> for Entry {
    fn from(row: EntryRow) -> Self {
        let call = row.key_id.zip(row.route);
        Self {
            number: row.number,
            kind: EntryKind::from_number(row.kind).unwrap(),
            amount: row.amount,
            balance_after: row.balance_after,
            lot: LotNumber(row.lot),
            call_id: CallId::from_uuid(row.call_id),
            call: call
                .map(|(key, route)| CallRef { key_id: KeyId::from_uuid(key), route: RouteNumber(route) }),
            outcome: row.outcome.map(|number| Outcome::from_number(number).unwrap()),
        }
    }
}

async fn view(pool: &PgPool, id: AccountId) -> View {
    let (balance, used, limit): (i64, i64, i64) = sqlx::query_as(
        "select balance, requests_used, requests_limit from ledger_account where account_id = $1",
    )
    .bind(id.as_uuid())
    .fetch_one(pool)
    .await
    .unwrap();
    let lots = sqlx::query_as(
        "select * from (
            select l.lot, case when l.lot = a.open_lot then a.open_lot_left else l.left_in_lot end as left_now,
                   l.expires_at
              from ledger_lot l join ledger_account a using (account_id) where account_id = $1) l
          where left_now > 0 order by lot",
    )
    .bind(id.as_uuid())
    .fetch_all(pool)
    .await
    .unwrap();
    let entries: Vec<EntryRow> = sqlx::query_as(
        "select number, kind, amount, balance_after, lot, call_id, key_id, route, outcome from ledger_entry
          where account_id = $1 order by number",
    )
    .bind(id.as_uuid())
    .fetch_all(pool)
    .await
    .unwrap();
    let entries = entries.into_iter().map(Entry::from).collect();
    View { balance, requests: (used as u64, limit as u64), lots, entries }
}

impl Machine for Postgres {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (fixture, pool) = runtime.block_on(Self::connect());
        Self { runtime, fixture, pool, stores: HashMap::new() }
    }

    fn set_clock(&mut self, now: DateTime<Utc>) {
        let set = sqlx::query("update clock.instant set at = $1 where at <> $1").bind(now);
        self.runtime.block_on(set.execute(&self.pool)).unwrap();
    }

    fn create_account(&mut self, account: usize) {
        self.runtime.block_on(Self::create(&self.pool, account));
    }

    fn set_plan(&mut self, account: AccountId, plan: usize) {
        let plan = PlanRef { edition: "test".into(), plan: plan_name(plan) };
        let set = async {
            let mut connection = self.pool.acquire().await.unwrap();
            accounts::set_plan(&mut connection, account, &plan).await.unwrap()
        };
        assert!(self.runtime.block_on(set));
    }

    fn open_epoch(&mut self) -> Epoch {
        let mut store = PgLedgerStore::new(self.fixture.database.options(), "model".into(), LEASE);
        let epoch = self.runtime.block_on(store.open_epoch()).unwrap();
        self.stores.insert(epoch, store);
        epoch
    }

    fn heartbeat(&mut self, epoch: Epoch) {
        let store = self.stores.get_mut(&epoch).unwrap();
        self.runtime.block_on(store.heartbeat(epoch)).unwrap();
    }

    fn commit(&mut self, batch: &Batch) -> Result<Effects, StoreError> {
        let store = self.stores.get_mut(&batch.epoch).unwrap();
        self.runtime.block_on(store.commit(batch))
    }

    fn close_stale_epochs(&mut self) -> usize {
        self.runtime.block_on(async {
            let mut connection = self.pool.acquire().await.unwrap();
            close_stale_epochs(&mut connection, LEASE).await.unwrap()
        })
    }

    fn view(&mut self, account: AccountId) -> View {
        self.runtime.block_on(view(&self.pool, account))
    }

    fn balance(&mut self, account: AccountId) -> AccountBalance {
        let read = async {
            let mut connection = self.pool.acquire().await.unwrap();
            read_account(&mut connection, account).await
        };
        self.runtime.block_on(read).unwrap().unwrap().balance()
    }

    fn is_due(&mut self, account: AccountId) -> bool {
        self.runtime.block_on(async {
            let mut connection = self.pool.acquire().await.unwrap();
            due_accounts(&mut connection, ACCOUNTS as i64, &[]).await.unwrap().contains(&account)
        })
    }

    fn verify(&mut self) {
        self.runtime.block_on(async {
            let mut connection = self.pool.acquire().await.unwrap();
            // A few batches at a time, so that calls begin in one part and end in another.
            while roll_up(&mut connection, 5).await.unwrap() > 0 {}
            let report = verify(&mut connection, WHOLE).await.unwrap();
            assert!(report.clean, "{:#?}", report.faults);
            let since = Some(report.checked_at - TimeDelta::days(10));
            let part = fluence::storage::ledger::verify::Scope { since, ..WHOLE };
            let report = verify(&mut connection, part).await.unwrap();
            assert!(report.clean, "in part: {:#?}", report.faults);
        });
    }
}
