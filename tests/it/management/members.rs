//! The people who look after an account.

use fluence::clock::new_id;
use fluence::domain::audit::{Actor, Who};
use fluence::domain::ids::{AccountId, EnvironmentId, KeyId, MemberId};
use fluence::domain::key::leak::OnLeak;
use fluence::domain::member::{Member, MemberState, Role};
use fluence::domain::plan::PlanRef;
use fluence::domain::rights::{MissingRight, Principal, Rights};
use fluence::management::{ChangeError, accounts, leaks, members};
use fluence::storage::accounts::NewAccount;
use fluence::storage::{self, catalogue};
use sqlx::PgConnection;

use crate::support::database::TestDatabase;

pub(super) fn operator() -> Principal {
    Principal::almighty(Actor::operator("somebody@here".into()))
}

pub(super) fn person(account_id: AccountId, role: Role) -> Principal {
    logged_in(MemberId::from_uuid(new_id()), account_id, role)
}

pub(super) fn logged_in(member_id: MemberId, account_id: AccountId, role: Role) -> Principal {
    let who = Who::Member(member_id);
    Principal { actor: Actor::of(who), rights: Rights::OfMember { account_id, member_id, role } }
}

pub(super) async fn account(connection: &mut PgConnection) -> AccountId {
    let shipped = fluence::catalogue::plans::Catalogue::shipped().unwrap();
    catalogue::save(connection, &shipped).await.unwrap();
    let new = new_account("Owner@acme.example");
    accounts::create(connection, &operator(), &new).await.unwrap();
    new.id
}

fn new_account(email: &str) -> NewAccount {
    NewAccount {
        id: AccountId::from_uuid(new_id()),
        environment_id: EnvironmentId::from_uuid(new_id()),
        name: "Acme".into(),
        email: email.into(),
        plan: PlanRef { edition: "2025-01".into(), plan: "professional".into() },
    }
}

pub(super) async fn add(
    connection: &mut PgConnection,
    by: &Principal,
    account: AccountId,
    email: &str,
    role: Role,
) -> Result<Member, ChangeError> {
    let id = MemberId::from_uuid(new_id());
    members::add(connection, by, id, account, &email.parse().unwrap(), role).await
}

#[tokio::test]
async fn an_account_begins_with_its_owner_as_admin() {
    let database = TestDatabase::new().await;
    let mut connection = database.pool().acquire().await.unwrap();
    let account = account(&mut connection).await;
    let listed = storage::members::list(&mut connection, account).await.unwrap();
    let seen: Vec<_> = listed.iter().map(|m| (m.email.as_str(), m.role, m.state)).collect();
    assert_eq!(seen, [("Owner@acme.example", Role::Admin, MemberState::Invited)]);
}

#[tokio::test]
async fn an_address_is_added_once_whatever_its_letter_case() {
    let database = TestDatabase::new().await;
    let mut connection = database.pool().acquire().await.unwrap();
    let account = account(&mut connection).await;
    let again =
        add(&mut connection, &operator(), account, "owner@ACME.example", Role::Member).await.unwrap_err();
    assert_eq!(again.to_string(), "the account already has a member with this e-mail address");
}

#[tokio::test]
async fn an_admin_does_nothing_that_is_for_operators() {
    let database = TestDatabase::new().await;
    let mut connection = database.pool().acquire().await.unwrap();
    let account = account(&mut connection).await;
    let owner = storage::members::list(&mut connection, account).await.unwrap().remove(0).id;
    let admin = logged_in(owner, account, Role::Admin);
    let created = accounts::create(&mut connection, &admin, &new_account("other@acme.example")).await;
    let reset = members::reset_factor(&mut connection, &admin, account, owner).await.map(drop);
    let key = KeyId::from_uuid(new_id());
    let spared = leaks::set_on_leak(&mut connection, &admin, key, Some(OnLeak::Notify)).await;
    for refused in [created, reset, spared] {
        assert!(matches!(refused, Err(ChangeError::MissingRight(MissingRight::Admin))), "{refused:?}");
    }
}

#[tokio::test]
async fn the_last_admin_stays_and_one_of_two_may_go() {
    let database = TestDatabase::new().await;
    let mut connection = database.pool().acquire().await.unwrap();
    let account = account(&mut connection).await;
    let owner = storage::members::list(&mut connection, account).await.unwrap().remove(0).id;
    let turn = async |connection: &mut PgConnection, id, role, state| {
        members::change(connection, &operator(), account, id, role, state).await
    };
    turn(&mut connection, owner, Role::Admin, MemberState::Active).await.unwrap();
    for (role, state) in [(Role::Member, MemberState::Active), (Role::Admin, MemberState::Disabled)] {
        let refused = turn(&mut connection, owner, role, state).await;
        assert!(matches!(refused, Err(ChangeError::LastAdmin(_))));
    }
    let added = add(&mut connection, &operator(), account, "second@acme.example", Role::Admin).await.unwrap();
    let refused = turn(&mut connection, owner, Role::Member, MemberState::Active).await;
    assert!(matches!(refused, Err(ChangeError::LastAdmin(_))), "who was invited has not come yet");
    turn(&mut connection, added.id, Role::Admin, MemberState::Active).await.unwrap();
    let changed = turn(&mut connection, owner, Role::Member, MemberState::Active).await.unwrap();
    assert_eq!(changed.role, Role::Member);
}

#[tokio::test]
async fn only_admins_of_the_account_add_members() {
    let database = TestDatabase::new().await;
    let mut connection = database.pool().acquire().await.unwrap();
    let (own, other) = (account(&mut connection).await, account(&mut connection).await);
    for (by, missing) in [
        (person(own, Role::Member), MissingRight::Admin),
        (person(other, Role::Admin), MissingRight::Account),
    ] {
        let refused = add(&mut connection, &by, own, "new@acme.example", Role::Member).await.unwrap_err();
        assert!(matches!(refused, ChangeError::MissingRight(what) if what == missing), "{refused}");
    }
    let owner = storage::members::list(&mut connection, own).await.unwrap().remove(0).id;
    let admin = logged_in(owner, own, Role::Admin);
    storage::members::save(&mut connection, owner, Role::Admin, MemberState::Active).await.unwrap();
    add(&mut connection, &admin, own, "new@acme.example", Role::Member).await.unwrap();
    // Demoted or disabled while a form was open: the role of the session no longer counts.
    for (role, state) in [(Role::Member, MemberState::Active), (Role::Admin, MemberState::Disabled)] {
        storage::members::save(&mut connection, owner, role, state).await.unwrap();
        assert!(add(&mut connection, &admin, own, "later@acme.example", Role::Admin).await.is_err());
    }
    let log = storage::audit::page(&mut connection, own, 0, 10).await.unwrap();
    let actions: Vec<_> = log.iter().map(|entry| (entry.actor.as_str(), entry.action.as_str())).collect();
    assert_eq!(actions, [("operator", "account.created"), ("member", "member.added")]);
}
