//! When keys were last used: to the minute, per secret, written in batches; and secrets rehashed at
//! their use.

use chrono::{DateTime, TimeDelta, Utc};
use fluence::clock::now;
use fluence::domain::audit::Actor;
use fluence::domain::credits::Credits;
use fluence::domain::ids::{AccountId, KeyId};
use fluence::domain::key::rotation::Overlap;
use fluence::domain::key::view::KeyView;
use fluence::domain::key::{FormatChoice, KeyPrefix, KeySecret};
use fluence::domain::rights::Principal;
use fluence::management;
use fluence::management::keys::NewSecret;
use fluence::secret::peppers::Peppers;
use fluence::storage::keys::{self, SecretUse, record_uses};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::support::customer::new_secret;
use crate::support::gateway::{Gateway, eventually, new_pepper};

async fn view(gateway: &Gateway, id: KeyId) -> KeyView {
    let mut connection = gateway.database.pool().acquire().await.unwrap();
    keys::find(&mut connection, id).await.unwrap().unwrap()
}

async fn rotate(gateway: &Gateway, id: KeyId, seconds: i64) -> Option<KeySecret> {
    let mut connection = gateway.database.pool().acquire().await.unwrap();
    let by = Principal::almighty(Actor::system("test"));
    let overlap = Overlap::of_seconds(seconds).unwrap();
    let (format, prefix) = (FormatChoice::Usual, &KeyPrefix::default());
    let secret = NewSecret { format, prefix, peppers: &gateway.peppers };
    management::keys::rotate(&mut connection, &by, id, overlap, &secret).await.ok().map(|(_, secret)| secret)
}

async fn used(gateway: &Gateway, uses: &[(KeyId, i32, DateTime<Utc>)]) {
    let uses: Vec<_> = uses
        .iter()
        .map(|(key_id, version, at)| SecretUse { key_id: *key_id, version: *version, at: *at, rehash: None })
        .collect();
    record_uses(&mut gateway.database.pool().acquire().await.unwrap(), &uses).await.unwrap();
}

/// Digests of a key by the version of their pepper.
async fn pepper_versions(gateway: &Gateway, id: KeyId) -> Vec<i32> {
    sqlx::query_scalar("select pepper_version from key_digest where key_id = $1 order by 1")
        .bind(id.as_uuid())
        .fetch_all(gateway.database.pool())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_use_is_known_to_the_minute_for_the_secret_that_was_used() {
    let gateway = Gateway::start_with(&[("FLUENCE_KEYS_LAST_USED_EVERY_MS", "5")]).await;
    let customer = gateway.professional().await;
    assert_eq!(view(&gateway, customer.key_id).await.last_used_at, None);
    let new = rotate(&gateway, customer.key_id, 600).await.unwrap();
    let began = now();
    assert_eq!(gateway.get("/creditos", &customer.key).await.status, 200);
    eventually("the use is written", async || view(&gateway, customer.key_id).await.last_used_at.is_some())
        .await;
    let shown = view(&gateway, customer.key_id).await;
    let at = shown.last_used_at.unwrap();
    // To the minute, and never before the key was made.
    let is_minute = at.timestamp() % 60 == 0 && at.timestamp_subsec_nanos() == 0;
    assert!((is_minute && at > began - TimeDelta::minutes(1)) || at == shown.created_at, "{at}");
    assert!(at >= shown.created_at && at <= now(), "{at}");
    assert_eq!((shown.secrets[0].last_used_at, shown.secrets[1].last_used_at), (None, Some(at)));

    assert_eq!(gateway.get("/creditos", new.expose()).await.status, 200);
    eventually("so is the new secret's", async || {
        view(&gateway, customer.key_id).await.secrets[0].last_used_at.is_some()
    })
    .await;
}

#[tokio::test]
async fn what_was_used_is_written_when_the_gateway_stops() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    gateway.get("/creditos", &customer.key).await;
    let (database, pepper) = gateway.stop().await;
    let gateway = Gateway::on(database, pepper, &[]).await;
    assert!(view(&gateway, customer.key_id).await.last_used_at.is_some());
}

#[tokio::test]
async fn a_key_that_may_not_be_used_was_not_used() {
    let gateway = Gateway::without_trust().await;
    let customer = gateway.professional().await;
    gateway.set_key_state(customer.key_id, fluence::domain::key::KeyState::Disabled).await;
    assert_eq!(gateway.get("/creditos", &customer.key).await.status, 401);
    let (database, pepper) = gateway.stop().await;
    let gateway = Gateway::on(database, pepper, &[]).await;
    assert_eq!(view(&gateway, customer.key_id).await.last_used_at, None);
}

