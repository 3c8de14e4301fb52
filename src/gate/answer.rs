//! What every answer carries, whatever became of the call: the caller's limits, balance and identity.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use tower::layer::layer_fn;
use tower::{Layer, Service, ServiceExt, service_fn};

use super::Gate;
use super::auth::caller::Caller;
use super::call::{Answered, Facts, Incoming, Refused};
use super::reentry::Reentry;
use crate::clock;
use crate::domain::refusal::{Limit, Refusal};
use crate::http::answer::{refusal_of, take_billing};
use crate::http::rate_limit_headers::RateLimitHeaders;

/// The layer around the steps of a call to this path.
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
    S: Service<Incoming, Response = Answered, Error = Refused, Future: Send> + Clone + Send + Sync + 'static,
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
                    Err(Refused { refusal, facts }) => (refusal.into_response(), facts),
                };
                Ok::<_, Infallible>(complete(&gate, response, facts).await)
            }
        })
    })
}

async fn complete(gate: &Gate, mut response: Response, mut facts: Box<Facts>) -> Response {
    if let Some(caller) = facts.caller.take() {
        // Before the answer goes out: who has it may send the next request at once. Where its client is slow to take it, the
        // connection takes a place again.
        if let Some(slot) = facts.slot.take() {
            slot.give_back().await;
            response.extensions_mut().insert(Reentry::new(gate.limits.clone(), caller.clone()));
        }
        tell(gate, &caller, &mut response, &mut facts).await;
    }
    response.extensions_mut().insert(facts.record);
    response
}

/// Tells a known caller where the account stands, and counts what was refused.
async fn tell(gate: &Gate, caller: &Caller, response: &mut Response, facts: &mut Facts) {
    let record = &mut facts.record;
    record.caller = Some((caller.key.account_id, caller.key.key_id));
    if record.billing.is_none() {
        record.billing = take_billing(response);
    }
    if record.billing.is_none() {
        gate.keyring.ask_balance(caller).await;
        record.billing = Some(caller.unbilled());
    }
    let Some(refusal) = refusal_of(response) else { return };
    if let Refusal::Limited(hit) = refusal
        && hit.limit == Limit::Quota
    {
        gate.limits.count_quota_refusal();
        record.rate_limit = Some(RateLimitHeaders::used_up("period", hit));
    }
    if let Some(path) = record.route {
        gate.refused.note(&caller.key, path, refusal.code(), clock::now().date_naive());
    }
}
