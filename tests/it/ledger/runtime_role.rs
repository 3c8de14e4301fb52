//! What the role of a gateway may not do, whatever becomes of the triggers.

use std::time::Duration;

use fluence::catalogue::plans::Catalogue;
use fluence::domain::credits::Credits;
use fluence::domain::settlement::Outcome;
use fluence::storage::ledger::summarize_entries;
use fluence::storage::{pool, runtime_role, schema};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, PgPool};

use super::fixture::LedgerFixture;

/// A ledger with entries, whose triggers are off.
async fn without_triggers() -> LedgerFixture {
    let fixture = LedgerFixture::new(100, 50).await;
    let customer = fixture.customer().await;
    let writer = fixture.writer("a").await;
    writer.hold(customer.request(1)).await.release(Outcome::Failed);
    writer.hold(customer.request(1)).await.capture(Credits::from_u32(1), Outcome::Answered);
    writer.stop().await;
    for table in partitions(&fixture).await.iter().map(String::as_str).chain(APPEND_ONLY) {
        run(&fixture, format!("alter table {table} disable trigger user")).await;
    }
    fixture
}

const APPEND_ONLY: [&str; 3] = ["ledger_entry", "ledger_batch", "ledger_correction"];

async fn partitions(fixture: &LedgerFixture) -> Vec<String> {
    let named = "select inhrelid::regclass::text from pg_inherits where inhparent = 'ledger_entry'::regclass";
    sqlx::query_scalar(named).fetch_all(fixture.pool()).await.unwrap()
}

/// Runs statements made here of words and names.
pub(super) async fn run(fixture: &LedgerFixture, statements: String) {
    sqlx::raw_sql(AssertSqlSafe(statements)).execute(fixture.pool()).await.unwrap();
}

fn gateways_pool(fixture: &LedgerFixture) -> PgPool {
    pool::pool(fixture.database.options(), 1, Duration::from_secs(5))
}

/// The SQLSTATE that a statement ends with.
async fn refusal(pool: &PgPool, statement: String) -> Option<String> {
    let error = sqlx::raw_sql(AssertSqlSafe(statement)).execute(pool).await.err()?;
    Some(error.as_database_error()?.code()?.into_owned())
}

#[tokio::test]
async fn entries_and_batches_cannot_be_rewritten_even_without_triggers() {
    let fixture = without_triggers().await;
    let pool = gateways_pool(&fixture);
    let partitions = partitions(&fixture).await;
    assert_eq!(partitions.len(), 5);
    for table in partitions.iter().map(String::as_str).chain(APPEND_ONLY) {
        for statement in [
            format!("delete from {table}"),
            format!("truncate {table}"),
            format!("drop table {table}"),
            format!("alter table {table} disable trigger all"),
        ] {
            assert_eq!(refusal(&pool, statement.clone()).await.as_deref(), Some("42501"), "{statement}");
        }
        let column = if table == "ledger_correction" { "note" } else { "at" };
        let statement = format!("update {table} set {column} = {column}");
        assert_eq!(refusal(&pool, statement).await.as_deref(), Some("42501"), "{table}");
    }
    // The owner, who is not asked for rights, shows that nothing else stood in the way.
    fixture
        .run("update ledger_entry set at = at; truncate ledger_entry, ledger_batch, ledger_correction")
        .await;
}

#[tokio::test]
async fn partitions_that_the_gateway_makes_later_are_the_owners() {
    let fixture = LedgerFixture::new(100, 50).await;
    let pool = gateways_pool(&fixture);
    let made: i32 = sqlx::query_scalar("select ledger_make_partitions(5)").fetch_one(&pool).await.unwrap();
    assert_eq!(made, 2);
    for table in partitions(&fixture).await {
        let owner: String =
            sqlx::query_scalar("select relowner::regrole::text from pg_class where oid = $1::regclass")
                .bind(&table)
                .fetch_one(fixture.pool())
                .await
                .unwrap();
        assert_ne!(owner, "fluence_runtime");
        assert_eq!(refusal(&pool, format!("delete from {table}")).await.as_deref(), Some("42501"), "{table}");
    }
}

#[tokio::test]
async fn the_gateway_may_have_new_entries_summarised_in_the_owners_index() {
    let fixture = LedgerFixture::new(100, 50).await;
    fixture
        .run(
            "insert into ledger_entry (account_id, number, at, amount, balance_after, call_id, key_id, epoch, batch, lot, kind, route)
             select gen_random_uuid(), n, now(), -1, 1, gen_random_uuid(), gen_random_uuid(), 1, n, 1, 4, 1
               from generate_series(1, 6000) n",
        )
        .await;
    let pool = gateways_pool(&fixture);
    let mut connection = pool.acquire().await.unwrap();
    assert!(summarize_entries(&mut connection).await.unwrap() > 0);
    assert_eq!(summarize_entries(&mut connection).await.unwrap(), 0, "nothing is new");
}

