//! The paths of the site, and how its pages are answered.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::Response;
use axum::routing::{MethodRouter, get};

use super::Site;
use super::files::{Crawlers, asset_route, icon_route, robots_route};
use super::page::prefix;
use super::sitemap::PATH as SITEMAP;
use crate::domain::language::Language;
use crate::domain::refusal::Refusal;
use crate::http::answer::RefusalResponse;
use crate::http::call_record::CallRecord;
use crate::http::negotiate::preferred_language;

/// Nothing is loaded but our own files, no text becomes markup or code, no form is sent by the
/// browser, nothing frames the pages.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; \
     form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
);

/// Where tools find the description of the API and its documentation (RFC 8631).
const SERVICE: HeaderValue = HeaderValue::from_static(
    "</openapi.json>; rel=\"service-desc\"; type=\"application/json\", </docs/>; rel=\"service-doc\"; type=\"text/html\"",
);

/// The templates of the pages.
const PAGES: [&str; 14] = [
    "/index.md",
    "/pricing",
    "/pricing.md",
    "/docs/",
    "/docs/{page}",
    "/docs/changelog/{page}",
    "/docs/operations/{page}",
    "/docs/reference/",
    "/docs/reference/{page}",
    "/docs/errors/",
    "/docs/errors/{page}",
    "/pt/",
    "/pt/docs/",
    "/pt/{*page}",
];

pub fn all(site: &Arc<Site>) -> Vec<(&'static str, MethodRouter)> {
    let mut routes = vec![
        ("/", get(home).with_state(site.clone())),
        ("/openapi.json", get(openapi).with_state(site.clone())),
        ("/llms.txt", get(llms_txt).with_state(site.clone())),
        asset_route(),
        icon_route(),
        robots_route(Crawlers::Site { sitemap: site.sitemap_address() }),
        (SITEMAP, get(sitemap).with_state(site.clone())),
        ("/docs/changelog.atom", get(feed).with_state(site.clone())),
        ("/docs/search.json", get(english_index).with_state(site.clone())),
        ("/pt/docs/search.json", get(portuguese_index).with_state(site.clone())),
        ("/docs", get(|| async { moved("/docs", HeaderValue::from_static("/docs/")) })),
        ("/pt", get(|| async { moved("/pt", HeaderValue::from_static("/pt/")) })),
    ];
    routes.extend(PAGES.map(|path| {
        let answer = move |State(site): State<Arc<Site>>, uri: Uri, headers: HeaderMap| async move {
            page(&site, path, &uri, &headers)
        };
        (path, get(answer).with_state(site.clone()))
    }));
    routes
}

/// A redirect that holds for good.
fn moved(route: &'static str, to: HeaderValue) -> Response {
    let mut response = Response::new(axum::body::Body::empty());
    response.extensions_mut().insert(CallRecord::of_open_path(route));
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    response.headers_mut().insert(header::LOCATION, to);
    response
}

/// The headers of every page.
fn as_page(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(header::LINK, SERVICE);
    response
}

/// The first page, in the language that the reader prefers.
async fn home(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response {
    let language = preferred_language(&headers).unwrap_or(Language::En);
    let address = format!("{}/", prefix(language));
    let found = site.find(&address).map(|served| served.answer("/", &headers));
    let mut response = as_page(found.unwrap_or_else(|| site.missing("/", language).answer("/", &headers)));
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept-language"));
    response
}

fn page(site: &Site, route: &'static str, uri: &Uri, headers: &HeaderMap) -> Response {
    if let Some(served) = site.find(uri.path()) {
        return as_page(served.answer(route, headers));
    }
    // A list of pages has an address with a `/` at its end.
    let list = format!("{}/", uri.path());
    if site.pages().contains_key(&list)
        && let Ok(to) = HeaderValue::try_from(list)
    {
        return moved(route, to);
    }
    let language = if uri.path().starts_with("/pt/") { Language::Pt } else { Language::En };
    let mut response = as_page(site.missing(uri.path(), language).answer(route, &HeaderMap::new()));
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

/// The document, open to every origin: tools in a browser read it from there.
async fn openapi(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response {
    let mut response = site.openapi().answer("/openapi.json", &headers);
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response.headers_mut().insert(header::LINK, SERVICE);
    response
}

async fn llms_txt(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response {
    site.llms().answer("/llms.txt", &headers)
}

/// The list of the pages, where the settings name the address of the gateway: a list has whole
/// addresses.
async fn sitemap(State(site): State<Arc<Site>>, headers: HeaderMap) -> Result<Response, RefusalResponse> {
    let sitemap = site.sitemap().ok_or(Refusal::EndpointNotFound)?;
    Ok(sitemap.answer(SITEMAP, &headers))
}

async fn feed(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response {
    site.feed().answer("/docs/changelog.atom", &headers)
}

async fn english_index(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response {
    site.index(Language::En).answer("/docs/search.json", &headers)
}

async fn portuguese_index(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response {
    site.index(Language::Pt).answer("/pt/docs/search.json", &headers)
}
