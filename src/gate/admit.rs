//! Is the account within its limits, and may it call at all? Concurrency and rate are decided together, in
//! [`super::limits`].

use axum::response::{IntoResponse, Response};

use crate::domain::account::AccountState;
use crate::domain::ids::AccountId;
use crate::domain::refusal::{Limit, LimitHit, Refusal};
use crate::domain::wait::whole_seconds;
use crate::gate::auth::caller::Caller;
use crate::gate::limits::Limits;
use crate::gate::limits::account::{Admission, Slot};
use crate::gate::limits::headers::RateLimitHeaders;
use crate::gate::limits::limiter::RateDecision;
use crate::gate::stage::{Passing, Stage};

/// How long a caller is told to wait for one of its own requests to end. When that will be is not known; this is the
/// least that `Retry-After` can say.
const CONCURRENCY_RETRY_AFTER_S: u64 = 1;

/// Admits requests within the limits of their account.
#[derive(Clone, Debug)]
pub struct Admit<N> {
    /// Who decides.
    pub limits: Limits,
    /// The steps behind it, and the handler.
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
        self.limits.enter_again(&self.caller.account)
    }
}

impl<N: Stage> Stage for Admit<N> {
    /// Admits a request of the [`Caller`] in its extensions; where a key is optional and there is none, there is nobody to
    /// count for. The request's place among the running ones travels on in the extensions too, because the work may
    /// outlive the connection.
    async fn pass(&self, mut request: Passing) -> Result<Response, Refusal> {
        let Some(caller) = request.extensions().get::<Caller>().cloned() else {
            return self.next.pass(request).await;
        };
        let (slot, rate) = match self.limits.admit(&caller.account, &caller.rate, caller.limit_sizes()).await
        {
            Admission::Admitted { slot, rate } => (slot, rate),
            Admission::TooFast(rate) => {
                let refused = Refusal::Limited(rate_hit(&rate)).into_response();
                return Ok(RateLimitHeaders::from(&rate).set_on(refused));
            }
            Admission::TooMany => {
                let hit = concurrency_hit(caller.key.plan.concurrency);
                let headers = RateLimitHeaders::used_up("concurrent", &hit);
                return Ok(headers.set_on(Refusal::Limited(hit).into_response()));
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
        let headers = match response.extensions().get() {
            Some(Refusal::Limited(hit)) if hit.limit == Limit::Quota => {
                self.limits.count_quota_refusal();
                RateLimitHeaders::used_up("period", hit)
            }
            _ => RateLimitHeaders::from(&rate),
        };
        Ok(headers.set_on(response))
    }
}

fn concurrency_hit(concurrency: u32) -> LimitHit {
    LimitHit { limit: Limit::Concurrency, size: concurrency.into(), retry_after_s: CONCURRENCY_RETRY_AFTER_S }
}

fn rate_hit(decision: &RateDecision) -> LimitHit {
    let wait = decision.retry_after.unwrap_or_default();
    LimitHit {
        limit: Limit::Rate,
        size: decision.rate_per_s.into(),
        retry_after_s: whole_seconds(wait).max(1),
    }
}
