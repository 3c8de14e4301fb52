//! What a borrower never gets: a connection inside another borrower's transaction (sqlx 0.8.4 to
//! 0.9.0 leaves one when a `begin` is cancelled between its statement and the answer), that takes
//! no writes, or that is dead.

use std::time::Duration;

use fluence::storage::pool;
use sqlx::postgres::PgPoolOptions;
use sqlx::{ConnectOptions, Executor, PgPool};

use crate::support::database::TestDatabase;
use crate::support::database_proxy::{ALL_CONNECTIONS, DatabaseProxy, Network};
use crate::support::gateway::eventually;
use crate::support::scratch::Scratch;

/// Whether the pool's one connection, given back in the middle of a transaction that sqlx knows
/// nothing of, as after such a cancellation, is still in it for the next borrower.
async fn leaks(pool: &PgPool) -> bool {
    let mut first = pool.acquire().await.unwrap();
    first.execute("begin").await.unwrap();
    drop(first);
    let mut next = pool.acquire().await.unwrap();
    // Outside a transaction each statement is a transaction of its own, with a number of its own.
    let mut numbers = Vec::new();
    for _ in 0..2 {
        let number = sqlx::query_scalar::<_, String>("select pg_current_xact_id()::text");
        numbers.push(number.fetch_one(&mut *next).await.unwrap());
    }
    numbers[0] == numbers[1]
}

#[tokio::test]
async fn a_begin_given_up_half_way_leaves_no_transaction_behind() {
    let database = TestDatabase::new().await;
    let bare = PgPoolOptions::new().max_connections(1).connect_lazy_with(database.options());
    assert!(leaks(&bare).await, "a pool without our hook shows what the hook is for");
    let ours = pool::pool(database.options(), 1, Duration::from_secs(5));
    assert!(!leaks(&ours).await);
}

#[tokio::test]
async fn a_connection_to_a_server_that_takes_no_writes_is_not_used_again() {
    let database = TestDatabase::new().await;
    let pool = pool::pool(database.options(), 1, Duration::from_secs(5));
    let backend = async |connection: &mut sqlx::PgConnection| -> i32 {
        sqlx::query_scalar("select pg_backend_pid()").fetch_one(connection).await.unwrap()
    };
    let mut first = pool.acquire().await.unwrap();
    let writable = backend(&mut first).await;
    drop(first);
    let mut same = pool.acquire().await.unwrap();
    assert_eq!(backend(&mut same).await, writable);
    // The server is demoted in place.
    same.execute("set default_transaction_read_only = on").await.unwrap();
    drop(same);
    let mut next = pool.acquire().await.unwrap();
    assert_ne!(backend(&mut next).await, writable);
}

#[tokio::test]
async fn a_vanished_server_does_not_cost_the_next_connection() {
    const CONNECTIONS: u32 = 4;
    let database = TestDatabase::new().await;
    let proxy = DatabaseProxy::start(database.options()).await;
    let pool = pool::pool(proxy.options(), CONNECTIONS, Duration::from_secs(2));
    let all = futures_util::future::join_all((0..CONNECTIONS).map(|_| pool.acquire())).await;
    all.into_iter().for_each(|connection| drop(connection.unwrap()));
    eventually("all are given back", async || pool.num_idle() == CONNECTIONS as usize).await;
    proxy.turns(Network::Silent { whose: ALL_CONNECTIONS });
    assert!(pool.acquire().await.is_err());
    proxy.turns(Network::Working);
    for _ in 0..CONNECTIONS {
        let mut connection = pool.acquire().await.unwrap();
        connection.execute("select").await.unwrap();
    }
}

#[tokio::test]
async fn connections_that_come_back_leave_no_warning_in_the_servers_log() {
    let scratch = Scratch::new();
    let server = scratch.start().await.unwrap();
    // As on a server of the operator's own; ours is started with less.
    let mut owner = server.connect_options().connect().await.unwrap();
    owner.execute("alter role fluence set log_min_messages = warning").await.unwrap();
    let warnings = || {
        let log = std::fs::read_to_string(scratch.postgres().join("postgres.log")).unwrap();
        log.matches("WARNING").count()
    };
    let wait = Duration::from_secs(5);
    for pool in [pool::pool(server.connect_options(), 1, wait), pool::command_pool(server.connect_options())]
    {
        for _ in 0..5 {
            pool.acquire().await.unwrap().execute("select 1").await.unwrap();
        }
        pool.close().await;
    }
    assert_eq!(warnings(), 0);
    let mut other = server.connect_options().connect().await.unwrap();
    other.execute("rollback").await.unwrap();
    assert_eq!(warnings(), 1, "a lone rollback shows that the log has warnings");
    drop((owner, other));
    server.stop().await.unwrap();
}
