//! The audit log's numbers and instants.

use fluence::clock::new_id;
use fluence::domain::audit::{Action, Actor, Change, Subject};
use fluence::domain::ids::{AccountId, EnvironmentId};
use fluence::domain::plan::PlanRef;
use fluence::storage::accounts::{self, NewAccount};
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

/// Writes entries of an account and of the service that claim a number and an instant of the past.
/// Returns whether each was numbered next and dated now.
async fn claim(connection: &mut PgConnection, account_id: AccountId) -> Vec<(bool, bool)> {
    let claims = "insert into audit_entry (account_id, actor, actor_id, action, subject, subject_id, number, at)
                  select of, 'operator', 'x', 'account.moved', 'account', 'x', 70, now() - make_interval(days => day::int)
                    from unnest(array[$1, $1, null, $1]) with ordinality as claim (of, day)
                  returning number < 70, at between now() and clock_timestamp()";
    sqlx::query_as(claims).bind(account_id.as_uuid()).fetch_all(connection).await.unwrap()
}

#[tokio::test]
async fn no_author_numbers_or_dates_an_entry() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let mut transaction = gateway.database.pool().begin().await.unwrap();
    assert_eq!(claim(&mut transaction, customer.account).await, [(true, true); 4]);
    // The transaction that makes the account has no more rights than others.
    let new = NewAccount {
        id: AccountId::from_uuid(new_id()),
        environment_id: EnvironmentId::from_uuid(new_id()),
        name: "Made here".into(),
        email: "here@example.com".into(),
        plan: PlanRef { edition: "2025-01".into(), plan: "essentials".into() },
    };
    accounts::create(&mut transaction, &new).await.unwrap();
    assert_eq!(claim(&mut transaction, new.id).await, [(true, true); 4]);
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
