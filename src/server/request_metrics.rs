//! Counts requests and how long they took.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use axum::http::Method;
use metrics::{Counter, Histogram, counter, histogram};

/// What tells requests apart: route template, method and status, all of bounded sets.
type Kind = (&'static str, &'static str, u16);

thread_local! {
    /// Handles of the kinds seen by this thread: finding one here is a third of the cost of finding it by its labels.
    static HANDLES: RefCell<HashMap<Kind, (Counter, Histogram)>> = RefCell::new(HashMap::new());
}

/// Counts one answered request. `route` is its template; none for a probe and for a path that does not exist.
pub(super) fn count(route: Option<&'static str>, method: Option<&Method>, status: u16, took: Duration) {
    let kind = (route.unwrap_or("none"), method.map_or("none", name), status);
    HANDLES.with_borrow_mut(|handles| {
        let (count, durations) = handles.entry(kind).or_insert_with(|| register(kind));
        count.increment(1);
        durations.record(took.as_secs_f64());
    });
}

fn register((route, method, status): Kind) -> (Counter, Histogram) {
    let class = match status {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    };
    (
        counter!("gateway_http_requests_total", "route" => route, "method" => method, "status" => status.to_string()),
        histogram!("gateway_http_request_duration_seconds", "route" => route, "status" => class),
    )
}

/// A method by a name of a closed list: clients may invent any number of others.
fn name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
