//! What surrounds every request, in order: framing, the router, rendering, headers, one log line.
//!
//! It is one function instead of a stack of layers: nothing in it is boxed, and the order can be read.

use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use tower::Service;

use super::log_line::{Line, RequestLog};
use super::{framing, unread};
use crate::api::health;
use crate::clock::new_id;
use crate::domain::ids::CallId;
use crate::domain::refusal::Refusal;
use crate::gate::running::unless_panicking;
use crate::http::edge::Edge;
use crate::http::render::{RenderContext, X_REQUEST_ID, render};
use crate::kill_point::{self, KillPoint};

/// The router with all that surrounds it.
pub struct Outer {
    router: Router,
    edge: Edge,
    log: RequestLog,
}

/// Request extension of a connection beyond the limits: probes are answered, everything else is told to come back.
#[derive(Clone, Copy, Debug)]
pub struct ProbesOnly;

impl Outer {
    /// Surrounds a router.
    pub fn new(router: Router, edge: Edge) -> Self {
        // With its state given, a router makes each route once; without it, anew for each request.
        Self { router: router.with_state(()), edge, log: RequestLog::default() }
    }

    /// Answers one request. The router finds the request's [`CallId`] among its extensions.
    pub async fn answer(&self, mut request: Request<Body>) -> Response {
        let started = Instant::now();
        let request_id = CallId::from_uuid(new_id());
        kill_point::pass(KillPoint::RequestReceived);
        let ctx = RenderContext::of(request.uri().path(), request.headers(), request_id, &self.edge);
        let client_request_id = request.headers().get(X_REQUEST_ID).cloned();
        let method = request.method().clone();

        // First, so that nothing below reads a request that two parsers may understand differently.
        let response = match framing::check(&request) {
            Err(fault) => fault.into_response(),
            Ok(()) if self.is_beyond_limits(&request) => {
                Refusal::Unavailable { retry_after_s: 1 }.into_response()
            }
            Ok(()) if request.uri().path() == "*" => StatusCode::METHOD_NOT_ALLOWED.into_response(),
            Ok(()) => {
                strip_stage(request.uri_mut(), &self.edge);
                request.extensions_mut().insert(request_id);
                let call = self.router.clone().call(request);
                // The panic hook has logged it; the router itself never fails.
                let answered = unless_panicking(call).await.and_then(Result::ok);
                answered.unwrap_or_else(|| Refusal::Internal.into_response())
            }
        };
        let response = if method == Method::OPTIONS { options(response) } else { response };
        let mut response = render(response, &ctx, &self.edge);
        set_security_headers(response.headers_mut());
        let client_request_id = client_request_id.as_ref();
        self.log.write(&response, Line { method: Some(&method), request_id, client_request_id, started });
        kill_point::pass(KillPoint::AnswerUnsent);
        response
    }

    fn is_beyond_limits(&self, request: &Request<Body>) -> bool {
        request.extensions().get::<ProbesOnly>().is_some()
            && !health::PROBES.contains(&self.edge.without_stage(request.uri().path()))
    }

    /// The answer in place of the HTTP library's own, which says no more than that it could not read a head; none
    /// where the bytes are anything else.
    pub(super) fn answer_unread(&self, bytes: &[u8], is_line_done: bool) -> Option<Vec<u8>> {
        let status = unread::bare_status(bytes)?;
        let started = Instant::now();
        let request_id = CallId::from_uuid(new_id());
        let ctx = RenderContext::of("/", &HeaderMap::new(), request_id, &self.edge);
        let mut response = render(unread::refusal_of(status, is_line_done), &ctx, &self.edge);
        set_security_headers(response.headers_mut());
        let line = Line { method: None, request_id, client_request_id: None, started };
        self.log.write(&response, line);
        Some(unread::to_bytes(response, bytes))
    }
}

/// Takes the stage prefix off, so that the router knows each path once.
fn strip_stage(uri: &mut Uri, edge: &Edge) {
    let bare = edge.without_stage(uri.path());
    if bare.len() == uri.path().len() {
        return;
    }
    let target = match uri.query() {
        Some(query) => format!("{bare}?{query}"),
        None => bare.to_owned(),
    };
    // A tail of a valid target is a valid target.
    if let Ok(target) = PathAndQuery::try_from(target) {
        *uri = Uri::from(target);
    }
}

/// OPTIONS on a path that exists says what it answers to, free and without a key. No origin is allowed across
/// sites: a key has no place in a web page.
fn options(response: Response) -> Response {
    if response.status() != StatusCode::METHOD_NOT_ALLOWED {
        return response;
    }
    let refused = response.extensions().get::<Refusal>();
    let from_refusal = match refused {
        Some(Refusal::MethodNotAllowed { allow }) => Some(*allow),
        _ => None,
    };
    let listed = response.headers().get(header::ALLOW).and_then(|allow| allow.to_str().ok());
    let methods = listed.or(from_refusal).unwrap_or("GET,HEAD,POST,PATCH,DELETE");
    let allow = if methods.contains("OPTIONS") { methods.to_owned() } else { format!("{methods},OPTIONS") };
    let mut answer = StatusCode::NO_CONTENT.into_response();
    if let Ok(allow) = HeaderValue::try_from(allow) {
        answer.headers_mut().insert(header::ALLOW, allow);
    }
    answer
}

/// Nothing is sniffed, and nothing is kept by caches unless the handler says so.
fn set_security_headers(headers: &mut HeaderMap) {
    const NO_SNIFF: (HeaderName, HeaderValue) =
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(NO_SNIFF.0, NO_SNIFF.1);
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}
