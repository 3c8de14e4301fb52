//! Lookups and changes that overlap, in every order that matters.

mod scripted_store;

use tokio::time::advance;

use self::scripted_store::{World, record};
use super::*;
use crate::domain::key::KeyState;

const ACCOUNT: AccountId = AccountId::from_uuid(uuid::Uuid::from_u128(1));
const CHANGE: FeedEvent = FeedEvent::Invalidated(Invalidation::Account(ACCOUNT));
const CHANGE_OF_ANOTHER: FeedEvent =
    FeedEvent::Invalidated(Invalidation::Account(AccountId::from_uuid(uuid::Uuid::from_u128(2))));

const ACTIVE: Option<KeyState> = Some(KeyState::Active);
const REVOKED: Option<KeyState> = Some(KeyState::Revoked);

#[tokio::test]
async fn an_answer_older_than_a_revocation_admits_no_request() {
    let world = World::new(&[ACTIVE, REVOKED]);
    assert_eq!(world.state_while(CHANGE).await, Ok(REVOKED));
    assert_eq!(world.state().await, Ok(REVOKED), "remembered");
}

#[tokio::test]
async fn an_answer_older_than_a_revocation_does_not_restore_a_cached_key() {
    let world = World::new(&[ACTIVE, ACTIVE, REVOKED]);
    world.answers.add_permits(1);
    assert_eq!(world.state().await, Ok(ACTIVE));
    world.begun.acquire().await.unwrap().forget();
    world.keyring.apply(CHANGE);
    assert_eq!(world.state_while(CHANGE).await, Ok(REVOKED));
    assert_eq!(world.state().await, Ok(REVOKED), "remembered");
}

#[tokio::test]
async fn an_answer_older_than_a_changed_plan_is_looked_up_again() {
    let world = World::new(&[ACTIVE, REVOKED]);
    assert_eq!(world.state_while(FeedEvent::Invalidated(Invalidation::Everything)).await, Ok(REVOKED));
}

#[tokio::test]
async fn an_answer_older_than_a_new_key_does_not_hide_it() {
    let world = World::new(&[None, ACTIVE]);
    assert_eq!(
        world.state_while(FeedEvent::Invalidated(Invalidation::AccountAndUnknown(ACCOUNT))).await,
        Ok(ACTIVE)
    );
    assert_eq!(world.state().await, Ok(ACTIVE), "remembered");
}

#[tokio::test]
async fn a_change_of_another_account_does_not_invalidate_a_cached_key() {
    let world = World::new(&[ACTIVE]);
    world.answers.add_permits(1);
    assert_eq!(world.state().await, Ok(ACTIVE));
    world.keyring.apply(CHANGE_OF_ANOTHER);
    assert_eq!(world.state().await, Ok(ACTIVE));
}

#[tokio::test]
async fn a_new_key_is_accepted_while_other_accounts_change_all_the_time() {
    let world = World::new(&[ACTIVE; 3]);
    let others_change = async {
        loop {
            world.begun.acquire().await.unwrap().forget();
            world.keyring.apply(CHANGE_OF_ANOTHER);
            world.answers.add_permits(1);
        }
    };
    let state = tokio::select! { state = world.state() => state, () = others_change => unreachable!("it never ends") };
    assert_eq!(state, Ok(ACTIVE));
}

#[tokio::test(start_paused = true)]
async fn a_key_that_changes_a_hundred_times_during_its_lookup_is_accepted_by_its_latest_state() {
    let mut states = vec![ACTIVE; 100];
    states.push(Some(KeyState::Disabled));
    let world = World::new(&states);
    let changing = async {
        for _ in 0..100 {
            world.begun.acquire().await.unwrap().forget();
            world.keyring.apply(CHANGE);
            world.answers.add_permits(1);
        }
        world.answers.add_permits(1);
    };
    assert_eq!(tokio::join!(world.state(), changing).0, Ok(Some(KeyState::Disabled)));
}

