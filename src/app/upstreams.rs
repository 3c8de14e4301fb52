//! The servers behind forwarded routes. A pool lives on over changes of sets as long as its own
//! settings stay the same: its connections stay open, and its circuit breakers keep their state.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Uri};
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::Notify;

use super::offer::OfferError;
use crate::api::forwarding::Servers;
use crate::domain::forwarding::{HealthTerms, UpstreamServers};
use crate::domain::reload::Reload;
use crate::outbound::address::AddressPolicy;
use crate::outbound::url::parse_url;
use crate::upstream::breaker::BreakerConfig;
use crate::upstream::pool::{HealthConfig, Pool, PoolConfig, UpstreamHost};
use crate::upstream::tls::{TlsFiles, UpstreamTls};

/// The pools in use.
pub(super) struct Upstreams {
    in_use: Mutex<InUse>,
    /// Notified of new files.
    wake: Arc<Notify>,
}

#[derive(Default)]
struct InUse {
    upstreams: Vec<Arc<UpstreamServers>>,
    servers: HashMap<String, Servers>,
    /// Digests of the files that were read last, faulty or not, by upstream. `None`: they could not
    /// be read.
    tried: HashMap<String, Option<[u8; 32]>>,
    /// Whether files have changed since, and can be used.
    have_new_files: bool,
}

impl Upstreams {
    pub(super) fn new(wake: Arc<Notify>) -> Self {
        Self { in_use: Mutex::default(), wake }
    }

    /// Returns the pools of these upstreams, and forgets all others. Reads files.
    ///
    /// # Errors
    /// When this machine lacks a variable that an upstream names, or a target or `host` cannot be
    /// used. Faulty files are an error of an upstream that is new or has changed; another one keeps
    /// what it uses.
    pub(super) fn of(
        &self,
        upstreams: &[Arc<UpstreamServers>],
    ) -> Result<HashMap<String, Servers>, OfferError> {
        // Before the lock is taken: a disk may be slow, or away.
        let read: Vec<_> = upstreams.iter().map(|upstream| UpstreamTls::read(files(upstream))).collect();
        let mut in_use = self.in_use();
        let known = &in_use.servers;
        let servers = upstreams.iter().zip(read).map(|(upstream, tls)| {
            let name = upstream.upstream.clone();
            let reason = |reason| OfferError::Upstream { upstream: name.clone(), reason };
            let before = known.get(&name);
            let tls =
                tls.or_else(|error| in_use.tls_of(upstream).ok_or_else(|| reason(error.to_string())))?;
            let live = config(upstream, &upstream.targets, &tls).map_err(reason)?;
            let live = pool(live, before.map(|servers| &servers.live));
            let test = match upstream.test_targets.is_empty() {
                true => None,
                false => {
                    let test = config(upstream, &upstream.test_targets, &tls).map_err(reason)?;
                    Some(pool(test, before.and_then(|servers| servers.test.as_ref())))
                }
            };
            Ok((name, Servers { live, test }))
        });
        let servers: HashMap<String, Servers> = servers.collect::<Result<_, OfferError>>()?;
        let tried =
            servers.iter().map(|(name, servers)| (name.clone(), in_use.tried_by(name, servers))).collect();
        *in_use =
            InUse { upstreams: upstreams.to_vec(), servers: servers.clone(), tried, have_new_files: false };
        Ok(servers)
    }

    /// Whether files have changed that can be used, and that the pools do not use yet.
    pub(super) fn have_new_files(&self) -> bool {
        self.in_use().have_new_files
    }

    fn in_use(&self) -> MutexGuard<'_, InUse> {
        self.in_use.lock()
    }
}

impl InUse {
    /// What an upstream that stays the same uses. Its files may be faulty by now.
    fn tls_of(&self, upstream: &Arc<UpstreamServers>) -> Option<UpstreamTls> {
        let servers = self.servers.get(&upstream.upstream)?;
        self.upstreams.contains(upstream).then(|| servers.live.config().tls.clone())
    }

    /// The digest of the files that were read last for these servers. Without a change, faulty
    /// files stay known as such.
    fn tried_by(&self, name: &str, servers: &Servers) -> Option<[u8; 32]> {
        let is_same = self.servers.get(name).is_some_and(|before| digest_of(before) == digest_of(servers));
        let tried = self.tried.get(name).filter(|_| is_same);
        tried.copied().unwrap_or_else(|| Some(digest_of(servers)))
    }

