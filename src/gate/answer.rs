//! The outermost layer of the gate. It adds the caller's limits, balance and identity to every
//! answer, including refusals.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use tower::layer::layer_fn;
use tower::{Layer, Service, ServiceExt, service_fn};

use super::Gate;
use super::auth::caller::Caller;
use super::call::{Answered, Facts, GateService, Incoming, Refused};
use super::reentry::Reentry;
use crate::clock;
use crate::domain::refusal::{Limit, Refusal};
use crate::http::answer::{refusal_of, refused, take_billing};
use crate::http::rate_limit_headers::RateLimitHeaders;

/// Returns the layer around the steps of calls to `path`.
pub(super) fn answer<S>(
    gate: Arc<Gate>,
    path: &'static str,
) -> impl Layer<
    S,
    Service = impl Service<Request, Response = Response, Error = Infallible, Future: Send>
              + Clone
              + Send
              + Sync
              + 'static,
>
where
    S: GateService<Incoming>,
{
    layer_fn(move |steps: S| {
        let gate = gate.clone();
        service_fn(move |request: Request| {
            let steps = steps.clone();
            let call = Incoming::new(gate.clone(), path, request);
            let gate = gate.clone();
            async move {
                let (response, facts) = match steps.oneshot(call).await {
                    Ok(Answered { response, facts }) => (response, facts),
                    Err(Refused { refusal, facts }) => (refused(refusal), facts),
                };
                Ok::<_, Infallible>(complete(&gate, response, facts).await)
            }
        })
    })
}

async fn complete(gate: &Gate, mut response: Response, mut facts: Box<Facts>) -> Response {
    if let Some(caller) = facts.caller.take() {
        // Before the answer is sent, because its client may send the next request at once. If the
        // client reads slowly, the connection takes a slot again.
        if let Some(slot) = facts.slot.take() {
            slot.release().await;
            response.extensions_mut().insert(Reentry::new(gate.limits.clone(), caller.clone()));
        }
        add_caller(gate, &caller, &mut response, &mut facts).await;
    }
    response.extensions_mut().insert(facts.record);
    response
}

/// Adds the caller and the account's balance to the record, and counts refusals.
async fn add_caller(gate: &Gate, caller: &Caller, response: &mut Response, facts: &mut Facts) {
    let record = &mut facts.record;
    record.caller = Some((caller.key.account_id, caller.key.key_id));
    if record.billing.is_none() {
        record.billing = take_billing(response);
    }
    if record.billing.is_none() {
        gate.keyring.refresh_balance(caller).await;
        record.billing = Some(caller.uncharged_billing());
    }
    let Some(refusal) = refusal_of(response) else { return };
    if let Refusal::Limited(hit) = refusal
        && hit.limit == Limit::Quota
    {
        gate.limits.count_quota_refusal();
        record.rate_limit = Some(RateLimitHeaders::used_up("period", hit));
    }
    if let Some(path) = record.route {
        gate.refused.count(&caller.key, path, refusal.code(), clock::now().date_naive());
    }
}
