//! The host that a request names.

use std::net::Ipv6Addr;

use axum::http::header::HOST;
use axum::http::{HeaderMap, Version};

use super::FramingFault::{self, Refused};
use crate::domain::refusal::Malformed;

/// The single Host field (section 3.2), which HTTP/1.0 may omit.
pub(super) fn of(headers: &HeaderMap, version: Version) -> Result<Option<&str>, FramingFault> {
    let mut hosts = headers.get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) if version == Version::HTTP_10 => Ok(None),
        (None, _) => Err(Refused(Malformed::NoHost)),
        (Some(_), Some(_)) => Err(Refused(Malformed::SecondHost)),
        (Some(host), None) => match host.to_str() {
            Ok(host) if is_host_and_port(host) => Ok(Some(host)),
            _ => Err(Refused(Malformed::NotAHost)),
        },
    }
}

/// `name`, `name:port`, `[v6]` or `[v6]:port`, without user information.
pub(super) fn is_host_and_port(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, "")) => (address, None),
        Some((address, rest)) => match rest.strip_prefix(':') {
            Some(port) => (address, Some(port)),
            None => return false,
        },
        None => text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port))),
    };
    let is_host_byte = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let is_host = match text.starts_with('[') {
        true => host.parse::<Ipv6Addr>().is_ok(),
        false => !host.is_empty() && host.len() <= 253 && host.bytes().all(is_host_byte),
    };
    is_host
        && port
            .is_none_or(|port| port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok())
}
