//! Counts refused calls in memory and writes the counts in batches, so that a refusal costs no
//! query.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use metrics::counter;
use parking_lot::{Mutex, MutexGuard};
use sqlx::PgPool;

use crate::domain::caller::KeyRecord;
use crate::domain::key::Mode;
use crate::domain::refusal::ErrorCode;
use crate::storage::refused_calls::{RefusedCall, add};

/// Maximum number of counters in memory, about 100 bytes each.
const MAX_COUNTERS: usize = 10_000;
/// Maximum number of counters in one statement.
const FLUSH_AT_ONCE: usize = 1_000;

/// Counters that are not written yet, by account, day, key, path and code. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct RefusedCalls(Arc<Mutex<HashMap<RefusedCall, i64>>>);

/// Whether an error counts as a refused call: payment required, forbidden, or too many requests.
const fn counts(code: ErrorCode) -> bool {
    matches!(code.status(), 402 | 403 | 429)
}

impl RefusedCalls {
    /// Counts a call, if this code is a refusal. The usage of an account shows calls of live keys.
    pub fn count(&self, key: &KeyRecord, path: &'static str, code: ErrorCode, day: NaiveDate) {
        if counts(code) {
            counter!("gateway_refused_calls_total", "code" => code.as_str(), "plan" => key.plan.plan.clone())
                .increment(1);
            let (account_id, key_id) = (key.account_id, key.key_id);
            if key.mode == Mode::Live {
                self.add(RefusedCall { account_id, day, key_id, path, code }, 1);
            }
        }
    }

    fn add(&self, refused: RefusedCall, calls: i64) {
        let mut waiting = self.waiting();
        if waiting.len() < MAX_COUNTERS || waiting.contains_key(&refused) {
            let count = waiting.entry(refused).or_insert(0);
            *count = count.saturating_add(calls);
        } else {
            counter!("gateway_refused_calls_uncounted_total").increment(calls.unsigned_abs());
        }
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<RefusedCall, i64>> {
        self.0.lock()
    }

    /// Writes the counters. Those that cannot be written wait for the next flush. If the answer to
    /// a commit is lost, its calls count twice; no money depends on it.
    pub async fn flush(&self, pool: &PgPool) {
        let mut refused: Vec<_> = std::mem::take(&mut *self.waiting()).into_iter().collect();
        while !refused.is_empty() {
            let chunk = refused.split_off(refused.len().saturating_sub(FLUSH_AT_ONCE));
            let written = async { add(&mut *pool.acquire().await?, &chunk).await };
            if let Err(error) = written.await {
                tracing::warn!(%error, "writing refused calls failed");
                refused.into_iter().chain(chunk).for_each(|(refused, calls)| self.add(refused, calls));
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{AccountId, KeyId};
    use uuid::Uuid;

    fn refused(account: u128) -> RefusedCall {
        RefusedCall {
            account_id: AccountId::from_uuid(Uuid::from_u128(account)),
            day: NaiveDate::default(),
            key_id: KeyId::from_uuid(Uuid::nil()),
            path: "/crm",
            code: ErrorCode::RateLimited,
        }
    }

    #[test]
    fn refusals_of_known_callers_count_and_other_errors_do_not() {
        let counted: Vec<_> = ErrorCode::ALL.iter().filter(|code| counts(**code)).collect();
        for code in [ErrorCode::InsufficientCredits, ErrorCode::AccessDenied, ErrorCode::RateLimited] {
            assert!(counted.contains(&&code));
        }
        for code in [ErrorCode::ValidationFailed, ErrorCode::ProfileNotFound, ErrorCode::InternalError] {
            assert!(!counted.contains(&&code));
        }
    }

    #[test]
    fn memory_is_bounded_and_existing_counters_keep_counting() {
        let calls = RefusedCalls::default();
        (0..20_000).for_each(|account| calls.add(refused(account), 1));
        assert_eq!(calls.waiting().len(), MAX_COUNTERS);
        calls.add(refused(7), 2);
        assert_eq!(calls.waiting().get(&refused(7)), Some(&3));
    }
}
