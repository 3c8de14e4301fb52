//! Limits that several gateways share through Redis or Valkey.
//!
//! One script decides rate and concurrency of a request together, in one round trip, by the store's
//! clock. The store holds only disposable state: if it is lost, an account gains one burst at most,
//! and running calls are registered again. A store that is unavailable or late is not waited for:
//! the caller gets [`Unavailable`] and decides by its local limits.

mod connection;
mod keys;
mod leases;
mod store;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use metrics::counter;
use redis::{Cmd, ErrorKind, RedisResult};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use self::connection::{Connection, Script, Servers};
use self::keys::{rate_key, running_key};
use self::leases::Leases;
use self::store::Store;
use crate::domain::ids::AccountId;
use crate::domain::setting;
use crate::gate::limits::limiter::{LimitSizes, RateDecision};

pub use self::leases::Lease;
pub use self::store::Unavailable;

/// The `[limits]` settings: how the store is used.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub struct SharedLimitSettings {
    /// Timeout of a decision.
    #[serde(rename = "decision_ms", with = "setting::millis")]
    pub budget: Duration,
    /// How long a call in progress counts after its gateway's last renewal.
    #[serde(rename = "lease_ms", with = "setting::millis")]
    pub lease_life: Duration,
    /// Interval of the store's health check.
    #[serde(rename = "watch_ms", with = "setting::millis")]
    pub watch_every: Duration,
}

#[derive(Debug)]
pub struct SharedLimits {
    store: Arc<Store>,
    leases: Arc<Leases>,
    script: Arc<AdmitScript>,
}

/// The store's decision on one request.
#[derive(Debug)]
pub struct Ruling {
    pub verdict: Verdict,
    /// The state of the account's rate.
    pub rate: RateDecision,
    /// The account's running calls on all gateways, including this one if it was admitted.
    pub running: u32,
}

#[derive(Debug)]
pub enum Verdict {
    /// Admitted. The call counts as running while the lease is kept.
    Admitted(Lease),
    Refused(Limit),
}

/// The limit that refuses a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    Rate,
    Concurrency,
}

/// Not a valid Redis URL. The value is omitted: it may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("redis_url: not the URL of a Redis server, or of the nodes of one cluster")]
pub struct NotAStore;

impl SharedLimits {
    /// Connects to the store and keeps looking for it until `stop`. An unavailable store does not
    /// delay the start.
    ///
    /// # Errors
    /// When `urls` are not Redis URLs.
    pub async fn start(
        urls: &str,
        settings: SharedLimitSettings,
        stop: &CancellationToken,
    ) -> Result<Arc<Self>, NotAStore> {
        let servers = Servers::parse(urls).map_err(|_| NotAStore)?;
        let store = Arc::new(Store::new(servers, settings.budget));
        let leases = Leases::new(store.clone(), settings.lease_life);
        let script = Arc::new(AdmitScript::new(settings.lease_life));
        store.reconnect(|store| probe(script.clone(), store)).await;
        let (watched, watching, watch_stop) = (store.clone(), script.clone(), stop.clone());
        tokio::spawn(async move {
            let command = |store| probe(watching.clone(), store);
            watched.watch(settings.watch_every, command, watch_stop).await;
        });
        tokio::spawn(leases.clone().keep(stop.clone()));
        Ok(Arc::new(Self { store, leases, script }))
    }

