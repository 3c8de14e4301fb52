//! Several gateways with one Redis, over HTTP.

use std::future::{pending, ready};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use axum::response::Response;
use futures_util::future::join_all;
use serde_json::Value;
use tokio::task::JoinSet;

use super::{leases_in, store_time_us};
use crate::gate::handlers::{LONG, Latch, handler, paid_answer};
use crate::gate::people::marina;
use crate::support::customer::Customer;
use crate::support::delay_proxy::DelayProxy;
use crate::support::gateway::{Answer, Gateway, eventually};
use crate::support::redis::Redis;
use crate::support::second_gateway::SecondGateway;

/// Settings of a gateway that waits for the store however busy the machine is.
fn patient(url: &str) -> [(&str, &str); 3] {
    [("FLUENCE_REDIS_URL", url), ("FLUENCE_LIMITS_DECISION_MS", "20000"), ("FLUENCE_LIMITS_WATCH_MS", "20")]
}

/// One gateway of several.
enum Node {
    First(Box<Gateway>),
    Other(Box<SecondGateway>),
}

impl Node {
    async fn get(&self, path: &str, key: &str) -> Answer {
        match self {
            Self::First(gateway) => gateway.get(path, key).await,
            Self::Other(second) => second.get(path, key).await,
        }
    }

    async fn stop(self) {
        match self {
            Self::First(gateway) => drop(gateway.stop().await),
            Self::Other(second) => second.stop().await,
        }
    }

    /// Which side decides, according to the status page.
    async fn decided(&self, key: &str) -> String {
        let answer = self.get("/status", key).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.body["limits"]["decided"].as_str().unwrap().to_owned()
    }
}

async fn cluster(size: usize, environment: &[(&str, &str)]) -> Vec<Node> {
    let first = Gateway::start_with(environment).await;
    let mut others = Vec::new();
    for _ in 1..size {
        others.push(Node::Other(Box::new(first.second_gateway(environment).await)));
    }
    std::iter::once(Node::First(Box::new(first))).chain(others).collect()
}

fn first(nodes: &[Node]) -> &Gateway {
    match &nodes[0] {
        Node::First(gateway) => gateway,
        Node::Other(_) => unreachable!("the first is made first"),
    }
}

/// A customer without effective limits.
async fn unlimited(gateway: &Gateway) -> Customer {
    let large = 1_000_000;
    gateway.customer_on(|plan| (plan.rate_per_s, plan.burst, plan.concurrency) = (large, large, large)).await
}

