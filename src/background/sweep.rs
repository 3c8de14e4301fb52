//! The sweep: what must happen to accounts though nobody calls. Several gateways may sweep at once; the store lets each
//! thing happen once.

use std::time::Duration;

use chrono::TimeDelta;
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;

use crate::clock::new_id;
use crate::domain::ids::CallId;
use crate::ledger::act::{ActError, act};
use crate::ledger::operation::Operation;
use crate::ledger::store::StoreError;
use crate::storage::clock;
use crate::storage::directory::rights::delete_expired;
use crate::storage::error::StorageError;
use crate::storage::ledger::due::due_accounts;
use crate::storage::ledger::idempotency::forget_expired;
use crate::storage::ledger::usage::roll_up;
use crate::storage::ledger::{PgLedgerStore, close_stale_epochs, make_partitions};
use crate::storage::schema::PARTITIONS_AHEAD_MONTHS;
use crate::storage::{changes, nodes};

/// Accounts advanced by one commit.
const DUE_AT_ONCE: i64 = 500;
/// Batches added up by one commit.
const ROLL_UP_AT_ONCE: i32 = 2_000;
/// Idempotency records forgotten by one commit.
const FORGET_AT_ONCE: i64 = 5_000;
/// People deleted by one commit.
const PEOPLE_AT_ONCE: i64 = 500;
/// Rounds of one kind of work in one sweep; what is left is for the next.
const ROUNDS: usize = 20;

/// What the sweep works with.
#[derive(Clone, Debug)]
pub struct Sweep {
    /// The store.
    pub pool: PgPool,
    /// How to connect for acts on the ledger.
    pub database: PgConnectOptions,
    /// This gateway's name.
    pub node: String,
    /// A gateway that was silent for so long is taken for dead.
    pub silence: TimeDelta,
}

/// How often the sweep of what grows slowly runs.
pub const TIDY_EVERY: Duration = Duration::from_secs(60);
/// How often people whose retention is over are deleted: that reads the whole directory, since an index for it alone
/// would cost every import and tempt the planner of every search.
pub const RETENTION_EVERY: Duration = Duration::from_secs(3_600);

#[derive(Debug, thiserror::Error)]
enum SweepError {
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Ledger(#[from] StoreError),
    #[error(transparent)]
    Act(#[from] ActError),
}

impl Sweep {
    /// Releases the holds of gateways that died, and adds up what was used.
    pub async fn holds_and_usage(&self) {
        match self.close_dead_epochs().await {
            Ok(0) => {}
            Ok(released) => tracing::warn!(released, "released the holds of a gateway that died"),
            Err(error) => tracing::warn!(%error, "the sweep of open holds failed; it will be tried again"),
        }
        if let Err(error) = self.add_up_usage().await {
            tracing::warn!(%error, "usage could not be added up; it will be tried again");
        }
    }

    /// Expires and renews what is due, forgets old idempotency keys and changes, makes the ledger's next partitions.
    pub async fn tidy(&self) {
        if let Err(error) = self.advance_due_accounts().await {
            tracing::warn!(%error, "accounts that are due could not be advanced; it will be tried again");
        }
        if let Err(error) = self.forget_and_prepare().await {
            tracing::warn!(%error, "tidying the ledger failed; it will be tried again");
        }
    }

    /// Deletes people whose retention is over; they are found no more from that instant on.
    pub async fn retention(&self) {
        match self.delete_expired_people().await {
            Ok(0) => {}
            Ok(deleted) => tracing::info!(deleted, "deleted people whose retention is over"),
            Err(error) => {
                tracing::warn!(%error, "people whose retention is over could not be deleted; it will be tried again");
            }
        }
    }

    async fn close_dead_epochs(&self) -> Result<usize, SweepError> {
        let mut connection = self.pool.acquire().await.map_err(StorageError::from)?;
        Ok(close_stale_epochs(&mut connection, self.silence).await?)
    }

    async fn add_up_usage(&self) -> Result<(), SweepError> {
        let mut connection = self.pool.acquire().await.map_err(StorageError::from)?;
        for _ in 0..ROUNDS {
            if roll_up(&mut connection, ROLL_UP_AT_ONCE).await? == 0 {
                break;
            }
        }
        Ok(())
    }

    async fn advance_due_accounts(&self) -> Result<(), SweepError> {
        for _ in 0..ROUNDS {
            let mut connection = self.pool.acquire().await.map_err(StorageError::from)?;
            let due = due_accounts(&mut connection, DUE_AT_ONCE).await?;
            drop(connection);
            if due.is_empty() {
                break;
            }
            let advance = |account_id| Operation::Advance { account_id, id: CallId::from_uuid(new_id()) };
            let node = format!("sweep@{}", self.node);
            let store = PgLedgerStore::new(self.database.clone(), node, self.silence);
            act(store, due.into_iter().map(advance).collect()).await?;
        }
        Ok(())
    }

    async fn delete_expired_people(&self) -> Result<u64, SweepError> {
        let mut connection = self.pool.acquire().await.map_err(StorageError::from)?;
        let now = clock::now(&mut connection).await?;
        let mut deleted = 0;
        for _ in 0..ROUNDS {
            let round = delete_expired(&mut connection, now, PEOPLE_AT_ONCE);
            let round = round.await.map_err(StorageError::from)?;
            deleted += round;
            if round < PEOPLE_AT_ONCE.unsigned_abs() {
                break;
            }
        }
        Ok(deleted)
    }

    async fn forget_and_prepare(&self) -> Result<(), SweepError> {
        let mut connection = self.pool.acquire().await.map_err(StorageError::from)?;
        for _ in 0..ROUNDS {
            if forget_expired(&mut connection, FORGET_AT_ONCE).await? == 0 {
                break;
            }
        }
        make_partitions(&mut connection, PARTITIONS_AHEAD_MONTHS).await?;
        changes::forget_old(&mut connection).await?;
        nodes::forget_gone(&mut connection).await?;
        Ok(())
    }
}
