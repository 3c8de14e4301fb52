//! Refuses query parameters on paths that take none.

use std::sync::Arc;

use axum::extract::Request;
use axum::routing::{MethodRouter, Route as Handler};
use tower::layer::layer_fn;
use tower::{ServiceExt, service_fn};

use crate::http::answer::refused;
use crate::http::query::refuse_parameters;

/// Wraps methods that take no query parameters.
pub fn without_parameters<S: Clone + 'static>(methods: MethodRouter<S>) -> MethodRouter<S> {
    methods.route_layer(layer_fn(|handler: Handler| {
        let handler = Arc::new(handler);
        service_fn(move |request: Request| {
            let handler = handler.clone();
            async move {
                match refuse_parameters(request.uri()) {
                    Ok(()) => Handler::clone(&handler).oneshot(request).await,
                    Err(refusal) => Ok(refused(refusal)),
                }
            }
        })
    }))
}
