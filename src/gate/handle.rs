//! The innermost service of a free call: its handler.

use std::future::Future;
use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use axum::routing::Route as Handler;
use tower::layer::layer_fn;
use tower::{Layer, Service, ServiceExt, service_fn};

use super::auth::credential::credential;
use super::call::{Answered, Call, Incoming, Refused};
use super::key_restrictions::Permitted;

/// Runs the handler, which finds the [`Caller`](super::auth::caller::Caller) and the call's
/// [`Slot`](super::limits::account::Slot) among the request's extensions.
pub(super) fn handle(
    handler: Handler,
) -> impl Service<Permitted, Response = Answered, Error = Refused, Future: Send> + Clone + Send + Sync + 'static
{
    // One count: the steps above clone what is behind them.
    let handler = Arc::new(handler);
    service_fn(move |call: Permitted| {
        let (Call { mut request, facts, .. }, caller, slot) = call.into_parts();
        request.extensions_mut().insert(caller);
        request.extensions_mut().insert(slot);
        let response = run(&handler, *request);
        async move { Ok(Answered { response: response.await, facts }) }
    })
}

/// The layer that runs the handler of a request without a credential at once. A credential that is sent is checked.
pub(super) fn pass_anonymous<S>(
    handler: Handler,
) -> impl Layer<
    S,
    Service = impl Service<Incoming, Response = Answered, Error = Refused, Future: Send>
              + Clone
              + Send
              + Sync
              + 'static,
>
where
    S: Service<Incoming, Response = Answered, Error = Refused, Future: Send> + Clone + Send + Sync + 'static,
{
    let handler = Arc::new(handler);
    layer_fn(move |steps: S| {
        let handler = handler.clone();
        service_fn(move |Incoming(call): Incoming| {
            let (handler, steps) = (handler.clone(), steps.clone());
            async move {
                if let Ok(None) = credential(call.request.headers(), call.request.uri()) {
                    let response = run(&handler, *call.request).await;
                    return Ok(Answered { response, facts: call.facts });
                }
                steps.oneshot(Incoming(call)).await
            }
        })
    })
}

/// Runs a handler of axum's, which cannot fail.
fn run(handler: &Handler, request: Request) -> impl Future<Output = Response> + Send + use<> {
    let answered = handler.clone().oneshot(request);
    async {
        match answered.await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}
