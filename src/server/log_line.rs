//! The log line of a request, and its count among the metrics.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::http::{HeaderValue, Method};
use axum::response::Response;
use tracing::Level;

use super::request_metrics;
use crate::api::health;
use crate::domain::error_code::ErrorCode;
use crate::domain::ids::{CallId, IdText};
use crate::http::log_facts::LogFacts;

/// Lines a second of refusals that no good key stands behind: anybody can cause these, and fill a disk with them.
const MAX_ANONYMOUS_REFUSALS: u64 = 50;
const WINDOW: Duration = Duration::from_secs(1);

/// What a line says besides what the response tells.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    /// None where the head could not be read.
    pub(super) method: Option<&'a Method>,
    pub(super) request_id: CallId,
    /// The client's own id.
    pub(super) client_request_id: Option<&'a HeaderValue>,
    pub(super) started: Instant,
}

/// Writes the lines.
#[derive(Debug, Default)]
pub(super) struct RequestLog {
    /// Refusals left out since the last line that said so.
    left_out: AtomicU64,
    window: Mutex<Option<Window>>,
}

/// Refusals without a key since an instant.
#[derive(Clone, Copy, Debug)]
struct Window {
    since: Instant,
    refusals: u64,
}

/// Writes one line at a level that is known when the program is built.
macro_rules! write_line {
    ($level:expr, $line:expr, $facts:expr, $status:expr, $code:expr, $took:expr) => {{
        let [mut request, mut key, mut account] = [IdText::default(); 3];
        tracing::event!(
            target: "fluence::request",
            $level,
            method = $line.method.map(shown_method),
            route = $facts.route,
            status = $status,
            code = $code,
            duration_ms = ($took.as_micros() as f64) / 1000.0,
            request_id = $line.request_id.text(&mut request),
            key = $facts.key.map(|id| id.text(&mut key)),
            account = $facts.account.map(|id| id.text(&mut account)),
            client_request_id = $line.client_request_id.and_then(shown_id),
        )
    }};
}

impl RequestLog {
    /// One line a request. Paths, bodies, header values and keys stay out; ids and templates say enough. Probes are told at
    /// the level `debug`: they come every few seconds, and a change of readiness has a line of its own.
    pub(super) fn write(&self, response: &Response, line: Line<'_>) {
        let facts = response.extensions().get::<LogFacts>().copied().unwrap_or_default();
        let code = response.extensions().get::<ErrorCode>().map(|code| code.as_str());
        let (status, took) = (response.status().as_u16(), line.started.elapsed());
        request_metrics::count(facts.route, line.method, status, took);
        if facts.route.is_some_and(|route| health::PROBES.contains(&route)) {
            write_line!(Level::DEBUG, line, facts, status, code, took);
            return;
        }
        let is_anonymous_refusal = status >= 400 && facts.account.is_none();
        if is_anonymous_refusal && !self.has_room(Instant::now()) {
            self.left_out.fetch_add(1, Relaxed);
            return;
        }
        if self.left_out.load(Relaxed) > 0 {
            self.tell_left_out();
        }
        write_line!(Level::INFO, line, facts, status, code, took);
    }

    /// Whether one more refusal without a key is logged.
    fn has_room(&self, now: Instant) -> bool {
        let mut window = self.window();
        let current = window.filter(|window| now.duration_since(window.since) < WINDOW);
        let Window { since, refusals } = current.unwrap_or(Window { since: now, refusals: 0 });
        *window = Some(Window { since, refusals: refusals + 1 });
        refusals < MAX_ANONYMOUS_REFUSALS
    }

    fn window(&self) -> MutexGuard<'_, Option<Window>> {
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell_left_out(&self) {
        let left_out = self.left_out.swap(0, Relaxed);
        if left_out > 0 {
            tracing::warn!(left_out, "refusals of requests without a good key are not logged one by one");
        }
    }
}

impl Drop for RequestLog {
    fn drop(&mut self) {
        self.tell_left_out();
    }
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
