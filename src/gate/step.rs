//! A step of the gate as a tower layer.

use std::future::Future;

use tower::layer::layer_fn;
use tower::{Layer, ServiceExt, service_fn};

use super::call::{GateService, Refused};

/// Returns the layer of a step. `check` turns one type of call into the next or refuses it. Unlike
/// `tower::filter`, this keeps the type of the refusal and boxes nothing.
pub(super) fn step<S, C, In, Out, Checked>(check: C) -> impl Layer<S, Service = impl GateService<In>>
where
    C: Fn(In) -> Checked + Clone + Send + Sync + 'static,
    Checked: Future<Output = Result<Out, Refused>> + Send + 'static,
    S: GateService<Out>,
    In: Send + 'static,
    Out: Send + 'static,
{
    layer_fn(move |next: S| {
        let check = check.clone();
        service_fn(move |call: In| {
            let (check, next) = (check.clone(), next.clone());
            async move {
                let passed = check(call).await?;
                next.oneshot(passed).await
            }
        })
    })
}
