//! The chain of batches, hashed again from the rows.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{FAULTS_LISTED, Fault, Invariant, Scope};
use crate::ledger::store::Epoch;
use crate::storage::error::StorageError;
use crate::storage::ledger::seal::{self, Seal};
use crate::storage::ledger::sealed_row::{SealedBatch, SealedRow, open_rows};

/// Batches, each followed by its entries. `$1` account, `$2` since. With an account, only batches
/// with one of its entries; with an instant, also the batch before, whose hash the first one
/// continues.
const OPEN_ROWS: &str = open_rows!(
    "chain_rows",
    "select b.* from ledger_batch b
     where ($1::uuid is null
            or exists (select from ledger_entry e where e.account_id = $1 and e.epoch = b.epoch and e.batch = b.batch))
       and ($2::timestamptz is null or b.at >= $2
            or exists (select from ledger_batch n where n.epoch = b.epoch and n.batch = b.batch + 1 and n.at >= $2))",
    "join batch b on b.epoch = e.epoch and b.batch = e.batch"
);

/// Rows in memory at a time.
const FETCH_ROWS: &str = "fetch 2000 from chain_rows";

/// The result of the check.
#[derive(Default)]
pub(super) struct Checked {
    pub(super) batches: u64,
    pub(super) entries: u64,
    pub(super) faults: Vec<Fault>,
}

/// The content of batches from before `archived_until` is in exports: only their links are checked.
pub(super) async fn check(
    connection: &mut PgConnection,
    scope: Scope,
    archived_until: Option<DateTime<Utc>>,
) -> Result<Checked, StorageError> {
    sqlx::query(OPEN_ROWS)
        .bind(scope.account_id.map(|id| id.as_uuid()))
        .bind(scope.since)
        .execute(&mut *connection)
        .await?;
    let linked = scope.account_id.is_none();
    let mut walk = Walk { linked, since: scope.since, archived_until, ..Walk::default() };
    loop {
        let rows: Vec<SealedRow> = sqlx::query_as(FETCH_ROWS).fetch_all(&mut *connection).await?;
        if rows.is_empty() {
            break;
        }
        rows.iter().for_each(|row| walk.step(row));
    }
    walk.finish();
    sqlx::query("close chain_rows").execute(connection).await?;
    Ok(walk.checked)
}

/// A walk along the chain.
#[derive(Default)]
struct Walk {
    /// Whether every batch must continue the previous row's hash.
    linked: bool,
    since: Option<DateTime<Utc>>,
    archived_until: Option<DateTime<Utc>>,
    open: Option<(SealedBatch, Seal)>,
    /// Epoch and hash of the previous batch.
    before: Option<(i32, Vec<u8>)>,
    checked: Checked,
}

impl Walk {
    fn step(&mut self, row: &SealedRow) {
        if let Some((header, seal)) = row.header() {
            self.finish();
            if self.since.is_some_and(|since| row.at < since) {
                // Only the hash of the batch before the scope is used.
                self.before = Some((header.epoch, header.hash));
            } else {
                self.begin(header, seal);
            }
        } else if let (Some((_, seal)), Some(entry)) = (&mut self.open, row.entry()) {
            seal.add(&entry);
            self.checked.entries += 1;
        }
    }

    fn begin(&mut self, header: SealedBatch, seal: Seal) {
        if self.linked {
            let expected = match &self.before {
                Some((epoch, hash)) if *epoch == header.epoch => hash.clone(),
                _ => seal::genesis(Epoch(header.epoch)).to_vec(),
            };
            if header.previous_hash != expected {
                self.fault(&header, "does not continue the hash of the previous batch");
            }
        }
        self.open = Some((header, seal));
    }

    fn finish(&mut self) {
        let Some((header, seal)) = self.open.take() else { return };
        let is_archived = self.archived_until.is_some_and(|until| header.at < until);
        if !is_archived {
            self.checked.batches += 1;
            if seal.hash() != header.hash.as_slice() {
                self.fault(&header, "its rows do not match its seal");
            }
        }
        self.before = Some((header.epoch, header.hash));
    }

    fn fault(&mut self, header: &SealedBatch, found: &str) {
        if self.checked.faults.len() < FAULTS_LISTED as usize {
            self.checked.faults.push(Fault {
                epoch: Some(header.epoch),
                batch: Some(header.batch),
                ..Fault::new(Invariant::Chain, found)
            });
        }
    }
}