#[tokio::test(start_paused = true)]
async fn a_key_that_never_stops_changing_is_in_doubt_and_not_accepted() {
    let world = World::new(&[ACTIVE; 30]);
    let changing = async {
        loop {
            world.begun.acquire().await.unwrap().forget();
            world.keyring.apply(CHANGE);
            advance(Duration::from_millis(100)).await;
            world.answers.add_permits(1);
        }
    };
    let state =
        tokio::select! { state = world.state() => state, () = changing => unreachable!("it never ends") };
    assert_eq!(state, Err(LookupError::KeepsChanging));
}

#[tokio::test(start_paused = true)]
async fn a_key_is_cached_for_four_seconds_without_the_change_feed() {
    let world = World::new(&[ACTIVE, REVOKED]);
    world.answers.add_permits(100);
    assert_eq!(world.state().await, Ok(ACTIVE));
    advance(Duration::from_millis(3_999)).await;
    assert_eq!(world.state().await, Ok(ACTIVE));
    advance(Duration::from_millis(2)).await;
    assert_eq!(world.state().await, Ok(REVOKED));
}

#[tokio::test(start_paused = true)]
async fn a_key_is_cached_for_long_while_the_change_feed_is_current_and_for_four_seconds_after() {
    let world = World::new(&[ACTIVE, REVOKED]);
    world.answers.add_permits(100);
    assert_eq!(world.state().await, Ok(ACTIVE));
    for _ in 0..30 {
        advance(Duration::from_secs(1)).await;
        world.keyring.apply(FeedEvent::Current(Instant::now().into_std()));
        assert_eq!(world.state().await, Ok(ACTIVE));
    }
    advance(Duration::from_millis(3_998)).await;
    assert_eq!(world.state().await, Ok(ACTIVE));
    advance(Duration::from_millis(3)).await;
    assert_eq!(world.state().await, Ok(REVOKED));
}

#[tokio::test(start_paused = true)]
async fn no_key_is_cached_indefinitely() {
    let world = World::new(&[ACTIVE, REVOKED]);
    world.answers.add_permits(100);
    assert_eq!(world.state().await, Ok(ACTIVE));
    advance(Duration::from_secs(60)).await;
    world.keyring.apply(FeedEvent::Current(Instant::now().into_std()));
    assert_eq!(world.state().await, Ok(REVOKED));
}

#[tokio::test(start_paused = true)]
async fn an_unknown_key_is_cached_for_a_second() {
    let world = World::new(&[None, ACTIVE]);
    world.answers.add_permits(100);
    assert_eq!(world.state().await, Ok(None));
    advance(Duration::from_millis(999)).await;
    assert_eq!(world.state().await, Ok(None));
    advance(Duration::from_millis(2)).await;
    assert_eq!(world.state().await, Ok(ACTIVE));
}

/// Resident memory of this process in bytes, or `None` on systems that do not report it.
fn resident_bytes() -> Option<usize> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    Some(statm.split(' ').nth(1)?.parse::<usize>().ok()? * 4096)
}

#[tokio::test]
async fn a_hundred_thousand_keys_of_as_many_accounts_fit_in_200_megabytes() {
    const KEYS: u128 = 100_000;
    let world = World::new(&[]);
    let (cache, limits) = (&world.keyring.cache, RateLimits::default());
    let some_record = record(KeyState::Active);
    let before = resident_bytes();
    for number in 0..KEYS {
        let (mut record, mut digest) = (some_record.clone(), [0; 32]);
        record.account_id = AccountId::from_uuid(uuid::Uuid::from_u128(number));
        digest[..16]
            .copy_from_slice(&number.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835).to_le_bytes());
        let start = cache.freshness.start_lookup();
        let account = cache.accounts.of(record.account_id, &record.balance, || cache.freshness.change());
        let rate = limits.of(record.plan.rate_per_s, record.plan.burst);
        let found = LookupResult {
            caller: Some(Caller::new(record, account, rate, DatabaseClock::default())),
            start,
        };
        assert!(cache.insert_if_current(KeyDigest::from_bytes(digest), found));
    }
    let (before, after) = before.zip(resident_bytes()).expect("the system tells the memory of a process");
    let bytes = after.saturating_sub(before);
    eprintln!("{} keys in memory, {} bytes each", cache.keys.len(), bytes / cache.keys.len());
    assert!(cache.keys.len() > 95_000 && bytes < 200_000_000, "{} keys, {bytes} bytes", cache.keys.len());
}
