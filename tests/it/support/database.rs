//! A database of its own for a test.

use std::env;
use std::str::FromStr;

use fluence::command::with_postgres::{TEMPLATE_VARIABLE, URL_VARIABLE};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgPool};

/// Two to four tests run at a time, against 200 connections in all.
const POOL_CONNECTIONS: u32 = 10;

/// A clone of the migrated template, dropped at the end of the test with whatever is still
/// connected to it.
pub(crate) struct TestDatabase {
    admin: PgConnectOptions,
    name: String,
    pool: PgPool,
}

impl TestDatabase {
    pub(crate) async fn new() -> Self {
        let (url, template) = env::var(URL_VARIABLE).ok().zip(env::var(TEMPLATE_VARIABLE).ok()).unwrap_or_else(|| {
            panic!(
                "this test needs a database: `make test`, or `cargo run -- with-postgres -- cargo nextest run FILTER`"
            )
        });
        let admin = PgConnectOptions::from_str(&url).unwrap();
        let name = format!("fluence_test_{:016x}", rand::random::<u64>());
        run(&admin, format!("create database {name} template {template} strategy file_copy")).await;
        let pool = PgPoolOptions::new()
            .max_connections(POOL_CONNECTIONS)
            .connect_with(admin.clone().database(&name))
            .await
            .unwrap();
        Self { admin, name, pool }
    }

    /// A pool of its own.
    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// How another pool or program connects to it.
    pub(crate) fn options(&self) -> PgConnectOptions {
        self.admin.clone().database(&self.name)
    }

    /// Ends every connection but this test's own, and refuses new ones.
    pub(crate) async fn close_doors(&self) {
        let name = &self.name;
        run(&self.admin, format!("alter database {name} with allow_connections false")).await;
        let others = "select pg_terminate_backend(pid) from pg_stat_activity
                       where datname = current_database() and application_name like 'fluence%'";
        sqlx::query(others).execute(&self.pool).await.unwrap();
    }

    /// Lets everybody in again.
    pub(crate) async fn open_doors(&self) {
        run(&self.admin, format!("alter database {} with allow_connections true", self.name)).await;
    }

    /// The same as a URL, for `DATABASE_URL`.
    pub(crate) fn url(&self) -> String {
        self.options().to_url_lossy().to_string()
    }
}

impl Drop for TestDatabase {
    /// On a thread of its own, since a test's runtime may be ending; a run of all tests would else
    /// fill the memory.
    fn drop(&mut self) {
        let (admin, name) = (self.admin.clone(), self.name.clone());
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(run(&admin, format!("drop database if exists {name} with (force)")));
        });
        if dropping.join().is_err() {
            eprintln!("cannot drop the database {}", self.name);
        }
    }
}

/// Statements of fixed words and names made of letters, digits and `_`.
async fn run(admin: &PgConnectOptions, statement: String) {
    let mut connection = admin.connect().await.unwrap();
    sqlx::query(AssertSqlSafe(statement)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

#[tokio::test]
async fn no_test_sees_what_another_writes() {
    let (one, other) = (TestDatabase::new().await, TestDatabase::new().await);
    sqlx::query("create table seen (by text)").execute(one.pool()).await.unwrap();
    let seen: Option<String> =
        sqlx::query_scalar("select to_regclass('seen')::text").fetch_one(other.pool()).await.unwrap();
    assert_eq!(seen, None);
}

#[tokio::test]
async fn the_url_leads_to_the_same_database() {
    let database = TestDatabase::new().await;
    sqlx::query("create table seen (by text)").execute(database.pool()).await.unwrap();
    let mut connection = sqlx::PgConnection::connect(&database.url()).await.unwrap();
    let seen: Option<String> =
        sqlx::query_scalar("select to_regclass('seen')::text").fetch_one(&mut connection).await.unwrap();
    assert_eq!(seen.as_deref(), Some("seen"));
    connection.close().await.unwrap();
}

#[tokio::test]
async fn a_database_goes_with_its_test_even_when_still_in_use() {
    let database = TestDatabase::new().await;
    let (admin, name) = (database.admin.clone(), database.name.clone());
    let _still_connected = database.pool().acquire().await.unwrap();
    drop(database);

    let mut connection = admin.connect().await.unwrap();
    let there: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(&name)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert!(!there);
    connection.close().await.unwrap();
}
