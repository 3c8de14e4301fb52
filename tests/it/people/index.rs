//! The search uses its index.

use fluence::people::matching::ParsedQuery;
use fluence::people::rarity::Rarity;
use fluence::people::search_keys::query_keys;
use fluence::storage::directory::FIND_CANDIDATES;

use super::database::database;
use super::{ask, import_people, person, start};

#[tokio::test]
async fn a_look_up_reads_only_what_the_index_offers() {
    let pool = database().await;
    let given = ["Ana", "Rui", "Eva", "Marcelo", "Fernanda", "Tereza", "Otto"];
    let surnames = ["Lemos", "Silva", "Prates", "Ferraz", "Cunha", "Zanini", "Borba", "Duarte", "Koerich"];
    let companies = ["Zyntra", "Klarion", "Horizonte", "Pampeiro", "Vertice"];
    let people: Vec<_> = (0..5_000)
        .map(|n| {
            person(
                given[n % 7],
                &format!("{} {n}", surnames[n % 9]),
                &format!("{} {}", companies[n % 5], n % 41),
            )
        })
        .collect();
    import_people(&pool, &people).await;

    let keys = query_keys(&ParsedQuery::from(&ask("Rui", "Lemos", "Zyntra 7")), &Rarity::default());
    let explain = format!("explain (analyze, format text) {FIND_CANDIDATES}");
    let plan: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(explain))
        .bind(keys.given.all())
        .bind(keys.surname.all())
        .bind(keys.company.all())
        .bind(&keys.given.whole)
        .bind(&keys.surname.whole)
        .bind(&keys.company.whole)
        .bind(start())
        .bind(200_i64)
        .fetch_all(&pool)
        .await
        .unwrap();
    let plan = plan.join("\n");
    assert!(plan.contains("Bitmap Index Scan on directory_people_search"), "{plan}");
    assert!(!plan.contains("Seq Scan on directory_people"), "{plan}");
}
