//! The numbers of paths.

use std::collections::HashMap;

use sqlx::PgConnection;

use super::error::{RowRef, StorageError};
use crate::ledger::rules::entry::RouteNumber;

/// Numbers the new paths. Numbers are few, and every attempted insert consumes one, so only missing
/// paths are inserted.
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

/// Returns the number of each path, in the order of the paths. A path keeps the number that it has.
pub async fn numbers(
    connection: &mut PgConnection,
    paths: &[&'static str],
) -> Result<Vec<RouteNumber>, StorageError> {
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
            Ok(RouteNumber(*number))
        })
        .collect()
}
