//! The servers behind forwarded routes. A pool lives on over changes of sets as long as its own settings stay the same: its
//! connections stay open, and its circuit breakers keep their state.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Uri};

use super::offer::OfferError;
use crate::api::forwarding::Servers;
use crate::domain::forwarding::{HealthTerms, UpstreamServers};
use crate::upstream::address::{Reach, parse_url};
use crate::upstream::breaker::BreakerConfig;
use crate::upstream::pool::{HealthConfig, Pool, PoolConfig, UpstreamHost};
use crate::upstream::tls::{TlsFiles, UpstreamTls};

/// The pools in use.
#[derive(Default)]
pub(super) struct Upstreams(Mutex<InUse>);

#[derive(Default)]
struct InUse {
    upstreams: Vec<Arc<UpstreamServers>>,
    servers: HashMap<String, Servers>,
    /// Files that have changed and are not used, by upstream: their digest where they can be read, and why.
    faulty: HashMap<String, (Option<[u8; 32]>, String)>,
}

impl Upstreams {
    /// Returns the pools of these upstreams, and forgets all others.
    ///
    /// # Errors
    /// When this machine lacks a variable or a usable file that an upstream names, or a target or `host` cannot be used.
    pub(super) fn of(
        &self,
        upstreams: &[Arc<UpstreamServers>],
    ) -> Result<HashMap<String, Servers>, OfferError> {
        let mut in_use = self.in_use();
        let known = &in_use.servers;
        let servers = upstreams.iter().map(|upstream| {
            let name = upstream.upstream.clone();
            let reason = |reason| OfferError::Upstream { upstream: name.clone(), reason };
            let before = known.get(&name);
            let live = config(upstream, &upstream.targets).map_err(reason)?;
            let live = pool(live, before.map(|servers| &servers.live));
            let test = match upstream.test_targets.is_empty() {
                true => None,
                false => {
                    let test = config(upstream, &upstream.test_targets).map_err(reason)?;
                    Some(pool(test, before.and_then(|servers| servers.test.as_ref())))
                }
            };
            Ok((name, Servers { live, test }))
        });
        let servers: HashMap<String, Servers> = servers.collect::<Result<_, OfferError>>()?;
        *in_use = InUse { upstreams: upstreams.to_vec(), servers: servers.clone(), faulty: HashMap::new() };
        Ok(servers)
    }

    /// Whether files of the upstreams in use have changed, and can be used. Faulty ones are reported once, and change nothing;
    /// those of other upstreams are used all the same.
    pub(super) fn have_new_files(&self) -> bool {
        let mut in_use = self.in_use();
        let InUse { upstreams, servers, faulty } = &mut *in_use;
        let mut have_changed = false;
        for upstream in upstreams.iter().filter(|upstream| has_files(upstream)) {
            let (name, files) = (&upstream.upstream, files(upstream));
            let digest = files.digest();
            let known = faulty.get(name);
            if digest.as_ref().is_ok_and(|digest| is_in_use(servers.get(name), digest)) {
                faulty.remove(name);
                continue;
            }
            if known.is_some_and(|(tried, _)| *tried == digest.as_ref().ok().copied() && tried.is_some()) {
                continue;
            }
            match UpstreamTls::read(files) {
                Ok(_) => {
                    faulty.remove(name);
                    have_changed = true;
                }
                Err(error) => {
                    let fault = format!("upstream {name}: {error}");
                    if known.is_none_or(|(_, known)| *known != fault) {
                        tracing::error!(
                            fault,
                            "files of an upstream are faulty; the gateway keeps the current ones"
                        );
                    }
                    faulty.insert(name.clone(), (digest.ok(), fault));
                }
            }
        }
        metrics::gauge!("gateway_config_faulty", "part" => "upstream files")
            .set(f64::from(u8::from(!faulty.is_empty())));
        have_changed
    }

    fn in_use(&self) -> MutexGuard<'_, InUse> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_in_use(servers: Option<&Servers>, digest: &[u8; 32]) -> bool {
    servers.is_none_or(|servers| servers.live.config().tls.digest() == *digest)
}

fn pool(config: PoolConfig, before: Option<&Arc<Pool>>) -> Arc<Pool> {
    match before {
        Some(before) if *before.config() == config => before.clone(),
        _ => Pool::watched(config),
    }
}

fn config(upstream: &UpstreamServers, targets: &[String]) -> Result<PoolConfig, String> {
    let reach = Reach::allowing_private(upstream.is_private);
    let url = |target: &String| parse_url(target, reach).map_err(|fault| format!("target {target} {fault}"));
    let host = upstream
        .host
        .as_deref()
        .map(|host| UpstreamHost::parse(host).ok_or_else(|| "`host` is not the name of a host".to_owned()));
    let breaker = BreakerConfig {
        failures: upstream.breaker.failures,
        open_for: Duration::from_millis(upstream.breaker.open_ms),
    };
    Ok(PoolConfig {
        name: upstream.upstream.clone(),
        targets: targets.iter().map(url).collect::<Result<Vec<Uri>, _>>()?,
        reach,
        host: host.transpose()?,
        tls: UpstreamTls::read(files(upstream)).map_err(|error| error.to_string())?,
        speaks_http2: upstream.http2,
        credential: credential(upstream)?,
        connect_timeout: Duration::from_millis(upstream.connect_timeout_ms),
        max_concurrent: upstream.max_concurrent,
        breaker,
        health: upstream.health.as_ref().map(health),
    })
}

fn has_files(upstream: &UpstreamServers) -> bool {
    upstream.ca_file.is_some() || upstream.client.is_some()
}

fn files(upstream: &UpstreamServers) -> TlsFiles<'_> {
    let client = upstream.client.as_ref();
    TlsFiles {
        ca_file: upstream.ca_file.as_deref(),
        client: client.map(|client| (client.cert_file.as_path(), client.key_file.as_path())),
    }
}

fn health(terms: &HealthTerms) -> HealthConfig {
    HealthConfig {
        path: terms.path.clone(),
        every: Duration::from_millis(terms.every_ms),
        down_after: terms.down_after,
        up_after: terms.up_after,
    }
}

/// The credential, with the secret of this machine's environment.
fn credential(upstream: &UpstreamServers) -> Result<Option<(HeaderName, HeaderValue)>, String> {
    let Some(credential) = &upstream.credential else { return Ok(None) };
    let variable = credential.value.variable();
    let secret = std::env::var(variable).ok().filter(|secret| !secret.is_empty());
    let secret =
        secret.ok_or_else(|| format!("the environment variable {variable} is not set on this gateway"))?;
    let name = HeaderName::try_from(credential.header.as_str());
    let value = HeaderValue::try_from(credential.value.filled(&secret));
    let (Ok(name), Ok(mut value)) = (name, value) else {
        return Err(format!("the environment variable {variable} does not hold a header value"));
    };
    value.set_sensitive(true);
    Ok(Some((name, value)))
}
