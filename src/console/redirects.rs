//! Short addresses that people type or that other programs know. Each leads to a page of the
//! console.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::{MethodRouter, get};

use crate::http::call_record::CallRecord;

const REDIRECTS: [(&str, &str); 6] = [
    ("/signup", "/console/sign-up"),
    ("/login", "/console/log-in"),
    ("/dashboard", "/console"),
    ("/settings/api", "/console/go/keys"),
    ("/upgrade", "/console/go/credits"),
    // Password managers ask it for the page that changes a password.
    ("/.well-known/change-password", "/console/me/password"),
];

/// The redirects for the gateway's router.
pub(super) fn routes() -> impl Iterator<Item = (&'static str, MethodRouter)> {
    REDIRECTS.into_iter().map(|(path, to)| (path, get(move || async move { redirect(path, to) })))
}

fn redirect(path: &'static str, to: &'static str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_static(to));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.extensions_mut().insert(CallRecord::of_open_path(path));
    response
}
