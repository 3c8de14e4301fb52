//! The change feed: a follower misses no change.

use std::time::Duration;

use fluence::domain::change::Invalidation;
use fluence::storage::change_feed::{ChangeFeed, FeedPage, delete_old};
use sqlx::{ConnectOptions, Executor};

use crate::support::gateway::Gateway;

async fn feed(gateway: &Gateway) -> ChangeFeed {
    ChangeFeed::open(gateway.database.options(), Duration::from_secs(10)).await.unwrap()
}

const RENAME: &str = "update account set name = name || '!' where id = $1";

#[tokio::test]
async fn a_change_that_commits_later_has_the_higher_number() {
    let gateway = Gateway::start().await;
    let (one, other) = (gateway.professional().await, gateway.professional().await);
    let mut feed = feed(&gateway).await;
    let before = feed.read_after(0).await.unwrap().newest;
    let mut first_begun = gateway.database.pool().begin().await.unwrap();
    sqlx::query(RENAME).bind(one.account.as_uuid()).execute(&mut *first_begun).await.unwrap();
    sqlx::query(RENAME).bind(other.account.as_uuid()).execute(gateway.database.pool()).await.unwrap();
    let seen = feed.read_after(before).await.unwrap();
    assert_eq!(invalidations(&seen), [Invalidation::Account(other.account)]);
    first_begun.commit().await.unwrap();
    assert_eq!(
        invalidations(&feed.read_after(seen.newest).await.unwrap()),
        [Invalidation::Account(one.account)]
    );
}

#[tokio::test]
async fn deleted_changes_are_a_gap_only_for_followers_that_have_not_seen_them() {
    let gateway = Gateway::start().await;
    let (one, other) = (gateway.professional().await, gateway.professional().await);
    let mut feed = feed(&gateway).await;
    sqlx::query(RENAME).bind(one.account.as_uuid()).execute(gateway.database.pool()).await.unwrap();
    let seen = feed.read_after(0).await.unwrap().newest;
    sqlx::query("update change set changed_at = now() - interval '2 hours'")
        .execute(gateway.database.pool())
        .await
        .unwrap();
    delete_old(&mut gateway.database.pool().acquire().await.unwrap()).await.unwrap();
    sqlx::query(RENAME).bind(other.account.as_uuid()).execute(gateway.database.pool()).await.unwrap();
    assert!(!feed.read_after(seen).await.unwrap().has_gap);
    assert!(feed.read_after(seen - 1).await.unwrap().has_gap);
}

#[tokio::test]
async fn a_log_that_was_set_back_is_a_gap() {
    let gateway = Gateway::start().await;
    gateway.professional().await;
    let mut feed = feed(&gateway).await;
    let newest = feed.read_after(0).await.unwrap().newest;
    assert!(!feed.read_after(newest).await.unwrap().has_gap);
    assert!(feed.read_after(newest + 1).await.unwrap().has_gap);
}

fn invalidations(since: &FeedPage) -> Vec<Invalidation> {
    since.changes.iter().map(|change| change.invalidation).collect()
}

/// A login that may connect and nothing else.
async fn stranger(gateway: &Gateway) -> (String, sqlx::PgConnection) {
    let name = format!("fluence_test_login_{:016x}", rand::random::<u64>());
    let made = sqlx::AssertSqlSafe(format!("create role {name} login"));
    sqlx::query(made).execute(gateway.database.pool()).await.unwrap();
    let session = gateway.database.options().username(&name).connect().await.unwrap();
    (name, session)
}

#[tokio::test]
async fn a_session_without_rights_cannot_hold_up_a_revocation() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let (name, mut session) = stranger(&gateway).await;
    // What the triggers took before, and whatever else two numbers can be.
    session.execute("select pg_advisory_lock(7011604386), pg_advisory_lock(7304119, n) from generate_series(-999, 999) n").await.unwrap();
    let account = customer.account.as_uuid();
    let hash = "select pg_advisory_lock(7304119, hashtext($1::text))";
    sqlx::query(hash).bind(account).execute(&mut session).await.unwrap();
    for lock in [
        "begin; select from named_lock for update",
        "begin; select from named_lock for share",
        "begin; lock table named_lock in access exclusive mode",
        "begin; lock table change in share row exclusive mode",
    ] {
        let refused = session.execute(lock).await.unwrap_err();
        assert_eq!(refused.as_database_error().unwrap().code().as_deref(), Some("42501"), "{lock}");
        session.execute("rollback").await.unwrap();
    }
    let revoked = gateway.database.pool();
    let mut change = revoked.begin().await.unwrap();
    change.execute("set local lock_timeout = '100ms'").await.unwrap();
    sqlx::query("update api_key set state = 'revoked', revoked_at = now() where account_id = $1")
        .bind(account)
        .execute(&mut *change)
        .await
        .unwrap();
    sqlx::query(
        "insert into audit_entry (account_id, actor, actor_id, action, subject, subject_id)
         values ($1, 'system', 'test', 'key.revoked', 'key', 'k')",
    )
    .bind(account)
    .execute(&mut *change)
    .await
    .unwrap();
    change.commit().await.unwrap();
    drop(session);
    let forget = sqlx::AssertSqlSafe(format!("drop role {name}"));
    sqlx::query(forget).execute(gateway.database.pool()).await.unwrap();
}

#[tokio::test]
async fn a_change_that_is_being_committed_holds_up_others_no_longer_than_their_patience() {
    let gateway = Gateway::start().await;
    let (one, other) = (gateway.professional().await, gateway.professional().await);
    let mut stuck = gateway.database.pool().begin().await.unwrap();
    sqlx::query(RENAME).bind(one.account.as_uuid()).execute(&mut *stuck).await.unwrap();
    // A transaction that has not committed blocks no other.
    sqlx::query(RENAME).bind(other.account.as_uuid()).execute(gateway.database.pool()).await.unwrap();
    // As in a commit that hangs.
    stuck.execute("set constraints all immediate").await.unwrap();
    let mut next = gateway.database.pool().begin().await.unwrap();
    next.execute("set local lock_timeout = '100ms'").await.unwrap();
    sqlx::query(RENAME).bind(other.account.as_uuid()).execute(&mut *next).await.unwrap();
    let refused = next.commit().await.unwrap_err();
    assert_eq!(
        refused.as_database_error().unwrap().code().as_deref(),
        Some("55P03"),
        "refused, and not in silence"
    );
    stuck.rollback().await.unwrap();
    sqlx::query(RENAME).bind(other.account.as_uuid()).execute(gateway.database.pool()).await.unwrap();
}
