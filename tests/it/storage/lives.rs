//! Every table has a row in docs/operations/data.md that says how long its rows live, and every row
//! there names a table.

use std::collections::BTreeSet;

use crate::support::database::TestDatabase;

const PAGE: &str = include_str!("../../../docs/operations/data.md");

#[tokio::test]
async fn every_table_says_how_long_its_rows_live() {
    let database = TestDatabase::new().await;
    // Partitions live as their table does. The migrations' own table is of the library.
    let tables: Vec<String> = sqlx::query_scalar(
        "select relname::text from pg_class
          where relkind in ('r', 'p') and not relispartition and relnamespace = 'public'::regnamespace
            and relname <> '_sqlx_migrations'",
    )
    .fetch_all(database.pool())
    .await
    .unwrap();
    let tables: BTreeSet<&str> = tables.iter().map(String::as_str).collect();
    let rows = PAGE.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let explained: BTreeSet<&str> = rows.collect();
    assert_eq!(tables.difference(&explained).collect::<Vec<_>>(), [] as [&&str; 0], "without a row");
    assert_eq!(explained.difference(&tables).collect::<Vec<_>>(), [] as [&&str; 0], "no such table");
}
