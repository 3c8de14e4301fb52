//! Importing people, finding them, and their rights, on a real database.

mod contacts;
mod enrichment;
mod find;
mod import;
mod index;
mod rights;

use chrono::{DateTime, TimeZone, Utc};
use fluence::command::directory::{ImportOptions, ImportReport, import};
use fluence::domain::person::PersonQuery;
use serde_json::{Value, json};
use sqlx::PgPool;
use std::time::Duration;

/// The instant at which every test begins.
fn start() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 1, 15, 12, 0, 0).unwrap()
}

fn options() -> ImportOptions {
    ImportOptions { default_source: "test".into(), retention: Duration::from_hours(24) }
}

fn person(first_name: &str, last_name: &str, company: &str) -> Value {
    json!({"first_name": first_name, "last_name": last_name, "company": company})
}

fn ask(first_name: &str, last_name: &str, company: &str) -> PersonQuery {
    PersonQuery { first_name: first_name.into(), last_name: last_name.into(), company: company.into() }
}

async fn import_people(pool: &PgPool, people: &[Value]) -> ImportReport {
    let file: String = people.iter().map(|person| format!("{person}\n")).collect();
    import_file(pool, file.as_bytes()).await
}

async fn import_file(pool: &PgPool, file: &[u8]) -> ImportReport {
    import(pool, file, &options(), start()).await.unwrap()
}
