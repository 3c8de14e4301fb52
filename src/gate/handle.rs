//! Runs the handlers of free calls.

use std::future::Future;
use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use axum::routing::Route as Handler;
use tower::layer::layer_fn;
use tower::{Layer, ServiceExt, service_fn};

use super::auth::credential::credential;
use super::call::{Answered, Call, GateService, Incoming};
use super::key_restrictions::Permitted;

/// Runs the handler, which finds the [`Caller`](super::auth::caller::Caller) and the call's
/// [`Slot`](super::limits::account::Slot) among the request's extensions.
pub(super) fn handle(handler: Handler) -> impl GateService<Permitted> {
    // One reference count: the steps above clone this service.
    let handler = Arc::new(handler);
    service_fn(move |call: Permitted| {
        let (Call { mut request, facts, .. }, caller, slot) = call.into_parts();
        request.extensions_mut().insert(caller);
        request.extensions_mut().insert(slot);
        let response = run(&handler, *request);
        async move { Ok(Answered { response: response.await, facts }) }
    })
}

/// Returns a layer that runs the handler at once if the request has no credential.
pub(super) fn pass_anonymous<S>(handler: Handler) -> impl Layer<S, Service = impl GateService<Incoming>>
where
    S: GateService<Incoming>,
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

/// Runs an axum handler, which cannot fail.
fn run(handler: &Handler, request: Request) -> impl Future<Output = Response> + Send + use<> {
    let answered = handler.clone().oneshot(request);
    async {
        match answered.await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}
