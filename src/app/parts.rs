//! From settings to parts: what each is built with.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use secrecy::ExposeSecret;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use super::{SAMPLE_PEOPLE, StartError};
use crate::api::analysis::AnalysisApi;
use crate::api::analysis_cache::AnalysisCache;
use crate::api::contacts::ContactsApi;
use crate::api::health::Health;
use crate::api::management_auth::Management;
use crate::api::status::Status;
use crate::background::readiness::Readiness;
use crate::catalogue::plans::Catalogue;
use crate::catalogue::routes;
use crate::clock::DatabaseClock;
use crate::config::Settings;
use crate::domain::contact::ContactLimits;
use crate::domain::key::KeySecret;
use crate::domain::language::Language;
use crate::gate::Gate;
use crate::gate::auth::keyring::Keyring;
use crate::gate::limits::Limits;
use crate::gate::limits::shared_limits::{NotAStore, SharedConfig, SharedLimits};
use crate::gate::metering::Meter;
use crate::gate::refused::RefusedCalls;
use crate::http::dialect::Dialects;
use crate::http::public_links::PublicLinks;
use crate::ledger::writer::WriterLimits;
use crate::lookup::{FindConfig, People};
use crate::people::sample::SamplePeople;
use crate::secret::peppers::Peppers;
use crate::server::listener::ServerLimits;
use crate::server::router::Parts;
use crate::storage::error::StorageError;
use crate::storage::routes as route_numbers;
use crate::telemetry::metrics::Metrics;
use crate::upstream::address::parse_url;
use crate::upstream::breaker::BreakerConfig;
use crate::upstream::client::{Upstream, UpstreamConfig};

/// What the router's parts are made of.
pub(super) struct Built<'a> {
    pub(super) settings: &'a Settings,
    pub(super) pool: &'a PgPool,
    pub(super) peppers: Peppers,
    pub(super) readiness: &'a Readiness,
    pub(super) keyring: Keyring,
    pub(super) limits: Limits,
    pub(super) dev_key: Option<Arc<KeySecret>>,
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) meter: Meter,
    pub(super) refused: RefusedCalls,
    pub(super) node: &'a str,
    pub(super) clock: DatabaseClock,
}

impl Built<'_> {
    /// The parts.
    pub(super) async fn together(self) -> Result<Parts, StartError> {
        let Self {
            settings,
            pool,
            peppers,
            readiness,
            keyring,
            limits,
            dev_key,
            catalogue,
            meter,
            refused,
            node,
            clock,
        } = self;
        let max_body_bytes = settings.server.max_body_bytes;
        let routes: Vec<_> = routes::shipped()?.into_iter().map(Arc::new).collect();
        let routes = Arc::new(routes);
        let paths: Vec<&'static str> = routes.iter().map(|route| route.path).collect();
        let mut connection = pool.acquire().await.map_err(StorageError::from)?;
        let numbers = Arc::new(route_numbers::numbers(&mut connection, &paths).await?);
        drop(connection);
        let analysis = analysis_api(settings, pool.clone())?;
        let people = analysis.people.clone();
        Ok(Parts {
            contacts: ContactsApi {
                pool: pool.clone(),
                people: people.clone(),
                limits: ContactLimits {
                    contacts: settings.contacts.max_per_account,
                    bytes: settings.contacts.max_bytes_per_account,
                },
                max_body_bytes: settings.contacts.max_body_bytes,
            },
            analysis,
            health: Health {
                readiness: readiness.clone(),
                pool: pool.clone(),
                routes: routes.clone(),
                service: settings.service_name.as_str().into(),
                clock: clock.clone(),
            },
            status: Status {
                readiness: readiness.clone(),
                limits: limits.clone(),
                people,
                pool: pool.clone(),
                node: node.to_owned(),
                region: settings.region.clone(),
                clock,
            },
            gate: Gate {
                keyring,
                limits,
                dev_key,
                catalogue: catalogue.clone(),
                meter,
                refused,
                numbers,
                max_body_bytes,
                region: settings.region.as_str().into(),
            },
            routes,
            catalogue,
            management: Management::new(pool.clone(), peppers, max_body_bytes),
            pool: pool.clone(),
        })
    }
}

/// The limits of requests: shared with other gateways where there is a store to share them through.
///
/// # Errors
/// When the store's URL is none.
pub async fn limits_in_force(settings: &Settings, stop: &CancellationToken) -> Result<Limits, NotAStore> {
    // First, so that what limits tell before the metrics are served is kept.
    let _ = Metrics::of_process();
    let url = settings.redis_url.expose_secret();
    if url.is_empty() {
        return Ok(Limits::local());
    }
    let limits = &settings.limits;
    let config = SharedConfig {
        budget: Duration::from_millis(limits.decision_ms),
        lease_life: Duration::from_millis(limits.lease_ms),
        watch_every: Duration::from_millis(limits.watch_ms),
    };
    Ok(Limits::shared(SharedLimits::start(url, config, stop).await?))
}

