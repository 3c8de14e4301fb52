//! The audit log's numbers.

use fluence::domain::audit::{Action, Actor, Change, Subject};
use fluence::domain::ids::AccountId;
use fluence::storage::audit::append;
use sqlx::PgConnection;

use crate::support::gateway::Gateway;

async fn write(connection: &mut PgConnection, account_id: AccountId, of_service: bool) {
    let change = Change {
        account_id: (!of_service).then_some(account_id),
        action: Action::AccountMoved,
        subject: Subject::Account(account_id),
        before: None,
        after: None,
    };
    append(connection, &Actor::operator("somebody@here".into()), &change).await.unwrap();
}

/// Entries read one by one in the present transaction, not by an index.
async fn read(connection: &mut PgConnection) -> i64 {
    let of_table = "select seq_tup_read from pg_stat_xact_user_tables where relname = 'audit_entry'";
    sqlx::query_scalar(of_table).fetch_one(connection).await.unwrap()
}

#[tokio::test]
async fn a_number_is_given_without_reading_the_log() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    for of_service in [true, false] {
        let mut transaction = gateway.database.pool().begin().await.unwrap();
        for _ in 0..20 {
            write(&mut transaction, customer.account, of_service).await;
        }
        assert_eq!(read(&mut transaction).await, 0, "{of_service}");
        let numbers: Vec<i64> = sqlx::query_scalar(
            "select number from audit_entry where (account_id is null) = $1 order by number desc limit 20",
        )
        .bind(of_service)
        .fetch_all(&mut *transaction)
        .await
        .unwrap();
        assert!(numbers.windows(2).all(|pair| pair[0] == pair[1] + 1), "{numbers:?}");
    }
}
