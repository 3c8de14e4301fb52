//! Accounts, keys and credits for tests, made as the commands make them.

use std::io::Cursor;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use fluence::app::SAMPLE_PEOPLE;
use fluence::catalogue::plans::{Catalogue, Edition};
use fluence::clock::{new_id, now};
use fluence::command::directory::{ImportOptions, import};
use fluence::domain::account::AccountState;
use fluence::domain::ids::{AccountId, CallId, EnvironmentId, KeyId};
use fluence::domain::key::terms::KeyTerms;
use fluence::domain::key::{KeyFormat, KeyPrefix, KeySecret, KeyState, Mode, Scope};
use fluence::domain::plan::{Plan, PlanRef};
use fluence::ledger::rules::entry::GrantKind;
use fluence::ledger::rules::operation::{Correction, Effect, Grant, Operation};
use fluence::ledger::store::{Batch, LedgerStore, Work};
use fluence::storage::accounts::{self, NewAccount};
use fluence::storage::catalogue;
use fluence::storage::environments;
use fluence::storage::keys::{self, NewKey};
use fluence::storage::ledger::PgLedgerStore;

use super::gateway::Gateway;

/// An account with a key.
pub(crate) struct Customer {
    pub(crate) account: AccountId,
    pub(crate) key_id: KeyId,
    pub(crate) key: String,
}

impl Gateway {
    /// An account on this plan with a key that has the default scopes.
    pub(crate) async fn customer(&self, edition: &str, plan: &str) -> Customer {
        let account = self.account_on(edition, plan).await;
        let (key_id, key) = self.key(account, |_| {}).await;
        Customer { account, key_id, key }
    }

    /// An account on this plan without keys.
    pub(crate) async fn account_on(&self, edition: &str, plan: &str) -> AccountId {
        let id = AccountId::from_uuid(new_id());
        let new = NewAccount {
            id,
            environment_id: EnvironmentId::from_uuid(new_id()),
            name: "Test".into(),
            email: "test@example.com".into(),
            plan: PlanRef { edition: edition.into(), plan: plan.into() },
        };
        let mut transaction = self.database.pool().begin().await.unwrap();
        accounts::create(&mut transaction, &new).await.unwrap();
        transaction.commit().await.unwrap();
        self.act(Operation::Advance { account_id: id, id: CallId::from_uuid(new_id()) }).await;
        id
    }

    /// A professional of 2025-01: 1,000 credits, 10 requests a second, burst 20, all endpoints.
    pub(crate) async fn professional(&self) -> Customer {
        self.customer("2025-01", "professional").await
    }

    /// An enterprise of 2025-06, whose limits no test meets, with this many credits.
    pub(crate) async fn enterprise(&self, credits: i64) -> Customer {
        let customer = self.customer("2025-06", "enterprise").await;
        self.leave(customer.account, credits).await;
        customer
    }

    /// An account on a plan like the professional of 2025-01, changed as the test wants.
    pub(crate) async fn customer_on(&self, change: impl FnOnce(&mut Plan)) -> Customer {
        let shipped = Catalogue::shipped().unwrap();
        let mut plan =
            shipped.editions[0].plans.iter().find(|plan| plan.plan == "professional").unwrap().clone();
        plan.plan = format!("professional {}", new_id());
        change(&mut plan);
        let name = plan.plan.clone();
        let edition = Edition { edition: "2025-01".into(), plans: vec![plan] };
        let mut connection = self.database.pool().acquire().await.unwrap();
        let catalogue = Catalogue { editions: vec![edition], packs: Vec::new() };
        catalogue::save(&mut connection, &catalogue).await.unwrap();
        drop(connection);
        self.customer("2025-01", &name).await
    }

    /// Another key of an account, changed as the test wants.
    pub(crate) async fn key(
        &self,
        account_id: AccountId,
        change: impl FnOnce(&mut NewKey),
    ) -> (KeyId, String) {
        let secret = new_secret();
        let id = self.key_with(account_id, &secret, change).await;
        (id, secret.expose().to_owned())
    }

    /// Another key of an account with this secret.
    pub(crate) async fn key_with(
        &self,
        account_id: AccountId,
        secret: &KeySecret,
        change: impl FnOnce(&mut NewKey),
    ) -> KeyId {
        let mut new = NewKey {
            id: KeyId::from_uuid(new_id()),
            account_id,
            environment: "default".into(),
            terms: KeyTerms::unlimited("test key", &Scope::DEFAULT),
        };
        change(&mut new);
        let mut transaction = self.database.pool().begin().await.unwrap();
        keys::create(&mut transaction, &new, secret, &self.peppers).await.unwrap();
        transaction.commit().await.unwrap();
        new.id
    }

