//! The sweep: what must happen to accounts though nobody calls. Several gateways may sweep at once; the store lets each
//! thing happen once.

use std::time::Duration;

use chrono::TimeDelta;
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;
use tokio::time::{Instant, sleep};

use crate::clock::new_id;
use crate::domain::ids::{AccountId, CallId};
use crate::ledger::rules::operation::{Effect, Operation};
use crate::ledger::store::StoreError;
use crate::ledger::writer::commit::CommitError;
use crate::ledger::writer::operator::{OperatorError, apply_operations};
use crate::storage::clock;
use crate::storage::directory::rights::delete_expired;
use crate::storage::error::StorageError;
use crate::storage::ledger::due::due_accounts;
use crate::storage::ledger::idempotency::forget_expired;
use crate::storage::ledger::usage::roll_up;
use crate::storage::ledger::{
    PgLedgerStore, close_stale_epochs, forget_empty_epochs, make_partitions, summarize_entries,
};
use crate::storage::schema::PARTITIONS_AHEAD_MONTHS;
use crate::storage::{change_answers, changes, nodes, refused_calls, test_answers};

/// Accounts advanced by one commit.
const DUE_AT_ONCE: i64 = 500;
/// Batches added up by one commit, so few that nobody notices.
const ROLL_UP_AT_ONCE: i32 = 500;
/// Such commits in one sweep, for six times as many batches as a writer makes between two without a pause; the sweep has
/// other things to do.
const ROLL_UPS: usize = 30;
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
    Act(#[from] OperatorError),
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

    /// Deletes people whose retention is over, who are found no more from that instant on, and epochs that hold nothing.
    pub async fn retention(&self) {
        match self.delete_expired_people().await {
            Ok(0) => {}
            Ok(deleted) => tracing::info!(deleted, "deleted people whose retention is over"),
            Err(error) => {
                tracing::warn!(%error, "people whose retention is over could not be deleted; it will be tried again");
            }
        }
        if let Err(error) = self.forget_epochs().await {
            tracing::warn!(%error, "empty epochs could not be forgotten; it will be tried again");
        }
    }

    async fn close_dead_epochs(&self) -> Result<usize, SweepError> {
        let mut connection = self.pool.acquire().await.map_err(StorageError::from)?;
        Ok(close_stale_epochs(&mut connection, self.silence).await?)
    }

    async fn add_up_usage(&self) -> Result<(), SweepError> {
        let mut connection = self.pool.acquire().await.map_err(StorageError::from)?;
        for _ in 0..ROLL_UPS {
            let begun = Instant::now();
            summarize_entries(&mut connection).await?;
            // Fewer than asked for: every writer's batches were reached, and what has come since is for the next sweep.
            if roll_up(&mut connection, ROLL_UP_AT_ONCE).await? < ROLL_UP_AT_ONCE as usize {
                break;
            }
            // Paid calls want the store as well: it is theirs for half of the time.
            sleep(begun.elapsed()).await;
        }
        Ok(())
    }

    async fn advance_due_accounts(&self) -> Result<(), SweepError> {
        // Accounts that could not be advanced are left to the next sweep: others are due behind them.
        let mut passed_over = Vec::new();
        for _ in 0..ROUNDS {
            let mut connection = self.pool.acquire().await.map_err(StorageError::from)?;
            let due = due_accounts(&mut connection, DUE_AT_ONCE, &passed_over).await?;
            drop(connection);
            if due.is_empty() {
                break;
            }
            passed_over.extend(self.advance(due).await?);
        }
        Ok(())
    }

    /// Advances accounts in one commit, or, where some are locked or at fault, all the others. Returns those.
    async fn advance(&self, accounts: Vec<AccountId>) -> Result<Vec<AccountId>, SweepError> {
        let mut passed_over = Vec::new();
        let mut parts = vec![accounts];
        // Ends: each part is done with, or tried again without the locked, or in two halves.
        while let Some(mut part) = parts.pop() {
            let advance =
                |id: &AccountId| Operation::Advance { account_id: *id, id: CallId::from_uuid(new_id()) };
            let node = format!("sweep@{}", self.node);
            let store = PgLedgerStore::new(self.database.clone(), node, self.silence);
            match apply_operations(store, part.iter().map(advance).collect()).await {
                Ok(effects) => passed_over.extend(not_advanced(part, &effects)),
                Err(OperatorError::Commit(CommitError::Locked(locked))) => {
                    tracing::warn!(
                        accounts = locked.accounts.len(),
                        "accounts that are due are locked; the next sweep tries again"
                    );
                    part.retain(|id| !locked.accounts.contains(id));
                    passed_over.extend(locked.accounts);
                    if !part.is_empty() {
                        parts.push(part);
                    }
                }
                Err(OperatorError::Commit(CommitError::Refused)) if part.len() > 1 => {
                    parts.push(part.split_off(part.len() / 2));
                    parts.push(part);
                }
                Err(OperatorError::Commit(CommitError::Refused)) => {
                    tracing::error!(account = ?part, "the store refuses to advance an account that is due");
                    passed_over.extend(part);
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(passed_over)
    }

    async fn delete_expired_people(&self) -> Result<u64, SweepError> {
        let mut connection = self.pool.acquire().await.map_err(StorageError::from)?;
        let now = clock::now(&mut connection).await?;
        let mut deleted = 0;
        for _ in 0..ROUNDS {
            let round = delete_expired(&mut connection, now, PEOPLE_AT_ONCE);
            let round = round.await?;
            deleted += round;
            if round < PEOPLE_AT_ONCE.unsigned_abs() {
                break;
            }
        }
        Ok(deleted)
    }

    async fn forget_epochs(&self) -> Result<(), SweepError> {
        let mut connection = self.pool.acquire().await.map_err(StorageError::from)?;
        forget_empty_epochs(&mut connection).await?;
        Ok(())
    }

    async fn forget_and_prepare(&self) -> Result<(), SweepError> {
        let mut connection = self.pool.acquire().await.map_err(StorageError::from)?;
        for _ in 0..ROUNDS {
            if forget_expired(&mut connection, FORGET_AT_ONCE).await? == 0 {
                break;
            }
        }
        for _ in 0..ROUNDS {
            if change_answers::forget_old(&mut connection, FORGET_AT_ONCE).await? == 0 {
                break;
            }
        }
        for _ in 0..ROUNDS {
            if test_answers::forget_expired(&mut connection, FORGET_AT_ONCE).await? == 0 {
                break;
            }
        }
        let today = clock::now(&mut connection).await?.date_naive();
        for _ in 0..ROUNDS {
            if refused_calls::forget_old(&mut connection, today, FORGET_AT_ONCE).await? == 0 {
                break;
            }
        }
        make_partitions(&mut connection, PARTITIONS_AHEAD_MONTHS).await?;
        changes::forget_old(&mut connection).await?;
        nodes::forget_gone(&mut connection).await?;
        Ok(())
    }
}

/// The accounts that the ledger's rules did not let advance.
fn not_advanced(accounts: Vec<AccountId>, effects: &[Effect]) -> impl Iterator<Item = AccountId> {
    accounts.into_iter().zip(effects).filter_map(|(account_id, effect)| {
        if matches!(effect, Effect::Done(_)) {
            return None;
        }
        tracing::error!(%account_id, ?effect, "the ledger's rules did not let an account that is due advance");
        Some(account_id)
    })
}