#[tokio::test]
async fn an_earlier_use_reported_later_changes_nothing() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let minute = |number: i64| DateTime::from_timestamp(1_800_000_000 + number * 60, 0).unwrap();
    used(&gateway, &[(customer.key_id, 1, minute(2))]).await;
    used(&gateway, &[(customer.key_id, 1, minute(1)), (KeyId::from_uuid(uuid::Uuid::nil()), 1, minute(9))])
        .await;
    assert_eq!(view(&gateway, customer.key_id).await.last_used_at, Some(minute(2)));
}

#[tokio::test]
async fn gateways_that_write_the_same_keys_at_once_do_not_stand_in_each_others_way() {
    let gateway = Gateway::start().await;
    let customer = gateway.customer("2025-06", "enterprise").await;
    let mut ids = vec![customer.key_id];
    for _ in 0..4 {
        ids.push(gateway.key(customer.account, |_| {}).await.0);
    }
    let minute = |number: i64| DateTime::from_timestamp(1_800_000_000 + number * 60, 0).unwrap();
    let writes = (0..20_i64).map(|number| {
        let mut uses: Vec<_> = ids.iter().map(|id| (*id, 1, minute(number))).collect();
        if number % 2 == 0 {
            uses.reverse();
        }
        let gateway = &gateway;
        async move { used(gateway, &uses).await }
    });
    futures_util::future::join_all(writes).await;
    for id in ids {
        assert_eq!(view(&gateway, id).await.last_used_at, Some(minute(19)));
    }
}

#[tokio::test]
async fn a_used_secret_is_rehashed_and_accepted_under_either_pepper() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let (database, old) = gateway.stop().await;
    let both = Peppers::new(new_pepper(2), Some(old.newest().clone())).unwrap();
    let gateway = Gateway::on(database, both.clone(), &[]).await;
    assert_eq!(gateway.get("/creditos", &customer.key).await.status, 200);
    let (made, key) = gateway.key(customer.account, |_| {}).await;
    assert_eq!(pepper_versions(&gateway, made).await, [1, 2]);
    let (database, _) = gateway.stop().await;

    let behind = Gateway::on(database, old, &[]).await;
    assert_eq!(pepper_versions(&behind, customer.key_id).await, [1, 2]);
    for key in [&customer.key, &key] {
        assert_eq!(behind.get("/creditos", key).await.status, 200, "a gateway that has not restarted yet");
    }
    let (database, _) = behind.stop().await;
    let ahead = Gateway::on(database, both.newest().clone(), &[]).await;
    for key in [&customer.key, &key] {
        assert_eq!(ahead.get("/creditos", key).await.status, 200, "a gateway without the old pepper");
    }
}

/// What a rotation must not change: everything of the key but its secrets.
async fn unmoved(gateway: &Gateway, account: AccountId, id: KeyId) -> (KeyView, i64) {
    let mut shown = view(gateway, id).await;
    shown.secrets.clear();
    (shown.prefix, shown.last_four) = (String::new(), String::new());
    (shown, gateway.balance(account).await)
}

/// Whatever the order of uses and rotations: rotation changes neither balance nor limits nor last
/// use, the last use of a key is that of its secrets, and no more than two of these are live.
#[tokio::test]
async fn rotation_changes_nothing_but_the_secrets() {
    let gateway = Gateway::start().await;
    let customer = gateway.customer("2025-06", "enterprise").await;
    let step = (any::<bool>(), 0..2_000_i64, prop_oneof![Just(0_i64), 1..=Overlap::MAX_S], any::<bool>());
    let programs = proptest::collection::vec(step, 1..8);
    let mut runner = TestRunner::deterministic();
    for _ in 0..12 {
        let program = programs.new_tree(&mut runner).unwrap().current();
        let secret = new_secret();
        let id = gateway
            .key_with(customer.account, &secret, |new| new.terms.daily_cap = Some(Credits::from_u32(7)))
            .await;
        let mut latest = None;
        for (rotates, minute, overlap, with_old) in program {
            let before = unmoved(&gateway, customer.account, id).await;
            let secrets = view(&gateway, id).await.secrets;
            if rotates {
                let is_rotating = secrets.len() == 2;
                assert_eq!(rotate(&gateway, id, overlap).await.is_none(), is_rotating);
                assert_eq!(unmoved(&gateway, customer.account, id).await, before);
                assert!(view(&gateway, id).await.secrets.len() <= 2);
            } else {
                let used_one = if with_old { secrets.last() } else { secrets.first() }.unwrap();
                let at = DateTime::from_timestamp(1_800_000_000 + minute * 60, 0).unwrap();
                used(&gateway, &[(id, used_one.version, at)]).await;
                latest = latest.max(Some(at));
            }
            assert_eq!(view(&gateway, id).await.last_used_at, latest);
        }
    }
}
