//! Builds the long-lived parts once, serves, and takes them down in order. The only place where they all meet.

mod development;
mod metrics;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use secrecy::ExposeSecret;
use sqlx::postgres::{PgConnectOptions, PgPool};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::api::analyses::Analyses;
use crate::api::analysis::AnalysisApi;
use crate::api::asking::Management;
use crate::api::contacts::ContactsApi;
use crate::api::health::Health;
use crate::api::status::Status;
use crate::background;
use crate::background::listener::Listener;
use crate::background::readiness::Readiness;
use crate::background::sweep::{RETENTION_EVERY, Sweep, TIDY_EVERY};
use crate::clock;
use crate::config::plans::Catalogue;
use crate::config::routes::RoutesError;
use crate::config::{Settings, routes};
use crate::domain::change::News;
use crate::domain::route::Route;
use crate::domain::settlement::{SETTLEMENT_TOML, SettlementError, SettlementTable};
use crate::gate::Gate;
use crate::gate::admission::Limits;
use crate::gate::keyring::Keyring;
use crate::gate::last_used::LastUsed;
use crate::gate::limiter::RateLimits;
use crate::gate::meter::Meter;
use crate::gate::shared_limits::{NotAStore, SharedConfig, SharedLimits};
use crate::http::client_address::TrustedProxies;
use crate::http::dialect::Dialects;
use crate::http::edge::Edge;
use crate::ledger::store::StoreError;
use crate::ledger::writer::{self, WriterLimits};
use crate::people::find::{FindConfig, People};
use crate::people::sample::SamplePeople;
use crate::secret::peppers::Peppers;
use crate::server::listener::{Server, ServerLimits, accept_loop};
use crate::server::outer::Outer;
use crate::server::router::{Parts, router};
use crate::server::stop::{Stop, StopTiming};
use crate::storage::error::StorageError;
use crate::storage::ledger::PgLedgerStore;
use crate::storage::nodes::Node;
use crate::storage::{pool, routes as route_numbers};
use crate::telemetry::metrics::Metrics;
use crate::upstream::address::parse_url;
use crate::upstream::breaker::BreakerConfig;
use crate::upstream::client::{Upstream, UpstreamConfig};

/// The invented people of test environments and of the demonstration.
pub const SAMPLE_PEOPLE: &str = include_str!("../sample/people.jsonl");

/// How often readiness is asked for.
const PROBE_EVERY: Duration = Duration::from_secs(1);
/// How long a start waits until the other gateways know of this one.
const FIRST_HEARD_WITHIN: Duration = Duration::from_secs(2);
/// How long the ledger's writer may take to end once the last request has ended.
const WRITER_DEADLINE: Duration = Duration::from_secs(10);

