//! The search needs only the index.

use fluence::people::matching::ParsedQuery;
use fluence::people::rarity::Rarity;
use fluence::people::search_keys::{Breadth, query_keys};
use fluence::storage::directory::FIND_CANDIDATES;

use super::{ask, import_people, person, start};
use crate::support::database::TestDatabase;

#[tokio::test]
async fn both_conditions_of_a_search_are_intersected_in_the_index() {
    let database = TestDatabase::new().await;
    let pool = database.pool().clone();
    import_people(&pool, &[person("Rui", "Lemos", "Zyntra"), person("Ana", "Prates", "Klarion")]).await;
    let mut connection = pool.acquire().await.unwrap();
    // The planner would rather scan two rows; `benches/directory.rs` measures a million.
    sqlx::query("set enable_seqscan = off").execute(&mut *connection).await.unwrap();

    let keys = query_keys(&ParsedQuery::from(&ask("Rui", "Lemos", "Zyntra")), &Rarity::default());
    let plan: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("explain {FIND_CANDIDATES}")))
        .bind(keys.names.for_breadth(Breadth::WithSlips))
        .bind(keys.company.for_breadth(Breadth::WithSlips))
        .bind(&keys.every_word)
        .bind(start())
        .bind(200_i64)
        .bind(&keys.whole_name)
        .fetch_all(&mut *connection)
        .await
        .unwrap();
    let condition = plan.iter().find(|line| line.contains("Index Cond")).expect("an index scan");
    assert_eq!(condition.matches("search_keys &&").count(), 2, "{plan:#?}");
    assert!(plan.iter().any(|line| line.contains("on directory_people_search")), "{plan:#?}");
}
