//! The log line of a request: caller, route, outcome and cost.
//!
//! It contains no bodies, query strings or keys. Texts that a client chose, such as an unknown
//! path, are cut, and parts that could be a key are omitted.

mod client_text;

use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{HeaderValue, Method, Request, StatusCode, Uri, header};
use axum::response::Response;
use parking_lot::Mutex;

use self::client_text::{repeats_credential, shown_id, shown_method, without_keys};
use super::request_metrics;
use crate::api::health;
use crate::domain::billing::Billing;
use crate::domain::ids::{CallId, IdText};
use crate::gate::Streamed;
use crate::http::call_record::CallRecord;
use crate::http::client_address::ClientAddress;
use crate::http::render::X_REQUEST_ID;

/// Lines per second about refusals without a valid key, which anyone can cause to fill a disk.
const MAX_ANONYMOUS_REFUSALS: u64 = 50;
const WINDOW: Duration = Duration::from_secs(1);

/// Decides which lines are written. Lines of anonymous refusals beyond [`MAX_ANONYMOUS_REFUSALS`] a
/// second are counted instead.
#[derive(Debug, Default)]
pub(super) struct RequestLog {
    /// Refusals not logged since the last line that reported them.
    left_out: AtomicU64,
    window: Mutex<Option<Window>>,
}

/// Refusals without a key since an instant.
#[derive(Clone, Copy, Debug)]
struct Window {
    since: Instant,
    refusals: u64,
}

impl RequestLog {
    /// Counts the request and writes its line.
    pub(super) fn write(&self, request: &RequestFacts, response: &Response, record: &CallRecord) {
        let status = response.status();
        let is_refusal = status.as_u16() >= 400;
        if is_refusal && record.caller.is_none() && !self.has_room(Instant::now()) {
            self.left_out.fetch_add(1, Relaxed);
            request.count(status, record);
            return;
        }
        if self.left_out.load(Relaxed) > 0 {
            self.report_left_out();
        }
        // A streamed answer is charged at its end, which has a line of its own.
        let is_streamed = response.extensions().get::<Streamed>().is_some();
        let cost = record.billing.as_ref().filter(|_| !is_streamed).and_then(cost_of);
        request.log(status, record, cost);
    }

    /// Whether one more refusal without a key is logged.
    fn has_room(&self, now: Instant) -> bool {
        let mut window = self.window.lock();
        let current = window.filter(|window| now.duration_since(window.since) < WINDOW);
        let Window { since, refusals } = current.unwrap_or(Window { since: now, refusals: 0 });
        *window = Some(Window { since, refusals: refusals + 1 });
        refusals < MAX_ANONYMOUS_REFUSALS
    }

    fn report_left_out(&self) {
        let left_out = self.left_out.swap(0, Relaxed);
        if left_out > 0 {
            tracing::warn!(left_out, "refused requests without a valid key not logged individually");
        }
    }
}

impl Drop for RequestLog {
    fn drop(&mut self) {
        self.report_left_out();
    }
}

/// What is known about a request before its answer.
pub(super) struct RequestFacts {
    pub(super) id: CallId,
    pub(super) started: Instant,
    pub(super) method: Option<Method>,
    uri: Uri,
    client: Option<IpAddr>,
    user_agent: Option<HeaderValue>,
    client_request_id: Option<HeaderValue>,
}

/// How a call was settled and for how many credits, or `None` if nothing was charged or refunded.
fn cost_of(billing: &Billing) -> Option<(&'static str, i64)> {
    let credits = billing.used.as_i64();
    match billing.refunded {
        Some(_) => Some(("refunded", credits)),
        None if credits > 0 => Some(("charged", credits)),
        None => None,
    }
}

impl RequestFacts {
    /// For a request that still has its stage prefix.
    pub(super) fn of(request: &Request<Body>, id: CallId, started: Instant) -> Self {
        let headers = request.headers();
        Self {
            id,
            started,
            method: Some(request.method().clone()),
            uri: request.uri().clone(),
            client: request.extensions().get().map(|ClientAddress(address)| *address),
            user_agent: headers.get(header::USER_AGENT).cloned(),
            client_request_id: headers
                .get(X_REQUEST_ID)
                .filter(|id| !repeats_credential(id, headers))
                .cloned(),
        }
    }

    /// For a request whose head could not be read.
    pub(super) fn unread(id: CallId, started: Instant) -> Self {
        let (method, uri, client) = (None, Uri::default(), None);
        Self { id, started, method, uri, client, user_agent: None, client_request_id: None }
    }

    /// Counts the request among the metrics.
    fn count(&self, status: StatusCode, record: &CallRecord) {
        request_metrics::count(record.route, self.method.as_ref(), status.as_u16(), self.started.elapsed());
    }

    /// Writes the line, at level debug for probes and scrapers: they come every few seconds, and a
    /// change of readiness has a line of its own.
    fn log(&self, status: StatusCode, record: &CallRecord, cost: Option<(&'static str, i64)>) {
        let (route, status) = (record.route, status.as_u16());
        let took = self.started.elapsed();
        request_metrics::count(route, self.method.as_ref(), status, took);
        let [mut request, mut key, mut account] = [IdText::default(); 3];
        let request_id = self.id.text(&mut request);
        let duration_ms = (took.as_micros() as f64) / 1000.0;
        let client = self.client.map(tracing::field::display);
        if route.is_some_and(|route| route == health::METRICS || health::PROBES.contains(&route)) {
            tracing::debug!(target: "fluence::request", client, route, status, duration_ms, request_id);
            return;
        }
        let path = match route {
            None => Some(without_keys(self.uri.path())),
            Some(_) => None,
        };
        let user_agent = self.user_agent.as_ref().and_then(|value| value.to_str().ok()).map(without_keys);
        tracing::info!(
            target: "fluence::request",
            client,
            method = self.method.as_ref().map(shown_method),
            route,
            path = path.as_deref(),
            status,
            code = record.error_code.map(|code| code.as_str()),
            outcome = cost.map(|(outcome, _)| outcome),
            credits = cost.map(|(_, credits)| credits),
            duration_ms,
            request_id,
            key = record.caller.as_ref().map(|(_, id)| id.text(&mut key)),
            account = record.caller.as_ref().map(|(id, _)| id.text(&mut account)),
            user_agent = user_agent.as_deref(),
            client_request_id = self.client_request_id.as_ref().and_then(shown_id),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_without_a_key_are_logged_up_to_a_number_a_second() {
        let log = RequestLog::default();
        let start = Instant::now();
        let logged = (0..1_000).filter(|_| log.has_room(start)).count();
        assert_eq!(logged as u64, MAX_ANONYMOUS_REFUSALS);
        assert!(log.has_room(start + WINDOW));
    }
}
