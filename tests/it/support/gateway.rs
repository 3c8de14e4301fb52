//! A gateway of its own for a test: the real program's parts on a real database, spoken to over a real socket.

use std::io::Cursor;
use std::time::Duration;

use chrono::Utc;
use fluence::app::{App, SAMPLE_PEOPLE, Start};
use fluence::clock::new_id;
use fluence::command::directory::{ImportOptions, import};
use fluence::config::plans::Catalogue;
use fluence::config::{Settings, Sources, load};
use fluence::domain::ids::{AccountId, CallId, EnvironmentId, KeyId};
use fluence::domain::key::{KeyFormat, KeySecret, Scope};
use fluence::domain::plan::PlanRef;
use fluence::ledger::operation::{Correction, Effect, Operation};
use fluence::ledger::store::{Batch, LedgerStore, Work};
use fluence::secret::{Pepper, generate_pepper};
use fluence::storage::accounts::{self, NewAccount};
use fluence::storage::catalogue;
use fluence::storage::keys::{self, NewKey};
use fluence::storage::ledger::PgLedgerStore;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use super::database::TestDatabase;

/// A running gateway and its database.
pub(crate) struct Gateway {
    pub(crate) database: TestDatabase,
    pub(crate) pepper: Pepper,
    pub(crate) client: reqwest::Client,
    settings: Settings,
    app: App,
}

/// An account with a key.
pub(crate) struct Customer {
    pub(crate) account: AccountId,
    pub(crate) key_id: KeyId,
    pub(crate) key: String,
}

/// An answer, read whole.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    /// A header as text; empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The error code, in whatever dialect.
    pub(crate) fn code(&self) -> &str {
        let body = &self.body;
        [&body["error_code"], &body["code"], &body["error"]["code"]]
            .into_iter()
            .find_map(Value::as_str)
            .unwrap_or("")
    }
}

impl Gateway {
    /// With the default settings.
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// With some settings of its own, named as in the environment.
    pub(crate) async fn start_with(environment: &[(&str, &str)]) -> Self {
        let database = TestDatabase::new().await;
        let mut connection = database.pool().acquire().await.unwrap();
        catalogue::save(&mut connection, &Catalogue::shipped().unwrap()).await.unwrap();
        drop(connection);
        let pepper = Pepper::parse(&generate_pepper(), 1).unwrap();
        Self::on(database, pepper, environment).await
    }

    /// On a database that other gateways may use too.
    pub(crate) async fn on(database: TestDatabase, pepper: Pepper, environment: &[(&str, &str)]) -> Self {
        let mut sources = Sources { overrides: vec![("listen", "127.0.0.1:0".into())], ..Sources::default() };
        sources.environment = environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let settings = load(&sources).unwrap();
        let start = Start {
            settings: settings.clone(),
            database: database.options(),
            pepper: pepper.clone(),
            dev: false,
        };
        let app = App::start(start).await.unwrap();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { database, pepper, client, settings, app }
    }

    /// The settings it runs with.
    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Stops as on SIGTERM, and leaves the database.
    pub(crate) async fn stop(self) -> (TestDatabase, Pepper) {
        self.app.stop().await;
        (self.database, self.pepper)
    }

    /// An account on this plan with a key that has the default scopes.
    pub(crate) async fn customer(&self, edition: &str, plan: &str) -> Customer {
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
        let (key_id, key) = self.key(id, |_| {}).await;
        Customer { account: id, key_id, key }
    }

    /// A professional of 2025-01: 1,000 credits, 10 requests a second, burst 20, all endpoints.
    pub(crate) async fn professional(&self) -> Customer {
        self.customer("2025-01", "professional").await
    }

    /// An enterprise of 2025-06, whose limits no test meets, with so many credits left.
    pub(crate) async fn enterprise(&self, credits: i64) -> Customer {
        let customer = self.customer("2025-06", "enterprise").await;
        self.leave(customer.account, credits).await;
        customer
    }

    /// Another key of an account, changed as the test wants.
    pub(crate) async fn key(
        &self,
        account_id: AccountId,
        change: impl FnOnce(&mut NewKey),
    ) -> (KeyId, String) {
        let mut new = NewKey {
            id: KeyId::from_uuid(new_id()),
            account_id,
            environment: "default".into(),
            name: "test key".into(),
            scopes: Scope::DEFAULT.to_vec(),
            expires_at: None,
            daily_cap: None,
            monthly_cap: None,
        };
        change(&mut new);
        let secret = KeySecret::generate(KeyFormat::Fluence, |below| rand::random_range(0..below)).unwrap();
        let mut transaction = self.database.pool().begin().await.unwrap();
        keys::create(&mut transaction, &new, &secret, &self.pepper).await.unwrap();
        transaction.commit().await.unwrap();
        (new.id, secret.expose().to_owned())
    }

    /// Takes credits away until so many are left.
    pub(crate) async fn leave(&self, account_id: AccountId, credits: i64) {
        let balance = self.balance(account_id).await;
        let amount = (balance - credits).try_into().unwrap();
        self.act(Operation::Correct(Correction {
            account_id,
            id: CallId::from_uuid(new_id()),
            amount,
            note: "test".into(),
        }))
        .await;
    }

    /// What the account's row says.
    pub(crate) async fn balance(&self, account_id: AccountId) -> i64 {
        sqlx::query_scalar("select balance from ledger_account where account_id = $1")
            .bind(account_id.as_uuid())
            .fetch_one(self.database.pool())
            .await
            .unwrap()
    }

    /// One act of an operator.
    pub(crate) async fn act(&self, operation: Operation) -> Effect {
        let mut store =
            PgLedgerStore::new(self.database.options(), "test".into(), chrono::TimeDelta::seconds(60));
        let epoch = store.open_epoch().await.unwrap();
        let work = Work::Ordered(vec![operation]);
        let batch = Batch { epoch, number: 1, open_from: 1, captured: Vec::new(), work };
        let effect = store.commit(&batch).await.unwrap().pop().unwrap().unwrap();
        store.close_epoch(epoch).await.unwrap();
        effect
    }

    /// Imports the sample people into the shared directory.
    pub(crate) async fn with_sample_people(&self) {
        let pool = self.database.pool();
        let options =
            ImportOptions { default_source: "sample".into(), retention: Duration::from_secs(86_400) };
        let report = import(pool, Cursor::new(SAMPLE_PEOPLE), &options, Utc::now()).await.unwrap();
        assert!(report.is_clean(), "{report:?}");
    }

    /// A request to a path.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("http://{}{path}", self.app.address))
    }

    /// A POST of JSON with a key.
    pub(crate) async fn post(&self, path: &str, key: &str, body: &Value) -> Answer {
        answer(self.request(Method::POST, path).header("x-api-key", key).json(body)).await
    }

    /// A GET with a key.
    pub(crate) async fn get(&self, path: &str, key: &str) -> Answer {
        answer(self.request(Method::GET, path).header("x-api-key", key)).await
    }
}

/// Sends a request and reads the answer.
pub(crate) async fn answer(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let bytes = response.bytes().await.unwrap();
    Answer { status, headers, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
}
