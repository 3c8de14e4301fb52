//! `/crm_basico`, `/crm`, `/analyze` and `/analyze-comprehensive`: find the person, then say what
//! their own words support.

use std::sync::Arc;

use bytes::Bytes;
use schemars::JsonSchema;
use serde::Serialize;

use crate::analysis::Analysis;
use crate::analysis::depth::Brief;
use crate::api::analysis_cache::{AnalysisCache, AnalysisKey};
use crate::api::upstream_refusal::upstream_refusal;
use crate::clock;
use crate::domain::contact::ContactOwner;
use crate::domain::credits::Credits;
use crate::domain::depth::Depth;
use crate::domain::person::{Person, PersonSource};
use crate::domain::refusal::{CandidateHint, ContactHint, Refusal};
use crate::domain::route::{Price, Route};
use crate::gate::metering::{PaidAnswer, PaidCall, PaidHandler};
use crate::http::answer::analysis_ok;
use crate::lookup::{FindError, Found, Hint, People};
use crate::people::matching::{Match, MatchEvidence};

#[derive(Clone)]
pub struct AnalysisApi {
    pub people: Arc<People>,
    pub analysis_cache: Arc<AnalysisCache>,
}

impl AnalysisApi {
    /// The handler of a route.
    pub fn handler(&self, route: &Arc<Route>) -> PaidHandler {
        let shared = Arc::new((self.clone(), route.clone()));
        Arc::new(move |call| {
            let shared = shared.clone();
            Box::pin(async move {
                let (api, route) = &*shared;
                Ok(api.answer(route, &call).await?)
            })
        })
    }

    async fn answer(&self, route: &Route, call: &PaidCall) -> Result<PaidAnswer, Refusal> {
        let PaidCall { caller, person: request, price } = call;
        let owner = ContactOwner { account: caller.key.account_id, mode: caller.key.mode };
        let now = clock::now();
        let found = match caller.keeps_contacts() {
            // Boxed, so that the calls of the many who keep none do not carry its size.
            true => Box::pin(self.people.find(owner, &request.query, now)).await,
            false => self.people.find_shared(owner, &request.query, now).await,
        };
        let found = found.map_err(|error| not_searched(&error))?;
        let (person, version, matched, source) = match found {
            Found::One { person, version, matched, source } => (person, version, Some(matched), source),
            Found::None => {
                let mock = request.allow_mock_data.then(|| self.people.mock(&request.query)).flatten();
                let (person, version) = mock.ok_or(Refusal::ProfileNotFound)?;
                (person, version, None, PersonSource::Mock)
            }
            Found::Several { candidates, total } => return Err(several(candidates, total)),
        };
        let texts = request.texts.unwrap_or(route.language);
        let (depth, used) = depth(route, request.depth, &person);
        let key = AnalysisKey { version, depth, texts, detail: request.detail, day: now.date_naive() };
        let analysis = self.analysis_cache.of(&person, key, now).await?;
        let response = analysis_ok(analise(&person, matched.as_ref(), source, &analysis)?);
        Ok(PaidAnswer::by_status(response, used.unwrap_or(*price)))
    }
}

/// The refusal of a call that fits several people. They are either all contacts of the account or
/// all people of one other source.
fn several(hints: Vec<Hint>, total: usize) -> Refusal {
    let are_contacts = hints.iter().any(|hint| hint.contact.is_some());
    if are_contacts {
        let contact = |hint: Hint| Some(ContactHint { id: hint.contact?, role: hint.role });
        return Refusal::SeveralContacts {
            total,
            candidates: hints.into_iter().filter_map(contact).collect(),
        };
    }
    let candidate = |hint: Hint| CandidateHint { role: hint.role, city: hint.city };
    Refusal::MultipleMatches { total, candidates: hints.into_iter().map(candidate).collect() }
}

fn not_searched(error: &FindError) -> Refusal {
    tracing::warn!(%error, "person search failed");
    match error {
        FindError::Storage(_) => Refusal::UNAVAILABLE,
        FindError::Enrichment(error) => upstream_refusal(error),
    }
}

/// The depth of the analysis, and its price if it is lower than the hold: a comprehensive one of
/// standard depth goes no deeper than basic where the person has no posts to read.
fn depth(route: &Route, requested: Option<Depth>, person: &Person) -> (Depth, Option<Credits>) {
    match (route.depth(requested), route.price) {
        (depth @ Depth::Standard, Price::ByDepth(_)) if person.posts.is_empty() => {
            (Depth::Basic, Some(route.price.least(depth)))
        }
        (depth, _) => (depth, None),
    }
}

/// The members of `analise` that identify the person. The rest follows as ready JSON.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Head<'a> {
    person: PersonShown<'a>,
    #[serde(rename = "match")]
    matched: MatchShown<'a>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Person")]
pub(crate) struct PersonShown<'a> {
    first_name: &'a str,
    last_name: &'a str,
    company: &'a str,
    title: Option<&'a str>,
    location: Option<&'a str>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Match")]
pub(crate) struct MatchShown<'a> {
    /// `None` for a mock.
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<f64>,
    source: PersonSource,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<&'a MatchEvidence>,
}

/// `analise` for its schema: [`analise`] writes it in two parts.
#[derive(JsonSchema)]
#[schemars(rename = "Analysis", untagged)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) enum AnaliseShown {
    /// Of the details `standard` and `full`.
    Whole(Box<WholeShown>),
    Brief(BriefShown),
}

#[derive(JsonSchema)]
#[schemars(rename = "WholeAnalysis")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct WholeShown {
    #[serde(flatten)]
    head: Head<'static>,
    #[serde(flatten)]
    analysis: Analysis,
}

#[derive(JsonSchema)]
#[schemars(rename = "BriefAnalysis")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct BriefShown {
    #[serde(flatten)]
    head: Head<'static>,
    #[serde(flatten)]
    analysis: Brief<'static>,
}

/// The 200 of a paid call, for its schema: the renderer writes it around `analise`.
#[derive(JsonSchema)]
#[schemars(rename = "AnalysisAnswer")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct AnalysisAnswer {
    success: bool,
    analise: AnaliseShown,
}

/// The usual size of the members that identify the person.
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
        tracing::error!(%error, "writing an analysis failed");
        Refusal::Internal
    })?;
    body.pop();
    body.push(b',');
    body.extend_from_slice(analysis.strip_prefix(b"{").ok_or(Refusal::Internal)?);
    Ok(body.into())
}
