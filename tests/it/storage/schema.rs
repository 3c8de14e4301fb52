//! Which schema a program finds.

use fluence::storage::schema::{SchemaState, state_of};

use crate::support::database::TestDatabase;

#[tokio::test]
async fn a_migration_that_came_after_one_with_a_higher_number_is_missed() {
    let database = TestDatabase::new().await;
    assert_eq!(state_of(database.pool()).await.unwrap(), SchemaState::Current);
    sqlx::query("delete from _sqlx_migrations where version = 22").execute(database.pool()).await.unwrap();
    assert_eq!(state_of(database.pool()).await.unwrap(), SchemaState::Older);
}
