//! The answers of handlers: an empty response with an [`Answer`] as its extension.
//! [`super::render`] writes the body, in the dialect and language of the request.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Serialize;

use crate::domain::billing::Billing;
use crate::domain::refusal::Refusal;

/// An answer before it is rendered.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) content: Content,
    /// Set by handlers that read the balance themselves.
    pub(super) billing: Option<Billing>,
}

#[derive(Clone, Debug)]
pub(super) enum Content {
    Refusal(Refusal),
    /// `analise` as JSON, spliced in without parsing.
    Analysis(Bytes),
    /// A JSON object. `billing_info` is added for a known caller.
    Object(Vec<u8>),
}

impl Content {
    fn into_response(self, status: StatusCode) -> Response {
        let mut response = status.into_response();
        response.extensions_mut().insert(Answer { content: self, billing: None });
        response
    }
}

/// A refusal as the answer to its request. It is rendered in the dialect and the language of the
/// request later.
#[derive(Debug)]
pub struct RefusalResponse(Refusal);

impl<E: Into<Refusal>> From<E> for RefusalResponse {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for RefusalResponse {
    fn into_response(self) -> Response {
        let status =
            StatusCode::from_u16(self.0.code().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Content::Refusal(self.0).into_response(status)
    }
}

/// Returns the answer that says `refusal`.
pub fn refused(refusal: Refusal) -> Response {
    RefusalResponse(refusal).into_response()
}

/// Response extension of an answer that another server wrote: an empty 404 is one.
#[derive(Clone, Copy, Debug)]
struct PassedOn;

/// Whether another server wrote the answer.
pub fn is_passed_on(response: &Response) -> bool {
    response.extensions().get::<PassedOn>().is_some()
}

/// Marks an answer that another server wrote, which is sent as it is.
pub fn passed_on(mut response: Response) -> Response {
    response.extensions_mut().insert(PassedOn);
    response
}

/// Returns the 200 of a paid call; `analise` is a JSON value.
pub fn analysis_ok(analise: Bytes) -> Response {
    Content::Analysis(analise).into_response(StatusCode::OK)
}

/// Returns a 200 with a JSON object.
pub fn json_ok(body: impl Serialize) -> Response {
    json_with(StatusCode::OK, body)
}

/// Returns a JSON object with another status, such as 201.
pub fn json_with(status: StatusCode, body: impl Serialize) -> Response {
    match serde_json::to_vec(&body) {
        Ok(object) => json_ready(status, object),
        Err(error) => {
            tracing::error!(%error, "writing an answer as JSON failed");
            refused(Refusal::Internal)
        }
    }
}

/// Returns an object that is already JSON.
pub fn json_ready(status: StatusCode, object: Vec<u8>) -> Response {
    Content::Object(object).into_response(status)
}

/// Adds billing facts that a handler has just read. Other answers show the cached ones.
pub fn with_billing(mut response: Response, billing: Billing) -> Response {
    if let Some(answer) = response.extensions_mut().get_mut::<Answer>() {
        answer.billing = Some(billing);
    }
    response
}

/// Takes the billing facts of [`with_billing`].
pub fn take_billing(response: &mut Response) -> Option<Billing> {
    response.extensions_mut().get_mut::<Answer>()?.billing.take()
}

/// Returns the refusal in a response that is not rendered yet.
pub fn refusal_of(response: &Response) -> Option<&Refusal> {
    match &response.extensions().get::<Answer>()?.content {
        Content::Refusal(refusal) => Some(refusal),
        Content::Analysis(_) | Content::Object(_) => None,
    }
}
