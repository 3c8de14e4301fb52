//! Builds the long-lived parts once, serves, and takes them down in order. The only place where they all meet.

mod development;
mod jobs;
mod metrics;
mod parts;
mod ports;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::background::listener::Listener;
use crate::background::readiness::Readiness;
use crate::background::sweep::Sweep;
use crate::catalogue::plans::Catalogue;
use crate::catalogue::routes::RoutesError;
use crate::clock::{DatabaseClock, new_id};
use crate::config::Settings;
use crate::domain::change::News;
use crate::domain::settlement::{SETTLEMENT_TOML, SettlementError, SettlementTable};
use crate::gate::auth::keyring::Keyring;
use crate::gate::auth::last_used::LastUsed;
use crate::gate::limits::limiter::RateLimits;
use crate::gate::limits::shared_limits::NotAStore;
use crate::gate::metering::Meter;
use crate::gate::metering::test_answers::TestAnswers;
use crate::gate::refused::RefusedCalls;
use crate::http::client_address::TrustedProxies;
use crate::ledger::store::StoreError;
use crate::ledger::writer;
use crate::secret::peppers::Peppers;
use crate::server::listener::{Server, accept_loop};
use crate::server::pipeline::Pipeline;
use crate::server::router::router;
use crate::server::stop::{Stop, StopTiming};
use crate::server::worker_threads::WorkerThreads;
use crate::storage::error::StorageError;
use crate::storage::ledger::PgLedgerStore;
use crate::storage::nodes::{self, Node};
use crate::storage::pool;
use crate::telemetry::metrics::Metrics;

pub use parts::{analysis_api, limits_in_force, node_name, public_links};
use parts::{hold_life, server_limits, server_threads, writer_limits};
pub use ports::Ports;

/// The invented people of test environments and of the demonstration.
pub const SAMPLE_PEOPLE: &str = include_str!("../sample/people.jsonl");

/// How long a start waits until the other gateways know of this one.
const FIRST_HEARD_WITHIN: Duration = Duration::from_secs(2);
/// How long the ledger's writer may take to end once the last request has ended.
const WRITER_DEADLINE: Duration = Duration::from_secs(10);
/// How long a gateway that stops waits for the store to take its last words.
const STORE_DEADLINE: Duration = Duration::from_secs(5);

/// What the program is started with.
#[derive(Clone, Debug)]
pub struct Start {
    /// Settings, checked.
    pub settings: Settings,
    /// How to reach the database, whose schema is up to date.
    pub database: PgConnectOptions,
    /// The secrets that keys are hashed with.
    pub pepper: Peppers,
    /// What learns the database's time.
    pub clock: DatabaseClock,
    /// Development mode: no key is needed, nothing is charged, and only sample people are found.
    pub dev: bool,
}

