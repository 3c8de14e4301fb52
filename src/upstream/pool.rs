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
mod repeats;
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
use self::metrics::{Ended, PoolMetrics};
use self::repeats::Repeats;
pub use self::target_health::HealthConfig;
use super::BUSY_RETRY_AFTER;
use super::bulkhead::Bulkhead;
use super::error::UpstreamError;
use super::upload::{AnswerWaits, Upload};
use crate::domain::forwarding::RetryRule;
use crate::domain::ids::AccountId;

/// Servers behind this one, with the state of each.
pub struct Pool {
    config: PoolConfig,
    targets: Vec<Arc<Target>>,
    clients: Clients,
    bulkhead: Bulkhead,
    repeats: Repeats,
    metrics: PoolMetrics,
}

/// A call that is sent on.
#[derive(Clone, Copy, Debug)]
pub struct PoolCall<'c> {
    /// The URL is a path.
    pub head: &'c Parts,
    pub body: &'c Upload,
    pub waits: AnswerWaits,
    pub retry: RetryRule,
}

impl Pool {
    /// Builds the clients. They do not connect yet.
    pub fn new(config: PoolConfig) -> Self {
        let targets = config.targets.iter().enumerate();
        let targets = targets.map(|(place, url)| Arc::new(Target::new(place, url, &config)));
        Self {
            targets: targets.collect(),
            clients: Clients::new(&config),
            bulkhead: Bulkhead::new(config.max_concurrent),
            repeats: Repeats::default(),
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
            self.metrics.count(Ended::Busy);
            return Err(UpstreamError::Unavailable { retry_after: BUSY_RETRY_AFTER });
        };
        let begun = Instant::now();
        match self.send_to_one(call).await {
            Ok((response, answering)) => Ok(response.map(|incoming| {
                let (pool, upload) = (self.clone(), call.body.clone());
                AnswerBody::new(incoming, InProgress { pool, answering, begun, upload, _permit: permit })
            })),
            Err(error) => {
                call.body.stop();
                self.ended(begun, outcome_of(&error));
                Err(error)
            }
        }
    }

    async fn send_to_one(
        &self,
        call: PoolCall<'_>,
    ) -> Result<(Response<IncomingBody>, Answering), UpstreamError> {
        let first = self.choose(None)?;
        let place = first.target.place;
        if call.retry != RetryRule::Off {
            self.repeats.note_call();
        }
        let (error, is_fault_of_target) = match self.attempt(first, call).await {
            Ok(answered) => return Ok(answered),
            Err(Attempt::NotSent { error, is_fault_of_target }) if call.body.is_whole() => {
                (error, is_fault_of_target)
            }
            Err(Attempt::Unanswered(error)) if call.may_repeat() && self.repeats.take() => {
                self.metrics.count(Ended::Repeated);
                (error, true)
            }
            Err(attempt) => return Err(attempt.into_error()),
        };
        let Ok(second) = self.choose(is_fault_of_target.then_some(place)) else { return Err(error) };
        self.attempt(second, call).await.map_err(Attempt::into_error)
    }

    /// Counts a call that has ended.
    fn ended(&self, begun: Instant, ended: Ended) {
        self.metrics.count(ended);
        self.metrics.took(begun.elapsed());
    }
}

/// How a call without an answer ended.
fn outcome_of(error: &UpstreamError) -> Ended {
    match error {
        UpstreamError::Unavailable { .. } | UpstreamError::Paused { .. } => Ended::Refused,
        UpstreamError::Timeout => Ended::TimedOut,
        UpstreamError::Failed(_) => Ended::Failed,
        UpstreamError::Unusable(_) => Ended::Left,
    }
}
