//! The seal of a batch: SHA-256 over the hash before it, its entries and its captures. The statement that inserts the
//! entries computes it (the text below), `ledger verify` recomputes it from the rows.

use sha2::{Digest, Sha256};

use crate::domain::ids::CallId;
use crate::domain::settlement::Outcome;
use crate::ledger::store::{Epoch, StoreError};

/// The seal in SQL, over the rows of a CTE named `entry` and the batch's time; `$3` is the batch's `open_from`, `$6` the
/// digest of the captures, `$7` the hash before. An entry without key, route or outcome has zeros or -1 in its place.
macro_rules! seal_sql {
    ($at:literal) => {
        concat!(
            "sha256($7 || $6 || timestamptz_send(",
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

/// Digest of the captures of a batch, in their order.
pub(super) fn captures(captured: &[(CallId, Outcome)]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for (call_id, outcome) in captured {
        hasher.update(call_id.as_uuid().as_bytes());
        hasher.update(outcome.number().to_be_bytes());
    }
    hasher.finalize().into()
}

/// Reads a hash of the store.
pub(super) fn hash_of(bytes: &[u8]) -> Result<[u8; 32], StoreError> {
    bytes.try_into().map_err(|_| StoreError::Refused("a batch hash is not 32 bytes long".into()))
}
