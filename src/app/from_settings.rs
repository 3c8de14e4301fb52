//! Parts that need settings and a database only.

use std::sync::Arc;

use secrecy::ExposeSecret;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use super::{OfferError, SAMPLE_PEOPLE, StartError};
use crate::api::analysis::AnalysisApi;
use crate::api::analysis_cache::AnalysisCache;
use crate::catalogue::plans::Catalogue;
use crate::catalogue::routes::RouteSet;
use crate::config::Settings;
use crate::console::settings::SignUp;
use crate::domain::credits::Credits;
use crate::domain::language::Language;
use crate::domain::offer_set::{SHIPPED_SET, SetKind};
use crate::domain::settlement::{SETTLEMENT_TOML, SettlementTable};
use crate::gate::limits::Limits;
use crate::gate::limits::shared_limits::{NotAStore, SharedLimits};
use crate::http::dialect::Dialects;
use crate::http::public_links::{GUIDES, PRICING, PublicLinks};
use crate::lookup::People;
use crate::openapi::{self, OwnersConsole};
use crate::outbound::url::parse_url;
use crate::people::sample::SamplePeople;
use crate::telemetry::metrics::Metrics;
use crate::upstream::client::{Upstream, UpstreamConfig};
use crate::upstream::settings::UpstreamSettings;

/// The limits of requests: shared with other gateways if there is a Redis URL.
///
/// # Errors
/// When the URL is not valid.
pub async fn limits_in_force(settings: &Settings, stop: &CancellationToken) -> Result<Limits, NotAStore> {
    // First: limits create their metrics when they are built.
    let _ = Metrics::of_process();
    let url = settings.redis_url.expose_secret();
    if url.is_empty() {
        return Ok(Limits::local());
    }
    Ok(Limits::shared(SharedLimits::start(url, settings.limits, stop).await?))
}

/// The handlers of the paid endpoints, on the people of this database.
///
/// # Errors
/// When a line of the sample people or the enrichment service's settings are faulty.
pub fn analysis_api(settings: &Settings, pool: PgPool) -> Result<AnalysisApi, StartError> {
    let sample = SamplePeople::parse(SAMPLE_PEOPLE)
        .map_err(|(line, fault)| StartError::Sample(line, fault.to_string()))?;
    let people = People::new(pool, sample, settings.people);
    let people = match enrichment(&settings.enrichment)? {
        Some(upstream) => people.enriched_by(upstream),
        None => people,
    };
    let cache_bytes = settings.people.cache_bytes.get() as u64;
    Ok(AnalysisApi { people: Arc::new(people), analysis_cache: Arc::new(AnalysisCache::new(cache_bytes)) })
}

/// The enrichment service of the settings, if they name one.
fn enrichment(settings: &UpstreamSettings) -> Result<Option<Upstream>, StartError> {
    if settings.url.is_empty() {
        return Ok(None);
    }
    let reach = settings.reach();
    let url = parse_url(&settings.url, reach).map_err(|fault| StartError::Enrichment(fault.to_string()))?;
    let upstream =
        Upstream::new(UpstreamConfig { name: "enrichment", url, reach, settings: settings.clone() });
    upstream.map(Some).map_err(|error| StartError::Enrichment(error.to_string()))
}

/// The addresses that answers name, and the dialect and language of each path.
pub fn public_links(settings: &Settings, routes: &RouteSet) -> PublicLinks {
    let portuguese = routes.built_in.iter().filter(|route| route.language == Language::Pt);
    let portuguese = portuguese.map(|route| route.path.to_owned()).collect();
    let base_url = settings.base_url.trim_end_matches('/').to_owned();
    let (error_docs_url, error_page_prefix) = match settings.docs_url.as_str() {
        "" => (format!("{base_url}{GUIDES}"), format!("{base_url}/docs/errors/")),
        elsewhere => (elsewhere.to_owned(), format!("{elsewhere}#")),
    };
    let upgrade_url = match settings.upgrade_url.as_str() {
        "" => format!("{base_url}{PRICING}"),
        elsewhere => elsewhere.to_owned(),
    };
    PublicLinks {
        support_contact: settings.support_contact.clone(),
        upgrade_url,
        base_url,
        error_docs_url,
        error_page_prefix,
        stage_prefixes: settings.stage_prefixes.clone(),
        dialects: Dialects::default().in_portuguese(portuguese),
    }
}

/// What the documentation says of a gateway that sells what the program ships.
///
/// # Errors
/// When a file compiled into the program is faulty.
pub fn documented(settings: &Settings) -> Result<openapi::Facts, StartError> {
    let faulty = |kind| move |faults| OfferError::Faults { kind, number: SHIPPED_SET, faults };
    let catalogue = Catalogue::shipped().map_err(faulty(SetKind::Catalogue))?;
    let routes = RouteSet::shipped().map_err(faulty(SetKind::Routes))?;
    let settlement = Arc::new(SettlementTable::parse(SETTLEMENT_TOML)?);
    Ok(facts(settings, Arc::new(catalogue), Arc::new(routes), settlement))
}

/// What the documentation says of a gateway that sells by these sets.
pub(super) fn facts(
    settings: &Settings,
    catalogue: Arc<Catalogue>,
    routes: Arc<RouteSet>,
    settlement: Arc<SettlementTable>,
) -> openapi::Facts {
    openapi::Facts {
        product: settings.product_name.clone(),
        links: Arc::new(public_links(settings, &routes)),
        routes,
        console: console(settings, &catalogue),
        catalogue,
        settlement,
        max_body_bytes: settings.server.max_body_bytes,
        max_contact_bytes: settings.contacts.max_body_bytes,
    }
}

/// The console of account owners, if this gateway serves one.
fn console(settings: &Settings, catalogue: &Catalogue) -> Option<OwnersConsole> {
    let base = settings.console_base(settings.listen).ok().flatten()?;
    let console = settings.console.clone().at(&base);
    let is_open = console.sign_up == SignUp::Open && settings.missing_sign_up_plan(catalogue).is_none();
    let opening = console.opening().filter(|_| is_open);
    let sign_up = opening.map(|opening| {
        let (credits, days) = opening.grant.unwrap_or((Credits::ZERO, 0));
        openapi::SignUp { plan: opening.plan.plan, credits, days }
    });
    Some(OwnersConsole { sign_up })
}

/// The name of this gateway for operators: the one in the settings, or the host name.
pub fn node_name(settings: &Settings) -> String {
    if !settings.node.is_empty() {
        return settings.node.clone();
    }
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = host.trim();
    if host.is_empty() { "unnamed".to_owned() } else { host.to_owned() }
}