/// The handlers of the paid endpoints, on the people of this database.
///
/// # Errors
/// When a line of the sample people is faulty, or the enrichment service cannot be asked as the settings want it.
pub fn analysis_api(settings: &Settings, pool: PgPool) -> Result<AnalysisApi, StartError> {
    let sample = SamplePeople::parse(SAMPLE_PEOPLE)
        .map_err(|(line, fault)| StartError::Sample(line, fault.to_string()))?;
    let cache_ms = i64::try_from(settings.people.cache_ms).unwrap_or(i64::MAX);
    let config = FindConfig {
        answer_ttl: TimeDelta::milliseconds(cache_ms),
        cache_bytes: settings.people.cache_bytes,
    };
    let people = People::new(pool, sample, config);
    let people = match enrichment(settings)? {
        Some(upstream) => people.enriched_by(upstream),
        None => people,
    };
    Ok(AnalysisApi {
        people: Arc::new(people),
        analysis_cache: Arc::new(AnalysisCache::new(settings.people.cache_bytes)),
    })
}

/// The enrichment service of the settings, if there is one.
fn enrichment(settings: &Settings) -> Result<Option<Upstream>, StartError> {
    let settings = &settings.enrichment;
    if settings.url.is_empty() {
        return Ok(None);
    }
    let upstream = Upstream::new(UpstreamConfig {
        name: "enrichment",
        url: parse_url(&settings.url, settings.reach())
            .map_err(|fault| StartError::Enrichment(fault.to_string()))?,
        credential: settings.credential.clone(),
        reach: settings.reach(),
        connect_timeout: Duration::from_millis(settings.connect_timeout_ms),
        total_timeout: Duration::from_millis(settings.total_timeout_ms),
        max_answer_bytes: settings.max_answer_bytes,
        max_concurrent: settings.max_concurrent,
        breaker: BreakerConfig {
            failures: settings.breaker_failures,
            open_for: Duration::from_millis(settings.breaker_open_ms),
        },
    });
    upstream.map(Some).map_err(|error| StartError::Enrichment(error.to_string()))
}

/// What answers name, as the settings have it.
pub fn public_links(settings: &Settings) -> PublicLinks {
    PublicLinks {
        support_contact: settings.support_contact.clone(),
        upgrade_url: settings.upgrade_url.clone(),
        error_docs_url: settings.docs_url.clone(),
        stage_prefixes: settings.stage_prefixes.clone(),
        dialects: Dialects::default().in_portuguese(portuguese_paths()),
    }
}

/// The paths of the paid endpoints whose answers are in Portuguese.
fn portuguese_paths() -> Vec<String> {
    let routes = routes::shipped().into_iter().flatten();
    routes.filter(|route| route.language == Language::Pt).map(|route| route.path.to_owned()).collect()
}

/// What operators call this gateway: the name in the settings, or the host's.
pub fn node_name(settings: &Settings) -> String {
    if !settings.node.is_empty() {
        return settings.node.clone();
    }
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = host.trim();
    if host.is_empty() { "unnamed".to_owned() } else { host.to_owned() }
}

pub(super) fn hold_life(settings: &Settings) -> TimeDelta {
    TimeDelta::seconds(i64::try_from(settings.ledger.hold_life_s).unwrap_or(i64::MAX / 1000))
}

pub(super) fn writer_limits(settings: &Settings) -> WriterLimits {
    let ledger = &settings.ledger;
    WriterLimits {
        batch: ledger.batch,
        queue: ledger.queue,
        longest_wait: Duration::from_millis(ledger.longest_wait_ms),
        flush_after: Duration::from_millis(ledger.flush_after_ms),
        heartbeat_every: Duration::from_secs(ledger.heartbeat_s),
    }
}

/// How many threads serve connections.
pub(super) fn server_threads(settings: &Settings) -> usize {
    match settings.server.threads {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        threads => threads,
    }
}

pub(super) fn server_limits(settings: &Settings) -> ServerLimits {
    let server = &settings.server;
    ServerLimits {
        max_connections: server.max_connections,
        max_connections_per_client: server.max_connections_per_client,
        head_timeout: Duration::from_secs(server.head_timeout_s),
        body_timeout: Duration::from_secs(server.body_timeout_s),
        idle_timeout: Duration::from_secs(server.idle_timeout_s),
        write_timeout: Duration::from_secs(server.write_timeout_s),
        write_min_bytes: server.write_min_bytes,
        max_unsent_bytes_per_account: server.max_unsent_bytes_per_account,
        max_unsent_bytes: server.max_unsent_bytes,
        ..ServerLimits::default()
    }
}
