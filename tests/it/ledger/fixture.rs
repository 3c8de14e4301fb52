//! A database with a plan, accounts, and writers that run or are driven batch by batch.

use std::num::NonZeroUsize;
use std::time::Duration;

use chrono::TimeDelta;
use fluence::clock::{new_id, now};
use fluence::domain::credits::Credits;
use fluence::domain::ids::{AccountId, CallId, EnvironmentId, KeyId};
use fluence::domain::key::terms::KeyTerms;
use fluence::domain::plan::PlanRef;
use fluence::domain::settlement::Outcome;
use fluence::ledger::rules::caps::KeyCaps;
use fluence::ledger::rules::entry::{CallRef, GrantKind};
use fluence::ledger::rules::hold::{DeclineReason, Declined, Held, Hold, HoldRequest, IdempotencyClaim};
use fluence::ledger::rules::operation::{Correction, Effect, Grant, Operation};
use fluence::ledger::settings::LedgerSettings;
use fluence::ledger::store::{Batch, Effects, Epoch, LedgerStore, Work};
use fluence::ledger::writer::{self, HoldError, Ledger, OpenHold, WriterStop};
use fluence::storage::ledger::PgLedgerStore;
use fluence::storage::ledger::verify::{Scope, VerifyReport, verify};
use fluence::storage::{accounts, keys, routes};
use sqlx::postgres::PgConnectOptions;
use sqlx::{PgPool, Postgres, Transaction};
use tokio::task::JoinHandle;

use crate::support::database::TestDatabase;
use crate::support::gateway::settings;

/// How long a call may keep its idempotency key.
pub(super) const LEASE: TimeDelta = TimeDelta::seconds(60);

/// All of the ledger.
pub(super) const WHOLE: Scope = Scope { account_id: None, since: None, hold_life: LEASE };

/// Locks the row of an account that every hold changes.
pub(super) const ACCOUNT_ROW: &str = "select from ledger_account where account_id = $1 for update";

/// An account and its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Customer {
    pub(super) account_id: AccountId,
    pub(super) environment_id: EnvironmentId,
    pub(super) call: CallRef,
}

/// A database with plan `test` of edition `test`.
pub(super) struct LedgerFixture {
    pub(super) database: TestDatabase,
    route: fluence::ledger::rules::entry::RouteNumber,
}

impl LedgerFixture {
    /// Creates the plan with credits and requests for each period.
    pub(super) async fn new(credits: i64, requests: i32) -> Self {
        let database = TestDatabase::new().await;
        let mut connection = database.pool().acquire().await.unwrap();
        let route = routes::numbers(&mut connection, &["/analyze"]).await.unwrap()[0];
        drop(connection);
        let fixture = Self { database, route };
        fixture.plan("test", credits, requests).await;
        fixture
    }

    pub(super) fn pool(&self) -> &PgPool {
        self.database.pool()
    }

