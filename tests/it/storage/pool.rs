//! A `begin` that is given up half-way must not leave its transaction to the next borrower of the connection.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use fluence::storage::pool;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

use crate::support::database::TestDatabase;

/// Passes until one leak must have been seen: whether a single one leaks depends on when the server answers.
const MOST_PASSES: u32 = 30;

/// Begins a transaction and gives up after so many looks at it.
async fn begin_and_give_up(pool: &PgPool, looks: u32) {
    let mut begin = pin!(pool.begin());
    for _ in 0..looks {
        let ready = poll_fn(|context| Poll::Ready(begin.as_mut().poll(context).is_ready())).await;
        if ready {
            return;
        }
        tokio::task::yield_now().await;
    }
}

/// How many of many borrowers found themselves in a transaction that they had not begun.
async fn leaked_transactions(pool: &PgPool) -> u32 {
    let mut leaked = 0;
    // From a look or two, on a machine that is slow, to thousands, on one that is quick.
    for looks in (0..240).map(|attempt| 1 + attempt * attempt % 5_000) {
        begin_and_give_up(pool, looks).await;
        let mut connection = pool.acquire().await.unwrap();
        // Outside a transaction each statement is a transaction of its own, with a number of its own.
        let mut numbers = Vec::new();
        for _ in 0..2 {
            let number = sqlx::query_scalar::<_, String>("select pg_current_xact_id()::text");
            numbers.push(number.fetch_one(&mut *connection).await.unwrap());
        }
        leaked += u32::from(numbers[0] == numbers[1]);
    }
    leaked
}

#[tokio::test]
async fn a_begin_given_up_half_way_leaves_no_transaction_behind() {
    let database = TestDatabase::new().await;
    let bare = PgPoolOptions::new().max_connections(1).connect_lazy_with(database.options());
    let mut leaked = 0;
    for _ in 0..MOST_PASSES {
        leaked += leaked_transactions(&bare).await;
        if leaked > 0 {
            break;
        }
    }
    assert!(leaked > 0, "sqlx no longer leaks them: the pool's hook may go");
    let ours = pool::pool(database.options(), 1, Duration::from_secs(5));
    assert_eq!(leaked_transactions(&ours).await, 0);
}
