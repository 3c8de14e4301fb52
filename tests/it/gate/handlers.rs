//! Handlers of the tests' own, behind the whole gate.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::response::Response;
use bytes::Bytes;
use fluence::domain::credits::Credits;
use fluence::domain::refusal::Refusal;
use fluence::gate::metering::{PaidAnswer, PaidHandler, Unanswered};
use fluence::http::answer::{analysis_ok, refusal_of};
use tokio::sync::Semaphore;

use crate::support::gateway::Gateway;

/// Longer than any test runs.
pub(crate) const LONG: Duration = Duration::from_secs(600);

/// A gateway whose paid paths all answer with `respond`.
pub(crate) async fn answering<F, Fut, R>(respond: F) -> Gateway
where
    F: Fn() -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = R> + Send + 'static,
    R: HandlerAnswer,
{
    Gateway::in_front_of(handler(respond), LONG).await
}

/// The same as a handler.
pub(crate) fn handler<F, Fut, R>(respond: F) -> PaidHandler
where
    F: Fn() -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = R> + Send + 'static,
    R: HandlerAnswer,
{
    Arc::new(move |call| {
        let response = respond();
        Box::pin(async move { paid(response.await, call.price) })
    })
}

/// What a handler of the tests may end with: a response, or a refusal.
pub(crate) trait HandlerAnswer {
    fn into_result(self) -> Result<Response, Refusal>;
}

impl HandlerAnswer for Response {
    fn into_result(self) -> Result<Response, Refusal> {
        match refusal_of(&self) {
            Some(refusal) => Err(refusal.clone()),
            None => Ok(self),
        }
    }
}

impl HandlerAnswer for Refusal {
    fn into_result(self) -> Result<Response, Refusal> {
        Err(self)
    }
}

/// The end of a paid call with this price.
pub(crate) fn paid(answer: impl HandlerAnswer, price: Credits) -> Result<PaidAnswer, Unanswered> {
    let response = answer.into_result()?;
    let credits_used = response.extensions().get().map_or(price, |Using(credits)| *credits);
    Ok(PaidAnswer::by_status(response, credits_used))
}

/// Response extension: the call uses this much, whatever its price.
#[derive(Clone)]
struct Using(Credits);

/// A paid answer with an analysis that says nothing.
pub(crate) fn paid_answer() -> Response {
    analysis_ok(Bytes::from_static(b"{\"person\":null}"))
}

/// The same for a call that uses this many credits.
pub(crate) fn paid_answer_using(credits: u32) -> Response {
    let mut response = paid_answer();
    response.extensions_mut().insert(Using(Credits::from_u32(credits)));
    response
}

/// Where calls wait inside a handler until the test lets them go.
#[derive(Clone)]
pub(crate) struct Latch {
    inside: Arc<Semaphore>,
    let_go: Arc<Semaphore>,
}

impl Latch {
    pub(crate) fn new() -> Self {
        Self { inside: Arc::new(Semaphore::new(0)), let_go: Arc::new(Semaphore::new(0)) }
    }

    /// A gateway whose calls wait here and are then answered with `respond`.
    pub(crate) async fn before<R>(&self, respond: impl Fn() -> R + Clone + Send + Sync + 'static) -> Gateway
    where
        R: HandlerAnswer,
    {
        Gateway::in_front_of(self.handler(respond), LONG).await
    }

    /// The handler of such a gateway.
    pub(crate) fn handler<R>(&self, respond: impl Fn() -> R + Clone + Send + Sync + 'static) -> PaidHandler
    where
        R: HandlerAnswer,
    {
        let latch = self.clone();
        Arc::new(move |call| {
            let (latch, respond) = (latch.clone(), respond.clone());
            Box::pin(async move {
                latch.pass().await;
                paid(respond(), call.price)
            })
        })
    }

    /// Waits inside until let go.
    pub(crate) async fn pass(&self) {
        self.inside.add_permits(1);
        self.let_go.acquire().await.unwrap().forget();
    }

    /// Waits until so many more calls are inside.
    pub(crate) async fn reached(&self, calls: u32) {
        self.inside.acquire_many(calls).await.unwrap().forget();
    }

    /// Lets so many calls go.
    pub(crate) fn let_go(&self, calls: usize) {
        self.let_go.add_permits(calls);
    }
}
