//! What a pool is made of.

use std::time::Duration;

use hyper::Uri;
use hyper::header::{HeaderName, HeaderValue};
use tokio_rustls::rustls::pki_types::ServerName;

use super::target_health::HealthConfig;
use crate::outbound::address::AddressPolicy;
use crate::upstream::breaker::BreakerConfig;
use crate::upstream::tls::UpstreamTls;

/// Idle connections of a thread to one target that stay open.
pub(super) const IDLE_CONNECTIONS: usize = 32;
/// Limits of the head of an answer.
pub(super) const MAX_HEAD_BYTES: u32 = 32 * 1_024;
pub(super) const MAX_HEAD_LINES: usize = 100;

/// Servers that answer the same calls, and the limits of calls to them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolConfig {
    /// Its label in metrics.
    pub name: String,
    /// Scheme, host and port of each server.
    pub targets: Vec<Uri>,
    /// Which addresses may be connected to.
    pub reach: AddressPolicy,
    /// Sent as `Host`, and expected in certificates, instead of the target's own.
    pub host: Option<UpstreamHost>,
    pub tls: UpstreamTls,
    /// Whether the gateway speaks HTTP/2 to the servers, without negotiation.
    pub speaks_http2: bool,
    /// Proves the gateway to the servers.
    pub credential: Option<(HeaderName, HeaderValue)>,
    /// Timeout of connecting, and of the wait for a permit of `max_concurrent`.
    pub connect_timeout: Duration,
    /// Most calls in progress. One account has at most half of them, rounded up.
    pub max_concurrent: usize,
    pub breaker: BreakerConfig,
    /// Health checks of the targets.
    pub health: Option<HealthConfig>,
}

#[cfg(test)]
impl PoolConfig {
    /// Targets on this machine, none of which has to be there.
    pub(super) fn of_targets(targets: &[&'static str]) -> Self {
        Self {
            name: "test".into(),
            targets: targets.iter().map(|url| Uri::from_static(url)).collect(),
            reach: AddressPolicy::Private,
            host: None,
            tls: UpstreamTls::read(crate::upstream::tls::TlsFiles::default()).unwrap(),
            speaks_http2: false,
            credential: None,
            connect_timeout: Duration::from_secs(1),
            max_concurrent: 1,
            breaker: BreakerConfig { failures: 1, open_for: Duration::from_secs(1) },
            health: None,
        }
    }
}

/// A host, perhaps with a port, and its name in certificates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamHost {
    pub header: HeaderValue,
    pub name: ServerName<'static>,
}

impl UpstreamHost {
    /// Reads a host, or returns `None` if it is none.
    pub fn parse(host: &str) -> Option<Self> {
        let header = HeaderValue::from_str(host).ok()?;
        let authority: hyper::http::uri::Authority = host.parse().ok()?;
        let name = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        Some(Self { header, name: ServerName::try_from(name).ok()? })
    }
}
