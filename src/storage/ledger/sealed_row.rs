//! Rows of the chain: batches, and the entries that they seal. They are read to verify the chain,
//! and are the lines of exported months.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::seal::{self, Seal, SealedEntry};

/// Opens a cursor over sealed rows: the batches of a query, each followed by its entries, in the
/// order in which they are sealed. `$entries` selects the entries, as `e`.
macro_rules! open_rows {
    ($cursor:literal, $batches:literal, $entries:literal) => {
        concat!(
            "declare ",
            $cursor,
            " no scroll cursor for
with batch as (",
            $batches,
            ")
select epoch, batch, at, open_from, captured, captured_outcomes, previous_hash, hash,
       null::uuid as account_id, null::bigint as number, null::bigint as amount, null::bigint as balance_after,
       null::uuid as call_id, null::uuid as key_id, null::int as lot, null::smallint as kind, null::smallint as route,
       null::smallint as outcome
  from batch
union all
select e.epoch, e.batch, e.at, null, null, null, null, null,
       e.account_id, e.number, e.amount, e.balance_after, e.call_id, e.key_id, e.lot, e.kind, e.route, e.outcome
  from ledger_entry e ",
            $entries,
            "
 order by epoch, batch, account_id nulls first, number"
        )
    };
}
pub(super) use open_rows;

/// A batch, or one of its entries. Also a line of an exported month.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize, sqlx::FromRow)]
#[serde(deny_unknown_fields)]
pub struct SealedRow {
    pub(super) epoch: i32,
    pub(super) batch: i32,
    pub(super) at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    open_from: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    captured: Option<Vec<Uuid>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    captured_outcomes: Option<Vec<i16>>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "hex_text")]
    previous_hash: Option<Vec<u8>>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "hex_text")]
    hash: Option<Vec<u8>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    balance_after: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    call_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lot: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<i16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    route: Option<i16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<i16>,
}

impl SealedRow {
    /// Returns the batch that begins with this row, if any.
    pub(super) fn header(&self) -> Option<(SealedBatch, Seal)> {
        let captures = seal::captures(self.captured.as_ref()?, self.captured_outcomes.as_ref()?);
        let previous_hash = self.previous_hash.clone()?;
        let seal = Seal::new(&previous_hash, captures, self.at, self.open_from?);
        let (epoch, batch, at, hash) = (self.epoch, self.batch, self.at, self.hash.clone()?);
        Some((SealedBatch { epoch, batch, at, previous_hash, hash }, seal))
    }

    pub(super) fn entry(&self) -> Option<SealedEntry> {
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

/// A hash in an exported line.
mod hex_text {
    use serde::de::{Deserializer, Error};
    use serde::{Deserialize, Serialize, Serializer};

    use crate::domain::hex;

    pub(super) fn serialize<S: Serializer>(hash: &Option<Vec<u8>>, serializer: S) -> Result<S::Ok, S::Error> {
        hash.as_deref().map(hex::encode).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(text: D) -> Result<Option<Vec<u8>>, D::Error> {
        let text = Option::<String>::deserialize(text)?;
        let decode =
            |text: String| hex::decode(&text).ok_or_else(|| D::Error::custom("a hash is hexadecimal"));
        text.map(decode).transpose()
    }
}

/// A batch whose entries are being read.
pub(super) struct SealedBatch {
    pub(super) epoch: i32,
    pub(super) batch: i32,
    pub(super) at: DateTime<Utc>,
    pub(super) previous_hash: Vec<u8>,
    pub(super) hash: Vec<u8>,
}
