//! Counts requests and their durations.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use axum::http::Method;
use metrics::{Counter, Histogram, counter, histogram};

/// The labels of a request: route template, method and status, all from bounded sets.
type Kind = (&'static str, &'static str, u16);

thread_local! {
    /// Metric handles that this thread has used: a lookup here costs a third of a lookup by labels.
    static HANDLES: RefCell<HashMap<Kind, (Counter, Histogram)>> = RefCell::new(HashMap::new());
}

/// Counts one request. Probes and unknown paths have no `route` template.
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

/// A method as a name from a closed list: clients can invent any number of others.
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
