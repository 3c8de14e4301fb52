//! Limits hold for changes that are made at once.

use fluence::clock::new_id;
use fluence::domain::ids::{EnvironmentId, IdentityId, MemberId};
use fluence::domain::key::Mode;
use fluence::domain::member::{MemberState, Role};
use fluence::identity::one_time::Purpose;
use fluence::identity::session::MAX_SESSIONS;
use fluence::management::environments::{self, MAX_ENVIRONMENTS};
use fluence::management::identities::{SessionStart, begin_session, new_link};
use fluence::management::{ChangeError, members};
use fluence::storage;
use fluence::storage::identity::identities;
use fluence::storage::members::MAX_MEMBERS;
use futures_util::future::{join, join_all};

use super::members::{account, add, logged_in, operator};
use crate::support::database::TestDatabase;

#[tokio::test]
async fn members_who_are_invited_at_once_fill_an_account_and_no_more() {
    let database = TestDatabase::new().await;
    let mut connection = database.pool().acquire().await.unwrap();
    let account = account(&mut connection).await;
    for number in 2..MAX_MEMBERS {
        let (id, email) = (MemberId::from_uuid(new_id()), format!("p{number}@acme.example"));
        storage::members::add(&mut connection, id, account, &email, Role::Member).await.unwrap();
    }
    drop(connection);
    let invited = join_all((0..8).map(|number| {
        let pool = database.pool();
        async move {
            let mut connection = pool.acquire().await.unwrap();
            let email = format!("late{number}@acme.example");
            add(&mut connection, &operator(), account, &email, Role::Member).await
        }
    }))
    .await;
    assert_eq!(invited.iter().filter(|invited| invited.is_ok()).count(), 1);
    assert!(
        invited
            .iter()
            .flat_map(|invited| invited.as_ref().err())
            .all(|error| matches!(error, ChangeError::TooManyMembers))
    );
}

#[tokio::test]
async fn two_admins_who_disable_each_other_at_once_leave_one() {
    let database = TestDatabase::new().await;
    let mut connection = database.pool().acquire().await.unwrap();
    let account = account(&mut connection).await;
    add(&mut connection, &operator(), account, "second@acme.example", Role::Admin).await.unwrap();
    let admins = storage::members::list(&mut connection, account).await.unwrap();
    for admin in &admins {
        storage::members::save(&mut connection, admin.id, Role::Admin, MemberState::Active).await.unwrap();
    }
    let (first, second) = (admins[0].id, admins[1].id);
    let disable = async |by, id| {
        let mut connection = database.pool().acquire().await.unwrap();
        let by = logged_in(by, account, Role::Admin);
        members::change(&mut connection, &by, account, id, Role::Admin, MemberState::Disabled).await.is_ok()
    };
    let (one, other) = join(disable(first, second), disable(second, first)).await;
    assert!(one != other, "{one} {other}");
}

#[tokio::test]
async fn environments_that_are_made_at_once_fill_an_account_and_no_more() {
    let database = TestDatabase::new().await;
    let mut connection = database.pool().acquire().await.unwrap();
    let account = account(&mut connection).await;
    drop(connection);
    let made = join_all((0..MAX_ENVIRONMENTS + 4).map(|number| {
        let pool = database.pool();
        async move {
            let mut connection = pool.acquire().await.unwrap();
            let (id, name) = (EnvironmentId::from_uuid(new_id()), format!("stage-{number}").parse().unwrap());
            environments::create(&mut connection, &operator(), id, account, &name, Mode::Test).await
        }
    }))
    .await;
    let made = made.iter().filter(|made| made.is_ok()).count();
    assert_eq!(made, MAX_ENVIRONMENTS - 1, "beside the one that the account begins with");
}

#[tokio::test]
async fn sessions_that_begin_at_once_are_no_more_than_a_person_may_have() {
    let database = TestDatabase::new().await;
    let mut connection = database.pool().acquire().await.unwrap();
    let id = IdentityId::from_uuid(new_id());
    identities::add(&mut connection, id, &"ana@example.com".parse().unwrap(), "Ana", None).await.unwrap();
    drop(connection);
    join_all((0..MAX_SESSIONS + 12).map(|_| async {
        let mut transaction = database.pool().begin().await.unwrap();
        let life = std::time::Duration::from_secs(60);
        let start = SessionStart { life, half: None, address: None, browser: String::new() };
        begin_session(&mut transaction, id, start).await.unwrap();
        transaction.commit().await.unwrap();
    }))
    .await;
    let sessions: i64 =
        sqlx::query_scalar("select count(*) from session").fetch_one(database.pool()).await.unwrap();
    assert_eq!(sessions, MAX_SESSIONS);
}

#[tokio::test]
async fn of_links_that_are_made_at_once_one_is_open() {
    let database = TestDatabase::new().await;
    let address = "ana@example.com".parse().unwrap();
    join_all((0..12).map(|_| async {
        let mut transaction = database.pool().begin().await.unwrap();
        new_link(&mut transaction, Purpose::SignUp, &address, None, None).await.unwrap();
        transaction.commit().await.unwrap();
    }))
    .await;
    let open = "select count(*) from one_time_token where used_at is null and ends_at > now()";
    let open: i64 = sqlx::query_scalar(open).fetch_one(database.pool()).await.unwrap();
    assert_eq!(open, 1);
}
