//! Failures to log in.

use fluence::clock::now;
use fluence::identity::throttle::{FORGOTTEN_AFTER, GuessKind, wait};
use fluence::storage::identity::{delete_ended, guesses};

use crate::support::database::TestDatabase;

#[tokio::test]
async fn failures_are_counted_from_one_again_once_the_earlier_ones_are_forgotten() {
    let database = TestDatabase::new().await;
    let mut connection = database.pool().acquire().await.unwrap();
    let (kind, subject) = (GuessKind::Address, [7; 32]);
    let mut counts = Vec::new();
    for passes in [None, None, Some(FORGOTTEN_AFTER), None] {
        if let Some(passes) = passes {
            let earlier = sqlx::query("update guess set last_at = last_at - $1").bind(passes);
            earlier.execute(&mut *connection).await.unwrap();
        }
        guesses::add(&mut connection, kind, &subject).await.unwrap();
        delete_ended(&mut connection).await.unwrap();
        counts.push(guesses::find(&mut connection, kind, &subject).await.unwrap().unwrap().count);
    }
    assert_eq!(counts, [1, 2, 1, 2]);
}

#[tokio::test]
async fn a_failure_that_is_taken_back_leaves_what_was_counted_before() {
    let database = TestDatabase::new().await;
    let mut connection = database.pool().acquire().await.unwrap();
    let (kind, subject) = (GuessKind::Network, [7; 32]);
    let first = guesses::add(&mut connection, kind, &subject).await.unwrap();
    let second = guesses::add(&mut connection, kind, &subject).await.unwrap();
    guesses::take_back(&mut connection, kind, &subject, second.last_at, Some(first)).await.unwrap();
    let found = guesses::find(&mut connection, kind, &subject).await.unwrap();
    assert_eq!(found, Some(first));
    // Another failure was counted meanwhile: the last one is its.
    let third = guesses::add(&mut connection, kind, &subject).await.unwrap();
    let fourth = guesses::add(&mut connection, kind, &subject).await.unwrap();
    guesses::take_back(&mut connection, kind, &subject, third.last_at, Some(first)).await.unwrap();
    let found = guesses::find(&mut connection, kind, &subject).await.unwrap().unwrap();
    assert_eq!((found.count, found.last_at), (2, fourth.last_at));
}

#[tokio::test]
async fn the_only_failure_that_is_taken_back_no_longer_counts() {
    let database = TestDatabase::new().await;
    let mut connection = database.pool().acquire().await.unwrap();
    let (kind, subject) = (GuessKind::SignUpCode, [7; 32]);
    for _ in 0..2 {
        let only = guesses::add(&mut connection, kind, &subject).await.unwrap();
        assert_eq!(only.count, 1);
        guesses::take_back(&mut connection, kind, &subject, only.last_at, None).await.unwrap();
        let found = guesses::find(&mut connection, kind, &subject).await.unwrap();
        assert!(found.is_some_and(|found| now() - found.last_at >= FORGOTTEN_AFTER));
        assert_eq!(wait(kind, found, now()), None);
    }
}
