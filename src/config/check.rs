//! What is wrong with settings of which each is well-formed.

mod address;
mod consoles;

use std::path::Path;
use std::time::Duration;

use secrecy::ExposeSecret;

use self::address::{base_fault, collide, is_postgres_url, is_redis_url, page_fault};
use super::{Fault, Settings, log_level};
use crate::catalogue::FIRST_SEGMENTS;
use crate::catalogue::routes::RouteSet;
use crate::domain::region::Region;
use crate::gate::settings::KeySettings;
use crate::outbound::url::parse_url;

/// A lease is renewed three times in its life.
const MIN_LEASE: Duration = Duration::from_millis(300);
/// The largest answer of one piece must fit.
const MIN_UNSENT_BYTES: usize = 1024 * 1024;
/// A larger number of threads is a slip.
const MAX_THREADS: usize = 1024;

/// Whether a stage prefix is a path of the service, or the beginning of one.
fn shadows_a_path(prefix: &str) -> bool {
    let first = prefix.trim_start_matches('/').split('/').next().unwrap_or_default();
    let is_paid = |path: &str| path.trim_start_matches('/').split('/').next() == Some(first);
    FIRST_SEGMENTS.contains(&first) || RouteSet::shipped().is_ok_and(|set| set.paths().any(is_paid))
}

impl Settings {
    /// Returns the faults that concern a value's meaning, or several values together. Faults name
    /// settings by their dotted names.
    pub(super) fn faults(&self, needs_pepper: bool) -> Vec<Fault> {
        let mut faults = Vec::new();
        self.check_server(&mut faults);
        self.check_console(&mut faults);
        self.check_operator(&mut faults);
        self.check_tls(&mut faults);
        self.check_times(&mut faults);
        self.check_upstreams(&mut faults);
        self.check_database_and_pepper(needs_pepper, &mut faults);
        faults
    }

    fn check_server(&self, faults: &mut Vec<Fault>) {
        let mut require = requiring(faults);
        let server = &self.server;
        require(
            server.max_unsent_bytes_per_account.get() >= MIN_UNSENT_BYTES
                && server.max_unsent_bytes >= server.max_unsent_bytes_per_account,
            "server.max_unsent_bytes_per_account",
            &format!("must be from {MIN_UNSENT_BYTES} to server.max_unsent_bytes: a whole answer must fit"),
        );
        require(server.threads <= MAX_THREADS, "server.threads", &format!("must be from 0 to {MAX_THREADS}"));
        for prefix in &self.stage_prefixes {
            require(
                prefix.len() > 1 && prefix.starts_with('/') && !prefix.ends_with('/'),
                "stage_prefixes",
                "each must begin with `/` and not end with it, such as `/production`",
            );
            require(
                !shadows_a_path(prefix),
                "stage_prefixes",
                "none may be the beginning of a path of the service, such as `/v1`: it would hide the paths below it",
            );
        }
        for (setting, fault) in [
            ("base_url", base_fault(&self.base_url)),
            ("upgrade_url", page_fault(&self.upgrade_url)),
            ("docs_url", page_fault(&self.docs_url)),
        ] {
            if let Some(fault) = fault {
                require(false, setting, &fault);
            }
        }
        require(
            !self.metrics_listen.is_some_and(|address| collide(address, self.listen)),
            "metrics_listen",
            "must be an address of its own, and not that of `listen`",
        );
        require(log_level::is_valid(&self.log.level), "log.level", log_level::ADVICE);
        if let Err(error) = self.region.parse::<Region>() {
            require(false, "region", &error.to_string());
        }
    }

    fn check_tls(&self, faults: &mut Vec<Fault>) {
        let mut require = requiring(faults);
        let tls = &self.tls;
        require(
            tls.cert_file.is_empty() == tls.key_file.is_empty(),
            "tls.key_file",
            "must be set together with tls.cert_file",
        );
        require(
            tls.client_ca_file.is_empty() || tls.is_on(),
            "tls.client_ca_file",
            "needs tls.cert_file: clients present certificates only over TLS",
        );
    }

