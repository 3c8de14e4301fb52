//! The sweep: renews, expires and recovers without a call. Several gateways may sweep at the same
//! time; the store makes each step happen once.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use parking_lot::Mutex;
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;
use tokio::time::{Instant, sleep};

use super::silent_epochs::SilentEpochs;
use crate::clock::new_id;
use crate::domain::ids::{AccountId, CallId};
use crate::ledger::rules::operation::{Effect, Operation};
use crate::ledger::store::StoreError;
use crate::ledger::writer::in_parts::apply_in_parts;
use crate::ledger::writer::operator::{OperatorError, apply_operations};
use crate::storage::clock;
use crate::storage::directory::rights;
use crate::storage::error::StorageError;
use crate::storage::ledger::due::due_accounts;
use crate::storage::ledger::idempotency;
use crate::storage::ledger::usage::roll_up;
use crate::storage::ledger::{
    PgLedgerStore, close_dead_epochs, delete_empty_epochs, make_partitions, open_epochs, summarize_entries,
};
use crate::storage::schema::PARTITIONS_AHEAD_MONTHS;
use crate::storage::{
    alerts, change_answers, change_feed, email_outbox, identity, nodes, plan_moves, refused_calls,
    test_answers,
};

/// Accounts that one commit advances.
const DUE_AT_ONCE: i64 = 500;
/// Batches that one commit adds up: few, so that calls are not delayed.
const ROLL_UP_AT_ONCE: i32 = 500;
/// Such commits in one sweep: six times the batches that a writer commits between two sweeps.
const ROLL_UPS: usize = 30;
/// Expired records that one commit deletes.
const RECORDS_AT_ONCE: i64 = 5_000;
/// People that one commit deletes.
const PEOPLE_AT_ONCE: i64 = 500;
/// Rounds of one kind of work in one sweep. The next sweep does the rest.
const ROUNDS: usize = 20;
/// Time for deleting old records in one sweep. A number of rounds would be a rate, and calls that
/// leave more records than that would fill the disk.
pub const DELETING: Duration = Duration::from_secs(45);

#[derive(Clone, Debug)]
pub struct Sweep {
    pub pool: PgPool,
    /// For operations on the ledger, which need a connection of their own.
    pub database: PgConnectOptions,
    pub node: String,
    /// A gateway without a heartbeat for this long is dead.
    pub silence: TimeDelta,
    /// The silence of the others, as this gateway has observed it.
    pub observed: Arc<Mutex<SilentEpochs>>,
    /// Time for deleting old records in one sweep: [`DELETING`].
    pub deleting: Duration,
}

