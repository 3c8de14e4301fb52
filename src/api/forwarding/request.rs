//! The head of the request that the upstream gets, with the gateway's word on who calls.

use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri, header, request};

use super::identity::IdentityTokens;
use crate::domain::forwarding::{ForwardedRoute, RetryRule};
use crate::domain::price::CountedPrice;
use crate::domain::refusal::Refusal;
use crate::gate::forward::ForwardedCall;
use crate::http::idempotency_key::IDEMPOTENCY_KEY;
use crate::upstream::headers;
use crate::upstream::identity_headers::IdentityHeaders;

/// The head of the request. `names` are those of the headers that tell who calls; with `tokens`, a
/// signature tells it too.
pub(super) fn head(
    route: &ForwardedRoute,
    (names, tokens): (&IdentityHeaders, Option<&IdentityTokens>),
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
    head.headers = headers::of_request(&call.headers, names);
    if !route.request.members.is_empty() {
        headers::remove_digests(&mut head.headers);
    }
    headers::change(&mut head.headers, &route.request.headers);
    let reads_answer = route.price.counted().is_some_and(CountedPrice::reads_answer)
        || route.request.members.extra_event.is_some()
        || !route.answer.members.is_empty();
    if reads_answer {
        head.headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        // A part of an answer has neither the figures of its price nor the members that are
        // changed.
        head.headers.remove(header::RANGE);
        head.headers.remove(header::IF_RANGE);
    }
    if route.retry == RetryRule::Keyed {
        insert(&mut head.headers, IDEMPOTENCY_KEY, call.call_id.to_string());
    }
    identify(&mut head.headers, names, tokens, call)?;
    Ok(head)
}

/// Says who calls: ids and words, never the secret.
fn identify(
    headers: &mut HeaderMap,
    names: &IdentityHeaders,
    tokens: Option<&IdentityTokens>,
    call: &ForwardedCall,
) -> Result<(), Refusal> {
    let key = &call.caller.key;
    let plan = format!("{}/{}", key.edition, key.plan.plan);
    if let Some(tokens) = tokens {
        // An upstream that asks for a signature gets no call without one.
        let token = tokens.of(call, &plan).ok_or(Refusal::Internal)?;
        headers.insert(names.identity.clone(), token);
    }
    let mut say = |name: &HeaderName, value: String| insert(headers, name.clone(), value);
    say(&names.account, key.account_id.to_string());
    say(&names.key, key.key_id.to_string());
    say(&names.environment, key.environment_id.to_string());
    say(&names.mode, key.mode.as_str().to_owned());
    say(&names.plan, plan);
    say(&names.request_id, call.call_id.to_string());
    say(&names.credits_held, call.price.to_string());
    say(&names.hops, call.hops.to_string());
    if let Some(client) = call.client {
        say(&HeaderName::from_static("x-forwarded-for"), client.to_string());
    }
    if let Some(scheme) = call.scheme {
        say(&HeaderName::from_static("x-forwarded-proto"), scheme.as_str().to_owned());
    }
    if let Some(host) = call.headers.get(header::HOST) {
        headers.insert(HeaderName::from_static("x-forwarded-host"), host.clone());
    }
    headers.insert(header::VIA, names.via.clone());
    Ok(())
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: String) {
    // Ids, numbers and checked names are valid header values.
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(name, value);
    }
}