    fn with_files(&self) -> Vec<Arc<UpstreamServers>> {
        let has_files =
            |upstream: &&Arc<UpstreamServers>| upstream.ca_file.is_some() || upstream.client.is_some();
        self.upstreams.iter().filter(has_files).cloned().collect()
    }
}

impl Reload for Upstreams {
    fn part(&self) -> &'static str {
        "upstream files"
    }

    fn has_changed(&self) -> bool {
        let with_files = self.in_use().with_files();
        with_files.iter().any(|upstream| {
            let digest = files(upstream).digest().ok();
            self.in_use().tried.get(&upstream.upstream) != Some(&digest)
        })
    }

    /// The follower of the sets takes new files up. Faulty ones do not keep those of other
    /// upstreams from being used.
    fn reload(&self) -> Result<bool, String> {
        let with_files = self.in_use().with_files();
        let read = |upstream: &Arc<UpstreamServers>| {
            let tls = UpstreamTls::read(files(upstream));
            let digest =
                tls.as_ref().map_or_else(|_| files(upstream).digest().ok(), |tls| Some(tls.digest()));
            (upstream.upstream.clone(), digest, tls)
        };
        let read: Vec<_> = with_files.iter().map(read).collect();
        let mut in_use = self.in_use();
        let (mut faults, mut have_new_files) = (Vec::new(), false);
        for (name, digest, tls) in read {
            match tls {
                Err(error) => faults.push(format!("upstream {name}: {error}")),
                Ok(tls) => {
                    let is_used =
                        in_use.servers.get(&name).is_some_and(|servers| digest_of(servers) == tls.digest());
                    have_new_files |= !is_used;
                }
            }
            in_use.tried.insert(name, digest);
        }
        in_use.have_new_files = have_new_files;
        drop(in_use);
        if have_new_files {
            self.wake.notify_one();
        }
        if faults.is_empty() { Ok(have_new_files) } else { Err(faults.join("; ")) }
    }
}

/// The digest of the files that a pool uses.
fn digest_of(servers: &Servers) -> [u8; 32] {
    servers.live.config().tls.digest()
}

fn pool(config: PoolConfig, before: Option<&Arc<Pool>>) -> Arc<Pool> {
    match before {
        Some(before) if *before.config() == config => before.clone(),
        _ => Pool::watched(config),
    }
}

/// What keeps a gateway on this machine, with this environment, from using these servers: variables
/// and files that are missing or faulty here. Reads files, and connects to nothing.
pub fn upstream_faults(upstreams: &[Arc<UpstreamServers>]) -> Vec<String> {
    let fault = |upstream: &Arc<UpstreamServers>| {
        let tls = UpstreamTls::read(files(upstream)).map_err(|error| error.to_string());
        let used = tls.and_then(|tls| {
            config(upstream, &upstream.targets, &tls)?;
            config(upstream, &upstream.test_targets, &tls)
        });
        used.err().map(|reason| format!("upstream {}: {reason}", upstream.upstream))
    };
    upstreams.iter().filter_map(fault).collect()
}

fn config(upstream: &UpstreamServers, targets: &[String], tls: &UpstreamTls) -> Result<PoolConfig, String> {
    let reach = AddressPolicy::allowing_private(upstream.is_private);
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
        tls: tls.clone(),
        speaks_http2: upstream.http2,
        credential: credential(upstream)?,
        connect_timeout: Duration::from_millis(upstream.connect_timeout_ms),
        max_concurrent: upstream.max_concurrent,
        breaker,
        health: upstream.health.as_ref().map(health),
    })
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
        secret.ok_or_else(|| format!("the environment variable {variable} is not set on this machine"))?;
    let name = HeaderName::try_from(credential.header.as_str());
    let value = HeaderValue::try_from(credential.value.filled(&secret));
    let (Ok(name), Ok(mut value)) = (name, value) else {
        return Err(format!("the environment variable {variable} does not hold a header value"));
    };
    value.set_sensitive(true);
    Ok(Some((name, value)))
}
