//! The first step of a start: what the other steps share.

use std::net::SocketAddr;
use std::sync::Arc;

use sqlx::postgres::PgPool;
use tokio_util::sync::CancellationToken;

use super::from_settings::node_name;
use super::offer::Offer;
use super::{Start, StartError, development};
use crate::background::readiness::Readiness;
use crate::domain::call_lease::CallLease;
use crate::domain::key::KeySecret;
use crate::domain::setting;
use crate::domain::settlement::{SETTLEMENT_TOML, SettlementTable};
use crate::gate::limits::limiter::RateLimits;
use crate::gate::refusal_counts::RefusedCalls;
use crate::http::keyless_bodies::KeylessBodies;
use crate::ledger::writer::WriterStop;
use crate::openapi::Facts;
use crate::secret::password::PasswordHasher;
use crate::server::stop::Stop;
use crate::storage::error::StorageError;
use crate::storage::pool;
use crate::telemetry::metrics::Metrics;

/// What the steps of a start share.
pub(super) struct Foundation {
    pub(super) start: Start,
    pub(super) pool: PgPool,
    /// Connections of the keyring and of readiness, for which no call of a client waits.
    pub(super) vital: PgPool,
    /// Where it listens.
    pub(super) address: SocketAddr,
    pub(super) node: String,
    /// The sets in force at the start.
    pub(super) offer: Offer,
    /// What the documentation says of the sets in force at the start.
    pub(super) facts: Facts,
    /// The key of requests without one: development mode only.
    pub(super) dev_key: Option<Arc<KeySecret>>,
    /// How long a running call keeps its idempotency key.
    pub(super) lease: CallLease,
    pub(super) readiness: Readiness,
    /// Of both consoles: together they hash two passwords at once.
    pub(super) hasher: PasswordHasher,
    /// Of the service: reports of keys, and forms of the account owners' console.
    pub(super) bodies: KeylessBodies,
    pub(super) refused: RefusedCalls,
    pub(super) rates: RateLimits,
    pub(super) stop: Stop,
    pub(super) stop_writer: WriterStop,
    pub(super) stop_background: CancellationToken,
}

impl Foundation {
    /// Opens the pool, and reads what is compiled in.
    pub(super) async fn lay(start: Start, address: SocketAddr) -> Result<Self, StartError> {
        // First: parts create their metrics when they are built.
        let _ = Metrics::of_process();
        let settings = &start.settings;
        let (max_connections, wait) = (settings.database.max_connections.get(), settings.database.wait);
        let pool = pool::pool(start.database.clone(), max_connections, wait);
        let vital = pool::pool(start.database.clone(), pool::VITAL_CONNECTIONS, wait);
        let mut connection = pool.acquire().await.map_err(StorageError::from)?;
        let offer = Offer::newest(&mut connection).await?;
        drop(connection);
        let facts = offer.facts(settings, Arc::new(SettlementTable::parse(SETTLEMENT_TOML)?));
        let dev_key = if start.dev {
            Some(Arc::new(development::key(&pool, &offer.catalogue, &start.peppers).await?))
        } else {
            development::suspend(&pool).await?;
            None
        };
        let lease = CallLease::from(setting::time_delta(settings.ledger.hold_life));
        lease.follow(offer.routes.longest_total_s());
        Ok(Self {
            address,
            node: node_name(settings),
            start,
            pool,
            vital,
            offer,
            facts,
            dev_key,
            lease,
            readiness: Readiness::default(),
            hasher: PasswordHasher::default(),
            bodies: KeylessBodies::default(),
            refused: RefusedCalls::default(),
            rates: RateLimits::default(),
            stop: Stop::new(),
            stop_writer: WriterStop::default(),
            stop_background: CancellationToken::new(),
        })
    }
}