    /// Makes a plan of edition `test`.
    pub(super) async fn plan(&self, name: &str, credits: i64, requests: i32) {
        sqlx::query(
            "insert into plan (edition, plan, position, tier, label, credits, rate_per_s, burst, concurrency, requests,
                               access, api_access, keys_per_environment, support)
             values ('test', $1, 0, 'test', 'test', $2, 1, 1, 1, $3, '{}', true, 100, 'community')",
        )
        .bind(name)
        .bind(credits)
        .bind(requests)
        .execute(self.pool())
        .await
        .unwrap();
    }

    /// A new account on plan `test`, with a key.
    pub(super) async fn customer(&self) -> Customer {
        let account_id = AccountId::from_uuid(new_id());
        let environment_id = EnvironmentId::from_uuid(new_id());
        let key_id = KeyId::from_uuid(new_id());
        let plan = PlanRef { edition: "test".into(), plan: "test".into() };
        let new = accounts::NewAccount {
            id: account_id,
            environment_id,
            name: "A".into(),
            email: "a@b".into(),
            plan,
        };
        let mut transaction = self.pool().begin().await.unwrap();
        accounts::create(&mut transaction, &new).await.unwrap();
        sqlx::query(
            "insert into api_key (id, account_id, environment_id, name, scopes, format, created_at)
             values ($1, $2, $3, 'k', '{}', 'fluence', now())",
        )
        .bind(key_id.as_uuid())
        .bind(account_id.as_uuid())
        .bind(environment_id.as_uuid())
        .execute(&mut *transaction)
        .await
        .unwrap();
        transaction.commit().await.unwrap();
        Customer { account_id, environment_id, call: CallRef { key_id, route: self.route } }
    }

    /// Changes the cap per day of the customer's key.
    pub(super) async fn set_daily_cap(&self, customer: &Customer, cap: Option<u32>) {
        let terms = KeyTerms { daily_cap: cap.map(Credits::from_u32), ..KeyTerms::unlimited("k", &[]) };
        let mut connection = self.pool().acquire().await.unwrap();
        keys::save_terms(&mut connection, customer.call.key_id, &terms).await.unwrap();
    }

    /// Locks an account, as an operator's open transaction does.
    pub(super) async fn lock(&self, customer: &Customer) -> Transaction<'static, Postgres> {
        self.lock_rows(customer, ACCOUNT_ROW).await
    }

    /// Locks the rows that a query finds of an account.
    pub(super) async fn lock_rows(
        &self,
        customer: &Customer,
        query: &'static str,
    ) -> Transaction<'static, Postgres> {
        let mut stray = self.pool().begin().await.unwrap();
        let locking = sqlx::query(query).bind(customer.account_id.as_uuid()).execute(&mut *stray);
        assert!(locking.await.unwrap().rows_affected() > 0, "nothing to lock: {query}");
        stray
    }

    /// A store with an epoch of its own.
    pub(super) async fn manual_writer(&self, node: &str) -> ManualWriter {
        self.manual_writer_through(node, self.database.options()).await
    }

    /// The same over another way to the database.
    pub(super) async fn manual_writer_through(&self, node: &str, options: PgConnectOptions) -> ManualWriter {
        let mut store = PgLedgerStore::new(options, node.into(), LEASE);
        let epoch = store.open_epoch().await.unwrap();
        ManualWriter { store, epoch, next: 1 }
    }

    /// A running writer.
    pub(super) async fn writer(&self, node: &str) -> Writer {
        self.writer_through(node, self.database.options()).await
    }

    /// The same over another way to the database.
    pub(super) async fn writer_through(&self, node: &str, options: PgConnectOptions) -> Writer {
        self.writer_with(PgLedgerStore::new(options, node.into(), LEASE)).await
    }

    /// A running writer on this store.
    pub(super) async fn writer_with(&self, store: PgLedgerStore) -> Writer {
        let stop = WriterStop::default();
        let (ledger, task) = writer::start(store, limits(), stop.clone()).await.unwrap();
        Writer { ledger, stop, task }
    }

    /// One value of the database.
    pub(super) async fn value<T>(&self, query: &'static str) -> T
    where
        T: Send + Unpin + for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
    {
        sqlx::query_scalar(query).fetch_one(self.pool()).await.unwrap()
    }

    /// Runs `ledger verify`.
    pub(super) async fn verify(&self, scope: Scope) -> VerifyReport {
        let mut connection = self.pool().acquire().await.unwrap();
        verify(&mut connection, scope).await.unwrap()
    }

    /// Runs `ledger verify` over everything, which must find no fault.
    pub(super) async fn assert_verified(&self) {
        let report = self.verify(WHOLE).await;
        assert!(report.clean, "{:#?}", report.faults);
    }

    /// Moves all times of the ledger into the past by this many months.
    pub(super) async fn months_pass(&self, months: i32) {
        for statement in [
            "update account set anchored_at = anchored_at - make_interval(months => $1)",
            "update ledger_lot set expires_at = expires_at - make_interval(months => $1)",
            "update ledger_account set open_lot_expires_at = open_lot_expires_at - make_interval(months => $1),
                    period_starts_at = period_starts_at - make_interval(months => $1),
                    period_ends_at = period_ends_at - make_interval(months => $1)",
        ] {
            sqlx::query(statement).bind(months).execute(self.pool()).await.unwrap();
        }
    }

    /// Waits until a session waits for a lock.
    pub(super) async fn until_a_session_waits(&self) {
        let waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
        while self.value::<i64>(waiting).await == 0 {}
    }

    /// Ends the connections of all writers after `more` batches, during a commit.
    pub(super) async fn kill_writers_after_batches(&self, more: i64) {
        let batches = "select coalesce(sum(batches), 0) from ledger_epoch";
        let before = self.value::<i64>(batches).await;
        while self.value::<i64>(batches).await < before + more {}
        let kill = "select count(pg_terminate_backend(pid)) from pg_stat_activity
                     where application_name = 'fluence-ledger' and datname = current_database() and state <> 'idle'";
        while self.value::<i64>(kill).await == 0 {}
    }

    /// Runs statements.
    pub(super) async fn run(&self, statements: &'static str) {
        sqlx::raw_sql(statements).execute(self.pool()).await.unwrap();
    }

    /// Balance, plan credits left and requests used.
    pub(super) async fn books(&self, customer: &Customer) -> (i64, i64, i64) {
        sqlx::query_as("select balance, plan_left, requests_used from ledger_account where account_id = $1")
            .bind(customer.account_id.as_uuid())
            .fetch_one(self.pool())
            .await
            .unwrap()
    }
}

