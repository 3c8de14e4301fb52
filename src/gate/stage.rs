//! What the layers of the gate have in common.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, Route};
use tower::layer::layer_fn;
use tower::{ServiceExt, service_fn};

use crate::domain::refusal::Refusal;

/// A request on its way through the layers: boxed once, so that none of them copies it.
pub type Passing = Box<Request>;

/// A layer of the gate, with all that stands behind it. It is a `tower::Service` whose future needs no name: nothing is
/// boxed between two layers, and nothing behind a layer is copied for each request.
pub trait Stage: Send + Sync + 'static {
    /// Passes the request on, or refuses it.
    fn pass(&self, request: Passing) -> impl Future<Output = Result<Response, Refusal>> + Send;
}

/// The handler, behind the last layer.
#[derive(Clone, Debug)]
pub struct Endpoint(Route);

impl Endpoint {
    /// Runs the handler. The future borrows nothing: it may outlive the connection. It is boxed, so that what is built
    /// around it is not of its size.
    pub fn run(&self, request: Passing) -> Pin<Box<dyn Future<Output = Response> + Send>> {
        let answered = self.0.clone().oneshot(*request);
        Box::pin(async {
            match answered.await {
                Ok(response) => response,
                Err(never) => match never {},
            }
        })
    }
}

impl Stage for Endpoint {
    async fn pass(&self, request: Passing) -> Result<Response, Refusal> {
        Ok(self.run(request).await)
    }
}

/// Puts layers before a handler: what axum sees of them is one tower layer.
pub fn before<S, G>(
    handler: MethodRouter<S>,
    stack: impl Fn(Endpoint) -> G + Clone + Send + Sync + 'static,
) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
    G: Stage,
{
    handler.route_layer(layer_fn(move |handler| {
        let stack = Arc::new(stack(Endpoint(handler)));
        service_fn(move |request: Request| {
            let stack = stack.clone();
            async move { Ok::<_, Infallible>(stack.pass(Box::new(request)).await.into_response()) }
        })
    }))
}
