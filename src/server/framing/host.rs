//! The host that a request names.

use axum::http::header::HOST;
use axum::http::{HeaderMap, Version};

use super::FramingFault::{self, Refused};
use crate::domain::authority::{Host, split_authority};
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
    let Some((host, port)) = split_authority(text) else { return false };
    let is_host_byte = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let is_host = match host {
        Host::Ipv6(_) => true,
        Host::Name(name) => (1..=253).contains(&name.len()) && name.bytes().all(is_host_byte),
    };
    let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok();
    is_host && port.is_none_or(is_port)
}
