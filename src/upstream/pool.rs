//! Calls of customers, forwarded to one of several servers. A call is sent again only if nothing of it has left this machine.

mod answer_body;
mod health;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{HOST, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Request, Response, Uri};
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::timeout;

pub use self::answer_body::{AnswerBody, Read};
use self::answer_body::{Answering, InProgress};
pub use self::health::HealthConfig;
use self::health::TargetHealth;
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
    /// How targets are asked whether they are well.
    pub health: Option<HealthConfig>,
}

/// Servers behind this one, with the state of each.
pub struct Pool {
    config: PoolConfig,
    targets: Vec<Arc<Target>>,
    client: Client<Connector, Full<Bytes>>,
    bulkhead: Bulkhead,
}

struct Target {
    url: Uri,
    host: HeaderValue,
    /// Calls in progress.
    running: AtomicUsize,
    breaker: Mutex<Breaker>,
    health: TargetHealth,
}

/// The target of an attempt.
struct Chosen {
    place: usize,
    target: Arc<Target>,
    admission: Admission,
}

/// Why an attempt has no answer.
enum Attempt {
    /// Nothing of the call has left this machine.
    NotSent { error: UpstreamError, is_fault_of_target: bool },
    /// The server may have acted on the call.
    Sent(UpstreamError),
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
        let target = |url: &Uri| Target {
            url: url.clone(),
            host: config.host.clone().unwrap_or_else(|| host_of(url)),
            running: AtomicUsize::new(0),
            breaker: Mutex::new(Breaker::new(config.breaker)),
            health: TargetHealth::default(),
        };
        let targets = config.targets.iter().map(|url| Arc::new(target(url)));
        Self { targets: targets.collect(), client, bulkhead: Bulkhead::new(config.max_concurrent), config }
    }

    /// The same with targets that are asked whether they are well, for as long as the pool is in use.
    pub fn watched(config: PoolConfig) -> Arc<Self> {
        let pool = Arc::new(Self::new(config));
        health::watch(&pool);
        pool
    }

    pub fn config(&self) -> &PoolConfig {
        &self.config
    }

    /// Sends a call of an account, and returns the answer's head with a body that is still to be read. The URL of `head` is a
    /// path. `first_byte` is the timeout of the head, connecting included.
    pub async fn send(
        self: &Arc<Self>,
        account: AccountId,
        head: &Parts,
        body: &Bytes,
        first_byte: Duration,
    ) -> Result<Response<AnswerBody>, UpstreamError> {
        let Ok(permit) = timeout(self.config.connect_timeout, self.bulkhead.take(account)).await else {
            self.count("busy");
            return Err(UpstreamError::Unavailable { retry_after: BUSY_RETRY_AFTER });
        };
        let begun = Instant::now();
        match self.send_to_one(head, body, first_byte).await {
            Ok((response, answering)) => Ok(response.map(|incoming| {
                let pool = self.clone();
                AnswerBody::new(incoming, InProgress { pool, answering, begun, _permit: permit })
            })),
            Err(error) => {
                self.ended(begun, outcome_of(&error));
                Err(error)
            }
        }
    }

    async fn send_to_one(
        &self,
        head: &Parts,
        body: &Bytes,
        first_byte: Duration,
    ) -> Result<(Response<Incoming>, Answering), UpstreamError> {
        let first = self.choose(None)?;
        let place = first.place;
        let (error, is_fault_of_target) = match self.attempt(first, head, body, first_byte).await {
            Ok(answered) => return Ok(answered),
            Err(Attempt::Sent(error)) => return Err(error),
            Err(Attempt::NotSent { error, is_fault_of_target }) => (error, is_fault_of_target),
        };
        let Ok(second) = self.choose(is_fault_of_target.then_some(place)) else { return Err(error) };
        self.attempt(second, head, body, first_byte).await.map_err(|attempt| match attempt {
            Attempt::Sent(error) | Attempt::NotSent { error, .. } => error,
        })
    }

    /// Chooses the less busy of two random targets whose breaker is closed; `except` only if it is the only target.
    fn choose(&self, except: Option<usize>) -> Result<Chosen, UpstreamError> {
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
        // If all are down, all are tried: the checks may be wrong.
        if open.iter().any(|at| !self.targets[*at].health.is_down()) {
            open.retain(|at| !self.targets[*at].health.is_down());
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
        let chosen_for =
            |admission| Chosen { place: chosen, target: self.targets[chosen].clone(), admission };
        admitted.map(chosen_for).map_err(|wait| unavailable(Some(wait)))
    }

    async fn attempt(
        &self,
        chosen: Chosen,
        head: &Parts,
        body: &Bytes,
        first_byte: Duration,
    ) -> Result<(Response<Incoming>, Answering), Attempt> {
        let Chosen { target, admission, .. } = chosen;
        let answering = Answering::new(target, admission);
        match self.ask(&answering.target, head, body, first_byte).await {
            Ok(response) => Ok((response, answering)),
            Err(attempt) => {
                let is_sound = matches!(attempt, Attempt::NotSent { is_fault_of_target: false, .. });
                self.report(answering, is_sound);
                Err(attempt)
            }
        }
    }

    /// Reports to the breaker of a target how a call ended.
    fn report(&self, mut answering: Answering, is_sound: bool) {
        answering.report(is_sound);
        let level = self.targets.iter().map(|target| target.breaker().level()).max().unwrap_or(0);
        metrics::gauge!("gateway_breaker_state", "upstream" => self.config.name.clone())
            .set(f64::from(level));
    }

    async fn ask(
        &self,
        target: &Target,
        head: &Parts,
        body: &Bytes,
        first_byte: Duration,
    ) -> Result<Response<Incoming>, Attempt> {
        let request = self.request(target, head, body).map_err(Attempt::Sent)?;
        match timeout(first_byte, self.client.request(request)).await {
            Err(_) => Err(Attempt::Sent(UpstreamError::Timeout)),
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => {
                let failed = UpstreamError::Failed(with_cause(&error));
                Err(match (error.is_connect(), is_canceled(&error)) {
                    (true, _) => Attempt::NotSent { error: failed, is_fault_of_target: true },
                    // The server had closed a connection that was kept open.
                    (_, true) => Attempt::NotSent { error: failed, is_fault_of_target: false },
                    _ => Attempt::Sent(failed),
                })
            }
        }
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

    /// Counts a call that has ended.
    fn ended(&self, begun: Instant, outcome: &'static str) {
        self.count(outcome);
        metrics::histogram!("gateway_upstream_duration_seconds", "upstream" => self.config.name.clone())
            .record(begun.elapsed().as_secs_f64());
    }

    fn count(&self, outcome: &'static str) {
        let upstream = self.config.name.clone();
        metrics::counter!("gateway_upstream_requests_total", "upstream" => upstream, "outcome" => outcome)
            .increment(1);
    }
}

/// The label of a call without an answer.
fn outcome_of(error: &UpstreamError) -> &'static str {
    match error {
        UpstreamError::Unavailable { .. } | UpstreamError::Paused { .. } => "refused",
        UpstreamError::Timeout => "timed_out",
        UpstreamError::Failed(_) | UpstreamError::Unusable(_) => "failed",
    }
}

impl Target {
    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
