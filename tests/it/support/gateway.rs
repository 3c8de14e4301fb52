//! A gateway of its own for a test: the real program's parts on a real database, spoken to over a
//! real socket.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use chrono::{DateTime, Utc};
use fluence::app::{App, Start};
use fluence::catalogue::plans::Catalogue;
use fluence::clock::DatabaseClock;
use fluence::config::{Settings, Sources, load};
use fluence::gate::metering::PaidHandler;
use fluence::secret::peppers::Peppers;
use fluence::secret::{Pepper, generate_pepper};
use fluence::storage::catalogue;
use reqwest::header::{ACCEPT_LANGUAGE, HeaderValue};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

pub(crate) use super::answer::{Answer, answer};
use super::database::TestDatabase;
use super::stubbed_gate::StubbedGate;

/// Ends a test that would wait for ever; no test passes by it.
const HANG: Duration = Duration::from_secs(30);
/// Between two looks at a state that changes by itself.
const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// A running gateway and its database.
pub(crate) struct Gateway {
    pub(crate) database: TestDatabase,
    pub(crate) peppers: Peppers,
    pub(crate) client: reqwest::Client,
    address: SocketAddr,
    service: Service,
}

/// What answers.
enum Service {
    Whole(App),
    Stubbed(StubbedGate),
}

impl Gateway {
    /// With the default settings.
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// With some settings of its own, named as in the environment.
    pub(crate) async fn start_with(environment: &[(&str, &str)]) -> Self {
        let (database, peppers) = empty_service().await;
        Self::on(database, peppers, environment).await
    }

    /// One that looks every key up for every request, so that a change shows at once.
    pub(crate) async fn without_trust() -> Self {
        Self::start_with(&[("FLUENCE_KEYS_CACHE_TTL_MS", "0")]).await
    }

    /// On a machine whose clock says this.
    pub(crate) async fn on_a_machine_with(wall: fn() -> DateTime<Utc>, environment: &[(&str, &str)]) -> Self {
        let (database, peppers) = empty_service().await;
        Self::launch(database, peppers, environment, DatabaseClock::beside(wall), false).await
    }

    /// In development mode.
    pub(crate) async fn start_dev() -> Self {
        let (database, peppers) = empty_service().await;
        Self::launch(database, peppers, &[], DatabaseClock::default(), true).await
    }

    /// On a database that other gateways may use too.
    pub(crate) async fn on(
        database: TestDatabase,
        peppers: impl Into<Peppers>,
        environment: &[(&str, &str)],
    ) -> Self {
        Self::launch(database, peppers.into(), environment, DatabaseClock::default(), false).await
    }

    async fn launch(
        database: TestDatabase,
        peppers: Peppers,
        environment: &[(&str, &str)],
        clock: DatabaseClock,
        dev: bool,
    ) -> Self {
        let (options, of_app) = (database.options(), peppers.clone());
        let start = Start { settings: settings(environment), database: options, peppers: of_app, clock, dev };
        let app = App::start(start).await.unwrap();
        Self { client: client(), address: app.address, database, peppers, service: Service::Whole(app) }
    }

    /// The whole gate, but with this handler behind it on every paid path, which may take as long
    /// as `deadline`.
    pub(crate) async fn in_front_of(handler: PaidHandler, deadline: Duration) -> Self {
        Self::in_front_of_with(handler, deadline, &[]).await
    }

    /// The same with some settings of its own.
    pub(crate) async fn in_front_of_with(
        handler: PaidHandler,
        deadline: Duration,
        environment: &[(&str, &str)],
    ) -> Self {
        let (database, peppers) = empty_service().await;
        let settings = settings(environment);
        let gate = StubbedGate::start(&database, &peppers, &settings, handler, deadline).await;
        let address = gate.address;
        Self { client: client(), address, database, peppers, service: Service::Stubbed(gate) }
    }

    /// Stops as on SIGTERM, and leaves the database.
    pub(crate) async fn stop(self) -> (TestDatabase, Peppers) {
        match self.service {
            Service::Whole(app) => app.stop().await,
            Service::Stubbed(gate) => gate.stop().await,
        }
        (self.database, self.peppers)
    }

