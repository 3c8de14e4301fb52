//! How much each table holds.

use sqlx::PgConnection;

use super::error::StorageError;

/// A table with its partitions and indexes.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct TableSize {
    pub name: String,
    /// As of the last analyze. `None` before the first.
    pub estimated_rows: Option<i64>,
    pub bytes: i64,
    /// 0 for a table that has none.
    pub partitions: i64,
}

/// Returns all tables of the schema, the largest first. The table of the migrations is not among
/// them.
///
/// # Errors
/// When the database cannot be reached.
pub async fn table_sizes(connection: &mut PgConnection) -> Result<Vec<TableSize>, StorageError> {
    let sizes = sqlx::query_as(
        "select t.relname::text as name,
                sum(c.reltuples) filter (where c.reltuples >= 0 and c.relkind = 'r')::bigint as estimated_rows,
                sum(pg_total_relation_size(c.oid))::bigint as bytes,
                count(*) filter (where c.oid <> t.oid) as partitions
           from pg_class t
           join lateral (select relid from pg_partition_tree(t.oid) union select t.oid::regclass) part (relid) on true
           join pg_class c on c.oid = part.relid
          where t.relkind in ('r', 'p') and not t.relispartition
            and t.relnamespace = current_schema()::regnamespace and t.relname <> '_sqlx_migrations'
          group by t.oid, t.relname
          order by bytes desc, name",
    )
    .fetch_all(connection)
    .await?;
    Ok(sizes)
}