/// Why the gateway did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A shipped file is faulty.
    #[error("plans or packs: {0}")]
    Catalogue(#[from] toml::de::Error),
    /// `routes.toml` is faulty.
    #[error(transparent)]
    Routes(#[from] RoutesError),
    /// `settlement.toml` is faulty.
    #[error(transparent)]
    Settlement(#[from] SettlementError),
    /// A line of the sample people is faulty.
    #[error("sample people, line {0}: {1}")]
    Sample(usize, String),
    /// The enrichment service cannot be asked as the settings want it.
    #[error("enrichment: {0}")]
    Enrichment(String),
    /// The database is away.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The ledger cannot be opened.
    #[error("the ledger cannot be opened: {0}")]
    Ledger(#[from] StoreError),
    /// The account of the development mode cannot be changed.
    #[error("cannot set up the development mode's account: {0}")]
    Development(#[from] crate::management::ChangeError),
    /// Development mode where others could reach it.
    #[error("--dev serves anybody without a key, so it listens on a loopback address only, not on {0}")]
    DevelopmentInPublic(SocketAddr),
    /// Limits cannot be shared through this.
    #[error(transparent)]
    SharedLimits(#[from] NotAStore),
    /// The system gives no more threads.
    #[error("cannot start the threads that serve connections: {0}")]
    Threads(std::io::Error),
    /// The address cannot be listened on.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, std::io::Error),
}

/// A gateway that serves.
#[derive(Debug)]
pub struct App {
    /// Where it listens.
    pub address: SocketAddr,
    /// Where its metrics are, if anywhere.
    pub metrics_address: Option<SocketAddr>,
    server: Arc<Server>,
    stop: Stop,
    timing: StopTiming,
    readiness: Readiness,
    last_used: LastUsed,
    refused: RefusedCalls,
    pool: PgPool,
    /// Connections of the pool that were opened on these threads work no longer than they do.
    workers: WorkerThreads,
    writer: JoinHandle<()>,
    following: JoinHandle<()>,
    stop_writer: CancellationToken,
    stop_background: CancellationToken,
}

impl App {
    /// Builds everything and listens. Returns once requests are answered.
    pub async fn start(start: Start) -> Result<Self, StartError> {
        let ports = Ports::take(&start.settings, start.dev)?;
        Self::start_on(ports, start).await
    }

    /// The same on ports that were taken before.
    pub async fn start_on(ports: Ports, start: Start) -> Result<Self, StartError> {
        let Start { settings, database, pepper, clock, dev } = start;
        // Before anything is built: parts make their counters when they are made.
        let _ = Metrics::of_process();
        let wait = Duration::from_millis(settings.database.wait_ms);
        let pool = pool::pool(database.clone(), settings.database.max_connections, wait);
        let (listener, metrics_listener) = ports.listen()?;
        let address = listener.local_addr().map_err(|error| StartError::Listen(settings.listen, error))?;

        let catalogue = Arc::new(Catalogue::shipped()?);
        let dev_key = match dev {
            true => Some(Arc::new(development::key(&pool, &catalogue, &pepper).await?)),
            false => {
                development::suspend(&pool).await?;
                None
            }
        };
        let links = Arc::new(public_links(&settings));
        let readiness = Readiness::default();
        let stop = Stop::new();
        let (stop_writer, stop_background) = (CancellationToken::new(), CancellationToken::new());

        let node = node_name(&settings);
        let store = PgLedgerStore::new(database.clone(), node.clone(), hold_life(&settings));
        let (ledger, writer) = writer::start(store, writer_limits(&settings), stop_writer.clone()).await?;
        let writer_life = ledger.liveness().clone();
        let limits = RateLimits::default();
        let keyring =
            Keyring::start(pool.clone(), pepper.clone(), &settings.keys, limits.clone(), clock.clone());
        let following = listen(database.clone(), &pool, &node, &keyring, &clock, &stop_background).await?;
        let last_used = keyring.last_used().clone();
        let refused = RefusedCalls::default();
        let meter = Meter {
            ledger,
            pool: pool.clone(),
            table: Arc::new(SettlementTable::parse(SETTLEMENT_TOML)?),
            deadline: Duration::from_secs(settings.calls.deadline_s),
            calls: stop.tasks().clone(),
            test_answers: TestAnswers::new(pool.clone(), hold_life(&settings)),
            links: links.clone(),
        };
        let limits_in_force = limits_in_force(&settings, &stop_background).await?;
        let parts = parts::Built {
            settings: &settings,
            pool: &pool,
            peppers: pepper,
            readiness: &readiness,
            keyring,
            limits: limits_in_force,
            dev_key,
            catalogue,
            meter,
            refused: refused.clone(),
            node: &node,
            clock,
        };
        let parts = parts.together().await?;
        let sweep = Sweep { pool: pool.clone(), database, node, silence: hold_life(&settings) };
        let jobs = jobs::Jobs {
            sweep,
            readiness: readiness.clone(),
            writer: writer_life,
            limits,
            last_used: last_used.clone(),
            refused: refused.clone(),
        };
        jobs.start(&settings, &stop_background).await;

        let pipeline = Pipeline::new(router(&parts), (*links).clone());
        let pipeline = if dev { pipeline.on_loopback_names_only() } else { pipeline };
        let proxies = TrustedProxies::new(settings.server.trusted_proxies.clone());
        let workers = WorkerThreads::start(server_threads(&settings)).map_err(StartError::Threads)?;
        let server = Server::new(pipeline, server_limits(&settings), stop.clone());
        let server = Arc::new(server.behind(proxies).on(workers.clone()));
        tokio::spawn(accept_loop(listener, server.clone()));
        let sampled =
            metrics::Sampled { server: server.clone(), pool: pool.clone(), readiness: readiness.clone() };
        let (links, stops) = ((*links).clone(), (stop.clone(), stop_background.clone()));
        let metrics_address = metrics::serve(metrics_listener, sampled, links, stops.0, stops.1);
        let timing = StopTiming {
            announce_delay: Duration::from_secs(settings.server.announce_s),
            drain_deadline: Duration::from_secs(settings.server.drain_s),
        };
        tracing::info!(%address, version = env!("CARGO_PKG_VERSION"), dev, "serving");
        Ok(Self {
            address,
            metrics_address,
            server,
            stop,
            timing,
            readiness,
            last_used,
            refused,
            pool,
            workers,
            writer,
            following,
            stop_writer,
            stop_background,
        })
    }

    /// The listener's state.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// Will not announce its stop: nobody waits to be told.
    pub fn unannounced(mut self) -> Self {
        self.timing.announce_delay = Duration::ZERO;
        self
    }

    /// Stops: not ready at once, then no new connections, then the requests in work, then the ledger's writer, which
    /// closes its epoch, then the pool.
    pub async fn stop(self) {
        self.readiness.stopping();
        let drained = self.stop.run(self.timing).await;
        self.stop_background.cancel();
        self.stop_writer.cancel();
        if tokio::time::timeout(WRITER_DEADLINE, self.writer).await.is_err() {
            tracing::warn!("the ledger's writer did not end in time; the sweep will close its epoch");
        }
        let last_words = async {
            self.last_used.flush(&self.pool).await;
            self.refused.flush(&self.pool).await;
        };
        let _ = tokio::time::timeout(STORE_DEADLINE, last_words).await;
        // It says that this gateway is gone, so that nobody waits for it.
        let _ = tokio::time::timeout(WRITER_DEADLINE, self.following).await;
        // It waits for connections that are in use, and one whose server has vanished may be.
        let _ = tokio::time::timeout(STORE_DEADLINE, self.pool.close()).await;
        drop(self.workers);
        tracing::info!(drained, "stopped");
    }
}

/// Tells the keyring of every change of keys, accounts and plans. Who waits for all gateways must wait for this one too,
/// whether it hears of changes or not: so it says that it is there before anything else. Then it waits until changes are
/// heard, but not for long: a gateway that is cut off trusts no key for long.
///
/// # Errors
/// When the database is away.
async fn listen(
    database: PgConnectOptions,
    pool: &PgPool,
    node: &str,
    keyring: &Keyring,
    clock: &DatabaseClock,
    stop: &CancellationToken,
) -> Result<JoinHandle<()>, StorageError> {
    let (keyring, heard) = (keyring.clone(), Arc::new(Notify::new()));
    let node = Node { id: new_id(), name: node.to_owned() };
    // It has heard of nothing yet.
    clock.read(nodes::report(&mut *pool.acquire().await?, &node, 0).await?);
    let is_heard = heard.clone();
    let tell = move |news| {
        keyring.hear(news);
        if matches!(news, News::Current(_)) {
            heard.notify_one();
        }
    };
    let listening = tokio::spawn(Listener { database, node, clock: clock.clone(), tell }.run(stop.clone()));
    let _ = tokio::time::timeout(FIRST_HEARD_WITHIN, is_heard.notified()).await;
    Ok(listening)
}
