//! Idempotency in test environments: the rules of paid calls, without credits.

use sqlx::PgPool;

use crate::domain::call_lease::CallLease;
use crate::ledger::rules::hold::{AnswerContent, DeclineReason, HoldRequest};
use crate::storage::error::StorageError;
use crate::storage::test_answers::{self, TestCall};

/// The idempotency records of test environments, in a store that all gateways share.
#[derive(Clone, Debug)]
pub struct TestAnswers {
    pool: PgPool,
    /// How long a running call claims its key.
    lease: CallLease,
}

impl TestAnswers {
    /// Records in this store. A call that was lost claims its key for `lease`.
    pub fn new(pool: PgPool, lease: impl Into<CallLease>) -> Self {
        Self { pool, lease: lease.into() }
    }

    /// Claims the key for a call, or returns why the call does not run.
    pub(super) async fn claim(&self, call: &TestCall) -> Result<Option<DeclineReason>, StorageError> {
        test_answers::claim(&mut *self.pool.acquire().await?, call, self.lease.get()).await
    }

    /// Returns what [`TestAnswers::claim`] would decide now.
    pub(super) async fn look_up(&self, call: &TestCall) -> Result<Option<DeclineReason>, StorageError> {
        test_answers::look_up(&mut *self.pool.acquire().await?, call).await
    }

    /// Stores the answer, as far as it is kept. Returns false if another call has taken the key
    /// over: this one must not be answered.
    pub(super) async fn store(
        &self,
        call: &TestCall,
        content: Option<&AnswerContent>,
    ) -> Result<bool, StorageError> {
        test_answers::store(&mut *self.pool.acquire().await?, call, content).await
    }

    /// Releases the key, so that it can be tried again. If that fails, the lease ends the claim.
    pub(super) async fn release(&self, call: &TestCall) {
        let released = async { test_answers::release(&mut *self.pool.acquire().await?, call).await };
        if let Err(error) = released.await {
            tracing::warn!(%error, "releasing a test idempotency key failed");
        }
    }
}

/// Returns the claim of a test call, or `None` without an idempotency key.
pub(super) fn test_call(hold: HoldRequest) -> Option<TestCall> {
    let HoldRequest { call_id, account_id, idempotency, .. } = hold;
    idempotency.map(|claim| TestCall { call_id, account_id, claim })
}