    /// A key of a test environment of the account.
    pub(crate) async fn test_key(&self, account_id: AccountId) -> String {
        let id = EnvironmentId::from_uuid(new_id());
        let mut connection = self.database.pool().acquire().await.unwrap();
        environments::create(&mut connection, id, account_id, "sandbox", Mode::Test).await.unwrap();
        drop(connection);
        self.key(account_id, |key| key.environment = "sandbox".into()).await.1
    }

    pub(crate) async fn set_key_state(&self, key: KeyId, state: KeyState) {
        let mut connection = self.database.pool().acquire().await.unwrap();
        assert!(keys::set_state(&mut connection, key, state).await.unwrap());
    }

    pub(crate) async fn set_account_state(&self, account: AccountId, state: AccountState) {
        let mut connection = self.database.pool().acquire().await.unwrap();
        assert!(accounts::set_state(&mut connection, account, state).await.unwrap());
    }

    /// Takes credits until this many are left.
    pub(crate) async fn leave(&self, account_id: AccountId, credits: i64) {
        let amount = (self.balance(account_id).await - credits).try_into().unwrap();
        let id = CallId::from_uuid(new_id());
        self.act(Operation::Correct(Correction {
            account_id,
            id,
            reference: id.to_string(),
            amount,
            note: "test".into(),
        }))
        .await;
    }

    /// Adds a pack of credits that lives this long.
    pub(crate) async fn add_pack(&self, account_id: AccountId, credits: i64, life: TimeDelta) {
        let id = new_id();
        let grant = Grant {
            account_id,
            id: CallId::from_uuid(id),
            reference: id.to_string(),
            kind: GrantKind::Pack,
            amount: credits.try_into().unwrap(),
            expires_at: now() + life,
            note: "a test".into(),
        };
        self.act(Operation::Grant(grant)).await;
    }

    /// What the account's row says.
    pub(crate) async fn balance(&self, account_id: AccountId) -> i64 {
        sqlx::query_scalar("select balance from ledger_account where account_id = $1")
            .bind(account_id.as_uuid())
            .fetch_one(self.database.pool())
            .await
            .unwrap()
    }

    /// Requests used of the period's quota.
    pub(crate) async fn requests_used(&self, account_id: AccountId) -> i64 {
        sqlx::query_scalar("select requests_used from ledger_account where account_id = $1")
            .bind(account_id.as_uuid())
            .fetch_one(self.database.pool())
            .await
            .unwrap()
    }

    /// When the account's period ends.
    pub(crate) async fn renews_at(&self, account_id: AccountId) -> DateTime<Utc> {
        sqlx::query_scalar("select period_ends_at from ledger_account where account_id = $1")
            .bind(account_id.as_uuid())
            .fetch_one(self.database.pool())
            .await
            .unwrap()
    }

    /// One act of an operator.
    pub(crate) async fn act(&self, operation: Operation) -> Effect {
        let mut store = PgLedgerStore::new(self.database.options(), "test".into(), TimeDelta::seconds(60));
        let epoch = store.open_epoch().await.unwrap();
        let work = Work::Ordered(vec![operation]);
        let batch = Batch { epoch, number: 1, open_from: 1, captured: Vec::new(), work };
        let effect = store.commit(&batch).await.unwrap().pop().unwrap().unwrap();
        store.close_epoch(epoch).await.unwrap();
        effect
    }

    /// Imports the sample people into the shared directory.
    pub(crate) async fn with_sample_people(&self) {
        self.with_people(SAMPLE_PEOPLE).await;
    }

    /// Imports people, one JSON line each, into the shared directory.
    pub(crate) async fn with_people(&self, lines: &str) {
        let pool = self.database.pool();
        let options =
            ImportOptions { default_source: "sample".into(), retention: Duration::from_secs(86_400) };
        let report = import(pool, Cursor::new(lines), &options, now()).await.unwrap();
        assert!(report.is_clean(), "{report:?}");
    }
}

/// The secret of an unknown key.
pub(crate) fn new_secret() -> KeySecret {
    KeySecret::generate(KeyFormat::Fluence, &KeyPrefix::default(), |below| rand::random_range(0..below))
        .unwrap()
}