pub(super) fn limits() -> LedgerSettings {
    LedgerSettings {
        max_queued_holds: NonZeroUsize::new(20_000).unwrap(),
        max_wait: Duration::from_secs(30),
        heartbeat_every: Duration::from_secs(1),
        ..settings(&[]).ledger
    }
}

/// A running writer.
pub(super) struct Writer {
    pub(super) ledger: Ledger,
    stop: WriterStop,
    task: JoinHandle<()>,
}

impl Writer {
    /// Makes a hold that must succeed.
    pub(super) async fn hold(&self, request: HoldRequest) -> OpenHold {
        self.ledger.hold(request).await.unwrap().hold
    }

    /// Requests a hold that must be declined.
    pub(super) async fn declined(&self, request: HoldRequest) -> Declined {
        match self.ledger.hold(request).await {
            Err(HoldError::Declined(declined)) => declined,
            other => panic!("{other:?}"),
        }
    }

    /// The same, returning only the reason.
    pub(super) async fn decline_reason(&self, request: HoldRequest) -> DeclineReason {
        self.declined(request).await.reason
    }

    /// Commits the settlements and closes the epoch.
    pub(super) async fn stop(self) {
        self.stop.finish.cancel();
        self.task.await.unwrap();
    }

    /// The same, but settlements that cannot be committed soon are given up.
    pub(super) async fn stop_without_patience(self) {
        self.stop.finish.cancel();
        tokio::time::sleep(Duration::from_secs(1)).await;
        self.stop.give_up.cancel();
        self.task.await.unwrap();
    }
}

/// A store with an epoch, driven batch by batch by a test.
pub(super) struct ManualWriter {
    pub(super) store: PgLedgerStore,
    pub(super) epoch: Epoch,
    pub(super) next: i32,
}

impl ManualWriter {
    pub(super) fn batch(&self, work: Work, captured: Vec<(CallId, Outcome)>) -> Batch {
        Batch { epoch: self.epoch, number: self.next, open_from: 1, captured, work }
    }

    pub(super) async fn commit(&mut self, work: Work, captured: Vec<(CallId, Outcome)>) -> Effects {
        let batch = self.batch(work, captured);
        let effects = self.store.commit(&batch).await.unwrap();
        self.next += 1;
        effects
    }

    pub(super) async fn close(mut self) {
        self.store.close_epoch(self.epoch).await.unwrap();
    }

    /// Commits one operation in order.
    pub(super) async fn one(&mut self, operation: Operation) -> Effect {
        self.commit(Work::Ordered(vec![operation]), Vec::new()).await.remove(0).unwrap()
    }
}

impl Customer {
    /// A call of `amount` credits.
    pub(super) fn request(&self, amount: u32) -> HoldRequest {
        HoldRequest {
            call_id: CallId::from_uuid(new_id()),
            account_id: self.account_id,
            call: self.call,
            amount: Credits::from_u32(amount),
            caps: KeyCaps::default(),
            idempotency: None,
        }
    }

    /// The same under an idempotency key.
    pub(super) fn request_once(&self, amount: u32, key: u8, fingerprint: u8) -> HoldRequest {
        let claim = IdempotencyClaim {
            environment_id: self.environment_id,
            key_hash: [key; 32],
            fingerprint: [fingerprint; 32],
        };
        HoldRequest { idempotency: Some(claim), ..self.request(amount) }
    }

    /// A grant of credits that live this long.
    pub(super) fn grant(&self, amount: u32, life: TimeDelta) -> Operation {
        let id = new_id();
        Operation::Grant(Grant {
            account_id: self.account_id,
            id: CallId::from_uuid(id),
            reference: id.to_string(),
            kind: GrantKind::Grant,
            amount: Credits::from_u32(amount),
            expires_at: now() + life,
            note: "a test".into(),
        })
    }

    /// A correction.
    pub(super) fn take(&self, amount: u32) -> Operation {
        let (id, amount) = (CallId::from_uuid(new_id()), Credits::from_u32(amount));
        Operation::Correct(Correction {
            account_id: self.account_id,
            id,
            reference: id.to_string(),
            amount,
            note: "test".into(),
        })
    }

    pub(super) fn advance(&self) -> Operation {
        Operation::Advance { account_id: self.account_id, id: CallId::from_uuid(new_id()) }
    }
}

/// Returns the hold of an effect, which must be one.
pub(super) fn held(effect: &Option<Effect>) -> Hold {
    match effect {
        Some(Effect::Held(Held { hold, .. })) => hold.clone(),
        other => panic!("not held: {other:?}"),
    }
}
