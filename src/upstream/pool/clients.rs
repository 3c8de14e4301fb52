//! The HTTP clients of a pool: one for each runtime, and so one for each serving thread. A connection and the calls that use it
//! stay on one thread, which no other has to wake.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::runtime::{Handle, Id};

use super::PoolConfig;
use crate::upstream::connector::{Connector, Protocol};
use crate::upstream::upload::UploadBody;

/// Idle connections of a thread to one target that stay open, and for how long: less than servers commonly keep theirs.
const IDLE_CONNECTIONS: usize = 32;
const IDLE_FOR: Duration = Duration::from_secs(30);
/// Longest use of a connection: a name that has other addresses is followed.
const MAX_AGE: Duration = Duration::from_secs(300);
/// Limits of the head of an answer.
const MAX_HEAD_BYTES: u32 = 32 * 1_024;
const MAX_HEAD_LINES: usize = 100;
/// While streams are open, a dead HTTP/2 connection is noticed after both.
const PING_EVERY: Duration = Duration::from_secs(30);
const PING_TIMEOUT: Duration = Duration::from_secs(10);

pub(super) type HttpClient = Client<Connector, UploadBody>;

pub(super) struct Clients {
    connector: Connector,
    protocol: Protocol,
    kept: RwLock<Vec<Kept>>,
}

struct Kept {
    runtime: Id,
    since: Instant,
    client: Arc<HttpClient>,
}

impl Clients {
    pub(super) fn new(config: &PoolConfig) -> Self {
        let protocol = if config.speaks_http2 { Protocol::Http2 } else { Protocol::Http1 };
        let name = config.host.as_ref().map(|host| host.name.clone());
        let connector = Connector::new(config.reach, config.connect_timeout, &config.tls, name, protocol);
        Self { connector, protocol, kept: RwLock::default() }
    }

    /// The client of this runtime.
    pub(super) fn here(&self) -> Arc<HttpClient> {
        let (runtime, now) = (Handle::current().id(), Instant::now());
        let is_fresh = |kept: &Kept| now.saturating_duration_since(kept.since) < MAX_AGE;
        let find = |all: &[Kept]| {
            let kept = all.iter().find(|kept| kept.runtime == runtime && is_fresh(kept));
            kept.map(|kept| kept.client.clone())
        };
        if let Some(client) = find(&self.kept.read().unwrap_or_else(PoisonError::into_inner)) {
            return client;
        }
        let client = Arc::new(self.build());
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = find(&kept) {
            return client;
        }
        // Calls in progress keep the connections of a client that is dropped until they have ended.
        kept.retain(is_fresh);
        kept.push(Kept { runtime, since: now, client: client.clone() });
        client
    }

    fn build(&self) -> HttpClient {
        let mut builder = Client::builder(TokioExecutor::new());
        builder
            .pool_timer(TokioTimer::new())
            .timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_FOR)
            .pool_max_idle_per_host(IDLE_CONNECTIONS)
            // One rule decides what is sent again: that of the pool.
            .retry_canceled_requests(false)
            .set_host(false);
        match self.protocol {
            Protocol::Http1 => {
                builder.http1_max_buf_size(MAX_HEAD_BYTES as usize).http1_max_headers(MAX_HEAD_LINES);
            }
            Protocol::Http2 => {
                builder
                    .http2_only(true)
                    .http2_max_header_list_size(MAX_HEAD_BYTES)
                    .http2_keep_alive_interval(PING_EVERY)
                    .http2_keep_alive_timeout(PING_TIMEOUT)
                    .http2_keep_alive_while_idle(false);
            }
        }
        builder.build(self.connector.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upstream::address::Reach;
    use crate::upstream::breaker::BreakerConfig;
    use crate::upstream::tls::{TlsFiles, UpstreamTls};

    fn config() -> PoolConfig {
        PoolConfig {
            name: "test".into(),
            targets: Vec::new(),
            reach: Reach::Private,
            host: None,
            tls: UpstreamTls::read(TlsFiles::default()).unwrap(),
            speaks_http2: false,
            credential: None,
            connect_timeout: Duration::from_secs(1),
            max_concurrent: 1,
            breaker: BreakerConfig { failures: 1, open_for: Duration::from_secs(1) },
            health: None,
        }
    }

    #[test]
    fn each_runtime_has_a_client_of_its_own_and_keeps_it() {
        let clients = Clients::new(&config());
        let runtime = || tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (one, two) = (runtime(), runtime());
        let of = |runtime: &tokio::runtime::Runtime| runtime.block_on(async { clients.here() });
        let (first, second, again) = (of(&one), of(&two), of(&one));
        assert!(Arc::ptr_eq(&first, &again) && !Arc::ptr_eq(&first, &second));
    }

    #[test]
    fn a_client_that_is_too_old_is_replaced() {
        let clients = Clients::new(&config());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let here = || runtime.block_on(async { clients.here() });
        let first = here();
        let Some(before) = Instant::now().checked_sub(MAX_AGE) else { return };
        clients.kept.write().unwrap()[0].since = before;
        assert!(!Arc::ptr_eq(&first, &here()));
        assert_eq!(clients.kept.read().unwrap().len(), 1);
    }
}
