//! Slots among the running calls of all gateways.

use std::time::Duration;

use super::{Node, PATIENT, SHORT_LEASES, account, at_once, leases_in, store_time_us};
use crate::support::gateway::eventually;
use crate::support::redis::Redis;

#[tokio::test]
async fn gateways_share_the_slots_of_one_account_only() {
    let redis = Redis::start().await;
    let (one, other) = (Node::start(&redis.url(), PATIENT).await, Node::start(&redis.url(), PATIENT).await);
    let account = account();
    let first = one.admits(account, at_once(2)).await.unwrap();
    let _second = other.admits(account, at_once(2)).await.unwrap();
    assert!(one.admits(account, at_once(2)).await.is_none());
    assert!(other.admits(account, at_once(2)).await.is_none());
    assert!(other.admits(super::account(), at_once(2)).await.is_some());
    drop(first);
    eventually("the slot is free", async || other.admits(account, at_once(2)).await.is_some()).await;
}

#[tokio::test]
async fn a_request_refused_for_concurrency_takes_nothing_from_the_rate() {
    let redis = Redis::start().await;
    let node = Node::start(&redis.url(), PATIENT).await;
    let account = account();
    let mut sizes = at_once(1);
    (sizes.rate_per_s, sizes.burst) = (1, 100);
    let _lease = node.admits(account, sizes).await.unwrap();
    for _ in 0..20 {
        assert!(node.admits(account, sizes).await.is_none());
    }
    sizes.concurrency = 2;
    let admitted = node.limits.decide(account, sizes).await.unwrap();
    assert!((98..=99).contains(&admitted.rate.remaining), "{}", admitted.rate.remaining);
}

#[tokio::test]
async fn a_call_that_runs_keeps_its_lease_however_long_it_takes() {
    let redis = Redis::start().await;
    let node = Node::start(&redis.url(), SHORT_LEASES).await;
    let account = account();
    let _lease = node.admits(account, at_once(1)).await.unwrap();
    let mut connection = redis.connect().await;
    let started_us = store_time_us(&mut connection).await;
    let five_lives_us = 5 * u64::try_from(SHORT_LEASES.lease_life.as_micros()).unwrap();
    eventually("five lease lives have passed", async || {
        store_time_us(&mut connection.clone()).await > started_us + five_lives_us
    })
    .await;
    // A gateway that was not scheduled for a while may have lost the lease for a moment; it comes
    // back.
    eventually("it is there", async || leases_in(&redis, account).await == 1).await;
}

#[tokio::test]
async fn e05_leases_of_a_dead_gateway_expire() {
    let redis = Redis::start().await;
    let mut dying = Node::start(&redis.url(), SHORT_LEASES).await;
    let other = Node::start(&redis.url(), SHORT_LEASES).await;
    let account = account();
    let lease = dying.admits(account, at_once(1)).await.unwrap();
    dying.dies();
    std::mem::forget(lease);
    eventually("the slot is free", async || other.admits(account, at_once(1)).await.is_some()).await;
}

#[tokio::test]
async fn a_request_cancelled_during_its_decision_keeps_no_slot() {
    let redis = Redis::start().await;
    let node = Node::start(&redis.url(), PATIENT).await;
    let account = account();
    redis.pause();
    let left = tokio::time::timeout(Duration::from_millis(50), node.limits.decide(account, at_once(1)));
    assert!(left.await.is_err());
    redis.resume();
    eventually("the slot is free", async || node.admits(account, at_once(1)).await.is_some()).await;
}

#[tokio::test]
async fn a_store_that_lost_everything_gets_running_calls_registered_again() {
    let redis = Redis::start().await;
    let node = Node::start(&redis.url(), SHORT_LEASES).await;
    let account = account();
    let _lease = node.admits(account, at_once(1)).await.unwrap();
    redis::cmd("FLUSHALL").exec_async(&mut redis.connect().await).await.unwrap();
    eventually("the call is known", async || leases_in(&redis, account).await == 1).await;
    redis::cmd("SCRIPT").arg("FLUSH").exec_async(&mut redis.connect().await).await.unwrap();
    eventually("the slot is taken", async || node.admits(account, at_once(1)).await.is_none()).await;
}

#[tokio::test]
async fn calls_that_began_and_ended_while_the_store_was_away_are_settled_when_it_returns() {
    let mut redis = Redis::start().await;
    let node = Node::start(&redis.url(), PATIENT).await;
    let account = account();
    let before = node.admits(account, at_once(9)).await.unwrap();
    let _goes_on = node.admits(account, at_once(9)).await.unwrap();
    redis.kill();
    eventually("it is noticed", async || node.limits.away_since().is_some()).await;
    let _meanwhile = node.limits.lease_without_store(account);
    drop(node.limits.lease_without_store(account));
    drop(before);
    redis.start_again().await;
    eventually("running calls are registered", async || leases_in(&redis, account).await == 2).await;
}

#[tokio::test]
async fn a_call_that_ended_while_the_store_was_away_does_not_count_when_it_returns() {
    let redis = Redis::start().await;
    let impatient = super::SharedLimitSettings { budget: Duration::from_secs(1), ..PATIENT };
    let node = Node::start(&redis.url(), impatient).await;
    let account = account();
    let lease = node.admits(account, at_once(1)).await.unwrap();
    redis.pause();
    eventually("it is noticed", async || node.limits.away_since().is_some()).await;
    drop(lease);
    redis.resume();
    eventually("the slot is free", async || leases_in(&redis, account).await == 0).await;
}
