//! Checks the account's rate and concurrency, which [`super::limits`] decides together, and its
//! state.

use super::auth::caller::Caller;
use super::authenticate::Authenticated;
use super::call::{Call, Refused};
use super::limits::account::{Admission, LimitedRoute, RouteRefusal, Slot};
use super::limits::limiter::RateDecision;
use crate::domain::account::AccountState;
use crate::domain::refusal::{Limit, LimitHit, Refusal};
use crate::domain::wait::{retry_after_s, whole_seconds};
use crate::http::rate_limit_headers::RateLimitHeaders;

/// `Retry-After` of a call past the concurrency limit: the minimum, because the end of the running
/// calls is unknown.
const CONCURRENCY_RETRY_AFTER_S: u64 = 1;

/// A call within the limits of its account. It counts as running while a clone of its [`Slot`]
/// exists.
#[derive(Debug)]
pub(super) struct Admitted {
    call: Call,
    caller: Caller,
    slot: Slot,
}

impl Admitted {
    pub(super) fn into_parts(self) -> (Call, Caller, Slot) {
        (self.call, self.caller, self.slot)
    }

    pub(super) fn caller(&self) -> &Caller {
        &self.caller
    }

    pub(super) fn call(&self) -> &Call {
        &self.call
    }

    pub(super) fn refuse(self, refusal: Refusal) -> Refused {
        self.call.refuse(refusal)
    }
}

/// Passes calls within the limits of an active account.
pub(super) async fn admit(call: Authenticated) -> Result<Admitted, Refused> {
    admit_to(None, call).await
}

/// The same for a route with limits of its own.
pub(super) async fn admit_to(route: Option<LimitedRoute>, call: Authenticated) -> Result<Admitted, Refused> {
    let (mut call, caller) = call.into_parts();
    let (limits, sizes) = (&call.gate.limits, caller.limit_sizes());
    let admission = limits.admit(&caller.account, route.as_ref(), &caller.rate, sizes).await;
    let (slot, rate) = match admission {
        Admission::Admitted { slot, rate } => (slot, rate),
        Admission::TooFast(rate) => {
            call.facts.record.rate_limit = Some(headers("burst", &rate));
            return Err(call.refuse(Refusal::Limited(rate_hit(&rate))));
        }
        Admission::RouteLimited(refusal) => {
            let (headers, hit) = match &refusal {
                RouteRefusal::TooFast(rate) => {
                    (headers("route", rate), LimitHit { limit: Limit::RouteRate, ..rate_hit(rate) })
                }
                RouteRefusal::TooMany(concurrency) => {
                    let limit = Limit::RouteConcurrency;
                    let hit = LimitHit { limit, ..concurrency_hit(*concurrency) };
                    (RateLimitHeaders::used_up("route", &hit), hit)
                }
            };
            call.facts.record.rate_limit = Some(headers);
            return Err(call.refuse(Refusal::Limited(hit)));
        }
        Admission::TooMany => {
            let hit = concurrency_hit(caller.key.plan.concurrency);
            call.facts.record.rate_limit = Some(RateLimitHeaders::used_up("concurrent", &hit));
            return Err(call.refuse(Refusal::Limited(hit)));
        }
    };
    call.facts.record.rate_limit = Some(headers("burst", &rate));
    call.facts.slot = Some(slot.clone());
    match caller.key.account_state {
        AccountState::Active => Ok(Admitted { call, caller, slot }),
        AccountState::Suspended => {
            drop(slot);
            Err(call.refuse(Refusal::AccountSuspended))
        }
    }
}

fn headers(policy: &'static str, rate: &RateDecision) -> RateLimitHeaders {
    RateLimitHeaders {
        policy,
        size: rate.burst.into(),
        window_s: Some(rate.burst.div_ceil(rate.rate_per_s.max(1)).max(1).into()),
        remaining: rate.remaining.into(),
        reset_s: whole_seconds(rate.reset_after),
    }
}

fn concurrency_hit(concurrency: u32) -> LimitHit {
    LimitHit { limit: Limit::Concurrency, size: concurrency.into(), retry_after_s: CONCURRENCY_RETRY_AFTER_S }
}

fn rate_hit(decision: &RateDecision) -> LimitHit {
    let wait = decision.retry_after.unwrap_or_default();
    LimitHit { limit: Limit::Rate, size: decision.rate_per_s.into(), retry_after_s: retry_after_s(wait) }
}
