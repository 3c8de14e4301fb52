//! Calls of customers, forwarded to one of several servers. A call is sent again only if nothing of it has left this machine.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use hyper::header::{HOST, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Request, Response, StatusCode, Uri};
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::timeout;

use super::address::Reach;
use super::breaker::{Admission, Breaker, BreakerConfig};
use super::bulkhead::Bulkhead;
use super::client::UpstreamError;
use super::connector::Connector;
use crate::domain::ids::AccountId;

/// Idle connections to one target that stay open, and for how long: less than servers commonly keep theirs.
const IDLE_CONNECTIONS: usize = 64;
const IDLE_FOR: Duration = Duration::from_secs(30);
/// `Retry-After` for a call that got no place.
const BUSY_RETRY_AFTER: Duration = Duration::from_secs(1);
/// Limits of the head of an answer.
const MAX_HEAD_BYTES: usize = 32 * 1_024;
const MAX_HEAD_LINES: usize = 100;

/// Servers that answer the same calls, and the limits of calls to them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolConfig {
    /// Its label in metrics.
    pub name: String,
    /// Scheme, host and port of each server.
    pub targets: Vec<Uri>,
    /// Which addresses may be connected to.
    pub reach: Reach,
    /// Sent as `Host` instead of the target's own.
    pub host: Option<HeaderValue>,
    /// Proves the gateway to the servers.
    pub credential: Option<(HeaderName, HeaderValue)>,
    /// Timeout of connecting, and of the wait for a place.
    pub connect_timeout: Duration,
    /// Most calls in progress. One account has at most half of them, rounded up.
    pub max_concurrent: usize,
    pub breaker: BreakerConfig,
}

/// Limits of one answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnswerLimits {
    /// Timeout of the head, connecting included.
    pub first_byte: Duration,
    pub max_bytes: usize,
}

/// Servers behind this one, with the state of each.
pub struct Pool {
    config: PoolConfig,
    targets: Vec<Target>,
    client: Client<Connector, Full<Bytes>>,
    bulkhead: Bulkhead,
}

struct Target {
    url: Uri,
    host: HeaderValue,
    /// Calls in progress.
    running: AtomicUsize,
    breaker: Mutex<Breaker>,
}

/// Why an attempt has no answer.
enum Attempt {
    /// Nothing of the call has left this machine.
    NotSent { error: UpstreamError, is_fault_of_target: bool },
    /// The server may have acted on the call.
    Sent(UpstreamError),
}

/// Counts a call in progress.
struct Running<'t>(&'t AtomicUsize);

