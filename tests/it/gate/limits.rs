//! Rate, concurrency and the period's quota, over HTTP.

use std::future::ready;
use std::time::{Duration, Instant};

use axum::response::Response;
use fluence::domain::ids::AccountId;
use fluence::gate::limits::limiter::RateLimits;
use futures_util::future::join_all;
use reqwest::Method;

use super::handlers::{Latch, answering, handler, paid_answer};
use super::people::marina;
use crate::support::customer::Customer;
use crate::support::gateway::{Answer, Gateway, answer, eventually};

/// A customer who may send `burst` requests at once, and one more a second.
async fn bursting(gateway: &Gateway, burst: u32, concurrency: u32) -> Customer {
    gateway
        .customer_on(|plan| (plan.rate_per_s, plan.burst, plan.concurrency) = (1, burst, concurrency))
        .await
}

/// Sends until a call is refused for its rate. Returns the calls served, which are the `left` ones
/// of the instant `since` and those that the rate allowed after it, and the refusal.
async fn until_refused(
    gateway: &Gateway,
    path: &str,
    key: &str,
    (left, since): (usize, Instant),
) -> (Vec<Answer>, Answer) {
    let mut served = Vec::new();
    loop {
        let answer = gateway.get(path, key).await;
        match answer.outcome() {
            (200, _) => served.push(answer),
            (429, "RATE_LIMITED") => {
                let most = left + ripened_since(since);
                assert!((left..=most).contains(&served.len()), "{} of {left} to {most}", served.len());
                return (served, answer);
            }
            other => panic!("{other:?}"),
        }
        assert!(served.len() <= left + ripened_since(since), "{path} is not limited");
    }
}

/// Requests beyond the burst that may have been admitted, at one a second.
fn ripened_since(since: Instant) -> usize {
    since.elapsed().as_secs() as usize + 1
}

#[tokio::test]
async fn the_burst_is_served_and_the_next_is_throttled() {
    let gateway = Gateway::start().await;
    let customer = bursting(&gateway, 3, 10).await;
    let full = (3, Instant::now());
    let (served, refused) = until_refused(&gateway, "/creditos", &customer.key, full).await;
    assert_eq!(served[0].header("ratelimit-policy"), "\"burst\";q=3;w=3");
    assert_eq!(served[0].header("ratelimit"), "\"burst\";r=2;t=1");
    assert_eq!((served[0].number("x-ratelimit-limit"), served[0].number("x-ratelimit-remaining")), (3, 2));
    assert_eq!(refused.number("retry-after"), 1);
    assert_eq!(refused.header("ratelimit"), "\"burst\";r=0;t=1");
    served.iter().chain([&refused]).for_each(Answer::assert_accounted);
}

#[tokio::test]
async fn every_kind_of_endpoint_is_limited_and_every_key_of_the_account_counts() {
    let gateway = Gateway::start().await;
    let customer = bursting(&gateway, 3, 10).await;
    let (_, second) = gateway.key(customer.account, |_| {}).await;
    let test_key = gateway.test_key(customer.account).await;
    let mut since = Instant::now();
    assert_eq!(gateway.get("/creditos", &customer.key).await.status, 200);
    assert_eq!(gateway.post("/crm", &test_key, &marina()).await.status, 200);
    until_refused(&gateway, "/saude", &second, (1, since)).await;
    for path in ["/creditos", "/saude", "/planos"] {
        let previous = std::mem::replace(&mut since, Instant::now());
        until_refused(&gateway, path, &test_key, (0, previous)).await;
    }
}

#[tokio::test]
async fn one_account_never_waits_for_another() {
    let gateway = Gateway::start().await;
    let (one, other) = (bursting(&gateway, 1, 1).await, bursting(&gateway, 1, 1).await);
    until_refused(&gateway, "/creditos", &one.key, (1, Instant::now())).await;
    assert_eq!(gateway.get("/creditos", &other.key).await.status, 200);
}

#[tokio::test]
async fn waiting_for_the_stated_time_is_enough() {
    let gateway = Gateway::start().await;
    let customer = bursting(&gateway, 1, 10).await;
    let full = (1, Instant::now());
    let (_, refused) = until_refused(&gateway, "/tiers", &customer.key, full).await;
    tokio::time::sleep(Duration::from_secs(refused.number("retry-after").try_into().unwrap())).await;
    assert_eq!(gateway.get("/tiers", &customer.key).await.status, 200);
}

