//! Second of the gate: is the account within its limits, and may it call at all? It stands before any work is done for
//! the caller. Concurrency and rate are decided together, in [`super::admission`].

use std::fmt::{self, Write};

use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};

use crate::clock;
use crate::domain::account::AccountState;
use crate::domain::ids::AccountId;
use crate::domain::refusal::{Limit as Bound, LimitHit, Refusal};
use crate::domain::wait::whole_seconds;
use crate::gate::account_live::Slot;
use crate::gate::admission::{Admission, Limits};
use crate::gate::caller::Caller;
use crate::gate::limiter::RateDecision;
use crate::gate::stage::{Passing, Stage};

const X_RATELIMIT_LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const X_RATELIMIT_REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const X_RATELIMIT_RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");
const RATELIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATELIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Headers of a usual answer: room for all of them at once, so that the map grows but once.
const USUAL_HEADERS: usize = 14;

/// The most that a value of `RateLimit` or `RateLimit-Policy` comes to.
const LONGEST_TEXT: usize = 64;

/// How long a caller is told to wait for one of its own requests to end. When that will be is not known; this is the
/// least that `Retry-After` can say.
const CONCURRENCY_RETRY_AFTER_S: u64 = 1;

/// The layer.
#[derive(Clone, Debug)]
pub struct Limit<N> {
    /// Who decides.
    pub limits: Limits,
    /// What stands behind it.
    pub next: N,
}

/// Response extension: the way back among the account's running requests, for an answer that its client is slow to take.
#[derive(Clone, Debug)]
pub struct Reentry {
    limits: Limits,
    caller: Caller,
}

impl Reentry {
    /// The account.
    pub fn account_id(&self) -> AccountId {
        self.caller.key.account_id
    }

    /// Takes a place again. It is not refused: the answer is there.
    pub fn enter(&self) -> Slot {
        self.limits.enter_again(&self.caller)
    }
}

impl<N: Stage> Stage for Limit<N> {
    /// Admits a request of the [`Caller`] in its extensions; where a key is optional and there is none, there is nobody to
    /// count for. The request's place among the running ones travels on in the extensions too, because the work may
    /// outlive the connection.
    async fn pass(&self, mut request: Passing) -> Result<Response, Refusal> {
        let Some(caller) = request.extensions().get::<Caller>().cloned() else {
            return self.next.pass(request).await;
        };
        let (slot, rate) = match self.limits.admit(&caller).await {
            Admission::Admitted { slot, rate } => (slot, rate),
            Admission::TooFast(rate) => {
                let refused = Refusal::Limited(rate_hit(&rate)).into_response();
                return Ok(Told::from(&rate).in_headers_of(refused));
            }
            Admission::TooMany => {
                let hit = concurrency_hit(caller.key.plan.concurrency);
                let told = Told::used_up("concurrent", &hit);
                return Ok(told.in_headers_of(Refusal::Limited(hit).into_response()));
            }
        };
        let mut response = match caller.key.account_state {
            AccountState::Suspended => Refusal::AccountSuspended.into_response(),
            AccountState::Active => {
                request.extensions_mut().insert(slot.clone());
                self.next.pass(request).await.into_response()
            }
        };
        // Before the answer goes out: who has it may send the next request at once. Where its client is slow to take it, the
        // connection takes a place again.
        slot.give_back().await;
        response.extensions_mut().insert(Reentry { limits: self.limits.clone(), caller });
        let told = match response.extensions().get() {
            Some(Refusal::Limited(hit)) if hit.limit == Bound::Quota => {
                self.limits.count_quota_refusal();
                Told::used_up("period", hit)
            }
            _ => Told::from(&rate),
        };
        Ok(told.in_headers_of(response))
    }
}

fn concurrency_hit(concurrency: u32) -> LimitHit {
    LimitHit { limit: Bound::Concurrency, size: concurrency.into(), retry_after_s: CONCURRENCY_RETRY_AFTER_S }
}

fn rate_hit(decision: &RateDecision) -> LimitHit {
    let wait = decision.retry_after.unwrap_or_default();
    LimitHit {
        limit: Bound::Rate,
        size: decision.rate_per_s.into(),
        retry_after_s: whole_seconds(wait).max(1),
    }
}

/// What the headers tell: the state of one limit, of the one that refused where one did.
struct Told {
    policy: &'static str,
    size: u64,
    /// The time in which `size` requests may come; none for a limit that does not fill up with time.
    window_s: Option<u64>,
    remaining: u64,
    reset_s: u64,
}

impl From<&RateDecision> for Told {
    fn from(decision: &RateDecision) -> Self {
        Self {
            policy: "burst",
            size: decision.burst.into(),
            window_s: Some(decision.burst.div_ceil(decision.rate_per_s.max(1)).max(1).into()),
            remaining: decision.remaining.into(),
            reset_s: whole_seconds(decision.reset_after),
        }
    }
}

impl Told {
    /// A limit that has just refused.
    fn used_up(policy: &'static str, hit: &LimitHit) -> Self {
        Self { policy, size: hit.size, window_s: None, remaining: 0, reset_s: hit.retry_after_s }
    }

    /// All of these from one decision, so that they cannot contradict each other. `RateLimit` and `RateLimit-Policy` are
    /// those of draft-ietf-httpapi-ratelimit-headers-10.
    fn in_headers_of(&self, mut response: Response) -> Response {
        let Self { policy, size, window_s, remaining, reset_s } = self;
        let headers = response.headers_mut();
        headers.reserve(USUAL_HEADERS);
        headers.insert(X_RATELIMIT_LIMIT, (*size).into());
        headers.insert(X_RATELIMIT_REMAINING, (*remaining).into());
        headers.insert(X_RATELIMIT_RESET, clock::now().timestamp().saturating_add_unsigned(*reset_s).into());
        let mut text = String::with_capacity(LONGEST_TEXT);
        let mut value = |parts: fmt::Arguments<'_>| {
            text.clear();
            // Writing to memory cannot fail.
            let _ = text.write_fmt(parts);
            HeaderValue::from_str(&text).ok()
        };
        let limit = match window_s {
            Some(window_s) => value(format_args!("\"{policy}\";q={size};w={window_s}")),
            None => value(format_args!("\"{policy}\";q={size}")),
        };
        let state = value(format_args!("\"{policy}\";r={remaining};t={reset_s}"));
        for (name, value) in [(RATELIMIT_POLICY, limit), (RATELIMIT, state)] {
            if let Some(value) = value {
                headers.insert(name, value);
            }
        }
        response
    }
}