impl<'t> Running<'t> {
    fn on(target: &'t Target) -> Self {
        target.running.fetch_add(1, Ordering::Relaxed);
        Self(&target.running)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Pool {
    /// Builds the client. It does not connect yet.
    pub fn new(config: PoolConfig) -> Self {
        let mut builder = Client::builder(TokioExecutor::new());
        builder
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_FOR)
            .pool_max_idle_per_host(IDLE_CONNECTIONS)
            // One rule decides what is sent again, and it is in this file.
            .retry_canceled_requests(false)
            .set_host(false)
            .http1_max_buf_size(MAX_HEAD_BYTES)
            .http1_max_headers(MAX_HEAD_LINES);
        let client = builder.build(Connector::new(config.reach, config.connect_timeout));
        let targets = config.targets.iter().map(|url| Target {
            url: url.clone(),
            host: config.host.clone().unwrap_or_else(|| host_of(url)),
            running: AtomicUsize::new(0),
            breaker: Mutex::new(Breaker::new(config.breaker)),
        });
        Self { targets: targets.collect(), client, bulkhead: Bulkhead::new(config.max_concurrent), config }
    }

    pub fn config(&self) -> &PoolConfig {
        &self.config
    }

    /// Sends a call of an account, and returns the whole answer. The URL of `head` is a path.
    pub async fn send(
        &self,
        account: AccountId,
        head: &Parts,
        body: &Bytes,
        limits: AnswerLimits,
    ) -> Result<Response<Bytes>, UpstreamError> {
        let Ok(_place) = timeout(self.config.connect_timeout, self.bulkhead.take(account)).await else {
            self.count("busy");
            return Err(UpstreamError::Unavailable { retry_after: BUSY_RETRY_AFTER });
        };
        let begun = Instant::now();
        let answered = self.send_to_one(head, body, limits).await;
        self.count(match &answered {
            Ok(_) => "answered",
            Err(UpstreamError::Unavailable { .. }) => "refused",
            Err(UpstreamError::Timeout) => "timed_out",
            Err(_) => "failed",
        });
        let seconds = begun.elapsed().as_secs_f64();
        metrics::histogram!("gateway_upstream_duration_seconds", "upstream" => self.config.name.clone())
            .record(seconds);
        answered
    }

    async fn send_to_one(
        &self,
        head: &Parts,
        body: &Bytes,
        limits: AnswerLimits,
    ) -> Result<Response<Bytes>, UpstreamError> {
        let (first, admission) = self.choose(None)?;
        let (error, is_fault_of_target) = match self.attempt(first, admission, head, body, limits).await {
            Ok(response) => return Ok(response),
            Err(Attempt::Sent(error)) => return Err(error),
            Err(Attempt::NotSent { error, is_fault_of_target }) => (error, is_fault_of_target),
        };
        let other = if is_fault_of_target { Some(first) } else { None };
        let Ok((second, admission)) = self.choose(other) else { return Err(error) };
        self.attempt(second, admission, head, body, limits).await.map_err(|attempt| match attempt {
            Attempt::Sent(error) | Attempt::NotSent { error, .. } => error,
        })
    }

    /// Chooses the less busy of two random targets whose breaker is closed; `except` only if it is the only target.
    fn choose(&self, except: Option<usize>) -> Result<(usize, Admission), UpstreamError> {
        let now = Instant::now();
        let is_only = self.targets.len() == 1;
        let mut shortest: Option<Duration> = None;
        let mut open: Vec<usize> = Vec::with_capacity(self.targets.len());
        for (at, target) in self.targets.iter().enumerate() {
            match target.breaker().wait(now) {
                None if except != Some(at) || is_only => open.push(at),
                None => {}
                Some(wait) => shortest = Some(shortest.map_or(wait, |known| known.min(wait))),
            }
        }
        let unavailable = |wait: Option<Duration>| UpstreamError::Unavailable {
            retry_after: wait.unwrap_or(BUSY_RETRY_AFTER),
        };
        let chosen = match open.len() {
            0 => return Err(unavailable(shortest)),
            1 => open[0],
            count => {
                let one = rand::random_range(0..count);
                let other = (one + rand::random_range(1..count)) % count;
                let running = |at: usize| self.targets[open[at]].running.load(Ordering::Relaxed);
                if running(other) < running(one) { open[other] } else { open[one] }
            }
        };
        let admitted = self.targets[chosen].breaker().admit(now);
        admitted.map(|admission| (chosen, admission)).map_err(|wait| unavailable(Some(wait)))
    }

    async fn attempt(
        &self,
        target: usize,
        admission: Admission,
        head: &Parts,
        body: &Bytes,
        limits: AnswerLimits,
    ) -> Result<Response<Bytes>, Attempt> {
        let target = &self.targets[target];
        let running = Running::on(target);
        let answered = self.ask(target, head, body, limits).await;
        drop(running);
        let is_sound = match &answered {
            Ok(response) => !is_outage(response.status()),
            Err(Attempt::NotSent { is_fault_of_target, .. }) => !is_fault_of_target,
            Err(Attempt::Sent(_)) => false,
        };
        target.breaker().report(admission, is_sound, Instant::now());
        let level = self.targets.iter().map(|target| target.breaker().level()).max().unwrap_or(0);
        metrics::gauge!("gateway_breaker_state", "upstream" => self.config.name.clone())
            .set(f64::from(level));
        answered
    }

    async fn ask(
        &self,
        target: &Target,
        head: &Parts,
        body: &Bytes,
        limits: AnswerLimits,
    ) -> Result<Response<Bytes>, Attempt> {
        let request = self.request(target, head, body).map_err(Attempt::Sent)?;
        let response = match timeout(limits.first_byte, self.client.request(request)).await {
            Err(_) => return Err(Attempt::Sent(UpstreamError::Timeout)),
            Ok(Ok(response)) => response,
            Ok(Err(error)) => {
                let failed = UpstreamError::Failed(with_cause(&error));
                return Err(match (error.is_connect(), is_canceled(&error)) {
                    (true, _) => Attempt::NotSent { error: failed, is_fault_of_target: true },
                    // The server had closed a connection that was kept open.
                    (_, true) => Attempt::NotSent { error: failed, is_fault_of_target: false },
                    _ => Attempt::Sent(failed),
                });
            }
        };
        read(response, limits.max_bytes, &head.method).await.map_err(Attempt::Sent)
    }

    fn request(
        &self,
        target: &Target,
        head: &Parts,
        body: &Bytes,
    ) -> Result<Request<Full<Bytes>>, UpstreamError> {
        let mut url = target.url.clone().into_parts();
        url.path_and_query = head.uri.path_and_query().cloned();
        let url = Uri::from_parts(url).map_err(|error| UpstreamError::Failed(error.to_string()))?;
        let mut request = Request::new(Full::new(body.clone()));
        *request.method_mut() = head.method.clone();
        *request.uri_mut() = url;
        let headers: &mut HeaderMap = request.headers_mut();
        headers.clone_from(&head.headers);
        headers.insert(HOST, target.host.clone());
        if let Some((name, value)) = &self.config.credential {
            super::headers::remove(headers, name);
            headers.insert(name, value.clone());
        }
        Ok(request)
    }

    fn count(&self, outcome: &'static str) {
        let upstream = self.config.name.clone();
        metrics::counter!("gateway_upstream_requests_total", "upstream" => upstream, "outcome" => outcome)
            .increment(1);
    }
}

impl Target {
    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads a whole answer within its limit.
async fn read(
    response: Response<Incoming>,
    max_bytes: usize,
    method: &Method,
) -> Result<Response<Bytes>, UpstreamError> {
    let too_large = || UpstreamError::Failed(format!("answered with more than {max_bytes} bytes"));
    let (parts, body) = response.into_parts();
    if *method != Method::HEAD && body.size_hint().lower() > max_bytes as u64 {
        return Err(too_large());
    }
    match Limited::new(body, max_bytes).collect().await {
        Ok(whole) => Ok(Response::from_parts(parts, whole.to_bytes())),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large()),
        Err(error) => Err(UpstreamError::Failed(format!("broke off: {error}"))),
    }
}

/// Whether a status says that the server, or one behind it, is down, and not that this call failed.
fn is_outage(status: StatusCode) -> bool {
    matches!(status.as_u16(), 502..=504)
}

/// The `Host` of a target.
fn host_of(url: &Uri) -> HeaderValue {
    let authority = url.authority().map_or("", |authority| authority.as_str());
    HeaderValue::from_str(authority).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// Whether hyper dropped the request before it wrote a byte of it.
fn is_canceled(error: &Error) -> bool {
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<hyper::Error>());
    cause.is_some_and(hyper::Error::is_canceled)
}

fn with_cause(error: &Error) -> String {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
    format!("{error}{cause}")
}
