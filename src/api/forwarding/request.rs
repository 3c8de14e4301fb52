//! The head of the request that the upstream gets, with the gateway's word on who calls.

use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri, header, request};

use super::identity::IdentityTokens;
use crate::domain::forwarding::{ForwardedRoute, RetryRule};
use crate::domain::price::CountedPrice;
use crate::domain::refusal::Refusal;
use crate::gate::forward::ForwardedCall;
use crate::upstream::headers;

/// The head of the request. With `tokens`, who calls is also said with a signature.
pub(super) fn head(
    route: &ForwardedRoute,
    tokens: Option<&IdentityTokens>,
    call: &ForwardedCall,
) -> Result<request::Parts, Refusal> {
    let path = route.pattern.rewritten(call.uri.path(), &route.to).ok_or(Refusal::EndpointNotFound)?;
    let target = match call.uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path,
    };
    let (mut head, ()) = request::Request::new(()).into_parts();
    head.method = call.method.clone();
    head.uri = target.parse::<Uri>().map_err(|_| Refusal::EndpointNotFound)?;
    head.headers = headers::of_request(&call.headers);
    if route.price.counted().is_some_and(CountedPrice::reads_answer) {
        head.headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    }
    if route.retry == RetryRule::Keyed {
        insert(&mut head.headers, "idempotency-key", call.call_id.to_string());
    }
    identify(&mut head.headers, tokens, call)?;
    Ok(head)
}

/// Says who calls: ids and words, never the secret.
fn identify(
    headers: &mut HeaderMap,
    tokens: Option<&IdentityTokens>,
    call: &ForwardedCall,
) -> Result<(), Refusal> {
    let key = &call.caller.key;
    let plan = format!("{}/{}", key.edition, key.plan.plan);
    if let Some(tokens) = tokens {
        // An upstream that asks for a signature gets no call without one.
        let token = tokens.of(call, &plan).ok_or(Refusal::Internal)?;
        headers.insert(HeaderName::from_static("fluence-identity"), token);
    }
    insert(headers, "fluence-account", key.account_id.to_string());
    insert(headers, "fluence-key", key.key_id.to_string());
    insert(headers, "fluence-environment", key.environment_id.to_string());
    insert(headers, "fluence-mode", key.mode.as_str().to_owned());
    insert(headers, "fluence-plan", plan);
    insert(headers, "fluence-request-id", call.call_id.to_string());
    insert(headers, "fluence-credits-held", call.price.to_string());
    insert(headers, "fluence-hops", call.hops.to_string());
    insert(headers, "via", "1.1 fluence".to_owned());
    if let Some(client) = call.client {
        insert(headers, "x-forwarded-for", client.to_string());
    }
    if let Some(scheme) = call.scheme {
        insert(headers, "x-forwarded-proto", scheme.as_str().to_owned());
    }
    if let Some(host) = call.headers.get(header::HOST) {
        headers.insert(HeaderName::from_static("x-forwarded-host"), host.clone());
    }
    Ok(())
}

fn insert(headers: &mut HeaderMap, name: &'static str, value: String) {
    // Ids, numbers and checked names are valid header values.
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}
