//! Servers of the seller.

use std::path::{Path, PathBuf};

use toml::de::DeValue;

use super::{header_name, is_settable};
use crate::catalogue::document::{Fields, Read, integer, list, name, parsed, text, word_of};
use crate::domain::forwarding::{
    BreakerTerms, ClientCertificate, HealthTerms, SecretTemplate, UpstreamCredential, UpstreamIdentity,
    UpstreamServers,
};
use crate::outbound::address::AddressPolicy;
use crate::outbound::headers::is_passed_on;
use crate::outbound::url::{UrlFault, check_authority, parse_url};

const MAX_TARGETS: usize = 64;
const SWITCH: [(&str, bool); 2] = [("off", false), ("on", true)];
const REACHES: [(&str, bool); 2] = [("public", false), ("private", true)];

pub(super) fn upstream(fields: &mut Fields<'_>) -> Option<UpstreamServers> {
    let upstream = fields.required("upstream", name);
    let is_private = fields.optional("reach", word_of(&REACHES)).unwrap_or(false);
    let reach = AddressPolicy::allowing_private(is_private);
    let targets = fields.required("targets", list(MAX_TARGETS, target(reach)));
    if targets.as_ref().is_some_and(Vec::is_empty) {
        fields.fault("targets", "must have at least one URL");
    }
    let test_targets = fields.optional("test_targets", list(MAX_TARGETS, target(reach)));
    let host = fields.optional("host", host);
    let ca_file = fields.optional("ca_file", file);
    let client = client_certificate(fields);
    let http2 = fields.optional("http2", word_of(&SWITCH)).unwrap_or(false);
    if http2 && host.is_some() {
        fields.fault("host", "and `http2` exclude each other: HTTP/2 sends the name of the target");
    }
    let words = UpstreamIdentity::ALL.map(|identity| (identity.as_str(), identity));
    let identity = fields.optional("identity", word_of(&words)).unwrap_or(UpstreamIdentity::Plain);
    let credential = fields.table("credential", |fields| {
        let header = fields.required("header", credential_header);
        let value = fields.required("value", parsed::<SecretTemplate>);
        Some(UpstreamCredential { header: header?, value: value? })
    });
    let connect_timeout_ms = fields.optional("connect_timeout_ms", integer(50..=10_000));
    let max_concurrent = fields.optional("max_concurrent", integer(1..=65_536));
    let breaker = fields.table("breaker", |fields| {
        let failures = fields.optional("failures", integer(1..=1_000)).unwrap_or(5);
        let open_ms = fields.optional("open_ms", integer(100..=300_000)).unwrap_or(10_000);
        Some(BreakerTerms { failures, open_ms })
    });
    let health = fields.table("health", |fields| {
        let path = fields.required("path", health_path);
        let every_ms = fields.optional("every_ms", integer(500..=300_000)).unwrap_or(5_000);
        let down_after = fields.optional("down_after", integer(1..=100)).unwrap_or(3);
        let up_after = fields.optional("up_after", integer(1..=100)).unwrap_or(2);
        Some(HealthTerms { path: path?, every_ms, down_after, up_after })
    });
    Some(UpstreamServers {
        health,
        upstream: upstream?,
        targets: targets?,
        test_targets: test_targets.unwrap_or_default(),
        host,
        ca_file,
        client,
        http2,
        identity,
        is_private,
        credential,
        connect_timeout_ms: connect_timeout_ms.unwrap_or(1_000),
        max_concurrent: max_concurrent.unwrap_or(256),
        breaker: breaker.unwrap_or(BreakerTerms { failures: 5, open_ms: 10_000 }),
    })
}

/// Headers of a credential that clients use too, and that never pass from them.
const OF_CREDENTIALS: [&str; 3] = ["authorization", "cookie", "x-api-key"];

/// The header of a credential, which must not take the place of what the gateway says itself.
fn credential_header(value: &DeValue<'_>) -> Result<String, String> {
    let header = header_name(value)?;
    let name = header.to_ascii_lowercase().replace('_', "-");
    match OF_CREDENTIALS.contains(&name.as_str()) || is_settable(&name, is_passed_on) {
        true => Ok(header),
        false => Err("is a header that the gateway writes or withholds itself".into()),
    }
}

/// The certificate that the gateway presents, and its key.
fn client_certificate(fields: &mut Fields<'_>) -> Option<ClientCertificate> {
    let cert_file = fields.optional("client_cert_file", file);
    let key_file = fields.optional("client_key_file", file);
    for (name, other) in [("client_cert_file", "client_key_file"), ("client_key_file", "client_cert_file")] {
        if fields.has(name) && !fields.has(other) {
            fields.fault(name, format_args!("needs `{other}`"));
        }
    }
    Some(ClientCertificate { cert_file: cert_file?, key_file: key_file? })
}

/// The path of a file of each gateway.
fn file(value: &DeValue<'_>) -> Result<PathBuf, String> {
    let path = text(1_000)(value)?;
    if Path::new(&path).is_absolute() { Ok(path.into()) } else { Err("must be an absolute path".into()) }
}

fn health_path(value: &DeValue<'_>) -> Result<String, String> {
    let path = text(256)(value)?;
    let is_path =
        path.starts_with('/') && path.bytes().all(|c| c.is_ascii_graphic() && !b"#\"<>\\^`{|}".contains(&c));
    is_path.then_some(path).ok_or_else(|| "must be a path such as /healthz".into())
}

/// The base URL of a target: only scheme, host and port, because `to` says the path.
fn target(reach: AddressPolicy) -> impl Read<String> {
    move |value: &DeValue<'_>| {
        let url = text(256)(value)?;
        let parsed = parse_url(&url, reach).map_err(target_fault)?;
        match parsed.path_and_query().map(|target| target.as_str()) {
            None | Some("/") => Ok(url.trim_end_matches('/').to_owned()),
            Some(_) => Err("has a path: `to` of a route says which path the upstream gets".into()),
        }
    }
}

/// What is wrong with the URL of a target, in the words of the file.
fn target_fault(fault: UrlFault) -> String {
    match fault {
        UrlFault::Malformed => {
            "must be a URL such as https://img.example, without path, user name or password".into()
        }
        UrlFault::NotEncrypted => {
            "must begin with https://, unless the upstream has `reach = \"private\"`".into()
        }
        UrlFault::NotPublic => {
            "has a loopback, private or other special address, which needs `reach = \"private\"`".into()
        }
        UrlFault::BadPort | UrlFault::BadHost => fault.to_string(),
    }
}

/// A host with an optional port, as in `Host`.
fn host(value: &DeValue<'_>) -> Result<String, String> {
    let host = text(255)(value)?;
    let is_host = host.bytes().all(|c| c.is_ascii_alphanumeric() || b"-._:".contains(&c));
    let is_host = is_host && check_authority(&host).is_ok();
    is_host.then_some(host).ok_or_else(|| "must be a host name such as img.internal".into())
}
