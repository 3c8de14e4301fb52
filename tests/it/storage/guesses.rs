//! Failures to log in.

use fluence::identity::throttle::{FORGOTTEN_AFTER, GuessKind};
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