    /// Waits until no client is connected any more.
    pub(crate) async fn alone(&self) {
        let Service::Stubbed(gate) = &self.service else { panic!("only a stubbed gate counts its clients") };
        eventually("every client is gone", async || gate.server.open_connections() == 0).await;
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The templates of every path that it answers.
    pub(crate) fn paths(&self) -> Vec<&'static str> {
        let Service::Whole(app) = &self.service else { panic!("a stand-in has no paths of its own") };
        app.paths()
    }

    /// Bytes of answers that wait for their clients.
    pub(crate) fn answers_cut(&self) -> u64 {
        match &self.service {
            Service::Whole(app) => app.server().answers_cut(),
            Service::Stubbed(gate) => gate.server.answers_cut(),
        }
    }

    pub(crate) fn unsent_bytes(&self) -> usize {
        match &self.service {
            Service::Whole(app) => app.server().unsent_bytes(),
            Service::Stubbed(gate) => gate.server.unsent_bytes(),
        }
    }

    /// The text of the metrics page; the gateway must have been started with an address for it.
    pub(crate) async fn metrics(&self) -> String {
        let Service::Whole(app) = &self.service else { panic!("a stubbed gate has no metrics page") };
        let address = app.metrics_address.unwrap();
        self.client.get(format!("http://{address}/metrics")).send().await.unwrap().text().await.unwrap()
    }

    /// The base URL of the operators' console; the gateway must have been started with an address
    /// for it.
    pub(crate) fn operator_url(&self) -> String {
        let Service::Whole(app) = &self.service else { panic!("a stubbed gate has no console") };
        format!("http://{}", app.operator_address.unwrap())
    }

    /// Its base URL.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A request to a path.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url()))
    }

    /// A POST of JSON with a key, to be sent.
    pub(crate) fn posting(&self, path: &str, key: &str, body: &Value) -> RequestBuilder {
        self.request(Method::POST, path).header("x-api-key", key).json(body)
    }

    /// A POST of JSON with a key.
    pub(crate) async fn post(&self, path: &str, key: &str, body: &Value) -> Answer {
        answer(self.posting(path, key, body)).await
    }

    /// A PATCH of JSON with a key.
    pub(crate) async fn patch(&self, path: &str, key: &str, body: &Value) -> Answer {
        answer(self.request(Method::PATCH, path).header("x-api-key", key).json(body)).await
    }

    /// A GET with a key.
    pub(crate) async fn get(&self, path: &str, key: &str) -> Answer {
        answer(self.request(Method::GET, path).header("x-api-key", key)).await
    }
}

/// A database with the catalogue in it, and peppers.
async fn empty_service() -> (TestDatabase, Peppers) {
    let database = TestDatabase::new().await;
    let mut connection = database.pool().acquire().await.unwrap();
    catalogue::save(&mut connection, &Catalogue::shipped().unwrap()).await.unwrap();
    drop(connection);
    (database, new_pepper(1).into())
}

/// An unused pepper.
pub(crate) fn new_pepper(version: i32) -> Pepper {
    Pepper::parse(&generate_pepper(), version).unwrap()
}

pub(crate) fn settings(environment: &[(&str, &str)]) -> Settings {
    let mut sources = Sources { overrides: vec![("listen", "127.0.0.1:0".into())], ..Sources::default() };
    // No test waits for a load balancer, and no e-mail becomes a file of the working folder.
    let folder = std::env::temp_dir().join("fluence-it-data");
    let folder = folder.to_str().unwrap();
    let defaults = [("FLUENCE_SERVER_ANNOUNCE_S", "0"), ("FLUENCE_DATA_DIR", folder)];
    let environment = defaults.iter().chain(environment);
    sources.environment = environment.map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    load(&sources).unwrap()
}

fn client() -> reqwest::Client {
    // Some paths speak Portuguese unless they are asked for English.
    let english = [(ACCEPT_LANGUAGE, HeaderValue::from_static("en"))].into_iter().collect();
    reqwest::Client::builder().no_proxy().default_headers(english).build().unwrap()
}

/// Waits for what happens by itself, looking again and again.
pub(crate) async fn eventually<F>(what: &str, mut holds: impl FnMut() -> F)
where
    F: Future<Output = bool>,
{
    let waited = tokio::time::timeout(HANG, async {
        while !holds().await {
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    });
    waited.await.unwrap_or_else(|_| panic!("never: {what}"));
}
