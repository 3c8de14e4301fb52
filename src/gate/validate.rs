//! Reads and checks the body of a paid call.

use std::sync::Arc;

use axum::http::Uri;
use bytes::Bytes;

use super::auth::caller::Caller;
use super::call::{Call, Refused};
use super::entitlement::Entitled;
use super::limits::account::Slot;
use crate::domain::key::Mode;
use crate::domain::refusal::Refusal;
use crate::domain::route::{Endpoint, Route};
use crate::http::json_body::{parse_fields, read_body};
use crate::http::person_request::{PersonFields, PersonRequest};
use crate::http::query::refuse_parameters;

/// A paid call whose body was read and checked.
#[derive(Debug)]
#[non_exhaustive]
pub struct Validated {
    /// The request without its body.
    pub call: Call,
    pub caller: Caller,
    /// The call's slot in the concurrency limit.
    pub slot: Slot,
    /// The person to analyse.
    pub person: PersonRequest,
    /// The body as it came, for the fingerprint of an `Idempotency-Key`.
    pub body: Bytes,
}

/// Passes calls with a valid body. All faults are reported at once.
pub(super) async fn validate(route: Arc<Route>, call: Entitled) -> Result<Validated, Refused> {
    let (mut call, caller, slot) = call.into_parts();
    let body = std::mem::take(call.request.body_mut());
    let limit_bytes = call.gate.max_body_bytes;
    let read = read_body(call.request.headers(), body, limit_bytes).await;
    let checked = read.and_then(|bytes| {
        let person = check(&bytes, call.request.uri(), &route, caller.key.mode)?;
        Ok((person, bytes))
    });
    match checked {
        Ok((person, body)) => Ok(Validated { call, caller, slot, person, body }),
        Err(refusal) => Err(call.refuse(refusal)),
    }
}

fn check(bytes: &[u8], uri: &Uri, route: &Route, mode: Mode) -> Result<PersonRequest, Refusal> {
    let fields = PersonRequest::parse(parse_fields(bytes)?, fields_of(route.endpoint));
    let person = merge_faults(refuse_parameters(uri), fields)?;
    match (person.allow_mock_data, mode) {
        (true, Mode::Live) => Err(Refusal::MockDataNotAllowed),
        _ => Ok(person),
    }
}

/// Returns the fields, or the faults of query parameters and fields together.
fn merge_faults<T>(parameters: Result<(), Refusal>, fields: Result<T, Refusal>) -> Result<T, Refusal> {
    match (parameters, fields) {
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