#[tokio::test]
async fn the_ledgers_own_connection_is_of_the_role_too() {
    let fixture = LedgerFixture::new(100, 50).await;
    let customer = fixture.customer().await;
    // What a commit may not do shows in who it is: a trigger sees.
    fixture
        .run(
            "create table seen (by text); grant insert on seen to public;
             create function see() returns trigger language plpgsql as $$
             begin insert into seen values (current_user); return new; end $$;
             create trigger see before insert on ledger_entry for each row execute function see();",
        )
        .await;
    let writer = fixture.writer("a").await;
    writer.hold(customer.request(1)).await.release(Outcome::Failed);
    writer.stop().await;
    assert_eq!(fixture.value::<i64>("select count(*) from seen where by = 'fluence_runtime'").await, 3);
    assert_eq!(fixture.value::<i64>("select count(*) from seen").await, 3);
}

#[tokio::test]
async fn rights_that_were_taken_or_added_by_hand_are_put_right_by_the_next_migrate() {
    let fixture = LedgerFixture::new(100, 50).await;
    fixture
        .run("grant update on ledger_entry to fluence_runtime; revoke insert on ledger_entry from fluence_runtime")
        .await;
    schema::bring_up_to_date(&fixture.database.options(), &Catalogue::shipped().unwrap()).await.unwrap();
    let rights: String = fixture
        .value(
            "select string_agg(privilege_type, ' ' order by privilege_type) from information_schema.role_table_grants
              where grantee = 'fluence_runtime' and table_name = 'ledger_entry'",
        )
        .await;
    assert_eq!(rights, "INSERT SELECT");
}

/// A login of the test's own; the server forgets it with the test.
pub(super) struct Login {
    pub(super) name: String,
    admin: PgPool,
}

impl Login {
    pub(super) async fn new(fixture: &LedgerFixture, rights: &str) -> Self {
        let name = format!("fluence_test_login_{:016x}", rand::random::<u64>());
        run(fixture, format!("create role {name} login {rights}")).await;
        Self { name, admin: fixture.pool().clone() }
    }

    pub(super) fn options(&self, fixture: &LedgerFixture) -> PgConnectOptions {
        fixture.database.options().username(&self.name)
    }

    pub(super) async fn forget(self) {
        let statement = format!("drop owned by {0}; drop role {0}", self.name);
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&self.admin).await.unwrap();
    }
}

#[tokio::test]
async fn a_member_of_the_role_can_serve_without_owning_anything() {
    let fixture = LedgerFixture::new(100, 50).await;
    let customer = fixture.customer().await;
    let login = Login::new(&fixture, "in role fluence_runtime").await;
    let writer = fixture.writer_through("a", login.options(&fixture)).await;
    writer.hold(customer.request(1)).await.capture(Credits::from_u32(1), Outcome::Answered);
    writer.stop().await;
    assert_eq!(fixture.books(&customer).await, (99, 99, 1));
    let pool = pool::pool(login.options(&fixture), 1, Duration::from_secs(5));
    let put_off = "set role none; delete from ledger_entry".to_owned();
    assert_eq!(refusal(&pool, put_off).await.as_deref(), Some("42501"), "there is nothing to go back to");
    pool.close().await;
    login.forget().await;
}

#[tokio::test]
async fn a_login_without_the_role_gets_the_statement_to_run() {
    let fixture = LedgerFixture::new(100, 50).await;
    let login = Login::new(&fixture, "").await;
    let mut connection = login.options(&fixture).connect().await.unwrap();
    assert!(!runtime_role::put_on(&mut connection).await.unwrap());
    let advice = runtime_role::advice(&mut connection).await.unwrap();
    assert_eq!(advice, Some(format!("GRANT fluence_runtime TO {};", login.name)));
    drop(connection);
    login.forget().await;
}

#[tokio::test]
async fn an_owner_who_may_not_make_roles_migrates_all_the_same() {
    let fixture = LedgerFixture::new(100, 50).await;
    let login = Login::new(&fixture, "").await;
    // Another name for the role, so that it is missing for this database as it is on a managed
    // server at first.
    let definition: String =
        fixture.value("select pg_get_functiondef('grant_runtime_rights'::regproc)").await;
    run(&fixture, definition.replace("fluence_runtime", "fluence_absent")).await;
    run(&fixture, format!("alter function grant_runtime_rights owner to {}", login.name)).await;
    let mut connection = login.options(&fixture).connect().await.unwrap();
    let granted: bool =
        sqlx::query_scalar("select grant_runtime_rights()").fetch_one(&mut connection).await.unwrap();
    assert!(!granted);
    drop(connection);
    login.forget().await;
}
