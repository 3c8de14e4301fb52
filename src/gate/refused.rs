//! Refused calls, counted in memory and written for all at once: a refusal costs no query, however many there are.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::NaiveDate;
use metrics::counter;
use sqlx::PgPool;

use crate::domain::caller::KeyRecord;
use crate::domain::refusal::ErrorCode;
use crate::storage::refused_calls::{RefusedCall, add};

/// Most kinds of refused calls that wait to be written, some 100 bytes each.
const MOST_WAITING: usize = 10_000;
/// Kinds that one statement writes at most.
const FLUSH_AT_ONCE: usize = 1_000;

/// Refused calls that have yet to be written, by account, day, key, path and code. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct RefusedCalls(Arc<Mutex<HashMap<RefusedCall, i64>>>);

/// Whether an error of a known caller counts as a refused call: buy, ask for rights, or wait.
const fn counts(code: ErrorCode) -> bool {
    matches!(code.status(), 402 | 403 | 429)
}

impl RefusedCalls {
    /// Counts an answer with this code, if it refused the call.
    pub fn note(&self, key: &KeyRecord, path: &'static str, code: ErrorCode, day: NaiveDate) {
        if counts(code) {
            let (account_id, key_id) = (key.account_id, key.key_id);
            self.add(RefusedCall { account_id, day, key_id, path, code }, 1);
        }
    }

    fn add(&self, refused: RefusedCall, calls: i64) {
        let mut waiting = self.waiting();
        if waiting.len() < MOST_WAITING || waiting.contains_key(&refused) {
            let known = waiting.entry(refused).or_insert(0);
            *known = known.saturating_add(calls);
        } else {
            counter!("gateway_refused_calls_uncounted_total").increment(calls.unsigned_abs());
        }
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<RefusedCall, i64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes what waits. What could not be written waits for the next time; should a commit's answer be lost, its calls
    /// count twice, which no money hangs on.
    pub async fn flush(&self, pool: &PgPool) {
        let mut refused: Vec<_> = std::mem::take(&mut *self.waiting()).into_iter().collect();
        while !refused.is_empty() {
            let chunk = refused.split_off(refused.len().saturating_sub(FLUSH_AT_ONCE));
            let written = async { add(&mut *pool.acquire().await?, &chunk).await };
            if let Err(error) = written.await {
                tracing::warn!(%error, "refused calls could not be counted in the store; it will be tried again");
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
    fn memory_is_bounded_and_kinds_that_wait_already_go_on() {
        let calls = RefusedCalls::default();
        (0..20_000).for_each(|account| calls.add(refused(account), 1));
        assert_eq!(calls.waiting().len(), MOST_WAITING);
        calls.add(refused(7), 2);
        assert_eq!(calls.waiting().get(&refused(7)), Some(&3));
    }
}
