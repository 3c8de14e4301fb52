//! Admits or refuses requests by rate and concurrency: locally, or in a store that several gateways
//! share.

pub mod account;
pub mod accounts;
pub mod limiter;
pub mod shared_limits;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use metrics::{Counter, counter};

use self::account::{Admission, CachedAccount, LimitedRoute, RouteRefusal, Slot};
use self::limiter::{LimitSizes, RateLimit};
use self::shared_limits::{Limit, Ruling, SharedLimits, Verdict};

/// The limits of all accounts. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Limits {
    shared: Option<Arc<SharedLimits>>,
    counts: Arc<Counts>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecidedBy {
    ThisGateway,
    SharedStore,
    /// The shared store has been unavailable since this time.
    ThisGatewaySince(DateTime<Utc>),
}

impl Limits {
    /// Limits by this gateway only. Counts with the metrics recorder that is installed now.
    pub fn local() -> Self {
        Self::new(None)
    }

    /// Limits by all gateways together, and by this one only while the store is
    /// unavailable.
    pub fn shared(shared: Arc<SharedLimits>) -> Self {
        Self::new(Some(shared))
    }

    fn new(shared: Option<Arc<SharedLimits>>) -> Self {
        Self { shared, counts: Arc::new(Counts::new()) }
    }

    /// Admits a request or refuses it. Without a shared store this never waits.
    pub async fn admit(
        &self,
        account: &Arc<CachedAccount>,
        route: Option<&LimitedRoute>,
        rate: &RateLimit,
        sizes: LimitSizes,
    ) -> Admission {
        let (admission, is_shared) = match &self.shared {
            None => (account.admit(route, sizes, || rate.check(account.id()), || None), false),
            // Boxed, so that requests of a gateway without a store do not carry the size of a call
            // to one.
            Some(shared) => Box::pin(admit_shared(shared, account, route, rate, sizes)).await,
        };
        let counts = if is_shared { &self.counts.shared } else { &self.counts.local };
        counts.count(&admission);
        admission
    }

    /// Takes a slot, past any limit, for a request whose answer is still being sent. The shared
    /// store learns of it later.
    pub fn enter_again(&self, account: &Arc<CachedAccount>) -> Slot {
        account.enter(self.shared.as_ref().map(|shared| shared.lease_without_store(account.id())))
    }

    /// Counts a request that the ledger refused because the period's quota is used up.
    pub fn count_quota_refusal(&self) {
        self.counts.quota_refused.increment(1);
    }

    pub fn decided_by(&self) -> DecidedBy {
        match self.shared.as_ref().map(|shared| shared.away_since()) {
            None => DecidedBy::ThisGateway,
            Some(None) => DecidedBy::SharedStore,
            Some(Some(since)) => DecidedBy::ThisGatewaySince(since),
        }
    }
}

/// Returns the admission, and whether the store decided.
async fn admit_shared(
    shared: &SharedLimits,
    account: &Arc<CachedAccount>,
    route: Option<&LimitedRoute>,
    local_rate: &RateLimit,
    sizes: LimitSizes,
) -> (Admission, bool) {
    let account_id = account.id();
    // First: what the store admits has taken from the account.
    if let Some(refusal) = route.and_then(|route| account.route_refusal(route)) {
        return (Admission::RouteLimited(refusal), false);
    }
    let Ok(Ruling { verdict, rate, running }) = shared.decide(account_id, sizes).await else {
        let lease = || Some(shared.lease_without_store(account_id));
        return (account.admit(route, sizes, || local_rate.check(account_id), lease), false);
    };
    let admission = match verdict {
        Verdict::Admitted(lease) => {
            // The local rate follows, so that this gateway continues from there when the store is
            // unavailable.
            let _ = local_rate.check(account_id);
            // Another request may have taken the route's last slot while the store decided.
            match account.enter_route(route, Some(lease), running) {
                Ok(slot) => Admission::Admitted { slot, rate },
                Err(refusal) => Admission::RouteLimited(refusal),
            }
        }
        Verdict::Refused(Limit::Rate) => Admission::TooFast(rate),
        Verdict::Refused(Limit::Concurrency) => Admission::TooMany,
    };
    (admission, true)
}

/// Counters of decisions. Their handles are made once: looking one up costs as much as a decision.
#[derive(Debug)]
struct Counts {
    local: CountsOf,
    shared: CountsOf,
    quota_refused: Counter,
}

#[derive(Debug)]
struct CountsOf {
    admitted: Counter,
    too_fast: Counter,
    too_many: Counter,
}

fn decisions(limit: &'static str, result: &'static str, source: &'static str) -> Counter {
    counter!("gateway_ratelimit_decisions_total", "limit" => limit, "result" => result, "source" => source)
}

impl Counts {
    fn new() -> Self {
        let quota_refused = decisions("quota", "refused", "ledger");
        Self { local: CountsOf::source("local"), shared: CountsOf::source("shared"), quota_refused }
    }
}

impl CountsOf {
    fn source(source: &'static str) -> Self {
        Self {
            admitted: decisions("all", "admitted", source),
            too_fast: decisions("rate", "refused", source),
            too_many: decisions("concurrency", "refused", source),
        }
    }

    fn count(&self, admission: &Admission) {
        let counter = match admission {
            Admission::Admitted { .. } => &self.admitted,
            Admission::TooFast(_) | Admission::RouteLimited(RouteRefusal::TooFast(_)) => &self.too_fast,
            Admission::TooMany | Admission::RouteLimited(RouteRefusal::TooMany(_)) => &self.too_many,
        };
        counter.increment(1);
    }
}
