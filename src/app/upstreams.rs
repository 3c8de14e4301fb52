//! The servers behind forwarded routes. A pool lives on over changes of sets as long as its own settings stay the same: its
//! connections stay open, and its circuit breakers keep their state.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Uri};

use super::offer::OfferError;
use crate::api::forwarding::Servers;
use crate::domain::forwarding::{HealthTerms, UpstreamServers};
use crate::upstream::address::{Reach, parse_url};
use crate::upstream::breaker::BreakerConfig;
use crate::upstream::pool::{HealthConfig, Pool, PoolConfig};

/// The pools in use, by name.
#[derive(Default)]
pub(super) struct Upstreams(Mutex<HashMap<String, Servers>>);

impl Upstreams {
    /// Returns the pools of these upstreams, and forgets all others.
    ///
    /// # Errors
    /// When this machine lacks a variable that an upstream names.
    pub(super) fn of(
        &self,
        upstreams: &[Arc<UpstreamServers>],
    ) -> Result<HashMap<String, Servers>, OfferError> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
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
        known.clone_from(&servers);
        Ok(servers)
    }
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
    let host = upstream.host.as_deref().map(HeaderValue::from_str).transpose();
    let BreakerConfig { failures, open_for } = BreakerConfig {
        failures: upstream.breaker.failures,
        open_for: Duration::from_millis(upstream.breaker.open_ms),
    };
    Ok(PoolConfig {
        name: upstream.upstream.clone(),
        targets: targets.iter().map(url).collect::<Result<Vec<Uri>, _>>()?,
        reach,
        host: host.map_err(|_| "`host` is not a header value".to_owned())?,
        credential: credential(upstream)?,
        connect_timeout: Duration::from_millis(upstream.connect_timeout_ms),
        max_concurrent: upstream.max_concurrent,
        breaker: BreakerConfig { failures, open_for },
        health: upstream.health.as_ref().map(health),
    })
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
