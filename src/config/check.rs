//! What is wrong with settings that are well-formed each for itself.

use redis::IntoConnectionInfo;
use secrecy::ExposeSecret;
use sqlx::postgres::PgConnectOptions;

use super::{Fault, MOST_UNHEARD_TRUST_MS, Settings, log_level};
use crate::catalogue::routes;
use crate::domain::region::Region;
use crate::upstream::address::parse_url;

/// A lease is renewed three times in its life.
const SHORTEST_LEASE_MS: u64 = 300;

fn is_redis_url(url: &str) -> bool {
    let url = url.trim();
    let is_named = url.starts_with("redis://") || url.starts_with("rediss://");
    is_named && url.into_connection_info().is_ok()
}

/// The largest answer of one piece has to fit among those that wait for their clients.
const SMALLEST_UNSENT_BYTES: usize = 1024 * 1024;

/// Threads that serve connections at most; a figure above it is a slip.
const MOST_THREADS: usize = 1024;

/// The first segments of all paths, but for those of the paid routes.
const FIRST_SEGMENTS: [&str; 14] = [
    "creditos",
    "credits",
    "status",
    "v1",
    "health",
    "saude",
    "tiers",
    "planos",
    "livez",
    "readyz",
    "metrics",
    "openapi.json",
    "docs",
    "console",
];

/// Whether a path of the service lies below a stage prefix, or is it.
fn shadows_a_path(prefix: &str) -> bool {
    let first = prefix.trim_start_matches('/').split('/').next().unwrap_or_default();
    let is_paid = |path: &str| path.trim_start_matches('/').split('/').next() == Some(first);
    FIRST_SEGMENTS.contains(&first)
        || routes::shipped().is_ok_and(|routes| routes.iter().any(|route| is_paid(route.path)))
}

