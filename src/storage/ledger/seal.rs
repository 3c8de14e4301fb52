//! The seal of a batch: SHA-256 over the previous hash, its entries and its captures. The statement
//! that inserts the entries computes it, and `ledger verify` recomputes it from the rows.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::domain::ids::CallId;
use crate::domain::settlement::Outcome;
use crate::ledger::store::{Epoch, StoreError};

/// The seal in SQL, over the rows of a CTE named `entry`, the batch's time and the digest of its
/// captures. `$3` is the batch's `open_from`, `$7` the previous hash. An entry without key, route
/// or outcome has zeros or -1 instead.
macro_rules! seal_sql {
    ($at:literal, $captures:literal) => {
        concat!(
            "sha256($7::bytea || ",
            $captures,
            " || timestamptz_send(",
            $at,
            r") || int4send($3) || coalesce((
               select string_agg(uuid_send(account_id) || int8send(number) || timestamptz_send(at) || int8send(amount)
                   || int8send(balance_after) || uuid_send(call_id)
                   || uuid_send(coalesce(key_id, '00000000-0000-0000-0000-000000000000'::uuid))
                   || int4send(lot) || int2send(kind) || int2send(coalesce(route, -1::int2))
                   || int2send(coalesce(outcome, -1::int2)), ''::bytea order by account_id, number)
               from entry), ''::bytea))"
        )
    };
}
pub(super) use seal_sql;

/// The hash before the first batch of an epoch.
pub(super) fn genesis(epoch: Epoch) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(b"fluence ledger epoch ");
    hasher.update(epoch.0.to_be_bytes());
    hasher.finalize().into()
}

/// The digest of a batch's captures in their order, each with the number of its outcome.
pub(super) fn captures(call_ids: &[Uuid], outcomes: &[i16]) -> [u8; 32] {
    Sha256::digest(capture_bytes(call_ids, outcomes)).into()
}

/// The columns of a batch's captures: ids of calls, and numbers of outcomes.
pub(super) fn capture_columns(captured: &[(CallId, Outcome)]) -> (Vec<Uuid>, Vec<i16>) {
    captured.iter().map(|(call, outcome)| (call.as_uuid(), outcome.number())).unzip()
}

/// What the digest is computed from.
pub(super) fn capture_bytes(call_ids: &[Uuid], outcomes: &[i16]) -> Vec<u8> {
    let capture =
        |(call_id, outcome): (&Uuid, &i16)| [call_id.as_bytes(), &outcome.to_be_bytes()[..]].concat();
    call_ids.iter().zip(outcomes).flat_map(capture).collect()
}

/// An entry as it is sealed.
pub(super) struct SealedEntry {
    pub(super) account_id: Uuid,
    pub(super) number: i64,
    pub(super) at: DateTime<Utc>,
    pub(super) amount: i64,
    pub(super) balance_after: i64,
    pub(super) call_id: Uuid,
    pub(super) key_id: Option<Uuid>,
    pub(super) lot: i32,
    pub(super) kind: i16,
    pub(super) route: Option<i16>,
    pub(super) outcome: Option<i16>,
}

/// The same seal as `seal_sql`, computed in Rust.
pub(super) struct Seal(Sha256);

impl Seal {
    pub(super) fn new(previous_hash: &[u8], captures: [u8; 32], at: DateTime<Utc>, open_from: i32) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(previous_hash);
        hasher.update(captures);
        hasher.update(since_2000_us(at).to_be_bytes());
        hasher.update(open_from.to_be_bytes());
        Self(hasher)
    }

    /// Adds the next entry, in the order of accounts and their numbers.
    pub(super) fn add(&mut self, entry: &SealedEntry) {
        self.0.update(entry.account_id.as_bytes());
        self.0.update(entry.number.to_be_bytes());
        self.0.update(since_2000_us(entry.at).to_be_bytes());
        self.0.update(entry.amount.to_be_bytes());
        self.0.update(entry.balance_after.to_be_bytes());
        self.0.update(entry.call_id.as_bytes());
        self.0.update(entry.key_id.unwrap_or_default().as_bytes());
        self.0.update(entry.lot.to_be_bytes());
        self.0.update(entry.kind.to_be_bytes());
        self.0.update(entry.route.unwrap_or(-1).to_be_bytes());
        self.0.update(entry.outcome.unwrap_or(-1).to_be_bytes());
    }

    pub(super) fn hash(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

/// Returns an instant in the form that `timestamptz_send` writes.
fn since_2000_us(at: DateTime<Utc>) -> i64 {
    at.timestamp_micros() - 946_684_800_000_000
}

pub(super) fn hash_of(bytes: &[u8]) -> Result<[u8; 32], StoreError> {
    bytes.try_into().map_err(|_| StoreError::Refused("a batch hash is not 32 bytes long".into()))
}
