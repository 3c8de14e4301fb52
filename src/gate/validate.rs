//! Fourth of the gate: is the body what the endpoint takes? Last of what is free, so that bad input is never charged.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;

use crate::domain::key::Mode;
use crate::domain::refusal::Refusal;
use crate::domain::route::{Endpoint, Route};
use crate::gate::caller::Caller;
use crate::http::json_body::{parse_fields, read_body};
use crate::http::person_request::{PersonFields, PersonRequest};

/// A route and how large its bodies may be.
#[derive(Clone, Debug)]
pub struct Validated {
    /// What is called.
    pub route: Arc<Route>,
    /// Largest body.
    pub max_body_bytes: usize,
}

/// Request extension: the body as it came, for the fingerprint of an idempotency key.
#[derive(Clone, Debug)]
pub struct RawBody(pub Bytes);

/// Reads and checks the body; the handler finds a [`PersonRequest`] in the extensions.
pub async fn validate(
    State(validated): State<Validated>,
    request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    let (parts, body) = request.into_parts();
    let bytes = read_body(&parts.headers, body, validated.max_body_bytes).await?;
    let checked = PersonRequest::parse(parse_fields(&bytes)?, fields_of(validated.route.endpoint))?;
    let caller = parts.extensions.get::<Caller>().ok_or(Refusal::MissingAuth)?;
    if checked.allow_mock_data && caller.key.mode == Mode::Live {
        return Err(Refusal::MockDataNotAllowed);
    }
    let mut request = Request::from_parts(parts, Body::empty());
    request.extensions_mut().insert(checked);
    request.extensions_mut().insert(RawBody(bytes));
    Ok(next.run(request).await)
}

fn fields_of(endpoint: Endpoint) -> PersonFields {
    match endpoint {
        Endpoint::CrmBasico | Endpoint::Crm => PersonFields::CRM,
        Endpoint::Analyze => PersonFields::ANALYZE,
        Endpoint::AnalyzeComprehensive => PersonFields::COMPREHENSIVE,
    }
}