/// What the program is started with.
#[derive(Clone, Debug)]
pub struct Start {
    /// Settings, checked.
    pub settings: Settings,
    /// How to reach the database, whose schema is up to date.
    pub database: PgConnectOptions,
    /// The secrets that keys are hashed with.
    pub pepper: Peppers,
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
    /// The key of the development mode cannot be made.
    #[error("the development mode has no key: {0}")]
    Development(#[from] crate::management::NotDone),
    /// Development mode where others could reach it.
    #[error("--dev serves anybody without a key, so it listens on a loopback address only, not on {0}")]
    DevelopmentInPublic(SocketAddr),
    /// Limits cannot be shared through this.
    #[error(transparent)]
    SharedLimits(#[from] NotAStore),
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
    stop: Stop,
    timing: StopTiming,
    readiness: Readiness,
    last_used: LastUsed,
    pool: PgPool,
    writer: JoinHandle<()>,
    following: JoinHandle<()>,
    stop_writer: CancellationToken,
    stop_background: CancellationToken,
}

impl App {
    /// Builds everything and listens. Returns once requests are answered.
    pub async fn start(start: Start) -> Result<Self, StartError> {
        let Start { settings, database, pepper, dev } = start;
        if dev && !settings.listen.ip().is_loopback() {
            return Err(StartError::DevelopmentInPublic(settings.listen));
        }
        // Before anything is built: parts make their counters when they are made.
        let _ = Metrics::of_process();
        let wait = Duration::from_millis(settings.database.wait_ms);
        let pool = pool::pool(database.clone(), settings.database.max_connections, wait);
        let listener = TcpListener::bind(settings.listen)
            .await
            .map_err(|error| StartError::Listen(settings.listen, error))?;
        let address = listener.local_addr().map_err(|error| StartError::Listen(settings.listen, error))?;

        let catalogue = Arc::new(Catalogue::shipped()?);
        let dev_key = match dev {
            true => Some(Arc::new(development::key(&pool, &catalogue, &pepper).await?)),
            false => None,
        };
        let routes: Arc<Vec<Arc<Route>>> = Arc::new(routes::shipped()?.into_iter().map(Arc::new).collect());
        let edge = Arc::new(edge(&settings));
        let readiness = Readiness::default();
        let stop = Stop::new();
        let (stop_writer, stop_background) = (CancellationToken::new(), CancellationToken::new());

        let node = node_name(&settings);
        let store = PgLedgerStore::new(database.clone(), node.clone(), hold_life(&settings));
        let (ledger, writer) = writer::start(store, writer_limits(&settings), stop_writer.clone()).await?;
        let limits = RateLimits::default();
        let keyring = Keyring::start(pool.clone(), pepper.clone(), &settings.keys, limits.clone());
        let following = listen(database.clone(), &node, &keyring, &stop_background).await;
        let last_used = keyring.last_used().clone();
        let meter = Meter {
            ledger,
            table: Arc::new(SettlementTable::parse(SETTLEMENT_TOML)?),
            deadline: Duration::from_secs(settings.calls.deadline_s),
            calls: stop.tasks().clone(),
            edge: edge.clone(),
        };
        let paths: Vec<&'static str> = routes.iter().map(|route| route.path).collect();
        let mut connection = pool.acquire().await.map_err(StorageError::from)?;
        let numbers = Arc::new(route_numbers::numbers(&mut connection, &paths).await?);
        drop(connection);
        let analysis = analysis_api(&settings, pool.clone())?;
        let contacts = ContactsApi {
            pool: pool.clone(),
            people: analysis.people.clone(),
            max_per_account: settings.contacts.max_per_account,
            max_body_bytes: settings.contacts.max_body_bytes,
        };
        let limits_in_force = limits_in_force(&settings, &stop_background).await?;
        let parts = Parts {
            gate: Gate {
                keyring,
                limits: limits_in_force.clone(),
                dev_key,
                catalogue: catalogue.clone(),
                meter,
                numbers,
                max_body_bytes: settings.server.max_body_bytes,
                region: settings.region.as_str().into(),
            },
            analysis,
            contacts,
            health: Health { readiness: readiness.clone(), pool: pool.clone(), routes: routes.clone() },
            status: Status {
                readiness: readiness.clone(),
                limits: limits_in_force,
                pool: pool.clone(),
                node: node.clone(),
                region: settings.region.clone(),
            },
            routes,
            catalogue,
            management: Management {
                pool: pool.clone(),
                peppers: pepper,
                max_body_bytes: settings.server.max_body_bytes,
            },
            pool: pool.clone(),
        };
        let sweep = Sweep { pool: pool.clone(), database, node, silence: hold_life(&settings) };
        start_background(&settings, sweep, &readiness, limits, &stop_background).await;
        let every = Duration::from_millis(settings.keys.last_used_every_ms);
        let (uses, written) = (last_used.clone(), pool.clone());
        tokio::spawn(background::every(every, stop_background.clone(), move || {
            let (uses, pool) = (uses.clone(), written.clone());
            async move { uses.flush(&pool).await }
        }));

        let outer = Outer::new(router(&parts), (*edge).clone());
        let proxies = TrustedProxies::new(settings.server.trusted_proxies.clone());
        let server = Arc::new(Server::new(outer, server_limits(&settings), stop.clone()).behind(proxies));
        tokio::spawn(accept_loop(listener, server.clone()));
        let sampled = metrics::Sampled { server, pool: pool.clone(), readiness: readiness.clone() };
        let (edge, stops) = ((*edge).clone(), (stop.clone(), stop_background.clone()));
        let metrics_address =
            metrics::serve(&settings.metrics_listen, sampled, edge, stops.0, stops.1).await?;
        let timing = StopTiming {
            announce_delay: Duration::from_secs(settings.server.announce_s),
            drain_deadline: Duration::from_secs(settings.server.drain_s),
        };
        tracing::info!(%address, version = env!("CARGO_PKG_VERSION"), dev, "serving");
        Ok(Self {
            address,
            metrics_address,
            stop,
            timing,
            readiness,
            last_used,
            pool,
            writer,
            following,
            stop_writer,
            stop_background,
        })
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
        self.last_used.flush(&self.pool).await;
        // It says that this gateway is gone, so that nobody waits for it.
        let _ = tokio::time::timeout(WRITER_DEADLINE, self.following).await;
        self.pool.close().await;
        tracing::info!(drained, "stopped");
    }
}

/// Tells the keyring of every change of keys, accounts and plans. Waits until the other gateways know of this one, so that
/// whoever waits for all of them waits for it too, but not for long: a gateway that is cut off trusts no key for long.
async fn listen(
    database: PgConnectOptions,
    node: &str,
    keyring: &Keyring,
    stop: &CancellationToken,
) -> JoinHandle<()> {
    let (keyring, heard) = (keyring.clone(), Arc::new(Notify::new()));
    let node = Node { id: clock::new_id(), name: node.to_owned() };
    let is_heard = heard.clone();
    let tell = move |news| {
        keyring.hear(news);
        if matches!(news, News::Current(_)) {
            heard.notify_one();
        }
    };
    let listening = tokio::spawn(Listener { database, node, tell }.run(stop.clone()));
    let _ = tokio::time::timeout(FIRST_HEARD_WITHIN, is_heard.notified()).await;
    listening
}

/// The limits of requests: shared with other gateways where there is a store to share them through.
///
/// # Errors
/// When the store's URL is none.
pub async fn limits_in_force(settings: &Settings, stop: &CancellationToken) -> Result<Limits, NotAStore> {
    // First, so that what limits tell before the metrics are served is kept.
    let _ = Metrics::of_process();
    let url = settings.redis_url.expose_secret();
    if url.is_empty() {
        return Ok(Limits::local());
    }
    let limits = &settings.limits;
    let config = SharedConfig {
        budget: Duration::from_millis(limits.decision_ms),
        lease_life: Duration::from_millis(limits.lease_ms),
        watch_every: Duration::from_millis(limits.watch_ms),
    };
    Ok(Limits::shared(SharedLimits::start(url, config, stop).await?))
}

async fn start_background(
    settings: &Settings,
    sweep: Sweep,
    readiness: &Readiness,
    limits: RateLimits,
    stop: &CancellationToken,
) {
    readiness.probe(&sweep.pool).await;
    let (probed, readiness) = (sweep.pool.clone(), readiness.clone());
    tokio::spawn(background::every(PROBE_EVERY, stop.clone(), move || {
        let (readiness, pool) = (readiness.clone(), probed.clone());
        async move { readiness.probe(&pool).await }
    }));
    let sweep_every = Duration::from_secs(settings.ledger.sweep_every_s);
    let swept = sweep.clone();
    tokio::spawn(background::every(sweep_every, stop.clone(), move || {
        let sweep = swept.clone();
        async move { sweep.holds_and_usage().await }
    }));
    let of_people = sweep.clone();
    tokio::spawn(background::every(RETENTION_EVERY, stop.clone(), move || {
        let sweep = of_people.clone();
        async move { sweep.retention().await }
    }));
    tokio::spawn(background::every(TIDY_EVERY, stop.clone(), move || {
        let sweep = sweep.clone();
        limits.forget_idle();
        async move { sweep.tidy().await }
    }));
}

/// The handlers of the paid endpoints, on the people of this database.
///
/// # Errors
/// When a line of the sample people is faulty, or the enrichment service cannot be asked as the settings want it.
pub fn analysis_api(settings: &Settings, pool: PgPool) -> Result<AnalysisApi, StartError> {
    let sample = SamplePeople::parse(SAMPLE_PEOPLE)
        .map_err(|(line, fault)| StartError::Sample(line, fault.to_string()))?;
    let cache_ms = i64::try_from(settings.people.cache_ms).unwrap_or(i64::MAX);
    let config = FindConfig {
        answer_ttl: TimeDelta::milliseconds(cache_ms),
        cache_bytes: settings.people.cache_bytes,
    };
    let people = People::new(pool, sample, config);
    let people = match enrichment(settings)? {
        Some(upstream) => people.enriched_by(upstream),
        None => people,
    };
    Ok(AnalysisApi {
        people: Arc::new(people),
        analyses: Arc::new(Analyses::new(settings.people.cache_bytes)),
    })
}

/// The enrichment service of the settings, if there is one.
fn enrichment(settings: &Settings) -> Result<Option<Upstream>, StartError> {
    let settings = &settings.enrichment;
    if settings.url.is_empty() {
        return Ok(None);
    }
    let upstream = Upstream::new(UpstreamConfig {
        name: "enrichment",
        url: parse_url(&settings.url, settings.reach())
            .map_err(|fault| StartError::Enrichment(fault.to_string()))?,
        credential: settings.credential.clone(),
        reach: settings.reach(),
        connect_timeout: Duration::from_millis(settings.connect_timeout_ms),
        total_timeout: Duration::from_millis(settings.total_timeout_ms),
        max_answer_bytes: settings.max_answer_bytes,
        max_concurrent: settings.max_concurrent,
        breaker: BreakerConfig {
            failures: settings.breaker_failures,
            open_for: Duration::from_millis(settings.breaker_open_ms),
        },
    });
    upstream.map(Some).map_err(|error| StartError::Enrichment(error.to_string()))
}

/// What answers name, as the settings have it.
pub fn edge(settings: &Settings) -> Edge {
    Edge {
        support_contact: settings.support_contact.clone(),
        upgrade_url: settings.upgrade_url.clone(),
        error_docs_url: settings.docs_url.clone(),
        stage_prefixes: settings.stage_prefixes.clone(),
        dialects: Dialects::default(),
    }
}

/// What operators call this gateway: the name in the settings, or the host's.
pub fn node_name(settings: &Settings) -> String {
    if !settings.node.is_empty() {
        return settings.node.clone();
    }
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = host.trim();
    if host.is_empty() { "unnamed".to_owned() } else { host.to_owned() }
}

fn hold_life(settings: &Settings) -> TimeDelta {
    TimeDelta::seconds(i64::try_from(settings.ledger.hold_life_s).unwrap_or(i64::MAX / 1000))
}

fn writer_limits(settings: &Settings) -> WriterLimits {
    let ledger = &settings.ledger;
    WriterLimits {
        batch: ledger.batch,
        queue: ledger.queue,
        longest_wait: Duration::from_millis(ledger.longest_wait_ms),
        flush_after: Duration::from_millis(ledger.flush_after_ms),
        heartbeat_every: Duration::from_secs(ledger.heartbeat_s),
    }
}

fn server_limits(settings: &Settings) -> ServerLimits {
    let server = &settings.server;
    ServerLimits {
        max_connections: server.max_connections,
        head_timeout: Duration::from_secs(server.head_timeout_s),
        body_timeout: Duration::from_secs(server.body_timeout_s),
        idle_timeout: Duration::from_secs(server.idle_timeout_s),
        ..ServerLimits::default()
    }
}
