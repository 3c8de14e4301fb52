//! The chain of batches, hashed again from the rows.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{FAULTS_LISTED, Fault, Invariant, Scope};
use crate::ledger::store::Epoch;
use crate::storage::error::StorageError;
use crate::storage::ledger::seal::{self, Seal, SealedEntry};

/// Batches, each followed by its entries. `$1` account, `$2` since. With an account, only batches
/// with one of its entries; with an instant, also the batch before, whose hash the first one
/// continues.
const OPEN_ROWS: &str = r"
declare chain_rows no scroll cursor for
with batch as (
    select b.* from ledger_batch b
     where ($1::uuid is null
            or exists (select from ledger_entry e where e.account_id = $1 and e.epoch = b.epoch and e.batch = b.batch))
       and ($2::timestamptz is null or b.at >= $2
            or exists (select from ledger_batch n where n.epoch = b.epoch and n.batch = b.batch + 1 and n.at >= $2))
)
select epoch, batch, at, open_from, captured, captured_outcomes, previous_hash, hash,
       null::uuid as account_id, null::bigint as number, null::bigint as amount, null::bigint as balance_after,
       null::uuid as call_id, null::uuid as key_id, null::int as lot, null::smallint as kind, null::smallint as route,
       null::smallint as outcome
  from batch
union all
select e.epoch, e.batch, e.at, null, null, null, null, null,
       e.account_id, e.number, e.amount, e.balance_after, e.call_id, e.key_id, e.lot, e.kind, e.route, e.outcome
  from ledger_entry e join batch b on b.epoch = e.epoch and b.batch = e.batch
 order by epoch, batch, account_id nulls first, number";

/// Rows in memory at a time.
const FETCH_ROWS: &str = "fetch 2000 from chain_rows";

#[derive(sqlx::FromRow)]
struct Row {
    epoch: i32,
    batch: i32,
    at: DateTime<Utc>,
    open_from: Option<i32>,
    captured: Option<Vec<Uuid>>,
    captured_outcomes: Option<Vec<i16>>,
    previous_hash: Option<Vec<u8>>,
    hash: Option<Vec<u8>>,
    account_id: Option<Uuid>,
    number: Option<i64>,
    amount: Option<i64>,
    balance_after: Option<i64>,
    call_id: Option<Uuid>,
    key_id: Option<Uuid>,
    lot: Option<i32>,
    kind: Option<i16>,
    route: Option<i16>,
    outcome: Option<i16>,
}

impl Row {
    /// Returns the batch that begins with this row, if any.
    fn header(&self) -> Option<(Header, Seal)> {
        let captures = seal::captures(self.captured.as_ref()?, self.captured_outcomes.as_ref()?);
        let previous_hash = self.previous_hash.clone()?;
        let seal = Seal::new(&previous_hash, captures, self.at, self.open_from?);
        let (epoch, batch, hash) = (self.epoch, self.batch, self.hash.clone()?);
        Some((Header { epoch, batch, previous_hash, hash }, seal))
    }

    fn entry(&self) -> Option<SealedEntry> {
        Some(SealedEntry {
            account_id: self.account_id?,
            number: self.number?,
            at: self.at,
            amount: self.amount?,
            balance_after: self.balance_after?,
            call_id: self.call_id?,
            key_id: self.key_id,
            lot: self.lot?,
            kind: self.kind?,
            route: self.route,
            outcome: self.outcome,
        })
    }
}

/// A batch whose entries are being read.
struct Header {
    epoch: i32,
    batch: i32,
    previous_hash: Vec<u8>,
    hash: Vec<u8>,
}

/// The result of the check.
#[derive(Default)]
pub(super) struct Checked {
    pub(super) batches: u64,
    pub(super) entries: u64,
    pub(super) faults: Vec<Fault>,
}

pub(super) async fn check(connection: &mut PgConnection, scope: Scope) -> Result<Checked, StorageError> {
    sqlx::query(OPEN_ROWS)
        .bind(scope.account_id.map(|id| id.as_uuid()))
        .bind(scope.since)
        .execute(&mut *connection)
        .await?;
    let mut walk = Walk { linked: scope.account_id.is_none(), since: scope.since, ..Walk::default() };
    loop {
        let rows: Vec<Row> = sqlx::query_as(FETCH_ROWS).fetch_all(&mut *connection).await?;
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
    open: Option<(Header, Seal)>,
    /// Epoch and hash of the previous batch.
    before: Option<(i32, Vec<u8>)>,
    checked: Checked,
}

impl Walk {
    fn step(&mut self, row: &Row) {
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

    fn begin(&mut self, header: Header, seal: Seal) {
        self.checked.batches += 1;
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
        if seal.hash() != header.hash.as_slice() {
            self.fault(&header, "its rows do not match its seal");
        }
        self.before = Some((header.epoch, header.hash));
    }

    fn fault(&mut self, header: &Header, found: &str) {
        if self.checked.faults.len() < FAULTS_LISTED as usize {
            self.checked.faults.push(Fault {
                epoch: Some(header.epoch),
                batch: Some(header.batch),
                ..Fault::new(Invariant::Chain, found)
            });
        }
    }
}
