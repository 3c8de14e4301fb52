//! Limits shared through a real Redis.

mod gateways;
mod leases;
mod script;
mod store;
mod verdicts;

use std::sync::Arc;
use std::time::Duration;

use fluence::domain::ids::AccountId;
use fluence::gate::limits::limiter::LimitSizes;
use fluence::gate::limits::shared_limits::{Lease, Limit, SharedLimitSettings, SharedLimits, Verdict};
use redis::aio::MultiplexedConnection;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::support::redis::Redis;

/// So patient that a busy machine is never taken for a store that is late, and quick to look again.
const PATIENT: SharedLimitSettings = SharedLimitSettings {
    budget: Duration::from_secs(20),
    lease_life: Duration::from_secs(600),
    watch_every: Duration::from_millis(20),
};

/// Leases that are renewed, and end, within a test.
const SHORT_LEASES: SharedLimitSettings =
    SharedLimitSettings { lease_life: Duration::from_millis(300), ..PATIENT };

/// A gateway's part in shared limits.
struct Node {
    limits: Arc<SharedLimits>,
    stop: Option<DropGuard>,
}

impl Node {
    async fn start(urls: &str, config: SharedLimitSettings) -> Self {
        let stop = CancellationToken::new();
        let limits = SharedLimits::start(urls, config, &stop).await.unwrap();
        Self { limits, stop: Some(stop.drop_guard()) }
    }

    /// Whether the store admits a request.
    async fn admits(&self, account: AccountId, sizes: LimitSizes) -> Option<Lease> {
        match self.limits.decide(account, sizes).await.unwrap().verdict {
            Verdict::Admitted(lease) => Some(lease),
            Verdict::Refused(Limit::Rate) => panic!("too fast, in a test of leases"),
            Verdict::Refused(Limit::Concurrency) => None,
        }
    }

    /// Renews and returns nothing from now on, as if the gateway were dead.
    fn dies(&mut self) {
        self.stop = None;
    }
}

/// Requests limited only by concurrency.
fn at_once(concurrency: u32) -> LimitSizes {
    LimitSizes { rate_per_s: 1_000_000, burst: 1_000_000, concurrency }
}

fn account() -> AccountId {
    AccountId::from_uuid(fluence::clock::new_id())
}

/// Leases of the account in the store, including ended ones.
async fn leases_in(redis: &Redis, account: AccountId) -> u64 {
    let key = format!("fluence:{{{account}}}:running");
    redis::cmd("ZCARD").arg(key).query_async(&mut redis.connect().await).await.unwrap()
}

/// The store's own clock.
async fn store_time_us(connection: &mut MultiplexedConnection) -> u64 {
    let (seconds, micros): (u64, u64) = redis::cmd("TIME").query_async(connection).await.unwrap();
    seconds * 1_000_000 + micros
}
