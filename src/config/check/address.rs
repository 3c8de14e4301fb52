//! What is wrong with an address of a listener, a page or a service.

use std::net::SocketAddr;

use redis::IntoConnectionInfo;
use sqlx::postgres::PgConnectOptions;

use crate::outbound::url::{UrlFault, parse_http_url};

pub(super) fn is_redis_url(url: &str) -> bool {
    let url = url.trim();
    let has_scheme = url.starts_with("redis://") || url.starts_with("rediss://");
    has_scheme && url.into_connection_info().is_ok()
}

pub(super) fn is_postgres_url(url: &str) -> bool {
    let has_scheme = url.starts_with("postgres://") || url.starts_with("postgresql://");
    has_scheme && url.parse::<PgConnectOptions>().is_ok()
}

/// Whether a listener on one address keeps another one from the other: the unspecified address of
/// IPv6 is every address of IPv4 too. Port 0 is a free port of the system.
pub(super) fn collide(one: SocketAddr, other: SocketAddr) -> bool {
    let includes = |one: SocketAddr, other: SocketAddr| {
        one.ip() == other.ip() || one.ip().is_unspecified() && (one.is_ipv6() || other.is_ipv4())
    };
    one.port() != 0 && one.port() == other.port() && (includes(one, other) || includes(other, one))
}

/// The fault of a page's address, which may also be a path of this gateway.
pub(super) fn page_fault(url: &str) -> Option<String> {
    let (page, _fragment) = url.split_once('#').unwrap_or((url, ""));
    if page.is_empty() || page.starts_with('/') {
        return None;
    }
    parse_http_url(page).err().map(|fault| fault.to_string())
}

/// The fault of the address by which people and programs reach this gateway.
pub(super) fn base_fault(url: &str) -> Option<String> {
    const ADVICE: &str = "must be an address such as https://api.acme.test, or empty";
    match parse_http_url(url) {
        _ if url.is_empty() => None,
        Ok(_) => url.contains(['?', '#', '"', '<', '>', ' ']).then(|| ADVICE.to_owned()),
        Err(UrlFault::Malformed) => Some(ADVICE.to_owned()),
        Err(fault) => Some(fault.to_string()),
    }
}
