//! Writes a past for a new account: batches with instants of their own, decided by the same rules,
//! sealed and numbered as those of a writer. For demonstrations; a ledger with real customers has a
//! past already.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::postgres::PgConnection;

use super::error::classify;
use super::ordered::OrderedBatch;
use super::{audit, recover, seal};
use crate::domain::audit::Actor;
use crate::domain::ids::{AccountId, CallId};
use crate::domain::settlement::Outcome;
use crate::ledger::rules::operation::{Effect, Operation};
use crate::ledger::rules::period::period_at;
use crate::ledger::store::{Batch, Epoch, StoreError, Work};
use crate::storage::audit::past as audit_past;

/// A writer of the past, within one transaction.
#[derive(Debug)]
pub struct PastWriter {
    account: AccountId,
    /// Who granted and took credits.
    operator: Actor,
    epoch: Epoch,
    batches: i32,
    head: [u8; 32],
    /// The last number in the account's audit log of each instant.
    audit_dates: Vec<(i64, DateTime<Utc>)>,
}

impl PastWriter {
    /// Begins an epoch, and lets the account begin at an instant of the past.
    ///
    /// # Errors
    /// When the account has entries, or the database cannot be reached.
    pub async fn begin(
        connection: &mut PgConnection,
        operator: Actor,
        node: &str,
        account: AccountId,
        begins_at: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let period = period_at(begins_at, begins_at);
        let begun = sqlx::query(
            "with owner as (update account set created_at = $2, anchored_at = $2 where id = $1),
                  room as (update environment set created_at = $2 where account_id = $1),
                  key as (update api_key set created_at = $2 where account_id = $1),
                  secret as (update key_secret set created_at = $2
                              where key_id in (select id from api_key where account_id = $1))
             update ledger_account set open_lot_expires_at = $2, period_starts_at = $2, period_ends_at = $3
              where account_id = $1 and last_entry = 0",
        )
        .bind(account.as_uuid())
        .bind(begins_at)
        .bind(period.ends_at)
        .execute(&mut *connection)
        .await
        .map_err(classify)?;
        if begun.rows_affected() == 0 {
            return Err(StoreError::Refused("the account already has entries".into()));
        }
        let epoch = recover::open_epoch(connection, node).await?;
        let head = seal::genesis(epoch);
        let mut writer = Self { account, operator, epoch, batches: 0, head, audit_dates: Vec::new() };
        writer.date(connection, begins_at).await?;
        Ok(writer)
    }

    /// Commits a batch at an instant. It ends every call that is open: the captured ones are named
    /// here, the others have a settlement among the operations.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn commit(
        &mut self,
        connection: &mut PgConnection,
        at: DateTime<Utc>,
        operations: Vec<Operation>,
        captured: Vec<(CallId, Outcome)>,
    ) -> Result<Vec<Effect>, StoreError> {
        let number = self.batches + 1;
        let batch =
            Batch { epoch: self.epoch, number, open_from: number, captured, work: Work::Ordered(Vec::new()) };
        // No call has an idempotency key, so that its lease means nothing.
        let lease = TimeDelta::zero();
        let ordered = OrderedBatch { batch: &batch, operations: &operations, head: self.head, lease };
        let (effects, head) = ordered.decide_and_save(connection, at).await?;
        (self.batches, self.head) = (number, head);
        audit::write_down(connection, &self.operator, &operations, &effects).await?;
        self.date_audit(connection, at).await?;
        Ok(effects.into_iter().flatten().collect())
    }

    /// Dates what was made for the account since the last such call: environments, keys, secrets,
    /// members and entries of the audit log.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn date(&mut self, connection: &mut PgConnection, at: DateTime<Utc>) -> Result<(), StoreError> {
        // What was made in this transaction is dated by its beginning.
        sqlx::query(
            "with room as (update environment set created_at = $2 where account_id = $1 and created_at = now()),
                  person as (update member set created_at = $2 where account_id = $1 and created_at = now()),
                  secret as (update key_secret s set created_at = $2 from api_key k
                              where k.id = s.key_id and k.account_id = $1 and s.created_at = now())
             update api_key set created_at = case when created_at = now() then $2 else created_at end,
                                revoked_at = case when revoked_at = now() then $2 else revoked_at end
              where account_id = $1 and (created_at = now() or revoked_at = now())",
        )
        .bind(self.account.as_uuid())
        .bind(at)
        .execute(&mut *connection)
        .await
        .map_err(classify)?;
        self.date_audit(connection, at).await
    }

    /// Notes the instant of the audit log's entries since the last such call.
    async fn date_audit(
        &mut self,
        connection: &mut PgConnection,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let newest = audit_past::newest(connection, self.account).await?;
        if self.audit_dates.last().is_none_or(|(last, _)| *last < newest) {
            self.audit_dates.push((newest, at));
        }
        Ok(())
    }

    /// Ends the epoch, and dates the audit log. No call may be open.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn end(self, connection: &mut PgConnection) -> Result<(), StoreError> {
        sqlx::query("update ledger_epoch set batches = $2, closed_at = now() where epoch = $1")
            .bind(self.epoch.0)
            .bind(self.batches)
            .execute(&mut *connection)
            .await
            .map_err(classify)?;
        Ok(audit_past::date(connection, self.account, &self.audit_dates).await?)
    }
}
