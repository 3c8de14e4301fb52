//! Bodies that a route changes. What cannot be changed is not passed on: it may show what the route
//! removes.

use axum::http::{HeaderMap, header};
use bytes::Bytes;

use crate::domain::forwarding::{ForwardedRoute, MemberChanges};
use crate::domain::refusal::{Fault, FieldFault, Malformed, Refusal};
use crate::gate::forward::UpstreamRequest;
use crate::http::representation::{is_json, is_unencoded};
use crate::upstream::json_edit::{Author, NotEditable, edited, has_all_set};

/// What the upstream gets of a body. A request without a body stays one.
pub(super) fn of_request(
    changes: &MemberChanges,
    headers: &HeaderMap,
    body: Bytes,
) -> Result<UpstreamRequest, Refusal> {
    if changes.is_empty() || body.is_empty() {
        return Ok(UpstreamRequest { body, brings_extra_event: false });
    }
    if !is_unencoded(headers) {
        return Err(Refusal::BadRequest(Malformed::UneditableBody));
    }
    match edited(&body, changes, Author::Client) {
        Ok(None) => Ok(UpstreamRequest { body, brings_extra_event: false }),
        Ok(Some(edited)) => {
            let brings_extra_event = changes.extra_event.is_some() && !has_all_set(&body, changes);
            Ok(UpstreamRequest { body: edited.into(), brings_extra_event })
        }
        Err(NotEditable::Shape) => Err(Refusal::BadRequest(Malformed::UneditableBody)),
        Err(NotEditable::Condition) => {
            let field = changes.when.as_ref().map(ToString::to_string).unwrap_or_default();
            Err(Refusal::ValidationFailed(vec![FieldFault { field, fault: Fault::NotBoolean }]))
        }
    }
}

/// What the client gets of a whole body.
pub(super) fn of_answer(route: &ForwardedRoute, headers: &HeaderMap, body: Bytes) -> Result<Bytes, Refusal> {
    if body.is_empty() || !is_due(route, headers) {
        return Ok(body);
    }
    if !is_unencoded(headers) {
        return Err(not_changed(route, "is encoded"));
    }
    match edited(&body, &route.answer.members, Author::Upstream) {
        Ok(edited) => Ok(edited.map_or(body, Bytes::from)),
        Err(_) => Err(not_changed(route, "is no JSON object with one member of each name")),
    }
}

/// Whether the route changes answers with this head: those whose media type is JSON.
pub(super) fn is_due(route: &ForwardedRoute, headers: &HeaderMap) -> bool {
    !route.answer.members.is_empty() && headers.get(header::CONTENT_TYPE).is_some_and(is_json)
}

/// The refusal of a call whose answer cannot be changed.
pub(super) fn not_changed(route: &ForwardedRoute, reason: &str) -> Refusal {
    let (upstream, name) = (&route.upstream, route.name);
    tracing::warn!(upstream, route = name, reason, "changing an upstream's answer failed");
    Refusal::Upstream
}
