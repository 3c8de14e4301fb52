//! The numbers of paths.

use std::collections::HashMap;

use sqlx::PgConnection;

use super::error::{RowRef, StorageError};
use crate::ledger::rules::entry::RouteNumber;

/// Numbers the paths that have none. Numbers are few, and a row that is offered in vain uses one up: so only what is missing is
/// offered.
pub(super) async fn add_missing(connection: &mut PgConnection, paths: &[&str]) -> Result<(), StorageError> {
    sqlx::query(
        "insert into route (path)
         select distinct n.path from unnest($1::text[]) as n (path)
          where not exists (select from route r where r.path = n.path)
             on conflict (path) do nothing",
    )
    .bind(paths)
    .execute(connection)
    .await?;
    Ok(())
}

/// Gives every path its number, the one it already has if it has one.
pub async fn numbers(
    connection: &mut PgConnection,
    paths: &[&'static str],
) -> Result<HashMap<&'static str, RouteNumber>, StorageError> {
    add_missing(connection, paths).await?;
    let rows: Vec<(String, i16)> = sqlx::query_as("select path, number from route where path = any($1)")
        .bind(paths)
        .fetch_all(connection)
        .await?;
    let numbers: HashMap<String, i16> = rows.into_iter().collect();
    paths
        .iter()
        .map(|path| {
            let number = RowRef::new("route", path).read("number", numbers.get(*path))?;
            Ok((*path, RouteNumber(*number)))
        })
        .collect()
}
