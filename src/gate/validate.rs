//! Is the body what the endpoint takes?

use std::sync::Arc;

use axum::http::Uri;
use axum::response::Response;

use crate::domain::key::Mode;
use crate::domain::refusal::Refusal;
use crate::domain::route::{Endpoint, Route};
use crate::gate::auth::caller::Caller;
use crate::gate::stage::{Passing, Stage};
use crate::http::idempotency_key::IDEMPOTENCY_KEY;
use crate::http::json_body::{RawBody, parse_fields, read_body};
use crate::http::person_request::{PersonFields, PersonRequest};
use crate::http::query::refuse_parameters;

/// Reads and checks the body of each request.
#[derive(Clone, Debug)]
pub struct Validate<N> {
    /// What is called.
    pub route: Arc<Route>,
    /// Largest body.
    pub max_body_bytes: usize,
    /// The steps behind it, and the handler.
    pub next: N,
}

impl<N: Stage> Stage for Validate<N> {
    /// Reads and checks the body; the handler finds an `Arc` of a [`PersonRequest`] in the extensions.
    async fn pass(&self, mut request: Passing) -> Result<Response, Refusal> {
        let body = std::mem::take(request.body_mut());
        let bytes = read_body(request.headers(), body, self.max_body_bytes).await?;
        let fields = PersonRequest::parse(parse_fields(&bytes)?, fields_of(self.route.endpoint));
        let checked = without_parameters(request.uri(), fields)?;
        let caller = request.extensions().get::<Caller>().ok_or(Refusal::MissingAuth)?;
        if checked.allow_mock_data && caller.key.mode == Mode::Live {
            return Err(Refusal::MockDataNotAllowed);
        }
        request.extensions_mut().insert(Arc::new(checked));
        if request.headers().contains_key(IDEMPOTENCY_KEY) {
            request.extensions_mut().insert(RawBody(bytes));
        }
        self.next.pass(request).await
    }
}

/// The fields of a request without query parameters; the faults of both are told at once.
fn without_parameters<T>(uri: &Uri, fields: Result<T, Refusal>) -> Result<T, Refusal> {
    match (refuse_parameters(uri), fields) {
        (Err(Refusal::ValidationFailed(mut faults)), Err(Refusal::ValidationFailed(of_fields))) => {
            faults.extend(of_fields);
            Err(Refusal::ValidationFailed(faults))
        }
        (_, Err(refusal)) | (Err(refusal), Ok(_)) => Err(refusal),
        (Ok(()), Ok(fields)) => Ok(fields),
    }
}

fn fields_of(endpoint: Endpoint) -> PersonFields {
    match endpoint {
        Endpoint::CrmBasico | Endpoint::Crm => PersonFields::CRM,
        Endpoint::Analyze => PersonFields::ANALYZE,
        Endpoint::AnalyzeComprehensive => PersonFields::COMPREHENSIVE,
    }
}
