//! The whole gate in front of a handler of the test's own, so that a call can end in every way
//! there is.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use chrono::TimeDelta;
use fluence::app::limits_in_force;
use fluence::catalogue::plans::Catalogue;
use fluence::catalogue::routes::RouteSet;
use fluence::clock::DatabaseClock;
use fluence::config::Settings;
use fluence::domain::settlement::{SETTLEMENT_TOML, SettlementTable};
use fluence::gate::auth::keyring::Keyring;
use fluence::gate::limits::limiter::RateLimits;
use fluence::gate::metering::test_answers::TestAnswers;
use fluence::gate::metering::{Metering, PaidHandler, PaidRoute};
use fluence::gate::refusal_counts::RefusedCalls;
use fluence::gate::{Gate, stack};
use fluence::ledger::settings::LedgerSettings;
use fluence::ledger::writer;
use fluence::secret::peppers::Peppers;
use fluence::server::listener::{Server, accept_loop};
use fluence::server::pipeline::Pipeline;
use fluence::server::stop::{Stop, StopTiming};
use fluence::storage::ledger::PgLedgerStore;
use fluence::storage::{pool, routes as route_numbers};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::database::TestDatabase;
use super::documented;
use super::public_links::links;
use super::raw::patient;

/// What a gateway is made of, with other handlers.
pub(crate) struct StubbedGate {
    pub(crate) address: SocketAddr,
    pub(crate) server: Arc<Server>,
    stop: Stop,
    writer: JoinHandle<()>,
    stop_writer: CancellationToken,
}

impl StubbedGate {
    pub(crate) async fn start(
        database: &TestDatabase,
        peppers: &Peppers,
        settings: &Settings,
        handler: PaidHandler,
        deadline: Duration,
    ) -> Self {
        let links = Arc::new(links());
        let (stop, stop_writer) = (Stop::new(), CancellationToken::new());
        let store = PgLedgerStore::new(database.options(), "stand-in".into(), TimeDelta::seconds(60));
        let (ledger, writer) =
            writer::start(store, patient_ledger(settings), stop_writer.clone()).await.unwrap();
        let table = Arc::new(SettlementTable::parse(SETTLEMENT_TOML).unwrap());
        let pool = pool::pool(database.options(), 4, Duration::from_secs(1));
        let routes = RouteSet::shipped().unwrap().built_in;
        let paths: Vec<&'static str> = routes.iter().map(|route| route.path).collect();
        let mut connection = pool.acquire().await.unwrap();
        let numbers = route_numbers::numbers(&mut connection, &paths).await.unwrap();
        drop(connection);
        let test_answers = TestAnswers::new(pool.clone(), TimeDelta::seconds(60));
        let calls = stop.tasks().clone();
        let metering = Metering {
            ledger,
            pool: pool.clone(),
            table,
            deadline,
            calls,
            cut: stop.cut().clone(),
            test_answers,
            links: links.clone(),
        };
        let metering = Arc::new(metering);
        let gate = Arc::new(Gate {
            keyring: Keyring::start(
                pool.clone(),
                peppers.clone(),
                &settings.keys,
                RateLimits::default(),
                DatabaseClock::default(),
            ),
            limits: limits_in_force(settings, &stop_writer).await.unwrap(),
            dev_key: None,
            region: settings.region.as_str().into(),
            catalogue: Arc::new(Catalogue::shipped().unwrap()),
            max_body_bytes: settings.server.max_body_bytes.get(),
            links: links.clone(),
            refused: RefusedCalls::default(),
        });
        let router = routes.into_iter().zip(numbers).fold(Router::new(), |router, (route, number)| {
            let paid = PaidRoute { route, number, handler: handler.clone(), metering: metering.clone() };
            router.route(paid.route.path, stack::paid(&gate, paid))
        });
        let server = Arc::new(Server::new(Pipeline::new(router, (*links).clone()), patient(), stop.clone()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        documented::except(address);
        tokio::spawn(accept_loop(listener, server.clone()));
        Self { address, server, stop, writer, stop_writer }
    }

    /// Stops in the order of the real program.
    pub(crate) async fn stop(self) {
        let timing = StopTiming { announce_delay: Duration::ZERO, drain_deadline: Duration::from_secs(30) };
        self.stop.run(timing).await;
        self.stop_writer.cancel();
        self.writer.await.unwrap();
    }
}

fn patient_ledger(settings: &Settings) -> LedgerSettings {
    LedgerSettings {
        max_wait: Duration::from_secs(30),
        flush_after: Duration::from_millis(1),
        heartbeat_every: Duration::from_secs(1),
        ..settings.ledger.clone()
    }
}
