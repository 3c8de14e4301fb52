//! Settings: what an operator may choose, from where, and what is wrong with what was chosen.

pub mod address;
mod check;
mod environment;
mod load;
mod log_level;
mod values;
mod warnings;

use std::net::SocketAddr;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};

use crate::domain::network::Network;
use crate::secret::peppers::Peppers;
use crate::secret::{Pepper, PepperError, is_weak};
use crate::upstream::address::Reach;

pub use load::{ConfigError, DEFAULTS, Sources, load};
pub use values::Fault;

/// Every setting. Names, defaults and meanings stand in `config/default.toml`; units are in the names.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    #[serde(deserialize_with = "address::required")]
    pub listen: SocketAddr,
    /// None: no metrics page.
    #[serde(deserialize_with = "address::optional", serialize_with = "address::or_empty")]
    pub metrics_listen: Option<SocketAddr>,
    /// `DATABASE_URL`; none means the private Postgres.
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none", serialize_with = "redacted_url")]
    pub database_url: Option<SecretString>,
    /// `DATABASE_PASSWORD`; none means the one in the URL, if any.
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none", serialize_with = "redacted_url")]
    pub database_password: Option<SecretString>,
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
    pub service_name: String,
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
pub struct Server {
    pub threads: usize,
    pub max_connections: usize,
    pub max_connections_per_client: usize,
    pub head_timeout_s: u64,
    pub body_timeout_s: u64,
    pub idle_timeout_s: u64,
    pub write_timeout_s: u64,
    pub write_min_bytes: usize,
    pub max_unsent_bytes_per_account: usize,
    pub max_unsent_bytes: usize,
    pub max_body_bytes: usize,
    pub announce_s: u64,
    pub drain_s: u64,
    pub trusted_proxies: Vec<Network>,
}

/// The connection pool.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    pub max_connections: u32,
    pub wait_ms: u64,
    pub start_wait_s: u64,
}

/// The ledger's writer and sweep.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
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
pub struct Calls {
    pub deadline_s: u64,
}

/// The cache of verified keys.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
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
pub struct Limits {
    pub decision_ms: u64,
    pub lease_ms: u64,
    pub watch_ms: u64,
}

/// The cache of people searches.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
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
pub struct Contacts {
    pub max_per_account: u64,
    pub max_bytes_per_account: u64,
    pub max_body_bytes: usize,
}

/// The enrichment service.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
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

impl Settings {
    /// Whether the database is the operator's own, and not the private one.
    pub fn has_own_database(&self) -> bool {
        self.database_url.is_some()
    }

    /// The peppers of the settings, as [`Self::peppers`], whose text is wiped.
    ///
    /// # Errors
    /// The setting that is faulty, and what is wrong with it.
    pub fn take_peppers(&mut self) -> Result<Option<Peppers>, (&'static str, String)> {
        let peppers = self.peppers();
        self.pepper = SecretString::default();
        self.previous_pepper = SecretString::default();
        peppers
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
        // The one before may be weak, so that it can be replaced.
        if is_weak(self.pepper.expose_secret()) {
            return Err(("FLUENCE_PEPPER", PepperError::Guessable.to_string()));
        }
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