/// Interval of [`Sweep::tidy`].
pub const TIDY_EVERY: Duration = Duration::from_secs(60);
/// Interval of [`Sweep::retention`]. It reads the whole directory: an index only for it would slow
/// every import and could mislead the planner of searches.
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
    /// Releases the holds of dead gateways, and adds up usage.
    pub async fn holds_and_usage(&self) {
        match self.close_dead_epochs().await {
            Ok(0) => {}
            Ok(released) => tracing::warn!(released, "released the open holds of a dead gateway"),
            Err(error) => tracing::warn!(%error, "sweep of open holds failed"),
        }
        if let Err(error) = self.add_up_usage().await {
            tracing::warn!(%error, "adding up usage failed");
        }
    }

    /// Expires the credits and renews the periods of accounts that are due.
    pub async fn due_accounts(&self) {
        if let Err(error) = self.advance_due_accounts().await {
            tracing::warn!(%error, "advancing due accounts failed");
        }
    }

    /// Deletes old records, and creates the next partitions of the ledger.
    pub async fn tidy(&self) {
        if let Err(error) = self.delete_old_records().await {
            tracing::warn!(%error, "deleting old records failed");
        }
    }

    /// Deletes people whose retention is over, and empty epochs. Searches exclude such people from
    /// that instant on.
    pub async fn retention(&self) {
        match self.delete_expired_people().await {
            Ok(0) => {}
            Ok(deleted) => tracing::info!(deleted, "deleted people after their retention"),
            Err(error) => {
                tracing::warn!(%error, "deleting people after their retention failed");
            }
        }
        if let Err(error) = self.delete_epochs().await {
            tracing::warn!(%error, "deleting empty epochs failed");
        }
    }

    async fn close_dead_epochs(&self) -> Result<usize, SweepError> {
        let mut connection = self.pool.acquire().await.map_err(StorageError::from)?;
        let open = open_epochs(&mut connection, self.silence).await?;
        let dead = self.observed.lock().observe(Instant::now(), &open);
        Ok(close_dead_epochs(&mut connection, &dead).await?)
    }

    async fn add_up_usage(&self) -> Result<(), SweepError> {
        let mut at_once = ROLL_UP_AT_ONCE;
        for _ in 0..ROLL_UPS {
            let begun = Instant::now();
            let mut connection = self.pool.acquire().await.map_err(StorageError::from)?;
            summarize_entries(&mut connection).await?;
            let added_up = match roll_up(&mut connection, at_once).await {
                // Large batches, or a slow database. The same number would time out again, and
                // usage never be added up.
                Err(error) if error.is_timeout() && at_once > 1 => {
                    at_once = (at_once / 4).max(1);
                    None
                }
                done => Some(done?),
            };
            drop(connection);
            // Fewer than the limit: all batches were added up. The next sweep takes those committed
            // since.
            if added_up.is_some_and(|batches| batches < at_once as usize) {
                break;
            }
            // Half of the time the database is free for paid calls.
            sleep(begun.elapsed()).await;
        }
        Ok(())
    }

    async fn advance_due_accounts(&self) -> Result<(), SweepError> {
        // Accounts that cannot be advanced wait for the next sweep, so that others that are due are
        // reached.
        let mut skipped = Vec::new();
        for _ in 0..ROUNDS {
            let mut connection = self.pool.acquire().await.map_err(StorageError::from)?;
            let due = due_accounts(&mut connection, DUE_AT_ONCE, &skipped).await?;
            drop(connection);
            if due.is_empty() {
                break;
            }
            skipped.extend(self.advance(due).await?);
        }
        Ok(())
    }

    /// Advances accounts in one commit, without those that are locked or faulty. Returns the
    /// accounts not advanced, for which the next sweep tries again.
    async fn advance(&self, accounts: Vec<AccountId>) -> Result<Vec<AccountId>, SweepError> {
        let advance = |account_id| Operation::Advance { account_id, id: CallId::from_uuid(new_id()) };
        let applied = apply_in_parts(accounts, advance, |operations| {
            let node = format!("sweep@{}", self.node);
            apply_operations(PgLedgerStore::new(self.database.clone(), node, self.silence), operations)
        })
        .await;
        if !applied.locked.is_empty() {
            tracing::warn!(accounts = applied.locked.len(), "due accounts are locked");
        }
        for account in &applied.refused {
            tracing::error!(%account, "database refused to advance a due account");
        }
        let not_advanced = not_advanced(applied.decided);
        match applied.error {
            Some(error) => Err(error.into()),
            None => Ok([not_advanced, applied.locked, applied.refused].concat()),
        }
    }

    async fn delete_expired_people(&self) -> Result<u64, SweepError> {
        let now = clock::now(&mut *self.pool.acquire().await.map_err(StorageError::from)?).await?;
        let mut deleted = 0;
        for _ in 0..ROUNDS {
            let mut connection = self.pool.acquire().await.map_err(StorageError::from)?;
            let round = rights::delete_expired(&mut connection, now, PEOPLE_AT_ONCE).await?;
            deleted += round;
            if round < PEOPLE_AT_ONCE.unsigned_abs() {
                break;
            }
        }
        Ok(deleted)
    }

    async fn delete_epochs(&self) -> Result<(), SweepError> {
        let mut connection = self.pool.acquire().await.map_err(StorageError::from)?;
        delete_empty_epochs(&mut connection).await?;
        Ok(())
    }

    /// Deletes old records and creates the partitions of the coming months.
    async fn delete_old_records(&self) -> Result<(), SweepError> {
        let today =
            clock::now(&mut *self.pool.acquire().await.map_err(StorageError::from)?).await?.date_naive();
        let begun = Instant::now();
        while begun.elapsed() < self.deleting {
            let round = Instant::now();
            let mut connection = self.pool.acquire().await.map_err(StorageError::from)?;
            let deleted = idempotency::delete_expired(&mut connection, RECORDS_AT_ONCE).await?
                + change_answers::delete_old(&mut connection, RECORDS_AT_ONCE).await?
                + test_answers::delete_expired(&mut connection, RECORDS_AT_ONCE).await?
                + refused_calls::delete_old(&mut connection, today, RECORDS_AT_ONCE).await?;
            drop(connection);
            if deleted == 0 {
                break;
            }
            // Half of the time the database is free for paid calls.
            sleep(round.elapsed()).await;
        }
        let mut connection = self.pool.acquire().await.map_err(StorageError::from)?;
        make_partitions(&mut connection, PARTITIONS_AHEAD_MONTHS).await?;
        change_feed::delete_old(&mut connection).await?;
        nodes::delete_silent(&mut connection).await?;
        identity::delete_ended(&mut connection).await?;
        email_outbox::delete_old(&mut connection).await?;
        alerts::delete_old(&mut connection).await?;
        plan_moves::delete_old(&mut connection).await?;
        Ok(())
    }
}

/// Returns the accounts that the ledger's rules did not advance.
fn not_advanced(decided: Vec<(AccountId, Effect)>) -> Vec<AccountId> {
    let refused = decided.into_iter().filter(|(_, effect)| !matches!(effect, Effect::Done(_)));
    refused
        .map(|(account_id, effect)| {
            tracing::error!(%account_id, ?effect, "ledger rules refused to advance a due account");
            account_id
        })
        .collect()
}
