//! `fluence migrate`, and what the others do on a schema they do not know.

use fluence::storage::schema::MIGRATIONS;
use sqlx::AssertSqlSafe;

use super::program::{Program, Ran};

async fn change(program: &Program, statements: &str) {
    sqlx::raw_sql(AssertSqlSafe(statements.to_owned())).execute(program.database.pool()).await.unwrap();
}

#[tokio::test]
async fn an_empty_database_gets_schema_plans_and_packs() {
    let program = Program::new().await;
    change(&program, "drop schema public cascade; create schema public").await;
    let failed = program.run(&["account", "list"]);
    assert!(failed.failure().starts_with("the database is empty: `fluence migrate` prepares it"));
    let migrated = program.json(&["migrate"]);
    assert_eq!(migrated["migrations_applied"], MIGRATIONS.iter().count());
    program.account("2025-06", "business");
    let counts: (i64, i64) =
        sqlx::query_as("select (select count(*) from plan), (select count(*) from pack)")
            .fetch_one(program.database.pool())
            .await
            .unwrap();
    assert_eq!(counts, (13, 4));
}

#[tokio::test]
async fn to_migrate_twice_changes_nothing() {
    let program = Program::new().await;
    program.json(&["migrate"]);
    let dump = program.dump().await;
    let again = program.json(&["migrate"]);
    assert_eq!((&again["migrations_applied"], &again["partitions_made"]), (&0.into(), &0.into()));
    assert_eq!(program.dump().await, dump);
}

#[tokio::test]
async fn several_programs_may_migrate_at_once() {
    let program = Program::new().await;
    change(&program, "drop schema public cascade; create schema public").await;
    let runs: Vec<_> = (0..3).map(|_| program.command(&["migrate"]).spawn().unwrap()).collect();
    for mut run in runs {
        assert!(run.wait().unwrap().success());
    }
    assert_eq!(program.json(&["migrate"])["migrations_applied"], 0);
}

/// As docs/operations/scaling.md sets them for gateways behind a pooler.
#[tokio::test]
async fn timeouts_of_the_login_do_not_end_a_migration() {
    let program = Program::new().await;
    change(
        &program,
        "drop schema public cascade; create schema public;
         do $$ begin
             execute format('alter database %I set statement_timeout = 300', current_database());
             execute format('alter database %I set lock_timeout = 1', current_database());
         end $$",
    )
    .await;
    let runs: Vec<_> = (0..2).map(|_| program.command(&["migrate"]).spawn().unwrap()).collect();
    for mut run in runs {
        assert!(run.wait().unwrap().success());
    }
}

#[tokio::test]
async fn an_outdated_schema_is_refused_with_what_to_do() {
    let program = Program::new().await;
    change(
        &program,
        "delete from _sqlx_migrations where version = (select max(version) from _sqlx_migrations)",
    )
    .await;
    let failed = program.run(&["account", "list"]);
    assert_eq!(failed.failure(), "the database's schema is older than this program: run `fluence migrate`");
}

#[tokio::test]
async fn a_newer_schema_is_not_changed() {
    let program = Program::new().await;
    change(
        &program,
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
         values (9999, 'from the future', true, '', 0)",
    )
    .await;
    for words in [&["account", "list"][..], &["migrate"]] {
        let failed = program.run(words);
        assert_eq!(
            failed.failure(),
            "the database was migrated by a newer version of fluence: use that version"
        );
    }
}

#[tokio::test]
async fn missing_partitions_are_made() {
    let program = Program::new().await;
    let months =
        "select count(*) from pg_class where relname ~ '^ledger_entry_\\d{4}_\\d{2}$' and relkind = 'r'";
    let before: i64 = sqlx::query_scalar(months).fetch_one(program.database.pool()).await.unwrap();
    change(
        &program,
        "do $$ begin execute (select format('drop table %I', max(relname)) from pg_class
        where relname ~ '^ledger_entry_\\d{4}_\\d{2}$' and relkind = 'r'); end $$",
    )
    .await;
    assert_eq!(program.json(&["migrate"])["partitions_made"], 1);
    let after: i64 = sqlx::query_scalar(months).fetch_one(program.database.pool()).await.unwrap();
    assert_eq!(after, before);
}

#[tokio::test]
async fn it_makes_the_same_check_of_the_pepper_as_a_gateway_that_starts() {
    let program = Program::new().await;
    let account = program.account("2025-06", "business");
    program.json(&["key", "create", "--account", &account, "--name", "k"]);
    program.json(&["migrate"]);
    let with = |pepper: &str, words: &[&str]| -> Ran {
        program.command(words).env("FLUENCE_PEPPER", pepper).output().unwrap().into()
    };
    let another = fluence::secret::generate_pepper();
    let refused = with(&another, &["migrate"]);
    assert!(refused.failure().starts_with("the pepper of version 1 is not the one"), "{}", refused.err);
    let gateway = with(&another, &["serve", "--listen", "127.0.0.1:0"]);
    assert!(gateway.err.ends_with(&refused.err), "{}", gateway.err);
    assert_eq!(with("short", &["migrate"]).status, 1);
    assert_eq!(
        program.command(&["migrate"]).env_remove("FLUENCE_PEPPER").output().unwrap().status.code(),
        Some(1)
    );
}

#[tokio::test]
async fn retention_shows_every_table_with_its_size_and_what_ends_its_rows() {
    let program = Program::new().await;
    let shown = program.json(&["retention", "show"]);
    let tables = shown["tables"].as_array().unwrap();
    let line =
        |name: &str| tables.iter().find(|line| line["table"] == name).unwrap_or(&serde_json::Value::Null);
    assert!(line("ledger_entry")["partitions"].as_i64().unwrap() >= 3, "{shown}");
    assert_eq!(line("ledger_idempotency")["rows_end"], "24 hours");
    assert!(line("pepper")["bytes"].as_i64().unwrap() > 0);
    let text = program.run(&["retention", "show"]).out;
    assert!(
        text.lines().any(|line| line.starts_with("ledger_idempotency") && line.ends_with("24 hours")),
        "{text}"
    );
}