    fn check_times(&self, faults: &mut Vec<Fault>) {
        let mut require = requiring(faults);
        let (calls, ledger) = (&self.calls, &self.ledger);
        let max_ttl = KeySettings::MAX_DISCONNECTED_CACHE_TTL;
        require(
            calls.deadline < ledger.hold_life,
            "calls.deadline_s",
            "must be less than ledger.hold_life_s: otherwise a call could outlive its hold",
        );
        require(
            ledger.heartbeat_every * 2 < ledger.hold_life,
            "ledger.heartbeat_s",
            "must be less than half of ledger.hold_life_s: otherwise a running gateway could be considered dead",
        );
        require(
            self.keys.disconnected_cache_ttl <= max_ttl,
            "keys.disconnected_cache_ttl_ms",
            &format!(
                "must be from 0 to {}: otherwise a revoked key could be accepted for more than 5 s while the change feed is \
                 interrupted",
                max_ttl.as_millis()
            ),
        );
        require(
            self.limits.lease_life >= MIN_LEASE,
            "limits.lease_ms",
            &format!(
                "must be at least {}: otherwise a lease could expire before it is renewed",
                MIN_LEASE.as_millis()
            ),
        );
    }

    fn check_upstreams(&self, faults: &mut Vec<Fault>) {
        let mut require = requiring(faults);
        let enrichment = &self.enrichment;
        if !enrichment.url.is_empty() {
            require(
                enrichment.total_timeout < self.calls.deadline,
                "enrichment.total_timeout_ms",
                "must be less than calls.deadline_s: otherwise a call would end before its request to the service",
            );
            if let Err(fault) = parse_url(&enrichment.url, enrichment.reach()) {
                require(false, "enrichment.url", &fault.to_string());
            }
        }
        require(
            enrichment.credential.expose_secret().bytes().all(|byte| byte.is_ascii_graphic()),
            "enrichment.credential",
            "must be visible ASCII characters without blanks",
        );
        if self.leaks.github
            && self.leaks.github_keys_file.is_empty()
            && let Err(fault) = self.leaks.keys_url()
        {
            require(false, "leaks.github_keys_url", &fault.to_string());
        }
        let redis_urls = self.redis_url.expose_secret();
        require(
            redis_urls.is_empty() || redis_urls.split(',').all(is_redis_url),
            "redis_url",
            "must look like redis://user:password@host:6379/0 or rediss://…; separate the nodes of a cluster by commas",
        );
    }

    fn check_database_and_pepper(&self, needs_pepper: bool, faults: &mut Vec<Fault>) {
        let mut require = requiring(faults);
        require(
            self.database_url.as_ref().is_none_or(|url| is_postgres_url(url.expose_secret())),
            "DATABASE_URL",
            "must look like postgresql://user:password@host:5432/database",
        );
        require(
            self.database_password.is_none() || self.has_own_database(),
            "DATABASE_PASSWORD",
            "needs DATABASE_URL, the database that it belongs to",
        );
        let archive_dir = &self.backup.archive_dir;
        require(
            archive_dir.is_empty() || Path::new(archive_dir).is_absolute(),
            "backup.archive_dir",
            "must be an absolute path, such as /var/backups/fluence/wal",
        );
        require(
            archive_dir.is_empty() || !self.has_own_database(),
            "backup.archive_dir",
            "is for the private PostgreSQL. The server of DATABASE_URL archives by its own settings: docs/operations/backup.md",
        );
        require(self.pepper_version > 0, "pepper_version", "must be at least 1");
        require(
            !needs_pepper || !self.has_own_database() || !self.pepper.expose_secret().is_empty(),
            "pepper",
            "is required with DATABASE_URL: 64 hexadecimal characters. Generate them once with `openssl rand -hex 32`",
        );
        if let Err(fault) = self.peppers() {
            require(false, &fault.setting, &fault.advice);
        }
    }
}

/// Returns a function that adds a fault unless its condition holds.
fn requiring(faults: &mut Vec<Fault>) -> impl FnMut(bool, &str, &str) {
    |holds, setting, advice| {
        if !holds {
            faults.push(Fault::new(setting, advice));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_of_the_router_is_kept_free_of_stage_prefixes() {
        let router = include_str!("../server/router.rs");
        let literals = router.split('"').skip(1).step_by(2).filter(|text| text.starts_with('/'));
        let paths: Vec<&str> = literals.collect();
        assert!(paths.len() > 10, "{paths:?}");
        for path in paths.into_iter().chain(["/crm", "/analyze/x", "/v1"]) {
            assert!(shadows_a_path(path), "{path}");
        }
        assert!(!shadows_a_path("/production") && !shadows_a_path("/v2"));
    }
}
