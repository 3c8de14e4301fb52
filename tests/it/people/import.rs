//! Importing a directory file.

use fluence::command::directory::{ImportError, ImportOptions, import, stats};
use serde_json::json;
use std::time::Duration;

use super::{import_file, import_people, options, person, start};
use crate::support::database::TestDatabase;

#[tokio::test]
async fn people_are_added_once() {
    let database = TestDatabase::new().await;
    let pool = database.pool().clone();
    let people = [person("Ana", "Lemos", "Zyntra"), person("Rui", "Lemos", "Zyntra")];
    let first = import_people(&pool, &people).await;
    assert_eq!((first.lines, first.added, first.unchanged), (2, 2, 0));
    let again = import_people(&pool, &people).await;
    assert_eq!((again.lines, again.added, again.updated, again.unchanged), (2, 0, 0, 2));
    assert_eq!(stats(&pool, start()).await.unwrap().people, 2);
}

#[tokio::test]
async fn an_external_id_identifies_a_person_within_their_source() {
    let database = TestDatabase::new().await;
    let pool = database.pool().clone();
    let known = json!({"first_name": "Ana", "last_name": "Lemos", "company": "Zyntra", "external_id": "7", "source": "a"});
    let promoted = json!({"first_name": "Ana", "last_name": "Lemos", "company": "Klarion", "external_id": "7", "source": "a"});
    let elsewhere = json!({"first_name": "Ana", "last_name": "Lemos", "company": "Zyntra", "external_id": "7", "source": "b"});
    import_people(&pool, &[known]).await;
    let report = import_people(&pool, &[promoted, elsewhere]).await;
    assert_eq!((report.added, report.updated), (1, 1));
}

#[tokio::test]
async fn without_an_external_id_only_an_equal_line_is_the_same_person() {
    let database = TestDatabase::new().await;
    let pool = database.pool().clone();
    let mut person = person("Ana", "Lemos", "Zyntra");
    import_people(&pool, std::slice::from_ref(&person)).await;
    person["title"] = json!("CTO");
    let report = import_people(&pool, &[person]).await;
    assert_eq!((report.added, report.unchanged), (1, 0));
}

#[tokio::test]
async fn of_two_lines_about_one_person_the_later_wins() {
    let database = TestDatabase::new().await;
    let pool = database.pool().clone();
    let line = |company: &str| json!({"first_name": "Ana", "last_name": "Lemos", "company": company, "external_id": "7"});
    let report = import_people(&pool, &[line("Zyntra"), line("Klarion"), line("Klarion")]).await;
    assert_eq!((report.added, report.updated, report.unchanged), (1, 1, 1));
    let again = import_people(&pool, &[line("Zyntra"), line("Klarion")]).await;
    assert_eq!((again.added, again.updated, again.unchanged), (0, 2, 0));
    let company: String =
        sqlx::query_scalar("select company from directory_people").fetch_one(&pool).await.unwrap();
    assert_eq!(company, "Klarion");
}

#[tokio::test]
async fn an_invalid_line_is_reported_by_number_and_the_others_are_imported() {
    let database = TestDatabase::new().await;
    let pool = database.pool().clone();
    let good = person("Ana", "Lemos", "Zyntra");
    let file = format!("{good}\n\n{{\"first_name\": \"Rui\"}}\nnonsense\n\u{feff}");
    let report = import_file(&pool, file.as_bytes()).await;
    assert_eq!((report.added, report.faulty), (1, 3));
    let numbers: Vec<u64> = report.faults.iter().map(|fault| fault.line).collect();
    assert_eq!(numbers, [3, 4, 5]);
    assert!(report.faults[0].reason.contains("last_name"), "{:?}", report.faults[0]);
    assert!(!report.is_clean());
}

#[tokio::test]
async fn a_line_beyond_the_limit_does_not_affect_the_next() {
    let database = TestDatabase::new().await;
    let pool = database.pool().clone();
    let long = format!("{{\"first_name\": \"{}\"}}", "x".repeat(3 * 1024 * 1024));
    let file = format!("{long}\n{}\n", person("Ana", "Lemos", "Zyntra"));
    let report = import_file(&pool, file.as_bytes()).await;
    assert_eq!((report.lines, report.added, report.faulty), (2, 1, 1));
}

