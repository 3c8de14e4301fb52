//! A database of the test's own.

use sqlx::{Connection, Executor, PgConnection, PgPool};
use uuid::Uuid;

/// A fresh database with the directory's tables, on the server of `TEST_DATABASE_URL`.
pub(super) async fn database() -> PgPool {
    let server =
        std::env::var("TEST_DATABASE_URL").expect("TEST_DATABASE_URL names a Postgres server for tests");
    let name = format!("test_{}", Uuid::now_v7().simple());
    let mut connection = PgConnection::connect(&server).await.unwrap();
    connection.execute(sqlx::AssertSqlSafe(format!("create database {name}"))).await.unwrap();
    let options: sqlx::postgres::PgConnectOptions = server.parse().unwrap();
    let pool = PgPool::connect_with(options.database(&name)).await.unwrap();
    sqlx::migrate!("./migrations").run(&pool).await.unwrap();
    pool
}