impl Settings {
    /// What is wrong with values that are well-formed each for itself.
    pub(super) fn faults(&self, needs_pepper: bool) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut require = |holds: bool, setting: &str, advice: &str| {
            if !holds {
                faults.push(Fault { setting: setting.into(), advice: advice.into() });
            }
        };
        let positive = [
            ("server.max_connections", self.server.max_connections as u64),
            ("server.head_timeout_s", self.server.head_timeout_s),
            ("server.body_timeout_s", self.server.body_timeout_s),
            ("server.idle_timeout_s", self.server.idle_timeout_s),
            ("server.max_connections_per_client", self.server.max_connections_per_client as u64),
            ("server.write_timeout_s", self.server.write_timeout_s),
            ("server.write_min_bytes", self.server.write_min_bytes as u64),
            ("server.max_body_bytes", self.server.max_body_bytes as u64),
            ("database.max_connections", u64::from(self.database.max_connections)),
            ("database.wait_ms", self.database.wait_ms),
            ("ledger.batch", self.ledger.batch as u64),
            ("ledger.queue", self.ledger.queue as u64),
            ("ledger.longest_wait_ms", self.ledger.longest_wait_ms),
            ("ledger.heartbeat_s", self.ledger.heartbeat_s),
            ("ledger.sweep_every_s", self.ledger.sweep_every_s),
            ("calls.deadline_s", self.calls.deadline_s),
            ("keys.cache_size", self.keys.cache_size as u64),
            ("keys.unknown_cache_size", self.keys.unknown_cache_size as u64),
            ("keys.guesses", u64::from(self.keys.guesses)),
            ("keys.guess_window_s", self.keys.guess_window_s),
            ("keys.guessing_networks", self.keys.guessing_networks as u64),
            ("keys.last_used_every_ms", self.keys.last_used_every_ms),
            ("limits.decision_ms", self.limits.decision_ms),
            ("limits.watch_ms", self.limits.watch_ms),
            ("people.cache_bytes", self.people.cache_bytes),
            ("people.retention_days", self.people.retention_days),
            ("contacts.max_bytes_per_account", self.contacts.max_bytes_per_account),
            ("contacts.max_body_bytes", self.contacts.max_body_bytes as u64),
            ("enrichment.connect_timeout_ms", self.enrichment.connect_timeout_ms),
            ("enrichment.total_timeout_ms", self.enrichment.total_timeout_ms),
            ("enrichment.max_answer_bytes", self.enrichment.max_answer_bytes as u64),
            ("enrichment.max_concurrent", self.enrichment.max_concurrent as u64),
            ("enrichment.breaker_failures", u64::from(self.enrichment.breaker_failures)),
            ("enrichment.breaker_open_ms", self.enrichment.breaker_open_ms),
        ];
        for (setting, value) in positive {
            require(value > 0, setting, "must be at least 1");
        }
        let server = &self.server;
        require(
            server.max_unsent_bytes_per_account >= SMALLEST_UNSENT_BYTES
                && server.max_unsent_bytes >= server.max_unsent_bytes_per_account,
            "server.max_unsent_bytes_per_account",
            "must be at least 1048576, and at most server.max_unsent_bytes: a whole answer has to fit",
        );
        require(self.server.threads <= MOST_THREADS, "server.threads", "must be at most 1024");
        require(
            self.calls.deadline_s < self.ledger.hold_life_s,
            "calls.deadline_s",
            "must be shorter than ledger.hold_life_s, or a call could outlive its own hold",
        );
        require(
            self.ledger.heartbeat_s * 2 < self.ledger.hold_life_s,
            "ledger.heartbeat_s",
            "must be less than half of ledger.hold_life_s, or a living gateway could be taken for a dead one",
        );
        require(
            self.keys.unheard_trust_ms <= MOST_UNHEARD_TRUST_MS,
            "keys.unheard_trust_ms",
            "must be at most 4000, or a revoked key could be let in for longer than 5 s when notifications are cut",
        );
        let enrichment = &self.enrichment;
        require(
            enrichment.url.is_empty()
                || enrichment.total_timeout_ms < self.calls.deadline_s.saturating_mul(1000),
            "enrichment.total_timeout_ms",
            "must be shorter than calls.deadline_s, or a call would end before its own question",
        );
        if !enrichment.url.is_empty()
            && let Err(fault) = parse_url(&enrichment.url, enrichment.reach())
        {
            require(false, "enrichment.url", &fault.to_string());
        }
        let is_token = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
        require(
            is_token(enrichment.credential.expose_secret()),
            "enrichment.credential",
            "must be visible ASCII characters without blanks",
        );
        for prefix in &self.stage_prefixes {
            require(
                prefix.len() > 1 && prefix.starts_with('/') && !prefix.ends_with('/'),
                "stage_prefixes",
                "each must begin with `/` and not end with it, such as `/production`",
            );
            require(
                !shadows_a_path(prefix),
                "stage_prefixes",
                "none may be the beginning of a path of the service, such as `/v1`: it would hide what lies below it",
            );
        }
        require(log_level::is_valid(&self.log.level), "log.level", log_level::ADVICE);
        require(
            self.limits.lease_ms >= SHORTEST_LEASE_MS,
            "limits.lease_ms",
            "must be at least 300, or leases could not be renewed in time",
        );
        let redis_urls = self.redis_url.expose_secret();
        require(
            redis_urls.is_empty() || redis_urls.split(',').all(is_redis_url),
            "FLUENCE_REDIS_URL",
            "must look like redis://user:password@host:6379/0 or rediss://…, several of a cluster separated by commas",
        );
        require(self.pepper_version > 0, "pepper_version", "must be at least 1");
        if let Err(error) = self.region.parse::<Region>() {
            require(false, "region", &error.to_string());
        }
        if let Some(url) = &self.database_url {
            let url = url.expose_secret();
            let is_postgres = url.starts_with("postgres://") || url.starts_with("postgresql://");
            require(
                is_postgres && url.parse::<PgConnectOptions>().is_ok(),
                "DATABASE_URL",
                "must look like postgresql://user:password@host:5432/database",
            );
        }
        require(
            self.database_password.is_none() || self.has_own_database(),
            "DATABASE_PASSWORD",
            "is set, and DATABASE_URL, whose password it is, is not",
        );
        if needs_pepper && self.has_own_database() && self.pepper.expose_secret().is_empty() {
            require(
                false,
                "FLUENCE_PEPPER",
                "must be set where DATABASE_URL is: 64 hexadecimal characters; make them once with `openssl rand -hex 32`",
            );
        }
        if let Err((setting, advice)) = self.peppers() {
            require(false, setting, &advice);
        }
        faults
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
