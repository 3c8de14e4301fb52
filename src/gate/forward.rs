//! Calls that are forwarded to a server of the seller.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName, Method, Uri};
use bytes::Bytes;

use super::auth::caller::Caller;
use super::call::{Answered, Call, Refused};
use super::deadline::answer_within;
use super::idempotency;
use super::metering::stream::Attached;
use super::metering::{Metering, PaidAnswer, PaidFuture, Sale};
pub use super::shape::CallBody;
use super::shape::Shaped;
use crate::catalogue::routes::lenient_paths::LenientPaths;
use crate::domain::credits::Credits;
use crate::domain::forwarding::{ForwardedRoute, WhenLeft};
use crate::domain::ids::CallId;
use crate::domain::refusal::{Malformed, Refusal};
use crate::http::client_address::ClientScheme;
use crate::http::dry_run::refuse_dry_run;
use crate::ledger::rules::entry::RouteNumber;

/// A route that is forwarded.
#[derive(Clone)]
pub struct ForwardRoute {
    pub route: Arc<ForwardedRoute>,
    /// Its number in the ledger.
    pub number: RouteNumber,
    /// Whether keys of test environments may call it.
    pub takes_test_keys: bool,
    /// The header that counts the gateways that a call has passed.
    pub hops: HeaderName,
    /// The paths of all routes, as lenient servers read them.
    pub lenient_paths: Arc<LenientPaths>,
    /// What sends its calls on.
    pub forwarding: Arc<dyn Forwarding>,
    pub metering: Arc<Metering>,
}

/// What sends the calls of a route on.
pub trait Forwarding: Send + Sync {
    /// Returns the highest possible price of a call. A streamed body is not read.
    ///
    /// # Errors
    /// When the member of the body that bounds the price is ambiguous or not a number.
    fn max_price(&self, headers: &HeaderMap, body: &[u8]) -> Result<Credits, Refusal>;

    /// Returns the body for the upstream.
    ///
    /// # Errors
    /// When the route changes bodies, and cannot change this one.
    fn edit_request(&self, headers: &HeaderMap, body: Bytes) -> Result<UpstreamRequest, Refusal>;

    fn send(self: Arc<Self>, call: ForwardedCall) -> PaidFuture;
}

/// What the upstream gets of a body.
#[derive(Debug)]
pub struct UpstreamRequest {
    pub body: Bytes,
    /// Whether the answer may have an event that the client did not ask for.
    pub brings_extra_event: bool,
}

/// A call that may be sent on: checked, and its price held.
#[derive(Debug)]
pub struct ForwardedCall {
    pub call_id: CallId,
    pub caller: Caller,
    /// The client's address, where a listener noted it.
    pub client: Option<IpAddr>,
    pub scheme: Option<ClientScheme>,
    /// Gateways that the call has passed, this one included.
    pub hops: u8,
    pub method: Method,
    pub uri: Uri,
    /// As the client sent them.
    pub headers: HeaderMap,
    pub body: CallBody,
    /// Bytes of the body that the client sent, as far as it was read.
    pub read_bytes: u64,
    /// Whether the answer may have an event that the client did not ask for.
    pub brings_extra_event: bool,
    /// What is held.
    pub price: Credits,
}

impl fmt::Debug for ForwardRoute {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ForwardRoute").field("route", &self.route).finish_non_exhaustive()
    }
}

impl ForwardedCall {
    /// # Errors
    /// When the body cannot be sent on.
    fn of(
        call: &Call,
        caller: &Caller,
        hops: u8,
        (headers, body): (HeaderMap, CallBody),
        forwarding: &dyn Forwarding,
    ) -> Result<Self, Refusal> {
        let request = &call.request;
        let read_bytes = body.read().len() as u64;
        let (body, brings_extra_event) = match body {
            CallBody::Read(body) => {
                let UpstreamRequest { body, brings_extra_event } = forwarding.edit_request(&headers, body)?;
                (CallBody::Read(body), brings_extra_event)
            }
            CallBody::Streamed(body) => (CallBody::Streamed(body), false),
        };
        Ok(Self {
            call_id: call.id(),
            caller: caller.clone(),
            client: call.client(),
            scheme: call.scheme(),
            hops: hops.saturating_add(1),
            method: request.method().clone(),
            uri: request.uri().clone(),
            headers,
            body,
            read_bytes,
            brings_extra_event,
            price: Credits::ZERO,
        })
    }
}

/// Holds the price, sends the call on, captures or releases by the status of the answer.
pub(super) async fn meter_forwarded(route: Arc<ForwardRoute>, shaped: Shaped) -> Result<Answered, Refused> {
    let Shaped { call, caller, slot, hops, body } = shaped;
    let read = body.read();
    let sent = (call.request.headers().clone(), body);
    let prepared = route
        .forwarding
        .max_price(&sent.0, &read)
        .and_then(|most| Ok((most, ForwardedCall::of(&call, &caller, hops, sent, &*route.forwarding)?)));
    let (most, forwarded) = match prepared {
        Ok(prepared) => prepared,
        Err(refusal) => return Err(call.refuse(refusal)),
    };
    let sale = Sale {
        metering: route.metering.clone(),
        number: route.number,
        price: most,
        least: route.route.price.least().min(most),
        deadline: route.route.total(),
        outlives_client: route.route.left == WhenLeft::Finish,
    };
    let forwarding = route.forwarding.clone();
    let send = move |price| forwarding.send(ForwardedCall { price, ..forwarded });
    sale.run(call, caller, slot, &read, send).await
}

/// Sends a call of a free route on. The ledger is not involved, so headers about money are refused.
pub(super) async fn pass_free(route: Arc<ForwardRoute>, shaped: Shaped) -> Result<Answered, Refused> {
    let Shaped { mut call, caller, slot, hops, body } = shaped;
    if let Err(refusal) = refuse_money(call.request.headers()) {
        return Err(call.refuse(refusal));
    }
    let sent = (std::mem::take(call.request.headers_mut()), body);
    let forwarded = match ForwardedCall::of(&call, &caller, hops, sent, &*route.forwarding) {
        Ok(forwarded) => forwarded,
        Err(refusal) => return Err(call.refuse(refusal)),
    };
    let sent = route.forwarding.clone().send(forwarded);
    match answer_within(route.route.total(), sent).await {
        Ok(PaidAnswer { response, stream: Some(stream), .. }) => {
            let tasks = route.metering.calls.clone();
            let attached = Attached::without_bill(call.id(), &caller, slot, tasks);
            Ok(Answered { response: stream.answer(response, attached), facts: call.facts })
        }
        Ok(PaidAnswer { response, stream: None, .. }) => Ok(Answered { response, facts: call.facts }),
        Err(unanswered) => Err(call.refuse(unanswered.refusal)),
    }
}

fn refuse_money(headers: &HeaderMap) -> Result<(), Refusal> {
    refuse_dry_run(headers)?;
    if idempotency::has_key(headers)? {
        return Err(Refusal::BadRequest(Malformed::IdempotencyKeyOfFreeRoute));
    }
    Ok(())
}
