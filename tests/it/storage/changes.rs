//! The log of changes: nobody who follows it misses one.

use std::time::Duration;

use fluence::domain::change::Stale;
use fluence::storage::changes::{ChangeFeed, Since, forget_old};

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
    let before = feed.since(0).await.unwrap().newest;
    let mut first_begun = gateway.database.pool().begin().await.unwrap();
    sqlx::query(RENAME).bind(one.account.as_uuid()).execute(&mut *first_begun).await.unwrap();
    sqlx::query(RENAME).bind(other.account.as_uuid()).execute(gateway.database.pool()).await.unwrap();
    let seen = feed.since(before).await.unwrap();
    assert_eq!(stale(&seen), [Stale::Account(other.account)]);
    first_begun.commit().await.unwrap();
    assert_eq!(stale(&feed.since(seen.newest).await.unwrap()), [Stale::Account(one.account)]);
}

#[tokio::test]
async fn what_is_forgotten_is_a_gap_for_those_alone_who_have_not_seen_it() {
    let gateway = Gateway::start().await;
    let (one, other) = (gateway.professional().await, gateway.professional().await);
    let mut feed = feed(&gateway).await;
    sqlx::query(RENAME).bind(one.account.as_uuid()).execute(gateway.database.pool()).await.unwrap();
    let seen = feed.since(0).await.unwrap().newest;
    sqlx::query("update change set changed_at = now() - interval '2 hours'")
        .execute(gateway.database.pool())
        .await
        .unwrap();
    forget_old(&mut gateway.database.pool().acquire().await.unwrap()).await.unwrap();
    sqlx::query(RENAME).bind(other.account.as_uuid()).execute(gateway.database.pool()).await.unwrap();
    assert!(!feed.since(seen).await.unwrap().has_gap);
    assert!(feed.since(seen - 1).await.unwrap().has_gap);
}

#[tokio::test]
async fn a_log_that_was_set_back_is_a_gap() {
    let gateway = Gateway::start().await;
    gateway.professional().await;
    let mut feed = feed(&gateway).await;
    let newest = feed.since(0).await.unwrap().newest;
    assert!(!feed.since(newest).await.unwrap().has_gap);
    assert!(feed.since(newest + 1).await.unwrap().has_gap);
}

fn stale(since: &Since) -> Vec<Stale> {
    since.changes.iter().map(|change| change.stale).collect()
}
