//! Calls of customers, forwarded to one of several servers. `attempt` says what may be sent again.

mod answer_body;
mod attempt;
mod choice;
mod clients;
mod config;
mod health;
mod http1;
mod http2;
mod incoming;
mod metrics;
mod retry_budget;
mod send_error;
mod target_health;

use std::sync::Arc;
use std::time::Instant;

use hyper::Response;
use hyper::http::request::Parts;
use tokio::time::timeout;

pub use self::answer_body::{AnswerBody, Read};
use self::answer_body::{Answering, InProgress};
use self::attempt::Attempt;
use self::choice::Target;
use self::clients::Clients;
pub use self::config::{PoolConfig, UpstreamHost};
use self::incoming::IncomingBody;
use self::metrics::{CallEvent, PoolMetrics};
use self::retry_budget::RetryBudget;
pub use self::target_health::HealthConfig;
use super::BUSY_RETRY_AFTER;
use super::bulkhead::Bulkhead;
use super::error::UpstreamError;
use super::upload::{AnswerTimeouts, Upload};
use crate::domain::forwarding::RetryRule;
use crate::domain::ids::AccountId;

/// Servers behind this one, with the state of each.
pub struct Pool {
    config: PoolConfig,
    targets: Vec<Arc<Target>>,
    clients: Clients,
    bulkhead: Bulkhead,
    retries: RetryBudget,
    metrics: PoolMetrics,
}

/// A call that is sent on.
#[derive(Clone, Copy, Debug)]
pub struct PoolCall<'c> {
    /// The URL is a path.
    pub head: &'c Parts,
    pub body: &'c Upload,
    pub timeouts: AnswerTimeouts,
    pub retry: RetryRule,
}

impl Pool {
    /// Builds the clients. They do not connect yet.
    pub fn new(config: PoolConfig) -> Self {
        let targets = config.targets.iter().enumerate();
        let targets = targets.map(|(index, url)| Arc::new(Target::new(index, url, &config)));
        Self {
            targets: targets.collect(),
            clients: Clients::new(&config),
            bulkhead: Bulkhead::new(config.max_concurrent),
            retries: RetryBudget::default(),
            metrics: PoolMetrics::new(&config.name),
            config,
        }
    }

    /// Returns a pool that checks the health of its targets until it is dropped.
    pub fn watched(config: PoolConfig) -> Arc<Self> {
        let pool = Arc::new(Self::new(config));
        health::watch(&pool);
        pool
    }

    pub fn config(&self) -> &PoolConfig {
        &self.config
    }

    /// Sends a call of an account, and returns the answer's head with a body that is still to be
    /// read.
    pub async fn send(
        self: &Arc<Self>,
        account: AccountId,
        call: PoolCall<'_>,
    ) -> Result<Response<AnswerBody>, UpstreamError> {
        let Ok(permit) = timeout(self.config.connect_timeout, self.bulkhead.take(account)).await else {
            self.metrics.count(CallEvent::Busy);
            return Err(UpstreamError::Unavailable { retry_after: BUSY_RETRY_AFTER });
        };
        let waiting = Waiting { pool: Some(self), begun: Instant::now() };
        match self.send_to_one(call).await {
            Ok((response, answering)) => Ok(response.map(|incoming| {
                let (pool, upload) = (self.clone(), call.body.clone());
                let begun = waiting.end();
                let in_progress = InProgress { pool, answering, begun, upload, _permit: permit };
                AnswerBody::new(incoming, call.timeouts, in_progress)
            })),
            Err(error) => {
                call.body.stop();
                self.ended(waiting.end(), outcome_of(&error));
                Err(error)
            }
        }
    }

    async fn send_to_one(
        &self,
        call: PoolCall<'_>,
    ) -> Result<(Response<IncomingBody>, Answering), UpstreamError> {
        let first = self.choose(None)?;
        let index = first.target.index;
        if call.retry != RetryRule::Off {
            self.retries.note_call();
        }
        let (error, is_fault_of_target) = match self.attempt(first, call).await {
            Ok(answered) => return Ok(answered),
            Err(Attempt::NotSent { error, is_fault_of_target }) if call.body.is_whole() => {
                (error, is_fault_of_target)
            }
            Err(Attempt::Unanswered(error)) if call.may_retry() && self.retries.take() => {
                self.metrics.count(CallEvent::Retried);
                (error, true)
            }
            Err(attempt) => return Err(attempt.into_error()),
        };
        let Ok(second) = self.choose(is_fault_of_target.then_some(index)) else { return Err(error) };
        self.attempt(second, call).await.map_err(Attempt::into_error)
    }

    /// Counts a call that has ended.
    fn ended(&self, begun: Instant, ended: CallEvent) {
        self.metrics.count(ended);
        self.metrics.took(begun.elapsed());
    }
}

/// A call that waits for the head of its answer. Dropped before, it has been left.
struct Waiting<'p> {
    /// `None` once it has an answer or an error.
    pool: Option<&'p Pool>,
    begun: Instant,
}

impl Waiting<'_> {
    /// Ends the wait, and returns when it began.
    fn end(mut self) -> Instant {
        self.pool = None;
        self.begun
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Some(pool) = self.pool {
            pool.ended(self.begun, CallEvent::Left);
        }
    }
}

/// How a call without an answer ended.
fn outcome_of(error: &UpstreamError) -> CallEvent {
    match error {
        UpstreamError::Unavailable { .. } | UpstreamError::Paused { .. } => CallEvent::Refused,
        UpstreamError::Timeout => CallEvent::TimedOut,
        UpstreamError::Failed(_) => CallEvent::Failed,
        UpstreamError::Unusable(_) => CallEvent::Left,
    }
}
