//! Builds the long-lived parts once, serves, and stops them in order. The only place where all of
//! them meet.

mod console;
mod development;
mod follower;
mod foundation;
mod from_settings;
mod jobs;
mod metrics;
mod offer;
mod operators_page;
mod parts;
mod ports;
mod reloads;
mod start;
mod upstreams;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::background::readiness::Readiness;
use crate::clock::DatabaseClock;
use crate::config::Settings;
use crate::domain::settlement::SettlementError;
use crate::gate::auth::last_used::LastUsed;
use crate::gate::limits::shared_limits::NotAStore;
use crate::gate::refusal_counts::RefusedCalls;
use crate::ledger::store::StoreError;
use crate::ledger::writer::WriterStop;
use crate::outbound::url::UrlFault;
use crate::secret::peppers::Peppers;
use crate::secret::signing::SigningError;
use crate::server::listener::Server;
use crate::server::routing::Routing;
use crate::server::stop::{Stop, StopTiming};
use crate::server::tls::TlsError;
use crate::server::worker_threads::WorkerThreads;
use crate::storage::error::StorageError;

pub use from_settings::{analysis_api, documented, limits_in_force, node_name, public_links};
pub use offer::{OfferError, check_stages};
pub use ports::Ports;
use reloads::Reloads;
pub use upstreams::upstream_faults;

/// The invented people of test environments and of the demonstration.
pub const SAMPLE_PEOPLE: &str = include_str!("../sample/people.jsonl");

/// Shortest time for the ledger's writer to commit what was answered, after a drain that took as
/// long as it may.
const LEAST_LEDGER_TIME: Duration = Duration::from_secs(3);
/// Timeout for the change feed to end after the last request.
const TASK_TIMEOUT: Duration = Duration::from_secs(10);
/// Timeout of the last writes to the database, and of closing its connections.
const DATABASE_TIMEOUT: Duration = Duration::from_secs(5);

/// What a gateway is started with.
#[derive(Clone, Debug)]
pub struct Start {
    pub settings: Settings,
    /// The database, whose schema is current.
    pub database: PgConnectOptions,
    pub peppers: Peppers,
    pub clock: DatabaseClock,
    /// Development mode: requests need no key, cost nothing and find sample people only.
    pub dev: bool,
}

/// Why the gateway did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Offer(#[from] OfferError),
    #[error(transparent)]
    Settlement(#[from] SettlementError),
    #[error("the sample people compiled into this program are faulty: line {0}: {1}")]
    Sample(usize, String),
    #[error("enrichment: {0}")]
    Enrichment(String),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error("cannot open the ledger: {0}")]
    Ledger(#[from] StoreError),
    #[error("cannot set up the account of the development mode: {0}")]
    Development(#[from] crate::management::ChangeError),
    #[error(
        "--dev serves requests without a key, so it needs a loopback address. Listen on 127.0.0.1 or omit --dev; the \
         address is {0}"
    )]
    DevelopmentInPublic(SocketAddr),
    #[error(transparent)]
    SharedLimits(#[from] NotAStore),
    #[error("leaks.github_keys_url {0}")]
    LeakKeys(UrlFault),
    #[error("operator.base_url: {0}")]
    OperatorsConsole(#[from] crate::console::base::NoConsole),
    #[error("mail.smtp_url {0}")]
    Mail(String),
    #[error("mail.from is not an e-mail address")]
    Sender,
    #[error("cannot start the threads that serve connections: {0}")]
    Threads(std::io::Error),
    #[error(transparent)]
    Signing(#[from] SigningError),
    #[error("TLS: {0}")]
    Tls(#[from] TlsError),
    #[error("cannot listen on {address} ({setting}): {error}")]
    Listen { address: SocketAddr, setting: String, error: std::io::Error },
}

/// A gateway that serves.
#[derive(Debug)]
pub struct App {
    pub address: SocketAddr,
    pub metrics_address: Option<SocketAddr>,
    /// Where the operators' console listens.
    pub operator_address: Option<SocketAddr>,
    routing: Routing,
    server: Arc<Server>,
    stop: Stop,
    timing: StopTiming,
    readiness: Readiness,
    reloads: Reloads,
    last_used: LastUsed,
    refused: RefusedCalls,
    pool: PgPool,
    vital: PgPool,
    /// Connections of the pools that were opened on these threads end with them.
    workers: WorkerThreads,
    writer: JoinHandle<()>,
    change_feed: JoinHandle<()>,
    stop_writer: WriterStop,
    stop_background: CancellationToken,
}

impl App {
    /// The templates of every path that it answers now, without stage prefixes.
    pub fn paths(&self) -> Vec<&'static str> {
        self.routing.current().paths.clone()
    }

    /// Whether paid calls are accepted.
    pub fn readiness(&self) -> &Readiness {
        &self.readiness
    }

    pub fn server(&self) -> &Server {
        &self.server
    }

    /// Reads the files of certificates again, as on SIGHUP. Faulty files change nothing.
    pub async fn reload(&self) {
        self.reloads.run().await;
    }

    /// Makes the stop immediate, where no load balancer needs an announcement.
    pub fn unannounced(mut self) -> Self {
        self.timing.announce_delay = Duration::ZERO;
        self
    }

    /// Stops in order: readiness, new connections, requests in progress, the ledger's writer, which
    /// closes its epoch, and the pools.
    pub async fn stop(self) {
        self.readiness.stopping();
        let end_of_drain = Instant::now() + self.timing.announce_delay + self.timing.drain_deadline;
        let drained = self.stop.run(self.timing).await;
        self.stop_background.cancel();
        let ledger_until = end_of_drain.max(Instant::now() + LEAST_LEDGER_TIME);
        stop_ledger(self.stop_writer, self.writer, ledger_until).await;
        let flush = async {
            self.last_used.flush(&self.pool).await;
            self.refused.flush(&self.pool).await;
        };
        let _ = tokio::time::timeout(DATABASE_TIMEOUT, flush).await;
        // Signs this gateway off, so that no revocation waits for it.
        let _ = tokio::time::timeout(TASK_TIMEOUT, self.change_feed).await;
        // Waits for connections in use; the server of one may have gone silent.
        let close = async { tokio::join!(self.pool.close(), self.vital.close()) };
        let _ = tokio::time::timeout(DATABASE_TIMEOUT, close).await;
        drop(self.workers);
        tracing::info!(drained, "stopped");
    }
}

/// Lets the writer commit what was answered until then, and close its epoch.
async fn stop_ledger(stop: WriterStop, mut writer: JoinHandle<()>, until: Instant) {
    stop.finish.cancel();
    if tokio::time::timeout_at(until, &mut writer).await.is_ok() {
        return;
    }
    stop.give_up.cancel();
    if tokio::time::timeout(DATABASE_TIMEOUT, writer).await.is_err() {
        tracing::warn!("ledger writer did not stop; a sweep closes its epoch later");
    }
}
