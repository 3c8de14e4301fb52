//! Changes over HTTP that count once: the same `Idempotency-Key` with the same request is answered
//! as it was the first time, for a day. The answer is written in the transaction of the change, so
//! there is never one without the other.

use std::ops::{Deref, DerefMut};

use axum::body::{Body, HttpBody};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Serialize;
use sqlx::{PgConnection, Postgres, Transaction};

use super::change_refusal::refusal;
use super::fair_queue::Permit;
use crate::domain::refusal::Refusal;
use crate::gate::auth::caller::Caller;
use crate::gate::idempotency;
use crate::http::answer::{RefusalResponse, json_ready, refused};
use crate::http::fields::Fields;
use crate::http::idempotency_key::IDEMPOTENT_REPLAYED;
use crate::http::json_body::{parse_fields, read_body};
use crate::ledger::rules::hold::IdempotencyClaim;
use crate::management::ChangeError;
use crate::storage::change_answers::{self, Before, KeptAnswer, MAX_BODY_BYTES};

/// How soon a change that is still being made is worth asking for again.
const IN_PROGRESS_WAIT_S: u64 = 1;

/// What handlers of changes work with that says how large a body may be.
pub(super) trait BodyLimit {
    fn max_body_bytes(&self) -> usize;
}

/// The request for a change, as it came.
#[derive(Debug)]
pub struct Posted {
    headers: HeaderMap,
    body: Option<Bytes>,
    /// What it claims by its `Idempotency-Key`.
    pub(super) claim: Option<IdempotencyClaim>,
}

impl<S: BodyLimit + Sync> FromRequest<S> for Posted {
    type Rejection = RefusalResponse;

    async fn from_request(request: Request, state: &S) -> Result<Self, RefusalResponse> {
        let (parts, body) = request.into_parts();
        let caller = parts.extensions.get::<Caller>().ok_or(Refusal::MissingAuth)?.clone();
        let body = match body.is_end_stream() {
            true => None,
            false => Some(read_body(&parts.headers, body, state.max_body_bytes()).await?),
        };
        let head = (&parts.method, &parts.uri, &parts.headers);
        let claim = idempotency::claim(head, body.as_deref().unwrap_or_default(), caller.key.environment_id)?;
        Ok(Self { headers: parts.headers, body, claim })
    }
}

impl Posted {
    pub(super) async fn fields(&self) -> Result<Fields, Refusal> {
        match &self.body {
            Some(bytes) => parse_fields(bytes),
            None => parse_fields(&read_body(&self.headers, Body::empty(), 0).await?),
        }
    }

    /// The fields of a body that may be missing altogether.
    pub(super) fn optional_fields(&self) -> Result<Fields, Refusal> {
        self.body.as_ref().map_or_else(|| Ok(Fields::default()), |bytes| parse_fields(bytes))
    }

    /// Makes sure that the body says nothing.
    pub(super) fn no_fields(&self) -> Result<(), Refusal> {
        self.optional_fields()?.finish()
    }
}

/// Why a change is not made.
#[derive(Debug)]
pub enum NotMade {
    Refused(Refusal),
    /// It was made before; this was the answer.
    Replayed(Box<Response>),
}

impl From<Refusal> for NotMade {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl IntoResponse for NotMade {
    fn into_response(self) -> Response {
        match self {
            Self::Refused(refusal) => refused(refusal),
            Self::Replayed(response) => *response,
        }
    }
}

/// A change that is being made: all of it, with its answer, or nothing once it is dropped.
#[derive(Debug)]
pub(super) struct Act {
    work: Transaction<'static, Postgres>,
    claim: Option<IdempotencyClaim>,
    _permit: Permit,
}

impl Deref for Act {
    type Target = PgConnection;
    fn deref(&self) -> &PgConnection {
        &self.work
    }
}

impl DerefMut for Act {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.work
    }
}

/// What is answered once a change is made.
#[derive(Debug)]
pub(super) struct Answer<T> {
    pub(super) status: StatusCode,
    /// Where what was made or changed is found.
    pub(super) location: String,
    pub(super) shown: T,
    /// Whether it holds a secret, which is stored nowhere.
    pub(super) is_secret: bool,
}

impl Act {
    /// Begins a change, unless it was made before or is being made.
    pub(super) async fn begin(
        (mut work, permit): (Transaction<'static, Postgres>, Permit),
        claim: Option<IdempotencyClaim>,
    ) -> Result<Self, NotMade> {
        if let Some(claim) = &claim {
            let before = change_answers::claim(&mut work, claim).await;
            match before.map_err(|error| refusal(error.into()))? {
                Before::Nothing => {}
                Before::InProgress => {
                    return Err(Refusal::IdempotencyInProgress { retry_after_s: IN_PROGRESS_WAIT_S }.into());
                }
                Before::Another => return Err(Refusal::IdempotencyKeyReused.into()),
                Before::Answered(answer) => return Err(replayed(answer)),
            }
        }
        Ok(Self { work, claim, _permit: permit })
    }

    /// Commits the change with its answer, and answers.
    pub(super) async fn finish<T: Serialize>(mut self, answer: Answer<T>) -> Result<Response, NotMade> {
        let Answer { status, location, shown, is_secret } = answer;
        let object = serde_json::to_vec(&shown).map_err(|error| {
            tracing::error!(%error, "writing an answer as JSON failed");
            Refusal::Internal
        })?;
        if let Some(claim) = &self.claim {
            let is_kept = !is_secret && object.len() <= MAX_BODY_BYTES;
            let kept = KeptAnswer {
                status: status.as_u16(),
                location: location.clone(),
                body: is_kept.then(|| object.clone()),
            };
            let keeping = change_answers::store(&mut self.work, claim, &kept).await;
            keeping.map_err(|error| refusal(error.into()))?;
        }
        self.work.commit().await.map_err(|error| refusal(ChangeError::from(error)))?;
        Ok(answered(status, &location, object))
    }
}

fn answered(status: StatusCode, location: &str, object: Vec<u8>) -> Response {
    let mut response = json_ready(status, object);
    if let (StatusCode::CREATED, Ok(location)) = (status, HeaderValue::try_from(location)) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

fn replayed(answer: KeptAnswer) -> NotMade {
    let KeptAnswer { status, location, body } = answer;
    let Some(object) = body else {
        return Refusal::AnswerNotKept { location }.into();
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let mut response = answered(status, &location, object);
    response.headers_mut().insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
    NotMade::Replayed(Box::new(response))
}
