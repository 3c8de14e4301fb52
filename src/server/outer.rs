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

use super::{framing, request_metrics, unread};
use crate::clock::new_id;
use crate::domain::error_code::ErrorCode;
use crate::domain::ids::{CallId, IdText};
use crate::domain::refusal::Refusal;
use crate::gate::running::unless_panicking;
use crate::http::compression::compress;
use crate::http::edge::Edge;
use crate::http::log_facts::LogFacts;
use crate::http::render::{RenderContext, X_REQUEST_ID, render};
use crate::kill_point::{self, KillPoint};

/// The router with all that surrounds it.
pub struct Outer {
    router: Router,
    edge: Edge,
    loopback_names_only: bool,
}

impl Outer {
    /// Surrounds a router.
    pub fn new(router: Router, edge: Edge) -> Self {
        // With its state given, a router makes each route once; without it, anew for each request.
        Self { router: router.with_state(()), edge, loopback_names_only: false }
    }

    /// Refuses every request that does not name a loopback host. For the development mode, which asks for no key: a web
    /// page whose name was made to resolve to this machine (DNS rebinding) must not reach it.
    #[must_use]
    pub fn on_loopback_names_only(mut self) -> Self {
        self.loopback_names_only = true;
        self
    }

    /// Answers one request. The router finds the request's [`CallId`] among its extensions.
    pub async fn answer(&self, mut request: Request<Body>) -> Response {
        let started = Instant::now();
        let request_id = CallId::from_uuid(new_id());
        kill_point::pass(KillPoint::RequestReceived);
        let ctx = RenderContext::of(request.uri().path(), request.headers(), request_id, &self.edge);
        let client_request_id = request.headers().get(X_REQUEST_ID).cloned();
        let accept_encoding = request.headers().get(header::ACCEPT_ENCODING).cloned();
        let method = request.method().clone();

        // First, so that nothing below reads a request that two parsers may understand differently.
        let checked = framing::check(&request).and_then(|()| match self.loopback_names_only {
            true => framing::check_loopback_host(request.headers()),
            false => Ok(()),
        });
        let response = match checked {
            Err(fault) => fault.into_response(),
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
        let response = match accept_encoding {
            // Boxed, so that calls without compression carry no future of its size.
            Some(accepted) => Box::pin(compress(response, accepted)).await,
            None => response,
        };
        log(&response, Some(&method), request_id, client_request_id.as_ref(), started);
        kill_point::pass(KillPoint::AnswerUnsent);
        response
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
        log(&response, None, request_id, None, started);
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

/// One line a request. Paths, bodies, header values and keys stay out; ids and templates say enough.
fn log(
    response: &Response,
    method: Option<&Method>,
    request_id: CallId,
    client_request_id: Option<&HeaderValue>,
    started: Instant,
) {
    let facts = response.extensions().get::<LogFacts>().copied().unwrap_or_default();
    let code = response.extensions().get::<ErrorCode>().map(|code| code.as_str());
    let took = started.elapsed();
    request_metrics::count(facts.route, method, response.status().as_u16(), took);
    let [mut request, mut key, mut account] = [IdText::default(); 3];
    tracing::info!(
        target: "fluence::request",
        method = method.map(shown_method),
        route = facts.route,
        status = response.status().as_u16(),
        code,
        duration_ms = (took.as_micros() as f64) / 1000.0,
        request_id = request_id.text(&mut request),
        key = facts.key.map(|id| id.text(&mut key)),
        account = facts.account.map(|id| id.text(&mut account)),
        client_request_id = client_request_id.and_then(shown_id),
    );
}

/// A method of the standard by its name; others may be of any length.
fn shown_method(method: &Method) -> &str {
    if method.as_str().len() <= 16 { method.as_str() } else { "(long)" }
}

/// A client's own request id, if it is short visible ASCII.
fn shown_id(value: &HeaderValue) -> Option<&str> {
    let text = value.to_str().ok()?;
    (!text.is_empty() && text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_graphic())).then_some(text)
}
