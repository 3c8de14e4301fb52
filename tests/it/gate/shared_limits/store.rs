//! A store that is unavailable, late, back, or of the wrong kind.

use std::time::Duration;

use fluence::gate::limits::limiter::LimitSizes;
use fluence::gate::limits::shared_limits::{
    Limit, NotAStore, SharedLimitSettings, SharedLimits, Unavailable, Verdict,
};
use futures_util::future::join_all;
use tokio_util::sync::CancellationToken;

use super::{Node, PATIENT, account, at_once, leases_in};
use crate::support::delay_proxy::DelayProxy;
use crate::support::gateway::eventually;
use crate::support::redis::Redis;

#[tokio::test]
async fn a_store_that_died_is_noticed_without_requests_and_returns_by_itself() {
    let mut redis = Redis::start().await;
    let node = Node::start(&redis.url(), PATIENT).await;
    assert!(node.limits.away_since().is_none());
    redis.kill();
    eventually("it is noticed", async || node.limits.away_since().is_some()).await;
    assert_eq!(node.limits.decide(account(), at_once(1)).await.unwrap_err(), Unavailable);
    redis.start_again().await;
    eventually("it is back", async || node.limits.away_since().is_none()).await;
    assert!(node.admits(account(), at_once(1)).await.is_some());
}

#[tokio::test]
async fn a_store_that_starts_later_is_found() {
    let mut redis = Redis::start().await;
    redis.kill();
    let node = Node::start(&redis.url(), PATIENT).await;
    assert!(node.limits.away_since().is_some());
    redis.start_again().await;
    eventually("it is found", async || node.limits.away_since().is_none()).await;
}

#[tokio::test]
async fn a_late_store_is_not_used_until_it_answers_in_time() {
    let redis = Redis::start().await;
    let proxy = DelayProxy::to(redis.port()).await;
    // The watch is so slow that nothing but decisions is asked meanwhile.
    let config = SharedLimitSettings {
        budget: Duration::from_secs(1),
        watch_every: Duration::from_secs(600),
        ..PATIENT
    };
    let node = Node::start(&redis.url_at(proxy.port()), config).await;
    assert!(node.admits(account(), at_once(1)).await.is_some());
    proxy.takes(Duration::from_secs(600));
    let late = join_all((0..3).map(|_| node.limits.decide(account(), at_once(1)))).await;
    assert!(late.iter().all(Result::is_err));
    assert!(node.limits.away_since().is_some());
    let packets = proxy.packets();
    for _ in 0..1000 {
        assert!(node.limits.decide(account(), at_once(1)).await.is_err());
    }
    // The health check runs once when the connection is closed. On its own connection it sends at
    // most two packets before it waits for an answer.
    assert!(proxy.packets() <= packets + 2, "a request was sent to a late store");
}

#[tokio::test]
async fn a_late_store_is_used_again_once_it_answers_in_time() {
    let redis = Redis::start().await;
    let proxy = DelayProxy::to(redis.port()).await;
    let config = SharedLimitSettings { budget: Duration::from_millis(500), ..PATIENT };
    let node = Node::start(&redis.url_at(proxy.port()), config).await;
    proxy.takes(Duration::from_secs(2));
    eventually("it is noticed", async || node.limits.away_since().is_some()).await;
    proxy.takes(Duration::ZERO);
    eventually("it is back", async || node.limits.away_since().is_none()).await;
}

#[tokio::test]
async fn a_single_late_answer_does_not_close_the_connection() {
    let redis = Redis::start().await;
    let proxy = DelayProxy::to(redis.port()).await;
    let config = SharedLimitSettings {
        budget: Duration::from_secs(1),
        watch_every: Duration::from_secs(600),
        ..PATIENT
    };
    let node = Node::start(&redis.url_at(proxy.port()), config).await;
    proxy.takes(Duration::from_millis(1500));
    assert!(node.limits.decide(account(), at_once(1)).await.is_err());
    proxy.takes(Duration::ZERO);
    assert!(node.limits.away_since().is_none());
    eventually("it decides", async || node.limits.decide(account(), at_once(1)).await.is_ok()).await;
}

#[tokio::test]
async fn a_cluster_decides_as_one_server_does() {
    let redis = Redis::start_cluster().await;
    let urls = format!("{},{}", redis.url(), redis.url());
    let (one, other) = (Node::start(&urls, PATIENT).await, Node::start(&urls, PATIENT).await);
    let account = account();
    let lease = one.admits(account, at_once(1)).await.unwrap();
    assert!(other.admits(account, at_once(1)).await.is_none());
    assert_eq!(leases_in(&redis, account).await, 1);
    drop(lease);
    eventually("the slot is free", async || other.admits(account, at_once(1)).await.is_some()).await;
}

