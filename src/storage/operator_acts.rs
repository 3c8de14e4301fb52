//! Operator commands by their own ids, so that a command whose answer was lost is not carried out
//! twice.

use sqlx::PgConnection;
use uuid::Uuid;

use super::error::{RowRef, StorageError};
use crate::domain::credits::Credits;
use crate::domain::ids::{AccountId, CallId};

/// The kind of a command. The same id may be used once for each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActKind {
    /// Creating an account.
    Account,
    /// Granting credits. The ledger stores these ids itself.
    Grant,
    /// Taking credits back.
    Take,
}

impl ActKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Grant => "grant",
            Self::Take => "take",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Act {
    pub account_id: AccountId,
    /// The entry in the ledger, for commands that move credits.
    pub call_id: Option<CallId>,
}

/// Blocks other commands with the same id until the transaction ends.
pub async fn lock(connection: &mut PgConnection, kind: ActKind, reference: &str) -> Result<(), StorageError> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended('operator act ' || $1 || ' ' || $2, 0))")
        .bind(kind.as_str())
        .bind(reference)
        .execute(connection)
        .await?;
    Ok(())
}

/// Returns the command with an id.
pub async fn find(
    connection: &mut PgConnection,
    kind: ActKind,
    reference: &str,
) -> Result<Option<Act>, StorageError> {
    let found: Option<(Uuid, Option<Uuid>)> =
        sqlx::query_as("select account_id, call_id from operator_act where kind = $1 and reference = $2")
            .bind(kind.as_str())
            .bind(reference)
            .fetch_optional(connection)
            .await?;
    Ok(found.map(|(account, call)| Act {
        account_id: AccountId::from_uuid(account),
        call_id: call.map(CallId::from_uuid),
    }))
}

/// Stores a command under an unused id.
pub async fn save(
    connection: &mut PgConnection,
    kind: ActKind,
    reference: &str,
    act: Act,
) -> Result<(), StorageError> {
    sqlx::query(
        "insert into operator_act (kind, reference, account_id, call_id, begun_at) values ($1, $2, $3, $4, now())",
    )
    .bind(kind.as_str())
    .bind(reference)
    .bind(act.account_id.as_uuid())
    .bind(act.call_id.map(|id| id.as_uuid()))
    .execute(connection)
    .await?;
    Ok(())
}

/// Returns another account that was granted credits under this id.
pub async fn granted_elsewhere(
    connection: &mut PgConnection,
    account: AccountId,
    reference: &str,
) -> Result<Option<AccountId>, StorageError> {
    let found: Option<(Uuid,)> =
        sqlx::query_as("select account_id from ledger_lot where reference = $2 and account_id <> $1 limit 1")
            .bind(account.as_uuid())
            .bind(reference)
            .fetch_optional(connection)
            .await?;
    Ok(found.map(|(id,)| AccountId::from_uuid(id)))
}

/// Returns the credits that a command took, if it was carried out.
pub async fn taken(
    connection: &mut PgConnection,
    account: AccountId,
    call: CallId,
) -> Result<Option<Credits>, StorageError> {
    let found: Option<(i64,)> = sqlx::query_as(
        "select (select -sum(amount)
                   from (select account_id, call_id, amount from ledger_entry
                          union all select account_id, call_id, amount from ledger_carried_entry) e
                  where e.account_id = c.account_id and e.call_id = c.call_id)::bigint
           from ledger_correction c
          where c.account_id = $1 and c.call_id = $2",
    )
    .bind(account.as_uuid())
    .bind(call.as_uuid())
    .fetch_optional(connection)
    .await?;
    let correction = RowRef::new("ledger_correction", call);
    Ok(found.map(|(amount,)| correction.convert("amount", amount)).transpose()?)
}
