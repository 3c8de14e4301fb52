//! What migrations lock, and that calls go on while they wait.

use std::process::Stdio;
use std::time::Duration;

use fluence::secret::Pepper;
use fluence::secret::peppers::Peppers;
use fluence::storage::schema::MIGRATIONS;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, PgPool};

use crate::command::program::{Program, bare};
use crate::gate::people::unknown_person;
use crate::support::database::TestDatabase;
use crate::support::gateway::{Gateway, eventually};

/// The tables that paid calls write. A migration that locks one against them makes calls wait, at
/// the least for as long as the migration takes.
const WRITTEN_BY_CALLS: &str =
    "^(ledger_(account|batch|entry.*|epoch|idempotency|key_spend|lot)|call_(price|status))$";

/// Migrations before this one set up what the first gateway found.
const FIRST_UPGRADE: i64 = 17;

/// Locks of this session on tables that were there before it began, in modes that conflict with
/// writing.
const LOCKS: &str = "
select distinct c.relname || ' ' || l.mode
  from pg_locks l join pg_class c on c.oid = l.relation
 where l.pid = pg_backend_pid() and l.granted and c.relkind in ('r', 'p') and c.oid::bigint = any ($1)
   and l.mode in ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
   and c.relname ~ $2
 order by 1";

async fn tables(connection: &mut PgConnection) -> Vec<i64> {
    let tables = sqlx::query_scalar("select oid::bigint from pg_class where relkind in ('r', 'p')");
    tables.fetch_all(connection).await.unwrap()
}

/// A migration that has to lock a table of the ledger belongs here, with its reason. 43: a new
/// column, 46: a check less, 48: a trigger. The lock is held for a moment; `migrate` gives way
/// where the table is in use.
const EXCEPTIONS: [(i64, &str); 3] = [
    (43, "ledger_idempotency AccessExclusiveLock"),
    (46, "ledger_account AccessExclusiveLock"),
    (48, "ledger_account ShareRowExclusiveLock"),
];

#[tokio::test]
async fn no_migration_locks_the_ledger_against_calls() {
    let database = TestDatabase::new().await;
    let mut connection = PgConnection::connect_with(&database.options()).await.unwrap();
    connection.execute("drop schema public cascade; create schema public").await.unwrap();
    let mut found = Vec::new();
    for migration in MIGRATIONS.iter() {
        let before = tables(&mut connection).await;
        let mut transaction = connection.begin().await.unwrap();
        transaction.execute(AssertSqlSafe(migration.sql.as_str().to_owned())).await.unwrap();
        let locks: Vec<String> = sqlx::query_scalar(LOCKS)
            .bind(before)
            .bind(WRITTEN_BY_CALLS)
            .fetch_all(&mut *transaction)
            .await
            .unwrap();
        transaction.commit().await.unwrap();
        if migration.version >= FIRST_UPGRADE {
            found.extend(locks.into_iter().map(|lock| (migration.version, lock)));
        }
    }
    let allowed = |(version, lock): &(i64, String)| EXCEPTIONS.contains(&(*version, lock.as_str()));
    found.retain(|lock| !allowed(lock));
    assert_eq!(found, []);
}

/// A dump reads the keys, and a migration waits to change their table: calls that look keys up
/// would wait behind it.
#[tokio::test]
async fn no_paid_call_fails_while_a_migration_waits_for_a_lock() {
    let Program { database, pepper } = Program::new().await;
    let (url, peppers) = (database.url(), Peppers::from(Pepper::parse(&pepper, 1).unwrap()));
    // Each call looks its key up.
    let gateway = Gateway::on(database, peppers, &[("FLUENCE_KEYS_CACHE_TTL_MS", "0")]).await;
    let customer = gateway.enterprise(1_000).await;
    let pool = gateway.database.pool();
    let undone = "alter table api_key drop column on_leak; delete from _sqlx_migrations where version = 34";
    sqlx::raw_sql(undone).execute(pool).await.unwrap();
    let mut dump = pool.begin().await.unwrap();
    sqlx::query("select count(*) from api_key").execute(&mut *dump).await.unwrap();
    let mut migrate = bare(&["migrate"]);
    migrate.env("DATABASE_URL", url).env("FLUENCE_PEPPER", &pepper);
    let mut migrate = migrate.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    eventually("the migration waits", async || waiting(pool).await > 0).await;
    for _ in 0..20 {
        assert_eq!(
            gateway.post("/analyze", &customer.key, &unknown_person()).await.status,
            404,
            "charged as ever"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(migrate.try_wait().unwrap().is_none(), "it does not wait for the dump");
    dump.rollback().await.unwrap();
    assert!(migrate.wait().unwrap().success());
    assert_eq!(gateway.balance(customer.account).await, 980);
}

/// Sessions that wait for a lock on a table.
async fn waiting(pool: &PgPool) -> i64 {
    let waiting = "select count(*) from pg_locks l join pg_database d on d.oid = l.database
                    where d.datname = current_database() and l.locktype = 'relation' and not l.granted";
    sqlx::query_scalar(waiting).fetch_one(pool).await.unwrap()
}