#[tokio::test]
async fn a_store_that_refuses_to_write_is_away() {
    let redis = Redis::start().await;
    let mut connection = redis.connect().await;
    let node = Node::start(&redis.url(), PATIENT).await;
    // As after a failover that this gateway has not noticed.
    redis::cmd("REPLICAOF").arg("127.0.0.1").arg(1).exec_async(&mut connection).await.unwrap();
    eventually("it is noticed", async || node.limits.away_since().is_some()).await;
    redis::cmd("REPLICAOF").arg("NO").arg("ONE").exec_async(&mut connection).await.unwrap();
    eventually("it is back", async || node.limits.away_since().is_none()).await;
}

/// The rights that docs/operations/scaling.md lists for the store's user.
const RIGHTS: &str =
    "~fluence:* +eval +evalsha +time +get +set +del +type +zadd +zrem +zcard +zremrangebyscore +pexpire";

#[tokio::test]
async fn a_user_with_the_documented_rights_is_enough() {
    let manual = include_str!("../../../../docs/operations/scaling.md")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    assert!(RIGHTS.split_whitespace().all(|right| manual.contains(right)));
    let redis = Redis::start().await;
    let mut user = redis::cmd("ACL");
    user.arg("SETUSER")
        .arg("gateway")
        .arg("on")
        .arg(">of-this-test")
        .arg(RIGHTS.split_whitespace().collect::<Vec<_>>());
    user.exec_async(&mut redis.connect().await).await.unwrap();
    let url = redis.url().replace("redis://", "redis://gateway:of-this-test@");
    let node = Node::start(&url, super::SHORT_LEASES).await;
    let account = account();
    let lease = node.admits(account, at_once(1)).await.unwrap();
    redis::cmd("FLUSHALL").exec_async(&mut redis.connect().await).await.unwrap();
    eventually("it is renewed", async || leases_in(&redis, account).await == 1).await;
    drop(lease);
    eventually("it is returned", async || leases_in(&redis, account).await == 0).await;
}

#[tokio::test]
async fn a_server_of_another_protocol_is_merely_away() {
    let redis = Redis::start().await;
    // It speaks, but not TLS.
    let node = Node::start(&redis.url().replace("redis://", "rediss://"), PATIENT).await;
    assert_eq!(node.limits.decide(account(), at_once(1)).await.unwrap_err(), Unavailable);
    let started = SharedLimits::start("nonsense", PATIENT, &CancellationToken::new()).await;
    assert_eq!(started.unwrap_err(), NotAStore);
}

#[tokio::test]
async fn garbage_under_a_key_is_replaced() {
    let redis = Redis::start().await;
    let node = Node::start(&redis.url(), PATIENT).await;
    let account = account();
    let mut connection = redis.connect().await;
    for key in ["rate", "running"] {
        let key = format!("fluence:{{{account}}}:{key}");
        redis::cmd("RPUSH").arg(key).arg("garbage").exec_async(&mut connection).await.unwrap();
    }
    let sizes = LimitSizes { rate_per_s: 1, burst: 3, concurrency: 1 };
    let ruling = node.limits.decide(account, sizes).await.unwrap();
    assert!(matches!(ruling.verdict, Verdict::Admitted(_)));
    assert_eq!((ruling.rate.remaining, ruling.running), (2, 1));
    assert_eq!(leases_in(&redis, account).await, 1);
}

#[tokio::test]
async fn the_headers_show_the_stores_figures() {
    let redis = Redis::start().await;
    let node = Node::start(&redis.url(), PATIENT).await;
    let account = account();
    let sizes = LimitSizes { rate_per_s: 1, burst: 2, concurrency: 100 };
    let first = node.limits.decide(account, sizes).await.unwrap();
    assert_eq!((first.rate.remaining, first.rate.reset_after, first.running), (1, Duration::from_secs(1), 1));
    let refused = loop {
        let ruling = node.limits.decide(account, sizes).await.unwrap();
        if matches!(ruling.verdict, Verdict::Refused(Limit::Rate)) {
            break ruling;
        }
    };
    let wait = refused.rate.retry_after.unwrap();
    assert!(wait > Duration::ZERO && wait <= Duration::from_secs(1), "{wait:?}");
    // Each further admitted request reduces the burst by one.
    assert_eq!(refused.rate.reset_after, wait + Duration::from_secs(1));
    assert_eq!(refused.rate.remaining, 0);
}