    /// Decides one request of an account. A refusal takes nothing.
    ///
    /// # Errors
    /// When the store is unavailable or does not answer in time.
    pub async fn decide(&self, account: AccountId, sizes: LimitSizes) -> Result<Ruling, Unavailable> {
        if self.store.away_since().is_some() {
            return Err(Unavailable);
        }
        let lease = self.leases.ask(account);
        let name = lease.name();
        let command = async |mut store: Connection| self.script.run(&mut store, account, sizes, &name).await;
        let reply = self.store.query(command).await?;
        if reply.rebuilt > 0 {
            counter!("gateway_redis_keys_rebuilt_total").increment(reply.rebuilt);
            tracing::warn!(%account, "shared limits: replaced a key of an unexpected type or value");
        }
        let verdict = match reply.refused_by {
            None => Verdict::Admitted(lease),
            Some(limit) => {
                lease.was_not_granted();
                Verdict::Refused(limit)
            }
        };
        Ok(Ruling {
            verdict,
            rate: reply.rate(sizes),
            running: u32::try_from(reply.running).unwrap_or(u32::MAX),
        })
    }

    /// Returns the lease of a call that was admitted without the store. It is registered once the
    /// store is back.
    pub fn lease_without_store(&self, account: AccountId) -> Lease {
        self.leases.without_store(account)
    }

    /// Since when the store has been unavailable, or `None` while it decides.
    pub fn away_since(&self) -> Option<DateTime<Utc>> {
        self.store.away_since()
    }
}

const ADMITTED: u8 = 0;
const TOO_FAST: u8 = 1;
const TOO_MANY: u8 = 2;

/// The script that decides, `admit.lua`.
#[derive(Debug)]
struct AdmitScript {
    script: Script,
    lease_life_ms: u64,
}

/// The script's reply; `admit.lua` explains each field.
struct Reply {
    refused_by: Option<Limit>,
    remaining: u32,
    reset_us: u64,
    wait_us: u64,
    running: u64,
    rebuilt: u64,
}

impl AdmitScript {
    fn new(lease_life: Duration) -> Self {
        let lease_life_ms = u64::try_from(lease_life.as_millis()).unwrap_or(u64::MAX);
        Self { script: Script::new(include_str!("shared_limits/admit.lua")), lease_life_ms }
    }

    async fn run(
        &self,
        store: &mut Connection,
        account: AccountId,
        sizes: LimitSizes,
        lease: &str,
    ) -> RedisResult<Reply> {
        let write = |command: &mut Cmd| {
            command.arg(2).arg(rate_key(account)).arg(running_key(account));
            command.arg(sizes.rate_per_s).arg(sizes.burst).arg(sizes.concurrency);
            command.arg(lease).arg(self.lease_life_ms);
        };
        let (verdict, remaining, reset_us, wait_us, running, rebuilt, _now_us): (_, _, _, _, _, _, u64) =
            store.run(&self.script, write).await?;
        Ok(Reply { refused_by: refused_by(verdict)?, remaining, reset_us, wait_us, running, rebuilt })
    }
}

/// Returns the limit that a verdict of the script names.
///
/// # Errors
/// When the verdict is unknown: then this store cannot decide.
fn refused_by(verdict: u8) -> RedisResult<Option<Limit>> {
    match verdict {
        ADMITTED => Ok(None),
        TOO_FAST => Ok(Some(Limit::Rate)),
        TOO_MANY => Ok(Some(Limit::Concurrency)),
        _ => Err((ErrorKind::UnexpectedReturnType, "the verdict is unknown").into()),
    }
}

impl Reply {
    fn rate(&self, sizes: LimitSizes) -> RateDecision {
        RateDecision {
            rate_per_s: sizes.rate_per_s,
            burst: sizes.burst,
            remaining: self.remaining,
            reset_after: Duration::from_micros(self.reset_us),
            retry_after: (self.refused_by == Some(Limit::Rate)).then(|| Duration::from_micros(self.wait_us)),
        }
    }
}

/// Runs the script for the nil account: a store that answers this can decide.
async fn probe(script: Arc<AdmitScript>, mut store: Connection) -> RedisResult<()> {
    let nil = AccountId::from_uuid(Uuid::nil());
    let sizes = LimitSizes { rate_per_s: 1_000_000, burst: 1_000_000, concurrency: u32::MAX };
    script.run(&mut store, nil, sizes, "probe").await.map(drop)
}