/// When the burst of an account at one request a second is whole again, by the store's clock. Each
/// admitted request moves it by one second.
async fn whole_at_us(redis: &Redis, customer: &Customer) -> u64 {
    let key = format!("fluence:{{{}}}:rate", customer.account);
    let text: String = redis::cmd("GET").arg(key).query_async(&mut redis.connect().await).await.unwrap();
    text.parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn e10_two_thousand_calls_at_once_on_three_gateways_get_one_burst() {
    const BURST: u64 = 100;
    const SECOND_US: u64 = 1_000_000;
    let redis = Redis::start().await;
    // No other timeout may expire on a busy machine.
    let url = redis.url();
    let others = [("FLUENCE_KEYS_CACHE_TTL_MS", "600000"), ("FLUENCE_SERVER_HEAD_TIMEOUT_S", "600")];
    let environment: Vec<_> = patient(&url).into_iter().chain(others).collect();
    let nodes = cluster(3, &environment).await;
    let customer = first(&nodes)
        .customer_on(|plan| (plan.rate_per_s, plan.burst, plan.concurrency) = (1, 100, 1_000_000))
        .await;
    // Some calls first, so that the bucket is never whole from here on and shows exactly what was
    // taken from it.
    let before = join_all((0..20).map(|n| nodes[n % 3].get("/tiers", &customer.key))).await;
    assert!(before.iter().all(|answer| answer.status == 200));
    let whole_before_us = whole_at_us(&redis, &customer).await;
    let began_us = whole_before_us - 20 * SECOND_US;

    let answers = join_all((0..1980).map(|n| nodes[n % 3].get("/tiers", &customer.key))).await;
    let ended_us = store_time_us(&mut redis.connect().await).await;
    let admitted = answers.iter().filter(|answer| answer.status == 200).count() as u64;
    let unexpected =
        answers.iter().find(|answer| !matches!(answer.outcome(), (200, "") | (429, "RATE_LIMITED")));
    assert!(unexpected.is_none(), "{}", unexpected.map_or("", |answer| &answer.text));
    // A second of the store's clock admits one more; within the first second, exactly the burst.
    let ripened = (ended_us - began_us) / SECOND_US;
    assert!((BURST..=BURST + ripened).contains(&(20 + admitted)), "{admitted} in {ripened} s");
    assert_eq!(whole_at_us(&redis, &customer).await - whole_before_us, admitted * SECOND_US);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_dies_under_load_fails_no_request_and_is_used_again_when_it_returns() {
    let mut redis = Redis::start().await;
    let url = redis.url();
    let nodes = Arc::new(cluster(2, &[("FLUENCE_REDIS_URL", &url), ("FLUENCE_LIMITS_WATCH_MS", "20")]).await);
    let customer = unlimited(first(&nodes)).await;
    let (stop, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut clients = JoinSet::new();
    for client in 0..8 {
        let (nodes, key) = (nodes.clone(), customer.key.clone());
        let (stop, answered) = (stop.clone(), answered.clone());
        clients.spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                let answer = nodes[client % 2].get("/tiers", &key).await;
                assert_eq!(answer.status, 200, "{}", answer.text);
                answered.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    let more = async || {
        let enough = answered.load(Ordering::Relaxed) + 200;
        eventually("calls are answered", async || answered.load(Ordering::Relaxed) >= enough).await;
    };
    let all_say = async |expected: &str| {
        for node in nodes.iter() {
            eventually(expected, async || node.decided(&customer.key).await == expected).await;
        }
    };
    all_say("shared").await;
    more().await;
    redis.kill();
    more().await;
    all_say("local").await;
    more().await;
    redis.start_again().await;
    all_say("shared").await;
    more().await;
    stop.store(true, Ordering::Relaxed);
    clients.join_all().await;
}

#[tokio::test]
async fn while_redis_is_away_each_gateway_applies_the_limits_by_itself() {
    let mut redis = Redis::start().await;
    let nodes = cluster(2, &patient(&redis.url())).await;
    let customer = first(&nodes)
        .customer_on(|plan| (plan.rate_per_s, plan.burst, plan.concurrency) = (1, 30, 1_000_000))
        .await;
    let watcher = unlimited(first(&nodes)).await;
    redis.kill();
    for node in &nodes {
        eventually("it is missed", async || node.decided(&watcher.key).await == "local").await;
        // The key is known before many ask at once.
        assert_eq!(node.get("/tiers", &customer.key).await.status, 200);
        let answers = join_all((0..200).map(|_| node.get("/tiers", &customer.key))).await;
        let admitted = answers.iter().filter(|answer| answer.status == 200).count();
        // The store had granted a part of the burst already; time returns some of it.
        assert!(admitted < 200, "{admitted}");
        assert!(answers.iter().any(|answer| answer.outcome() == (429, "RATE_LIMITED")));
        answers.iter().for_each(Answer::assert_accounted);
    }
}

#[tokio::test]
async fn a_gateway_starts_without_redis_and_reports_it_until_redis_comes() {
    let mut redis = Redis::start().await;
    redis.kill();
    let nodes = cluster(1, &patient(&redis.url())).await;
    let customer = unlimited(first(&nodes)).await;
    assert_eq!(nodes[0].get("/readyz", &customer.key).await.status, 200);
    let status = nodes[0].get("/status", &customer.key).await;
    assert_eq!(
        (&status.body["status"], &status.body["limits"]["decided"]),
        (&"degraded".into(), &"local".into())
    );
    assert!(status.body["limits"]["degraded_since"].is_string(), "{}", status.text);
    redis.start_again().await;
    eventually("it is found", async || nodes[0].decided(&customer.key).await == "shared").await;
    let status = nodes[0].get("/status", &customer.key).await;
    assert_eq!(status.body["status"], "operational");
    assert_eq!(status.body["limits"]["degraded_since"], Value::Null);
}

#[tokio::test]
async fn a_slow_redis_is_not_used_and_reported() {
    let redis = Redis::start().await;
    let proxy = DelayProxy::to(redis.port()).await;
    let (url, page) = (redis.url_at(proxy.port()), ("FLUENCE_METRICS_LISTEN", "127.0.0.1:0"));
    let budget = ("FLUENCE_LIMITS_DECISION_MS", "500");
    let watch = ("FLUENCE_LIMITS_WATCH_MS", "20");
    let nodes = cluster(1, &[("FLUENCE_REDIS_URL", &url), budget, watch, page]).await;
    let customer = unlimited(first(&nodes)).await;
    eventually("it decides", async || nodes[0].decided(&customer.key).await == "shared").await;
    let metrics = first(&nodes).metrics().await;
    assert!(metrics.contains("gateway_redis_up 1"), "{metrics}");
    assert!(metrics.contains(r#"gateway_degraded{reason="redis"} 0"#), "{metrics}");
    proxy.takes(Duration::from_secs(2));
    eventually("it is left", async || nodes[0].decided(&customer.key).await == "local").await;
    let metrics = first(&nodes).metrics().await;
    for line in [
        "gateway_redis_up 0",
        r#"gateway_degraded{reason="redis"} 1"#,
        r#"gateway_redis_errors_total{kind="timeout"}"#,
        r#"gateway_ratelimit_decisions_total{limit="all",result="admitted",source="shared"}"#,
        r#"gateway_ratelimit_decisions_total{limit="all",result="admitted",source="local"}"#,
    ] {
        assert!(metrics.contains(line), "{line} is not in {metrics}");
    }
    proxy.takes(Duration::ZERO);
    eventually("it is back", async || nodes[0].decided(&customer.key).await == "shared").await;
}

#[tokio::test]
async fn e06_headers_and_body_of_one_shared_decision_agree() {
    let redis = Redis::start().await;
    let nodes = cluster(2, &patient(&redis.url())).await;
    let customer = first(&nodes).customer_on(|plan| (plan.rate_per_s, plan.burst) = (1, 4)).await;
    let served = nodes[0].get("/creditos", &customer.key).await;
    assert_eq!(served.header("ratelimit-policy"), "\"burst\";q=4;w=4");
    assert_eq!(served.header("ratelimit"), "\"burst\";r=3;t=1");
    assert_eq!((served.number("x-ratelimit-limit"), served.number("x-ratelimit-remaining")), (4, 3));
    let mut asked = 1;
    let refused = loop {
        let answer = nodes[asked % 2].get("/creditos", &customer.key).await;
        asked += 1;
        if answer.status == 429 {
            break answer;
        }
    };
    assert_eq!(refused.outcome(), (429, "RATE_LIMITED"));
    assert_eq!((refused.number("retry-after"), refused.number("x-ratelimit-remaining")), (1, 0));
    assert_eq!(refused.header("ratelimit"), "\"burst\";r=0;t=1");
    refused.assert_accounted();
    for node in nodes {
        node.stop().await;
    }
    assert_eq!(leases_in(&redis, customer.account).await, 0);
}

/// A gateway on the store, with this handler behind it.
async fn in_front_of(
    redis: &Redis,
    handler: fluence::gate::metering::PaidHandler,
    deadline: Duration,
) -> Gateway {
    Gateway::in_front_of_with(handler, deadline, &patient(&redis.url())).await
}

/// A customer with one slot.
async fn one_at_once(gateway: &Gateway) -> Customer {
    gateway.customer_on(|plan| (plan.rate_per_s, plan.burst, plan.concurrency) = (1000, 100_000, 1)).await
}

#[tokio::test]
async fn e05_the_slot_is_free_when_the_client_has_the_answer() {
    async fn panics() -> Response {
        panic!("on purpose")
    }
    let redis = Redis::start().await;
    for handler in [handler(|| ready(paid_answer())), handler(panics), handler(pending::<Response>)] {
        let gateway = in_front_of(&redis, handler, Duration::from_millis(30)).await;
        let customer = one_at_once(&gateway).await;
        for _ in 0..10 {
            assert_ne!(gateway.post("/crm", &customer.key, &marina()).await.status, 429);
        }
    }
}

#[tokio::test]
async fn e05_a_shared_slot_is_held_after_a_disconnect_until_the_work_is_done() {
    let redis = Redis::start().await;
    let latch = Latch::new();
    let gateway = in_front_of(&redis, latch.handler(paid_answer), LONG).await;
    let customer = one_at_once(&gateway).await;
    let call = tokio::spawn(gateway.posting("/crm", &customer.key, &marina()).send());
    latch.reached(1).await;
    call.abort();
    let refused = gateway.post("/crm", &customer.key, &serde_json::json!({})).await;
    assert_eq!(refused.outcome(), (429, "CONCURRENCY_LIMITED"));
    let retry_after_s = refused.number("retry-after");
    assert_eq!(refused.header("ratelimit"), format!("\"concurrent\";r=0;t={retry_after_s}"));
    latch.let_go(1);
    eventually("the slot is free", async || {
        gateway.post("/crm", &customer.key, &serde_json::json!({})).await.status == 400
    })
    .await;
}
