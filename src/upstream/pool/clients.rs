//! The HTTP clients of a pool: one for each runtime, and so one for each serving thread. A
//! connection and the calls that use it stay on one thread, which no other has to wake.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hyper::{Request, Response};
use parking_lot::RwLock;
use tokio::runtime::{Handle, Id};

use super::PoolConfig;
use super::choice::Target;
use super::http1::Http1Client;
use super::http2::Http2Client;
use super::incoming::IncomingBody;
use super::send_error::SendError;
use crate::upstream::connector::{Connector, Protocol};
use crate::upstream::upload::UploadBody;

/// Longest use of a client and its connections: a name that has other addresses is followed.
const MAX_AGE: Duration = Duration::from_secs(300);

pub(super) struct Clients {
    connector: Connector,
    protocol: Protocol,
    targets: usize,
    kept: RwLock<Vec<Kept>>,
}

struct Kept {
    runtime: Id,
    since: Instant,
    client: Client,
}

/// The client of one runtime.
#[derive(Clone)]
pub(super) enum Client {
    Http1(Arc<Http1Client>),
    Http2(Arc<Http2Client>),
}

impl Clients {
    pub(super) fn new(config: &PoolConfig) -> Self {
        let protocol = if config.speaks_http2 { Protocol::Http2 } else { Protocol::Http1 };
        let name = config.host.as_ref().map(|host| host.name.clone());
        let connector = Connector::new(config.reach, config.connect_timeout, &config.tls, name, protocol);
        Self { connector, protocol, targets: config.targets.len(), kept: RwLock::default() }
    }

    /// The client of this runtime.
    pub(super) fn here(&self) -> Client {
        let (runtime, now) = (Handle::current().id(), Instant::now());
        let is_fresh = |kept: &Kept| now.saturating_duration_since(kept.since) < MAX_AGE;
        let find = |all: &[Kept]| {
            let kept = all.iter().find(|kept| kept.runtime == runtime && is_fresh(kept));
            kept.map(|kept| kept.client.clone())
        };
        if let Some(client) = find(&self.kept.read()) {
            return client;
        }
        let client = self.build();
        let mut kept = self.kept.write();
        if let Some(client) = find(&kept) {
            return client;
        }
        // Calls in progress keep their connections until they have ended.
        kept.retain(is_fresh);
        kept.push(Kept { runtime, since: now, client: client.clone() });
        client
    }

    fn build(&self) -> Client {
        let connector = self.connector.clone();
        match self.protocol {
            Protocol::Http1 => Client::Http1(Http1Client::start(connector, self.targets)),
            Protocol::Http2 => Client::Http2(Arc::new(Http2Client::new(connector))),
        }
    }
}

impl Client {
    /// Sends a request, whose URL is a path, to a target.
    pub(super) async fn send(
        &self,
        target: &Target,
        request: Request<UploadBody>,
    ) -> Result<Response<IncomingBody>, SendError> {
        match self {
            Self::Http1(client) => Ok(client.send(target, request).await?.map(IncomingBody::Http1)),
            // Boxed, so that calls over HTTP/1 do not carry its size.
            Self::Http2(client) => Ok(Box::pin(client.send(target, request)).await?.map(IncomingBody::Http2)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
    }

    fn here(clients: &Clients, runtime: &tokio::runtime::Runtime) -> Arc<Http1Client> {
        let client = runtime.block_on(async { clients.here() });
        let Client::Http1(client) = client else { panic!("HTTP/2") };
        client
    }

    #[test]
    fn each_runtime_has_a_client_of_its_own_and_keeps_it() {
        let clients = Clients::new(&PoolConfig::of_targets(&[]));
        let (one, two) = (runtime(), runtime());
        let (first, second, again) = (here(&clients, &one), here(&clients, &two), here(&clients, &one));
        assert!(Arc::ptr_eq(&first, &again) && !Arc::ptr_eq(&first, &second));
    }

    #[test]
    fn a_client_that_is_too_old_is_replaced() {
        let clients = Clients::new(&PoolConfig::of_targets(&[]));
        let runtime = runtime();
        let first = here(&clients, &runtime);
        let before = Instant::now().checked_sub(MAX_AGE).expect("the machine has run for longer");
        clients.kept.write()[0].since = before;
        assert!(!Arc::ptr_eq(&first, &here(&clients, &runtime)));
        assert_eq!(clients.kept.read().len(), 1);
    }
}
