//! The first step of a start: what the other steps share.

use std::net::SocketAddr;
use std::sync::Arc;

use sqlx::postgres::PgPool;
use tokio_util::sync::CancellationToken;

use super::from_settings::{documented, node_name};
use super::{Start, StartError, development};
use crate::background::readiness::Readiness;
use crate::domain::key::KeySecret;
use crate::gate::limits::limiter::RateLimits;
use crate::gate::refused::RefusedCalls;
use crate::openapi::Facts;
use crate::server::stop::Stop;
use crate::storage::pool;
use crate::telemetry::metrics::Metrics;

/// What the steps of a start share.
pub(super) struct Foundation {
    pub(super) start: Start,
    pub(super) pool: PgPool,
    /// Where it listens.
    pub(super) address: SocketAddr,
    pub(super) node: String,
    /// The routes, plans, rules and addresses, for the parts and for the documentation.
    pub(super) facts: Facts,
    /// The key of requests without one: development mode only.
    pub(super) dev_key: Option<Arc<KeySecret>>,
    pub(super) readiness: Readiness,
    pub(super) refused: RefusedCalls,
    pub(super) rates: RateLimits,
    pub(super) stop: Stop,
    pub(super) stop_writer: CancellationToken,
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
        let facts = documented(settings)?;
        let dev_key = if start.dev {
            Some(Arc::new(development::key(&pool, &facts.catalogue, &start.pepper).await?))
        } else {
            development::suspend(&pool).await?;
            None
        };
        Ok(Self {
            address,
            node: node_name(settings),
            start,
            pool,
            facts,
            dev_key,
            readiness: Readiness::default(),
            refused: RefusedCalls::default(),
            rates: RateLimits::default(),
            stop: Stop::new(),
            stop_writer: CancellationToken::new(),
            stop_background: CancellationToken::new(),
        })
    }
}
