//! What keys, members and operators may change.

use super::*;
use crate::credits::Credits;
use chrono::DateTime;
use uuid::Uuid;

fn own_key() -> KeyId {
    KeyId::from_uuid(Uuid::from_u128(7))
}

fn other_key() -> KeyId {
    KeyId::from_uuid(Uuid::from_u128(8))
}

fn account(number: u128) -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(number))
}

fn member_id() -> MemberId {
    MemberId::from_uuid(Uuid::from_u128(9))
}

fn reach(scopes: &[Scope]) -> Reach {
    Reach { scopes: scopes.to_vec(), ..Reach::default() }
}

fn key(scopes: &[Scope], mode: Mode) -> Rights {
    Rights::OfKey(ActingKey {
        key_id: own_key(),
        secret_version: 1,
        account_id: account(1),
        mode,
        reach: reach(scopes),
    })
}

#[test]
fn only_the_operator_reaches_another_account() {
    let member = Rights::OfMember { account_id: account(1), member_id: member_id(), role: Role::Admin };
    for rights in [key(&Scope::ALL, Mode::Live), member] {
        assert_eq!(rights.manage(account(1)), Ok(()));
        assert_eq!(rights.manage(account(2)), Err(MissingRight::Account));
    }
    assert_eq!(Rights::All.manage(account(2)), Ok(()));
}

#[test]
fn no_key_and_no_admin_has_the_rights_of_an_operator() {
    let member = Rights::OfMember { account_id: account(1), member_id: member_id(), role: Role::Admin };
    for rights in [key(&Scope::ALL, Mode::Live), member] {
        assert_eq!(rights.operate(), Err(MissingRight::Admin));
    }
    assert_eq!(Rights::All.operate(), Ok(()));
}

#[test]
fn a_key_without_manage_and_a_member_who_is_no_admin_change_nothing() {
    let missing = key(&Scope::DEFAULT, Mode::Live).manage(account(1));
    assert_eq!(missing, Err(MissingRight::Scope(Scope::Manage)));
    let member = Rights::OfMember { account_id: account(1), member_id: member_id(), role: Role::Member };
    assert_eq!(member.manage(account(1)), Err(MissingRight::Admin));
}

#[test]
fn no_key_grants_what_it_does_not_have() {
    let rights = key(&[Scope::Read, Scope::Manage], Mode::Live);
    let (few, all) = (reach(&[Scope::Read]), reach(&Scope::ALL));
    assert_eq!(rights.grant(None, &few, None, Mode::Live), Ok(()));
    assert_eq!(rights.grant(None, &all, None, Mode::Live), Err(MissingRight::Scope(Scope::Invoke)));
    assert_eq!(rights.grant(None, &all, Some(&reach(&[Scope::Invoke])), Mode::Live), Ok(()));
    assert_eq!(Rights::All.grant(None, &all, None, Mode::Live), Ok(()));
}

#[test]
fn no_key_escapes_its_own_limits() {
    let mut own = key(&Scope::ALL, Mode::Live);
    if let Rights::OfKey(acting) = &mut own {
        acting.reach.expires_at = DateTime::from_timestamp(5, 0);
    }
    let until = |at| Reach { expires_at: DateTime::from_timestamp(at, 0), ..reach(&[Scope::Read]) };
    assert_eq!(own.grant(None, &until(5), None, Mode::Live), Ok(()));
    assert_eq!(own.grant(None, &until(6), None, Mode::Live), Err(MissingRight::Limit("expires_at")));
    // A key that others made so stays so when something else of it is changed.
    assert_eq!(own.grant(Some(other_key()), &until(6), Some(&until(6)), Mode::Live), Ok(()));
}

#[test]
fn a_capped_key_narrows_other_keys_and_nothing_else() {
    let mut own = key(&Scope::ALL, Mode::Live);
    assert_eq!(own.change_environments(), Ok(()));
    if let Rights::OfKey(acting) = &mut own {
        acting.reach.daily_cap = Some(Credits::from_u32(5));
    }
    let capped = |cap: Option<u32>| Reach { daily_cap: cap.map(Credits::from_u32), ..reach(&[Scope::Read]) };
    let uncapped = Err(MissingRight::Uncapped);
    for requested in [None, Some(5), Some(1)] {
        assert_eq!(own.grant(None, &capped(requested), None, Mode::Live), uncapped, "made");
        assert_eq!(own.grant(Some(other_key()), &capped(requested), None, Mode::Live), uncapped, "rotated");
    }
    let change =
        |had, requested| own.grant(Some(other_key()), &capped(requested), Some(&capped(had)), Mode::Live);
    assert_eq!(
        (change(Some(4), Some(3)), change(None, Some(9)), change(Some(4), Some(4))),
        (Ok(()), Ok(()), Ok(()))
    );
    assert_eq!((change(Some(4), Some(5)), change(Some(4), None)), (uncapped, uncapped));
    assert_eq!(own.change_environments(), uncapped);
    // Its own secret spends against the same cap.
    assert_eq!(own.grant(Some(own_key()), &capped(Some(5)), None, Mode::Live), Ok(()));
    assert_eq!(
        own.grant(Some(own_key()), &capped(Some(6)), None, Mode::Live),
        Err(MissingRight::Limit("daily_cap"))
    );
}

#[test]
fn a_test_key_brings_about_no_live_one() {
    let (rights, few) = (key(&Scope::ALL, Mode::Test), reach(&[Scope::Read]));
    assert_eq!(rights.grant(None, &few, None, Mode::Live), Err(MissingRight::LiveKey));
    assert_eq!(rights.touch(Mode::Live), Err(MissingRight::LiveKey));
    assert_eq!(rights.grant(None, &few, None, Mode::Test), Ok(()));
    assert_eq!(key(&Scope::ALL, Mode::Live).grant(None, &few, None, Mode::Test), Ok(()));
}