#[tokio::test]
async fn waiting_for_the_decided_time_is_enough_at_any_rate() {
    // The limiter's clock and the test's differ by some microseconds in a second.
    let clocks_differ_by = Duration::from_millis(1);
    for (rate, burst) in [(7, 1), (30, 3), (250, 20), (999, 50), (1000, 1)] {
        let limit = RateLimits::default().of(rate, burst);
        let account = AccountId::from_uuid(fluence::clock::new_id());
        for _ in 0..10 {
            let Some(wait) = limit.check(account).retry_after else { continue };
            let refused_at = Instant::now();
            while refused_at.elapsed() < wait + clocks_differ_by {
                tokio::task::yield_now().await;
            }
            assert_eq!(limit.check(account).retry_after, None, "{rate} a second, burst {burst}");
        }
    }
}

#[test]
fn e01_no_arrival_pattern_gets_more_than_burst_and_rate() {
    let (rate, burst) = (400, 25);
    let limit = RateLimits::default().of(rate, burst);
    let account = AccountId::from_uuid(fluence::clock::new_id());
    let started = Instant::now();
    let admitted: usize = std::thread::scope(|scope| {
        let hammer = |pause: Duration| {
            let limit = limit.clone();
            move || {
                let mut admitted = 0;
                while started.elapsed() < Duration::from_millis(300) {
                    admitted += usize::from(limit.check(account).retry_after.is_none());
                    std::thread::sleep(pause);
                }
                admitted
            }
        };
        let threads = [0, 90, 1700, 9000].map(|pause| scope.spawn(hammer(Duration::from_micros(pause))));
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    let most = f64::from(burst) + f64::from(rate) * started.elapsed().as_secs_f64();
    assert!(admitted as f64 <= most, "{admitted} of at most {most}");
    assert!(admitted >= burst as usize + 100, "{admitted}: it does not refill");
}

#[tokio::test]
async fn a_burst_over_http_admits_exactly_the_burst() {
    let gateway = Gateway::start().await;
    let customer =
        gateway.customer_on(|plan| (plan.rate_per_s, plan.burst, plan.concurrency) = (1, 20, 1000)).await;
    let started = Instant::now();
    let answers = join_all((0..60).map(|_| gateway.get("/tiers", &customer.key))).await;
    let admitted = answers.iter().filter(|answer| answer.status == 200).count();
    assert!((20..=20 + ripened_since(started)).contains(&admitted), "{admitted}");
    assert!(answers.iter().all(|answer| matches!(answer.outcome(), (200, "") | (429, "RATE_LIMITED"))));
}

#[tokio::test]
async fn too_many_at_once_are_refused_and_the_headers_name_that_limit() {
    let latch = Latch::new();
    let gateway = latch.before(paid_answer).await;
    let customer = bursting(&gateway, 100, 2).await;
    let body = marina();
    let calls = join_all((0..2).map(|_| gateway.post("/crm", &customer.key, &body)));
    let refused = async {
        latch.reached(2).await;
        let refused = gateway.post("/crm", &customer.key, &body).await;
        latch.let_go(2);
        refused
    };
    let (served, refused) = tokio::join!(calls, refused);
    assert!(served.iter().all(|answer| answer.status == 200));
    assert_eq!(refused.outcome(), (429, "CONCURRENCY_LIMITED"));
    refused.assert_accounted();
    assert_eq!(refused.header("ratelimit-policy"), "\"concurrent\";q=2");
    let retry_after_s = refused.number("retry-after");
    assert_eq!(refused.header("ratelimit"), format!("\"concurrent\";r=0;t={retry_after_s}"));
    assert_eq!((refused.number("x-ratelimit-limit"), refused.number("x-ratelimit-remaining")), (2, 0));
    gateway.assert_books_are_right().await;
}

#[tokio::test]
async fn a_call_refused_for_concurrency_takes_nothing_from_the_rate() {
    let latch = Latch::new();
    let gateway = latch.before(paid_answer).await;
    let customer = bursting(&gateway, 3, 1).await;
    let body = marina();
    let started = Instant::now();
    let first = gateway.post("/crm", &customer.key, &body);
    let refused = async {
        latch.reached(1).await;
        for _ in 0..20 {
            assert_eq!(gateway.post("/crm", &customer.key, &body).await.code(), "CONCURRENCY_LIMITED");
        }
        latch.let_go(2);
    };
    tokio::join!(first, refused);
    let served = gateway.post("/crm", &customer.key, &body).await;
    let left = usize::try_from(served.number("x-ratelimit-remaining")).unwrap();
    assert!((1..=1 + ripened_since(started)).contains(&left), "{left}");
}

#[tokio::test]
async fn a_call_refused_for_its_rate_takes_no_slot() {
    let gateway = answering(|| ready(paid_answer())).await;
    let customer =
        gateway.customer_on(|plan| (plan.rate_per_s, plan.burst, plan.concurrency) = (20, 1, 1)).await;
    let mut refused = 0;
    // If the refused call had kept its slot, none would be left for the next.
    while refused < 20 {
        match gateway.post("/crm", &customer.key, &marina()).await.outcome() {
            (429, "RATE_LIMITED") => refused += 1,
            (200, _) => {}
            other => panic!("{other:?}"),
        }
    }
    eventually("another call is admitted", async || {
        gateway.post("/crm", &customer.key, &marina()).await.status == 200
    })
    .await;
}

/// Whether the account's only slot is free: a call that costs nothing is admitted.
async fn slot_is_free(gateway: &Gateway, customer: &Customer) -> bool {
    let request = gateway.request(Method::POST, "/crm").header("x-api-key", &customer.key).body("no JSON");
    match answer(request).await.outcome() {
        (415, _) => true,
        (429, "CONCURRENCY_LIMITED") => false,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn e05_a_slot_is_released_after_an_answer_a_panic_and_a_deadline() {
    async fn panics() -> Response {
        panic!("on purpose")
    }
    for handler in
        [handler(|| ready(paid_answer())), handler(panics), handler(std::future::pending::<Response>)]
    {
        let gateway = Gateway::in_front_of(handler, Duration::from_millis(30)).await;
        let customer = bursting(&gateway, 100_000, 1).await;
        for _ in 0..3 {
            assert_ne!(gateway.post("/crm", &customer.key, &marina()).await.status, 429);
        }
        eventually("the slot is free", async || slot_is_free(&gateway, &customer).await).await;
    }
}

#[tokio::test]
async fn e05_a_slot_is_held_after_a_disconnect_until_the_work_is_done() {
    let latch = Latch::new();
    let gateway = latch.before(paid_answer).await;
    let customer = bursting(&gateway, 100_000, 1).await;
    let call = tokio::spawn(gateway.posting("/crm", &customer.key, &marina()).send());
    latch.reached(1).await;
    call.abort();
    assert!(!slot_is_free(&gateway, &customer).await);
    latch.let_go(1);
    eventually("the slot is free", async || slot_is_free(&gateway, &customer).await).await;
    gateway.assert_books_are_right().await;
}

#[tokio::test]
async fn the_quota_of_the_period_refuses_until_it_renews() {
    let gateway = answering(|| ready(paid_answer())).await;
    let customer = gateway.customer_on(|plan| plan.requests = 2).await;
    for _ in 0..2 {
        assert_eq!(gateway.post("/crm", &customer.key, &marina()).await.status, 200);
    }
    let refused = gateway.post("/crm", &customer.key, &marina()).await;
    assert_eq!(refused.outcome(), (429, "QUOTA_EXCEEDED"));
    refused.assert_accounted();
    let renews_in = gateway.renews_at(customer.account).await - fluence::clock::now();
    let retry_after_s = refused.number("retry-after");
    // Never too early, and not all clients at the same time.
    assert!((0..=62).contains(&(retry_after_s - renews_in.num_seconds())), "{retry_after_s} and {renews_in}");
    assert_eq!(refused.header("ratelimit-policy"), "\"period\";q=2");
    assert_eq!(refused.header("ratelimit"), format!("\"period\";r=0;t={retry_after_s}"));
    gateway.assert_books_are_right().await;
    assert_eq!(
        (gateway.balance(customer.account).await, gateway.requests_used(customer.account).await),
        (996, 2)
    );
}

#[tokio::test]
async fn a_request_that_a_running_call_has_taken_is_worth_a_short_wait() {
    let latch = Latch::new();
    let gateway = latch.before(|| fluence::domain::refusal::Refusal::Upstream).await;
    let customer = gateway.customer_on(|plan| plan.requests = 1).await;
    let call = tokio::spawn(gateway.posting("/crm", &customer.key, &marina()).send());
    latch.reached(1).await;
    let refused = gateway.post("/crm", &customer.key, &marina()).await;
    assert_eq!(refused.outcome(), (429, "QUOTA_EXCEEDED"));
    assert!((2..=4).contains(&refused.number("retry-after")), "{}", refused.header("retry-after"));
    latch.let_go(1);
    call.await.unwrap().unwrap();
    gateway.settled().await;
    latch.let_go(1);
    assert_eq!(gateway.post("/crm", &customer.key, &marina()).await.status, 502);
}

#[tokio::test]
async fn credits_of_a_plan_without_requests_are_told_apart() {
    let gateway = answering(|| ready(paid_answer())).await;
    let customer = gateway.customer_on(|plan| plan.requests = 0).await;
    let refused = gateway.post("/crm", &customer.key, &marina()).await;
    assert_eq!(refused.outcome(), (402, "INSUFFICIENT_CREDITS"));
    let error = &refused.body["error"];
    assert_eq!(
        (&error["credits_available"], &error["credits_locked_in_plan"]),
        (&serde_json::json!(0), &serde_json::json!(1_000))
    );
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("The 1000 credits left in the plan cannot be used"), "{message}");
    gateway.add_pack(customer.account, 5, chrono::TimeDelta::days(365)).await;
    assert_eq!(gateway.post("/crm", &customer.key, &marina()).await.status, 200);
}

#[tokio::test]
async fn a_pack_bought_when_the_quota_is_used_up_is_spent_to_its_last_credit() {
    let gateway = answering(|| ready(paid_answer())).await;
    let customer =
        gateway.customer_on(|plan| (plan.requests, plan.credits) = (2, 2.try_into().unwrap())).await;
    for _ in 0..2 {
        assert_eq!(gateway.post("/crm_basico", &customer.key, &marina()).await.status, 200);
    }
    let refused = gateway.post("/crm_basico", &customer.key, &marina()).await;
    assert_eq!(refused.outcome(), (429, "QUOTA_EXCEEDED"));
    let action = refused.body["error"]["user_action"].as_str().unwrap();
    assert!(action.starts_with("Buy a credit pack"), "{action}");
    gateway.add_pack(customer.account, 5, chrono::TimeDelta::days(365)).await;
    for left in (0..5).rev() {
        let paid = gateway.post("/crm_basico", &customer.key, &marina()).await;
        assert_eq!((paid.status, &paid.billing()["creditos_restantes"]), (200, &serde_json::json!(left)));
    }
    let refused = gateway.post("/crm_basico", &customer.key, &marina()).await;
    assert_eq!(refused.outcome(), (429, "QUOTA_EXCEEDED"));
    gateway.assert_books_are_right().await;
    assert_eq!(gateway.requests_used(customer.account).await, 2);
}

#[tokio::test]
async fn free_calls_and_refused_calls_do_not_count_in_the_quota() {
    let gateway = Gateway::start().await;
    let customer = gateway.customer_on(|plan| plan.requests = 1).await;
    for _ in 0..3 {
        assert_eq!(gateway.get("/creditos", &customer.key).await.status, 200);
        assert_eq!(gateway.post("/crm", &customer.key, &serde_json::json!({})).await.status, 400);
    }
    assert_eq!(gateway.requests_used(customer.account).await, 0);
}

#[tokio::test]
async fn a_released_call_returns_its_request_unit_for_the_next() {
    let gateway = answering(|| ready(fluence::domain::refusal::Refusal::Upstream)).await;
    let customer = gateway.customer_on(|plan| plan.requests = 1).await;
    for _ in 0..3 {
        assert_eq!(gateway.post("/crm", &customer.key, &marina()).await.status, 502);
    }
    gateway.assert_books_are_right().await;
    assert_eq!(gateway.requests_used(customer.account).await, 0);
}

#[tokio::test]
async fn e17_a_call_short_of_both_must_wait_and_consumes_neither() {
    let gateway = answering(|| ready(paid_answer())).await;
    let customer =
        gateway.customer_on(|plan| (plan.requests, plan.credits) = (1, 2.try_into().unwrap())).await;
    assert_eq!(gateway.post("/crm", &customer.key, &marina()).await.status, 200);
    assert_eq!(gateway.post("/crm", &customer.key, &marina()).await.code(), "QUOTA_EXCEEDED");
    gateway.assert_books_are_right().await;
    assert_eq!(
        (gateway.balance(customer.account).await, gateway.requests_used(customer.account).await),
        (0, 1)
    );
}

#[tokio::test]
async fn e03_fifty_keys_of_one_account_share_its_burst() {
    let gateway = Gateway::start().await;
    let customer = gateway
        .customer_on(|plan| {
            (plan.rate_per_s, plan.burst, plan.concurrency, plan.keys_per_environment) = (1, 20, 1000, 100);
        })
        .await;
    let mut keys = Vec::new();
    for _ in 0..50 {
        keys.push(gateway.key(customer.account, |_| {}).await.1);
    }
    let started = Instant::now();
    let answers = join_all(keys.iter().map(|key| gateway.get("/tiers", key))).await;
    let admitted = answers.iter().filter(|answer| answer.status == 200).count();
    assert!((20..=20 + ripened_since(started)).contains(&admitted), "{admitted}");
}
