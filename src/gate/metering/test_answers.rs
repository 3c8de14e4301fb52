//! Idempotency in test environments: the rules of paid calls, without credits.

use sqlx::PgPool;
use tokio::runtime::Handle;

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
    pub(super) async fn claim(
        &self,
        call: TestCall,
    ) -> Result<Result<TestClaim, DeclineReason>, StorageError> {
        let declined = test_answers::claim(&mut *self.pool.acquire().await?, &call, self.lease.get()).await?;
        Ok(declined.map_or_else(|| Ok(TestClaim { pool: self.pool.clone(), call: Some(call) }), Err))
    }

    /// Returns what [`TestAnswers::claim`] would decide now.
    pub(super) async fn look_up(&self, call: &TestCall) -> Result<Option<DeclineReason>, StorageError> {
        test_answers::look_up(&mut *self.pool.acquire().await?, call).await
    }
}

/// A key that a running call has claimed. Dropped, it is released, so that it can be tried again.
#[derive(Debug)]
pub(super) struct TestClaim {
    pool: PgPool,
    /// `None` once the answer is being stored.
    call: Option<TestCall>,
}

impl TestClaim {
    /// Stores the answer, as far as it is kept. Returns false if another call has taken the key
    /// over: this one must not be answered.
    pub(super) async fn store(mut self, content: Option<&AnswerContent>) -> Result<bool, StorageError> {
        let Some(call) = self.call.take() else { return Ok(false) };
        test_answers::store(&mut *self.pool.acquire().await?, &call, content).await
    }

    /// Releases the key before the call is answered.
    pub(super) async fn release(mut self) {
        if let Some(call) = self.call.take() {
            release(&self.pool, &call).await;
        }
    }
}

impl Drop for TestClaim {
    fn drop(&mut self) {
        if let Some(call) = self.call.take()
            && let Ok(runtime) = Handle::try_current()
        {
            let pool = self.pool.clone();
            runtime.spawn(async move { release(&pool, &call).await });
        }
    }
}

/// If that fails, the lease ends the claim.
async fn release(pool: &PgPool, call: &TestCall) {
    let released = async { test_answers::release(&mut *pool.acquire().await?, call).await };
    if let Err(error) = released.await {
        tracing::warn!(%error, "releasing a test idempotency key failed");
    }
}

/// Returns the claim of a test call, or `None` without an idempotency key.
pub(super) fn test_call(hold: HoldRequest) -> Option<TestCall> {
    let HoldRequest { call_id, account_id, idempotency, .. } = hold;
    idempotency.map(|claim| TestCall { call_id, account_id, claim })
}
