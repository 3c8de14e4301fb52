//! Second of the gate: is the account within its limits? It stands before any work is done for the caller. Concurrency
//! and rate are decided together: a refusal of either takes nothing from the other.

use std::time::Duration;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::clock;
use crate::domain::refusal::{Limit, LimitHit, Refusal};
use crate::gate::caller::Caller;
use crate::gate::limiter::RateDecision;

const X_RATELIMIT_LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const X_RATELIMIT_REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const X_RATELIMIT_RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");
const RATELIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATELIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// How long a caller is told to wait for one of its own requests to end. When that will be is not known; this is the
/// least that `Retry-After` can say.
const CONCURRENCY_RETRY_AFTER_S: u64 = 1;

/// Admits a request of the [`Caller`] in its extensions. Its place among the running requests travels on in the
/// extensions too, because the work may outlive the connection.
pub async fn limit(mut request: Request, next: Next) -> Response {
    let Some(caller) = request.extensions().get::<Caller>().cloned() else {
        tracing::error!("the limit layer stands before authentication");
        return Refusal::Internal.into_response();
    };
    let plan = &caller.key.plan;
    let Some(slot) = caller.account.enter(plan.concurrency) else {
        let hit = LimitHit {
            limit: Limit::Concurrency,
            size: plan.concurrency.into(),
            retry_after_s: CONCURRENCY_RETRY_AFTER_S,
        };
        return Refusal::Limited(hit).into_response();
    };
    let decision = caller.rate.check(caller.key.account_id);
    let mut response = match decision.retry_after {
        Some(wait) => Refusal::Limited(rate_hit(&decision, wait)).into_response(),
        None => {
            request.extensions_mut().insert(slot.clone());
            next.run(request).await
        }
    };
    drop(slot);
    set_headers(response.headers_mut(), &decision);
    response
}

fn rate_hit(decision: &RateDecision, wait: Duration) -> LimitHit {
    LimitHit {
        limit: Limit::Rate,
        size: decision.rate_per_s.into(),
        retry_after_s: whole_seconds(wait).max(1),
    }
}

/// Whole seconds, rounded up: waiting that long is always enough.
fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

/// All of these from one decision, so that they cannot contradict each other. `RateLimit` and `RateLimit-Policy` are
/// those of draft-ietf-httpapi-ratelimit-headers-10.
fn set_headers(headers: &mut HeaderMap, decision: &RateDecision) {
    let reset_s = whole_seconds(decision.reset_after);
    let reset_at = clock::now().timestamp().saturating_add_unsigned(reset_s);
    headers.insert(X_RATELIMIT_LIMIT, decision.burst.into());
    headers.insert(X_RATELIMIT_REMAINING, decision.remaining.into());
    headers.insert(X_RATELIMIT_RESET, reset_at.into());
    let window_s = decision.burst.div_ceil(decision.rate_per_s.max(1)).max(1);
    let text = |text: String| HeaderValue::try_from(text).ok();
    if let Some(policy) = text(format!("\"burst\";q={};w={window_s}", decision.burst)) {
        headers.insert(RATELIMIT_POLICY, policy);
    }
    if let Some(state) = text(format!("\"burst\";r={};t={reset_s}", decision.remaining)) {
        headers.insert(RATELIMIT, state);
    }
}
