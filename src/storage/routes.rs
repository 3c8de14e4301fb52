//! The numbers of paths.

use std::collections::HashMap;

use sqlx::PgConnection;

use super::error::StorageError;
use crate::ledger::entry::RouteNumber;

/// Gives every path its number, the one it already has if it has one.
pub async fn numbers(
    connection: &mut PgConnection,
    paths: &[&'static str],
) -> Result<HashMap<&'static str, RouteNumber>, StorageError> {
    sqlx::query("insert into route (path) select unnest($1::text[]) on conflict (path) do nothing")
        .bind(paths)
        .execute(&mut *connection)
        .await?;
    let rows: Vec<(String, i16)> = sqlx::query_as("select path, number from route where path = any($1)")
        .bind(paths)
        .fetch_all(connection)
        .await?;
    let numbers: HashMap<String, i16> = rows.into_iter().collect();
    paths
        .iter()
        .map(|path| {
            let number = numbers.get(*path).ok_or(StorageError::Corrupt("route number"))?;
            Ok((*path, RouteNumber(*number)))
        })
        .collect()
}
