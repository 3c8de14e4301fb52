//! The numbered sets of what is sold.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;

use super::error::StorageError;
use crate::domain::offer_set::{SHIPPED_SET, SetKind, SetNumbers};
use crate::domain::plan::PlanRef;

/// A set that was applied.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct OfferSet {
    pub number: i32,
    pub text: String,
}

/// A set without its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct AppliedSet {
    pub number: i32,
    pub applied_at: DateTime<Utc>,
    pub applied_by: String,
    pub bytes: i32,
}

/// Returns the newest set of a kind, or `None` where none was applied.
pub async fn newest(connection: &mut PgConnection, kind: SetKind) -> Result<Option<OfferSet>, StorageError> {
    let set =
        sqlx::query_as("select number, text from offer_set where kind = $1 order by number desc limit 1")
            .bind(kind.as_str())
            .fetch_optional(connection)
            .await?;
    Ok(set)
}

/// Returns the set with a number.
pub async fn find(
    connection: &mut PgConnection,
    kind: SetKind,
    number: i32,
) -> Result<Option<OfferSet>, StorageError> {
    let set = sqlx::query_as("select number, text from offer_set where kind = $1 and number = $2")
        .bind(kind.as_str())
        .bind(number)
        .fetch_optional(connection)
        .await?;
    Ok(set)
}

/// Whether a set of this kind has this text.
pub async fn was_applied(
    connection: &mut PgConnection,
    kind: SetKind,
    text: &str,
) -> Result<bool, StorageError> {
    let was = sqlx::query_scalar("select exists (select from offer_set where kind = $1 and text = $2)")
        .bind(kind.as_str())
        .bind(text)
        .fetch_one(connection)
        .await?;
    Ok(was)
}

/// Returns the numbers of the newest sets.
pub async fn newest_numbers(connection: &mut PgConnection) -> Result<SetNumbers, StorageError> {
    let (catalogue, routes): (Option<i32>, Option<i32>) = sqlx::query_as(
        "select max(number) filter (where kind = 'catalogue'), max(number) filter (where kind = 'routes') from offer_set",
    )
    .fetch_one(connection)
    .await?;
    Ok(SetNumbers { catalogue: catalogue.unwrap_or(SHIPPED_SET), routes: routes.unwrap_or(SHIPPED_SET) })
}

/// Returns the newest sets of a kind, newest first, at most `limit`.
pub async fn list(
    connection: &mut PgConnection,
    kind: SetKind,
    limit: i64,
) -> Result<Vec<AppliedSet>, StorageError> {
    let sets = sqlx::query_as(
        "select number, applied_at, applied_by, octet_length(text) as bytes
           from offer_set where kind = $1 order by number desc limit $2",
    )
    .bind(kind.as_str())
    .bind(limit)
    .fetch_all(connection)
    .await?;
    Ok(sets)
}

/// Blocks other changes of sets until the transaction ends.
pub async fn lock(connection: &mut PgConnection) -> Result<(), StorageError> {
    sqlx::query("lock table offer_set in share row exclusive mode").execute(connection).await?;
    Ok(())
}

/// Appends a set, which is in force from the commit on. Returns its number. The caller holds
/// [`lock`].
pub async fn append(
    connection: &mut PgConnection,
    kind: SetKind,
    text: &str,
    applied_by: &str,
) -> Result<i32, StorageError> {
    let (number,): (i32,) = sqlx::query_as(
        "insert into offer_set (kind, number, text, applied_by)
         select $1, coalesce(max(number), 0) + 1, $2, $3 from offer_set where kind = $1
         returning number",
    )
    .bind(kind.as_str())
    .bind(text)
    .bind(applied_by)
    .fetch_one(connection)
    .await?;
    Ok(number)
}

/// A plan that accounts are on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanInUse {
    pub plan: PlanRef,
    /// `false`: all of its accounts are closed.
    pub has_open_accounts: bool,
}

/// Returns the plans that accounts are on.
pub async fn plans_in_use(connection: &mut PgConnection) -> Result<Vec<PlanInUse>, StorageError> {
    let plans: Vec<(String, String, bool)> = sqlx::query_as(
        "select edition, plan, bool_or(closed_at is null) from account group by edition, plan order by edition, plan",
    )
    .fetch_all(connection)
    .await?;
    let in_use =
        |(edition, plan, has_open_accounts)| PlanInUse { plan: PlanRef { edition, plan }, has_open_accounts };
    Ok(plans.into_iter().map(in_use).collect())
}
