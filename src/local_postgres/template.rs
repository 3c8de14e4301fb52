//! The migrated database that every test clones, created once for each set of migrations.

use std::str::FromStr;

use sha2::{Digest, Sha256};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};

use crate::domain::hex;

/// Advisory lock for one creator at a time. No other lock of the server has this number.
const LOCK_KEY: i64 = 0x666c_7565_6e63_6501;

/// Creates the template unless it exists, and returns its name, which identifies its migrations. A
/// template accepts no connections, so it is never changed or busy.
///
/// # Errors
/// When the user may not create databases, or a migration fails.
pub async fn ensure(admin_url: &str, migrations: &Migrator) -> Result<String, MigrateError> {
    let name = name_for(migrations);
    let options = PgConnectOptions::from_str(admin_url)?;
    let mut admin = options.connect().await?;
    sqlx::query("select pg_advisory_lock($1)").bind(LOCK_KEY).execute(&mut admin).await?;
    let there: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(&name)
        .fetch_one(&mut admin)
        .await?;
    if !there {
        make(&mut admin, &options, &name, migrations).await?;
    }
    admin.close().await?; // and with it the lock
    Ok(name)
}

/// Creates it under a temporary name, so that an interrupted run leaves no incomplete template.
async fn make(
    admin: &mut PgConnection,
    options: &PgConnectOptions,
    name: &str,
    migrations: &Migrator,
) -> Result<(), MigrateError> {
    let unfinished = format!("{name}_new");
    run(admin, format!("drop database if exists {unfinished} with (force)")).await?;
    run(admin, format!("create database {unfinished} template template0")).await?;
    let mut database = options.clone().database(&unfinished).connect().await?;
    migrations.run(&mut database).await?;
    database.close().await?;
    run(admin, format!("alter database {unfinished} with is_template true allow_connections false")).await?;
    run(admin, format!("alter database {unfinished} rename to {name}")).await?;
    Ok(())
}

/// Statements of fixed words and generated names of letters, digits and `_`.
async fn run(admin: &mut PgConnection, statement: String) -> Result<(), sqlx::Error> {
    sqlx::query(AssertSqlSafe(statement)).execute(admin).await.map(drop)
}

fn name_for(migrations: &Migrator) -> String {
    let mut digest = Sha256::new();
    for migration in migrations.iter() {
        digest.update(migration.version.to_be_bytes());
        digest.update(&migration.checksum);
    }
    let digest = digest.finalize();
    format!("fluence_template_{}", hex::encode(&digest[..6]))
}

#[cfg(test)]
mod tests {
    use sqlx::migrate::{Migration, MigrationType};
    use sqlx::{AssertSqlSafe, SqlSafeStr};

    use super::*;

    fn migrations(statements: &[&str]) -> Migrator {
        let made = statements.iter().zip(1..).map(|(statement, version)| {
            let sql = AssertSqlSafe((*statement).to_owned()).into_sql_str();
            Migration::new(version, "test".into(), MigrationType::Simple, sql, false)
        });
        Migrator::with_migrations(made.collect())
    }

    #[test]
    fn the_name_changes_with_every_migration() {
        let one = name_for(&migrations(&["create table a ()"]));
        assert_eq!(one, name_for(&migrations(&["create table a ()"])));
        assert_ne!(one, name_for(&migrations(&["create table b ()"])));
        assert_ne!(one, name_for(&migrations(&["create table a ()", "create table b ()"])));
    }
}
