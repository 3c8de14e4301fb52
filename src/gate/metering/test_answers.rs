//! Idempotency in test environments: the rules of paid calls, without credits.

use sqlx::PgPool;

use crate::domain::billing::AccountBalance;
use crate::domain::call_lease::CallLease;
use crate::ledger::rules::hold::{AnswerContent, Decision};
use crate::storage::error::StorageError;
use crate::storage::test_answers::{self, TestCall};

/// The idempotency records of test environments, in a store that all gateways share.
#[derive(Clone, Debug)]
pub struct TestAnswers {
    pool: PgPool,
    /// How long a running call keeps its key.
    lease: CallLease,
}

impl TestAnswers {
    /// Records in this store. A call that was lost keeps its key for `lease`.
    pub fn new(pool: PgPool, lease: impl Into<CallLease>) -> Self {
        Self { pool, lease: lease.into() }
    }

    /// Claims the key for a call; a decision means that the call does not run.
    pub(super) async fn claim(
        &self,
        call: &TestCall,
        standing: AccountBalance,
    ) -> Result<Option<Decision>, StorageError> {
        test_answers::claim(&mut *self.pool.acquire().await?, call, standing, self.lease.get()).await
    }

    /// Returns what [`TestAnswers::claim`] would decide.
    pub(super) async fn look_up(
        &self,
        call: &TestCall,
        standing: AccountBalance,
    ) -> Result<Option<Decision>, StorageError> {
        test_answers::look_up(&mut *self.pool.acquire().await?, call, standing).await
    }

    /// Keeps the answer. False where the call must not be answered: another one has taken its key over.
    pub(super) async fn keep(&self, call: &TestCall, content: &AnswerContent) -> Result<bool, StorageError> {
        test_answers::keep(&mut *self.pool.acquire().await?, call, content).await
    }

    /// Sets the key free to be tried again. What cannot be written ends with the lease.
    pub(super) async fn release(&self, call: &TestCall) {
        let released = async { test_answers::release(&mut *self.pool.acquire().await?, call).await };
        if let Err(error) = released.await {
            tracing::warn!(%error, "an idempotency key of a test environment could not be set free");
        }
    }
}
