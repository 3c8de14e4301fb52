//! `/crm_basico`, `/crm` and `/analyze`: find the person, then say what their own words support.

use std::sync::Arc;

use axum::Extension;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, post};
use bytes::Bytes;
use serde::Serialize;

use crate::api::analysis_cache::{AnalysisCache, Question};
use crate::clock;
use crate::domain::credits::Credits;
use crate::domain::key::Mode;
use crate::domain::person::{Person, PersonSource};
use crate::domain::refusal::{CandidateHint, Refusal};
use crate::domain::route::{Price, Route};
use crate::domain::tier::Tier;
use crate::gate::auth::caller::Caller;
use crate::gate::metering::CreditsUsed;
use crate::http::person_request::PersonRequest;
use crate::http::render::PaidAnswer;
use crate::lookup::{FindError, Found, People, Realm, UpstreamError};
use crate::people::matching::{Match, MatchEvidence};

/// What the endpoints work with.
#[derive(Clone)]
pub struct AnalysisApi {
    /// Who is meant.
    pub people: Arc<People>,
    /// What their words say.
    pub analysis_cache: Arc<AnalysisCache>,
}

impl AnalysisApi {
    /// The handler of a route.
    pub fn handler(&self, route: &Arc<Route>) -> MethodRouter {
        // One count for both: a handler is copied for each request.
        let shared = Arc::new((self.clone(), route.clone()));
        post(
            move |Extension(caller): Extension<Caller>, Extension(request): Extension<Arc<PersonRequest>>| async move {
                let (api, route) = &*shared;
                api.answer(route, &caller, &request).await
            },
        )
    }

    async fn answer(
        &self,
        route: &Route,
        caller: &Caller,
        request: &PersonRequest,
    ) -> Result<Response, Refusal> {
        let realm = match caller.key.mode {
            Mode::Live => Realm::Live { account: caller.key.account_id },
            Mode::Test => Realm::Sample { account: caller.key.account_id },
        };
        let now = clock::now();
        let found = match caller.keeps_contacts() {
            // Boxed, so that the calls of the many who keep none do not carry its size.
            true => Box::pin(self.people.find(realm, &request.query, now)).await,
            false => self.people.find_shared(realm, &request.query, now).await,
        };
        let found = found.map_err(|error| not_searched(&error))?;
        let (person, version, matched, source) = match found {
            Found::One { person, version, matched, source } => (person, version, Some(matched), source),
            Found::None => {
                let mock = request.allow_mock_data.then(|| self.people.mock(&request.query)).flatten();
                let (person, version) = mock.ok_or(Refusal::ProfileNotFound)?;
                (person, version, None, PersonSource::Mock)
            }
            Found::Several { candidates, total } => {
                let hint = |hint: crate::lookup::Hint| CandidateHint { role: hint.role, city: hint.city };
                let candidates = candidates.into_iter().map(hint).collect();
                return Err(Refusal::MultipleMatches { total, candidates });
            }
        };
        let texts = request.texts.unwrap_or(route.language);
        let (tier, used) = depth(route, request.tier, &person);
        let question = Question { version, tier, texts, detail: request.detail, day: now.date_naive() };
        let analysis = self.analysis_cache.of(&person, question, now).await?;
        let mut response =
            PaidAnswer { analise: analise(&person, matched.as_ref(), source, &analysis)? }.into_response();
        if let Some(used) = used {
            response.extensions_mut().insert(CreditsUsed(used));
        }
        Ok(response)
    }
}

fn not_searched(error: &FindError) -> Refusal {
    tracing::warn!(%error, "people could not be searched");
    match error {
        FindError::Storage(_) => Refusal::Unavailable { retry_after_s: 1 },
        FindError::Enrichment(UpstreamError::Failed(_) | UpstreamError::Unusable(_)) => Refusal::Upstream,
        FindError::Enrichment(UpstreamError::Timeout) => Refusal::Timeout,
        FindError::Enrichment(
            UpstreamError::Unavailable { retry_after } | UpstreamError::Paused { retry_after },
        ) => {
            // Rounded up: waiting that long is enough.
            Refusal::Unavailable { retry_after_s: retry_after.as_secs() + 1 }
        }
    }
}

/// How deep the analysis goes, and what it costs if that is less than was held: a comprehensive one of the standard tier
/// goes no deeper than basic where the person has no posts to read.
fn depth(route: &Route, wanted: Option<Tier>, person: &Person) -> (Tier, Option<Credits>) {
    match (route.tier(wanted), route.price) {
        (Tier::Standard, Price::ByTier(prices)) if person.posts.is_empty() => {
            (Tier::Basic, Some(prices.standard_without_posts))
        }
        (tier, _) => (tier, None),
    }
}

/// The keys of `analise` that tell who is meant; the rest follows them as ready JSON.
#[derive(Serialize)]
struct Head<'a> {
    person: PersonShown<'a>,
    #[serde(rename = "match")]
    matched: MatchShown<'a>,
}

#[derive(Serialize)]
struct PersonShown<'a> {
    first_name: &'a str,
    last_name: &'a str,
    company: &'a str,
    title: Option<&'a str>,
    location: Option<&'a str>,
}

#[derive(Serialize)]
struct MatchShown<'a> {
    /// None of a mock, who matches nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<f64>,
    source: PersonSource,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<&'a MatchEvidence>,
}

/// What the keys that tell who is meant usually take.
const LIKELY_HEAD_BYTES: usize = 512;

/// Puts who is meant in front of a ready analysis, which is a JSON object and never empty.
fn analise(
    person: &Person,
    matched: Option<&Match>,
    source: PersonSource,
    analysis: &Bytes,
) -> Result<Bytes, Refusal> {
    let head = Head {
        person: PersonShown {
            first_name: &person.first_name,
            last_name: &person.last_name,
            company: &person.company,
            title: person.title.as_deref(),
            location: person.location.as_deref(),
        },
        matched: MatchShown {
            confidence: matched.map(|matched| (matched.confidence * 1000.0).round() / 1000.0),
            source,
            evidence: matched.map(|matched| &matched.evidence),
        },
    };
    let mut body = Vec::with_capacity(LIKELY_HEAD_BYTES + analysis.len());
    serde_json::to_writer(&mut body, &head).map_err(|error| {
        tracing::error!(%error, "an analysis could not be written");
        Refusal::Internal
    })?;
    body.pop();
    body.push(b',');
    body.extend_from_slice(analysis.strip_prefix(b"{").ok_or(Refusal::Internal)?);
    Ok(body.into())
}
