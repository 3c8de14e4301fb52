//! Settings: what an operator may choose, from where, and what is wrong with what was chosen.

mod load;
pub mod plans;
pub mod routes;

use std::net::SocketAddr;

use ipnet::IpNet;
use redis::IntoConnectionInfo;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};
use sqlx::postgres::PgConnectOptions;

use crate::domain::region::Region;
use crate::secret::Pepper;
use crate::secret::peppers::Peppers;
use crate::upstream::address::{Reach, parse_url};

pub use load::{ConfigError, Fault, Sources, load};

/// Every setting. Names, defaults and meanings stand in `config/default.toml`; units are in the names.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every setting")]
pub struct Settings {
    pub listen: SocketAddr,
    /// Empty: no metrics page.
    pub metrics_listen: String,
    /// `DATABASE_URL`; none means the private Postgres.
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none", serialize_with = "redacted_url")]
    pub database_url: Option<SecretString>,
    pub data_dir: String,
    #[serde(serialize_with = "redacted")]
    pub pepper: SecretString,
    pub pepper_version: i32,
    #[serde(serialize_with = "redacted")]
    pub previous_pepper: SecretString,
    pub previous_pepper_version: i32,
    #[serde(serialize_with = "redacted")]
    pub redis_url: SecretString,
    pub node: String,
    pub region: String,
    pub stage_prefixes: Vec<String>,
    pub support_contact: String,
    pub upgrade_url: String,
    pub docs_url: String,
    pub log: Log,
    pub server: Server,
    pub database: Database,
    pub ledger: Ledger,
    pub calls: Calls,
    pub keys: Keys,
    pub limits: Limits,
    pub people: People,
    pub contacts: Contacts,
    pub enrichment: Enrichment,
}

/// What stands in the place of a secret that is set.
const REDACTED: &str = "[REDACTED]";

fn redacted<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(if secret.expose_secret().is_empty() { "" } else { REDACTED })
}

fn redacted_url<S: Serializer>(_: &Option<SecretString>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(REDACTED)
}

/// What is logged, and how.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every setting")]
pub struct Log {
    pub level: String,
    pub format: LogFormat,
}

/// The shape of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Pretty on a terminal, else JSON.
    Auto,
    /// One JSON object a line.
    Json,
    /// For people.
    Pretty,
}

/// Limits of connections and requests.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every setting")]
pub struct Server {
    pub max_connections: usize,
    pub head_timeout_s: u64,
    pub body_timeout_s: u64,
    pub idle_timeout_s: u64,
    pub max_body_bytes: usize,
    pub announce_s: u64,
    pub drain_s: u64,
    pub trusted_proxies: Vec<IpNet>,
}

/// The connection pool.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every setting")]
pub struct Database {
    pub max_connections: u32,
    pub wait_ms: u64,
}

/// The ledger's writer and sweep.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every setting")]
pub struct Ledger {
    pub batch: usize,
    pub queue: usize,
    pub longest_wait_ms: u64,
    pub flush_after_ms: u64,
    pub heartbeat_s: u64,
    pub hold_life_s: u64,
    pub sweep_every_s: u64,
}

/// Paid calls.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every setting")]
pub struct Calls {
    pub deadline_s: u64,
}

/// The cache of verified keys.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every setting")]
pub struct Keys {
    pub cache_size: usize,
    pub trust_ms: u64,
    pub unheard_trust_ms: u64,
    pub unknown_cache_size: usize,
    pub unknown_trust_ms: u64,
    pub standing_trust_ms: u64,
    pub guesses: u32,
    pub guess_window_s: u64,
    pub guessing_networks: usize,
    pub last_used_every_ms: u64,
}

/// Limits that several gateways share.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every setting")]
pub struct Limits {
    pub decision_ms: u64,
    pub lease_ms: u64,
    pub watch_ms: u64,
}

/// The cache of people searches.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every setting")]
pub struct People {
    pub cache_ms: u64,
    pub cache_bytes: u64,
    pub retention_days: u64,
}

/// Longest that a gateway may believe in keys while it hears nothing of changes; with time to notice and to ask, a revoked
/// key is refused within 5 s.
pub const MOST_UNHEARD_TRUST_MS: u64 = 4000;

/// What an account may keep.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every setting")]
pub struct Contacts {
    pub max_per_account: u64,
    pub max_body_bytes: usize,
}

/// The enrichment service.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every setting")]
pub struct Enrichment {
    pub url: String,
    #[serde(serialize_with = "redacted")]
    pub credential: SecretString,
    pub allow_private_addresses: bool,
    pub connect_timeout_ms: u64,
    pub total_timeout_ms: u64,
    pub max_answer_bytes: usize,
    pub max_concurrent: usize,
    pub breaker_failures: u32,
    pub breaker_open_ms: u64,
}

impl Enrichment {
    /// Which addresses it may have.
    pub fn reach(&self) -> Reach {
        Reach::allowing_private(self.allow_private_addresses)
    }
}

/// A lease is renewed three times in its life.
const SHORTEST_LEASE_MS: u64 = 300;

fn is_redis_url(url: &str) -> bool {
    let url = url.trim();
    let is_named = url.starts_with("redis://") || url.starts_with("rediss://");
    is_named && url.into_connection_info().is_ok()
}

impl Settings {
    /// Whether the database is the operator's own, and not the private one.
    pub fn has_own_database(&self) -> bool {
        self.database_url.is_some()
    }

    /// What is wrong with values that are well-formed each for itself.
    fn faults(&self, needs_pepper: bool) -> Vec<Fault> {
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
        }
        let metrics = self.metrics_listen.as_str();
        require(
            metrics.is_empty() || metrics.parse::<SocketAddr>().is_ok(),
            "metrics_listen",
            "must be empty or an address with its port, such as 127.0.0.1:9100",
        );
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

    /// The peppers of the settings; none where there is none.
    ///
    /// # Errors
    /// The setting that is faulty, and what is wrong with it.
    pub fn peppers(&self) -> Result<Option<Peppers>, (&'static str, String)> {
        let parse = |setting, text: &SecretString, version| match text.expose_secret() {
            "" => Ok(None),
            text => Pepper::parse(text, version).map(Some).map_err(|error| (setting, error.to_string())),
        };
        let newest = parse("FLUENCE_PEPPER", &self.pepper, self.pepper_version)?;
        let version = self.previous_pepper_version;
        let previous = parse("FLUENCE_PREVIOUS_PEPPER", &self.previous_pepper, version)?;
        match (newest, previous) {
            (Some(newest), previous) => Peppers::new(newest, previous)
                .map(Some)
                .map_err(|error| ("FLUENCE_PREVIOUS_PEPPER_VERSION", error.to_string())),
            (None, Some(_)) => Err((
                "FLUENCE_PREVIOUS_PEPPER",
                "is set, and FLUENCE_PEPPER, which replaces it, is not".into(),
            )),
            (None, None) => Ok(None),
        }
    }
}