#[tokio::test]
async fn windows_line_ends_and_a_byte_order_mark_are_read() {
    let database = TestDatabase::new().await;
    let pool = database.pool().clone();
    let file =
        format!("\u{feff}{}\r\n{}", person("Ana", "Lemos", "Zyntra"), person("Rui", "Lemos", "Zyntra"));
    let report = import_file(&pool, file.as_bytes()).await;
    assert_eq!((report.added, report.faulty), (2, 0));
}

#[tokio::test]
async fn a_file_of_several_batches_is_imported_in_full() {
    let database = TestDatabase::new().await;
    let pool = database.pool().clone();
    let people: Vec<_> = (0..1_203).map(|n| person("Ana", &format!("Lemos {n}"), "Zyntra")).collect();
    assert_eq!(import_people(&pool, &people).await.added, 1_203);
}

#[tokio::test]
async fn source_and_legal_basis_are_kept_and_counted() {
    let database = TestDatabase::new().await;
    let pool = database.pool().clone();
    let mut with = person("Ana", "Lemos", "Zyntra");
    with["source"] = json!("crm");
    with["legal_basis"] = json!("consent");
    with["posts"] = json!([{"text": "Bom dia"}]);
    import_people(&pool, &[with, person("Rui", "Lemos", "Klarion")]).await;
    let stats = stats(&pool, start()).await.unwrap();
    assert_eq!((stats.people, stats.people_with_posts, stats.companies), (2, 1, 2));
    let sources: Vec<_> = stats
        .sources
        .iter()
        .map(|row| (row.source.as_str(), row.legal_basis.as_deref(), row.people))
        .collect();
    assert_eq!(sources, [("crm", Some("consent"), 1), ("test", None, 1)]);
}

#[tokio::test]
async fn a_later_import_extends_the_retention_of_an_unchanged_person() {
    let database = TestDatabase::new().await;
    let pool = database.pool().clone();
    let file = format!("{}\n", person("Ana", "Lemos", "Zyntra"));
    import_file(&pool, file.as_bytes()).await;
    let later = start() + chrono::TimeDelta::hours(20);
    import(&pool, file.as_bytes(), &options(), later).await.unwrap();
    let people = stats(&pool, start() + chrono::TimeDelta::hours(30)).await.unwrap().people;
    assert_eq!(people, 1);
}

#[tokio::test]
async fn a_retention_beyond_the_calendar_is_refused() {
    let database = TestDatabase::new().await;
    let pool = database.pool().clone();
    let options = ImportOptions { retention: Duration::MAX, ..options() };
    let refused = import(&pool, b"".as_slice(), &options, start()).await;
    assert!(matches!(refused, Err(ImportError::RetentionTooLong)));
}

#[tokio::test]
async fn a_reason_names_the_field_and_one_line_number() {
    let database = TestDatabase::new().await;
    let pool = database.pool().clone();
    let mut dated = person("Ana", "Lemos", "Zyntra");
    dated["posts"] = json!([{"text": "Oi", "published_at": "ontem"}]);
    let mut silent = person("Rui", "Lemos", "Zyntra");
    for list in ["posts", "aliases", "languages", "former_companies"] {
        silent[list] = json!(null);
    }
    let report = import_file(&pool, format!("{dated}\n{silent}\n[1]\nnonsense\n").as_bytes()).await;
    assert_eq!(report.added, 1);
    let faults: Vec<_> = report.faults.iter().map(|fault| (fault.line, fault.reason.as_str())).collect();
    assert_eq!(faults[0], (1, "posts[0].published_at: not a date such as 2026-01-31"));
    assert_eq!(faults[2], (4, "not JSON, from column 2"));
    assert!(faults[1].0 == 3 && faults[1].1.starts_with("not an object such as {"), "{faults:?}");
}
