//! Which calls are retried although a server may have acted on them: once, by the rule of the
//! route, and within a budget, so that retries do not bury a server that fails.

use std::time::Duration;

use hyper::Method;
use tower::retry::budget::{Budget, TpsBudget};

use super::PoolCall;
use crate::domain::forwarding::RetryRule;

/// A tenth of the calls of this time, and one a second.
const WINDOW: Duration = Duration::from_secs(10);
const SHARE: f32 = 0.1;
const MIN_PER_S: u32 = 1;

/// The budget of a pool.
pub(super) struct RetryBudget(TpsBudget);

impl Default for RetryBudget {
    fn default() -> Self {
        Self(TpsBudget::new(WINDOW, MIN_PER_S, SHARE))
    }
}

impl RetryBudget {
    pub(super) fn note_call(&self) {
        self.0.deposit();
    }

    /// Whether another retry is within the budget.
    pub(super) fn take(&self) -> bool {
        self.0.withdraw()
    }
}

impl PoolCall<'_> {
    /// Whether the call may be sent again although a server may have acted on it.
    pub(super) fn may_retry(&self) -> bool {
        self.body.is_whole()
            && match self.retry {
                RetryRule::Off => false,
                // Acting on it twice is acting on it once (RFC 9110, section 9.2.2).
                RetryRule::Safe => is_idempotent(&self.head.method),
                // The upstream identifies the call by its key.
                RetryRule::Keyed => true,
            }
    }
}

fn is_idempotent(method: &Method) -> bool {
    [Method::GET, Method::HEAD, Method::OPTIONS, Method::PUT, Method::DELETE].contains(method)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use hyper::Request;

    use super::*;
    use crate::upstream::upload::{AnswerTimeouts, Upload};

    #[test]
    fn a_post_is_retried_only_if_its_upstream_knows_it_by_a_key() {
        let ends_at = tokio::time::Instant::now();
        let timeouts = AnswerTimeouts { first_byte: Duration::ZERO, idle: Duration::ZERO, ends_at };
        let body = Upload::Whole(Bytes::new());
        let retries = |method: &str, retry| {
            let (head, ()) = Request::builder().method(method).body(()).unwrap().into_parts();
            PoolCall { head: &head, body: &body, timeouts, retry }.may_retry()
        };
        for method in ["GET", "HEAD", "PUT", "DELETE", "POST", "PATCH"] {
            assert!(!retries(method, RetryRule::Off), "{method}");
            assert_eq!(
                retries(method, RetryRule::Safe),
                !method.starts_with('P') || method == "PUT",
                "{method}"
            );
            assert!(retries(method, RetryRule::Keyed), "{method}");
        }
    }

    #[tokio::test]
    async fn retries_are_a_tenth_of_the_calls_once_the_reserve_is_gone() {
        let budget = RetryBudget::default();
        let spend = || (0..1_000).take_while(|_| budget.take()).count();
        assert_eq!(spend(), 10);
        for _ in 0..100 {
            budget.note_call();
        }
        assert_eq!(spend(), 10);
    }
}
