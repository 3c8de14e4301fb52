//! Handlers of the tests' own, behind the whole gate.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, post};
use bytes::Bytes;
use fluence::http::render::PaidAnswer;
use tokio::sync::Semaphore;

use crate::support::gateway::Gateway;

/// Longer than any test runs.
pub(crate) const LONG: Duration = Duration::from_secs(600);

/// A gateway whose paid paths all answer with `respond`.
pub(crate) async fn answering<F, Fut, R>(respond: F) -> Gateway
where
    F: Fn() -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = R> + Send + 'static,
    R: IntoResponse,
{
    Gateway::in_front_of(handler(respond), LONG).await
}

/// The same as a handler.
pub(crate) fn handler<F, Fut, R>(respond: F) -> MethodRouter
where
    F: Fn() -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = R> + Send + 'static,
    R: IntoResponse,
{
    post(move || {
        let response = respond();
        async move { response.await.into_response() }
    })
}

/// A paid answer with an analysis that says nothing.
pub(crate) fn paid_answer() -> Response {
    PaidAnswer { analise: Bytes::from_static(b"{\"person\":null}") }.into_response()
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
        R: IntoResponse,
    {
        Gateway::in_front_of(self.handler(respond), LONG).await
    }

    /// The handler of such a gateway.
    pub(crate) fn handler<R>(&self, respond: impl Fn() -> R + Clone + Send + Sync + 'static) -> MethodRouter
    where
        R: IntoResponse,
    {
        let latch = self.clone();
        post(move || async move {
            latch.pass().await;
            respond().into_response()
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
