//! What surrounds every request, in order: framing, the router, rendering, headers, one log line.
//!
//! It is one function instead of a stack of layers: nothing in it is boxed, and the order can be
//! read.

use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use tower::Service;

use super::request_log::{RequestFacts, RequestLog};
use super::router::ListedRouter;
use super::routing::{Routed, Routing};
use super::{framing, malformed_head};
use crate::api::health;
use crate::clock::new_id;
use crate::console;
use crate::domain::ids::CallId;
use crate::domain::product_name::ProductName;
use crate::domain::refusal::Refusal;
use crate::http::answer::{is_passed_on, refusal_of, refused};
use crate::http::compression::compress;
use crate::http::dialect::is_under;
use crate::http::negotiate::RenderContext;
use crate::http::public_links::PublicLinks;
use crate::http::render::render;
use crate::kill_point::{self, KillPoint};
use crate::panic_guard::unless_panicking;
use crate::telemetry::request::serving;

/// The router with all that surrounds it.
pub struct Pipeline {
    routing: Routing,
    is_loopback_only: bool,
    pages: Option<Pages>,
    log: RequestLog,
}

/// The pages of a console, whose visitors get a page whatever happens to their request.
struct Pages {
    /// The path of the first one; the others are under it.
    root: &'static str,
    product: ProductName,
}

/// Request extension of a connection beyond the limits: probes are answered, all other requests get
/// a 503.
#[derive(Clone, Copy, Debug)]
pub struct ProbesOnly;

impl Pipeline {
    pub fn new(router: Router, links: PublicLinks) -> Self {
        Self::following(Routing::new(Routed::new(ListedRouter { router, paths: Vec::new() }, links)))
    }

    /// Surrounds the router in force at each request.
    pub fn following(routing: Routing) -> Self {
        Self { routing, is_loopback_only: false, pages: None, log: RequestLog::default() }
    }

    /// Refuses every request that does not name a loopback host. For the development mode, which
    /// asks for no key: a web page whose name was made to resolve to this machine (DNS rebinding)
    /// must not reach it.
    #[must_use]
    pub fn on_loopback_names_only(mut self) -> Self {
        self.is_loopback_only = true;
        self
    }

    /// Answers with pages under this path of a console, whatever happens to a request for one.
    #[must_use]
    pub fn with_pages(mut self, root: &'static str, product: ProductName) -> Self {
        self.pages = Some(Pages { root, product });
        self
    }

    /// Answers one request. The router finds the request's [`RenderContext`] among its extensions.
    pub async fn answer(&self, mut request: Request<Body>) -> Response {
        let started = Instant::now();
        let request_id = CallId::from_uuid(new_id());
        kill_point::pass(KillPoint::RequestReceived);
        let routed = self.routing.current();
        let Routed { router, links, .. } = &*routed;
        let ctx = RenderContext::of(request.uri().path(), request.headers(), request_id, links);
        let accept_encoding = request.headers().get(header::ACCEPT_ENCODING).cloned();
        let facts = RequestFacts::of(&request, request_id, started);
        let is_options = request.method() == Method::OPTIONS;
        // Pages have no stage: their cookies and links belong to the bare path.
        let path = request.uri().path();
        let pages = self.pages.as_ref().filter(|pages| is_under(path, pages.root));
        let page = pages.map(|pages| (path.to_owned(), &pages.product));
        let is_staged_page = page.is_none() && console::is_page(links.without_stage(path));

        // First, so that nothing below reads a request that two parsers may understand differently.
        let checked = framing::check(&request).and_then(|()| match self.is_loopback_only {
            true => framing::check_loopback_host(request.headers()),
            false => Ok(()),
        });
        let response = match checked {
            Err(fault) => fault.into_response(),
            Ok(()) if is_beyond_limits(&request, links) => refused(Refusal::UNAVAILABLE),
            Ok(()) if is_staged_page => refused(Refusal::EndpointNotFound),
            Ok(()) if request.uri().path() == "*" => StatusCode::METHOD_NOT_ALLOWED.into_response(),
            Ok(()) => {
                strip_stage(request.uri_mut(), links);
                request.extensions_mut().insert(ctx);
                let call = serving(request_id, router.clone().call(request));
                // The panic hook has logged it; the router itself never fails.
                let answered = unless_panicking(call).await.and_then(Result::ok);
                answered.unwrap_or_else(|| refused(Refusal::Internal))
            }
        };
        let response = if is_passed_on(&response) { response } else { with_options(response, is_options) };
        let response = match page {
            Some((path, product)) => console::instead_of_refusal(response, &path, &ctx, product),
            None => response,
        };
        let (mut response, record) = render(response, &ctx, links);
        set_security_headers(response.headers_mut());
        // Compressing a streamed answer would hold it back.
        let is_own = !is_passed_on(&response);
        let response = match accept_encoding {
            // Boxed, so that calls without compression carry no future of its size.
            Some(accepted) if is_own => Box::pin(compress(response, accepted)).await,
            _ => response,
        };
        self.log.write(&facts, &response, &record);
        kill_point::pass(KillPoint::BeforeAnswer);
        response
    }

    /// Returns the answer that replaces the HTTP library's bare status, or `None` if the bytes are
    /// not one.
    pub(super) fn answer_malformed_head(&self, bytes: &[u8], is_line_done: bool) -> Option<Vec<u8>> {
        let status = malformed_head::bare_status(bytes)?;
        let started = Instant::now();
        let request_id = CallId::from_uuid(new_id());
        let links = &self.routing.current().links;
        let ctx = RenderContext::of("/", &HeaderMap::new(), request_id, links);
        let refused = malformed_head::refusal_of(status, is_line_done);
        let (mut response, record) = render(refused, &ctx, links);
        set_security_headers(response.headers_mut());
        self.log.write(&RequestFacts::unread(request_id, started), &response, &record);
        Some(malformed_head::to_bytes(response, bytes))
    }
}

fn is_beyond_limits(request: &Request<Body>, links: &PublicLinks) -> bool {
    request.extensions().get::<ProbesOnly>().is_some()
        && !health::PROBES.contains(&links.without_stage(request.uri().path()))
}

/// Takes the stage prefix off, so that the router lists each path once.
fn strip_stage(uri: &mut Uri, links: &PublicLinks) {
    let bare = links.without_stage(uri.path());
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

/// A path that exists answers OPTIONS, free and without a key: it says what else the path answers.
/// Refusals of other methods name OPTIONS too. No origin is allowed across sites: a key has no
/// place in a web page.
fn with_options(mut response: Response, is_options: bool) -> Response {
    if response.status() != StatusCode::METHOD_NOT_ALLOWED {
        return response;
    }
    let from_refusal = match refusal_of(&response) {
        Some(Refusal::MethodNotAllowed { allow }) => Some(*allow),
        _ => None,
    };
    let listed = response.headers().get(header::ALLOW).and_then(|allow| allow.to_str().ok());
    let methods = listed.or(from_refusal).unwrap_or("GET,HEAD,POST,PUT,PATCH,DELETE");
    let allow = if methods.contains("OPTIONS") { methods.to_owned() } else { format!("{methods},OPTIONS") };
    if is_options {
        response = StatusCode::NO_CONTENT.into_response();
    }
    if let Ok(allow) = HeaderValue::try_from(allow) {
        response.headers_mut().insert(header::ALLOW, allow);
    }
    response
}

/// Nothing is sniffed, and nothing is kept by caches unless the handler says so.
fn set_security_headers(headers: &mut HeaderMap) {
    const NO_SNIFF: (HeaderName, HeaderValue) =
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(NO_SNIFF.0, NO_SNIFF.1);
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}
