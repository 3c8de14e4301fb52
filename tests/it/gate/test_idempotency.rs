//! `Idempotency-Key` with keys of test environments: the rules of live ones, without credits.

use fluence::http::answer::refused;
use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use axum::response::{IntoResponse, Response};
use fluence::domain::refusal::Refusal;
use fluence::storage::test_answers::delete_expired;
use serde_json::json;

use super::handlers::{Latch, answering, paid_answer};
use super::people::{luiz, marina, nobody};
use crate::support::gateway::{Answer, Gateway, answer};

async fn call(gateway: &Gateway, api_key: &str, key: &str) -> Answer {
    answer(gateway.posting("/crm", api_key, &marina()).header("idempotency-key", key)).await
}

/// A gateway that counts the calls its handler gets.
async fn counting(respond: fn(usize) -> Response) -> (Gateway, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let of_handler = calls.clone();
    let gateway = answering(move || ready(respond(of_handler.fetch_add(1, SeqCst)))).await;
    (gateway, calls)
}

async fn records(gateway: &Gateway, table: &str) -> i64 {
    let count = sqlx::AssertSqlSafe(format!("select count(*) from {table}"));
    sqlx::query_scalar(count).fetch_one(gateway.database.pool()).await.unwrap()
}

#[tokio::test]
async fn a_repeated_test_call_is_replayed_without_ledger_entries() {
    let (gateway, calls) = counting(|_| paid_answer()).await;
    let customer = gateway.enterprise(10).await;
    let key = gateway.test_key(customer.account).await;
    let first = call(&gateway, &key, "a").await;
    assert_eq!((first.status, first.is_replay()), (200, false), "{}", first.text);
    first.assert_accounted();
    for _ in 0..2 {
        let again = call(&gateway, &key, "a").await;
        assert_eq!((again.status, again.is_replay(), &again.text), (200, true, &first.text));
        again.assert_accounted();
        again.assert_limits_told();
    }
    assert_eq!(calls.load(SeqCst), 1);
    assert_eq!(records(&gateway, "ledger_idempotency").await, 0);
    assert_eq!(gateway.balance(customer.account).await, 10);
}

#[tokio::test]
async fn an_answer_that_is_too_long_to_be_stored_is_not_run_again() {
    let (gateway, calls) = counting(|_| vec![b'x'; 1_024 * 1_024 + 1].into_response()).await;
    let customer = gateway.enterprise(10).await;
    let key = gateway.test_key(customer.account).await;
    assert_eq!(call(&gateway, &key, "a").await.status, 200);
    let again = call(&gateway, &key, "a").await;
    assert_eq!(again.outcome(), (409, "ANSWER_NOT_KEPT"));
    assert!(
        !again.text.contains("/v1/ledger"),
        "calls of a test environment have no receipt: {}",
        again.text
    );
    assert_eq!(calls.load(SeqCst), 1);
    let stored = sqlx::query_scalar("select coalesce(sum(octet_length(body)), 0) from test_answer");
    let stored: i64 = stored.fetch_one(gateway.database.pool()).await.unwrap();
    assert_eq!(stored, 0);
}

#[tokio::test]
async fn another_body_or_path_is_422() {
    let (gateway, calls) = counting(|_| paid_answer()).await;
    let customer = gateway.enterprise(10).await;
    let key = gateway.test_key(customer.account).await;
    assert_eq!(call(&gateway, &key, "a").await.status, 200);
    for (path, body) in [("/crm", luiz()), ("/crm_basico", marina())] {
        let refused = answer(gateway.posting(path, &key, &body).header("idempotency-key", "a")).await;
        assert_eq!(refused.outcome(), (422, "IDEMPOTENCY_KEY_REUSED"));
        refused.assert_accounted();
    }
    assert_eq!(calls.load(SeqCst), 1);
}

#[tokio::test]
async fn a_key_in_flight_is_409_with_a_time_to_wait() {
    let latch = Latch::new();
    let gateway = latch.before(paid_answer).await;
    let customer = gateway.enterprise(10).await;
    let key = gateway.test_key(customer.account).await;
    let second = async {
        latch.reached(1).await;
        let second = call(&gateway, &key, "a").await;
        latch.let_go(1);
        second
    };
    let (first, second) = tokio::join!(call(&gateway, &key, "a"), second);
    assert_eq!((first.status, second.outcome()), (200, (409, "IDEMPOTENCY_IN_PROGRESS")));
    assert!((1..=2).contains(&second.number("retry-after")));
    assert!(call(&gateway, &key, "a").await.is_replay());
}

#[tokio::test]
async fn a_call_that_would_be_given_back_may_be_tried_again() {
    let fail_first = |call| if call == 0 { refused(Refusal::Upstream) } else { paid_answer() };
    let (gateway, calls) = counting(fail_first).await;
    let customer = gateway.enterprise(10).await;
    let key = gateway.test_key(customer.account).await;
    assert_eq!(call(&gateway, &key, "a").await.status, 502);
    let other = answer(gateway.posting("/crm", &key, &luiz()).header("idempotency-key", "a")).await;
    assert_eq!(other.outcome(), (422, "IDEMPOTENCY_KEY_REUSED"));
    let served = call(&gateway, &key, "a").await;
    assert_eq!((served.status, served.is_replay()), (200, false));
    assert!(call(&gateway, &key, "a").await.is_replay());
    assert_eq!(calls.load(SeqCst), 2);
}

#[tokio::test]
async fn a_404_is_replayed_as_it_would_be_charged() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let key = gateway.test_key(customer.account).await;
    let ask = || gateway.posting("/crm", &key, &nobody()).header("idempotency-key", "a");
    let first = answer(ask()).await;
    let again = answer(ask()).await;
    assert_eq!(again.outcome(), (404, "PROFILE_NOT_FOUND"));
    assert_eq!((again.is_replay(), &again.text), (true, &first.text));
}

#[tokio::test]
async fn test_and_live_records_never_mix() {
    let (gateway, calls) = counting(|_| paid_answer()).await;
    let customer = gateway.enterprise(10).await;
    let key = gateway.test_key(customer.account).await;
    for api_key in [&key, &customer.key] {
        let first = call(&gateway, api_key, "a").await;
        assert_eq!((first.status, first.is_replay()), (200, false), "{}", first.text);
    }
    assert_eq!(calls.load(SeqCst), 2);
    assert_eq!(
        (records(&gateway, "test_answer").await, records(&gateway, "ledger_idempotency").await),
        (1, 1)
    );
    assert_eq!(gateway.balance(customer.account).await, 8);
}

#[tokio::test]
async fn another_gateway_on_the_same_database_replays_it() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let key = gateway.test_key(customer.account).await;
    assert!(!call(&gateway, &key, "a").await.is_replay());
    let (database, pepper) = gateway.stop().await;
    let gateway = Gateway::on(database, pepper, &[]).await;
    assert!(call(&gateway, &key, "a").await.is_replay());
}

#[tokio::test]
async fn many_at_once_run_once() {
    let (gateway, calls) = counting(|_| paid_answer()).await;
    let customer = gateway.enterprise(10).await;
    let key = gateway.test_key(customer.account).await;
    let answers = futures_util::future::join_all((0..20).map(|_| call(&gateway, &key, "a"))).await;
    assert_eq!(calls.load(SeqCst), 1);
    let outcomes = answers.iter().map(Answer::outcome);
    assert!(
        outcomes.into_iter().all(|outcome| [(200, ""), (409, "IDEMPOTENCY_IN_PROGRESS")].contains(&outcome))
    );
}

#[tokio::test]
async fn records_end_after_a_day_and_the_oldest_of_an_account_give_way() {
    let (gateway, calls) = counting(|_| paid_answer()).await;
    let customer = gateway.enterprise(10).await;
    let key = gateway.test_key(customer.account).await;
    call(&gateway, &key, "a").await;
    let pool = gateway.database.pool();
    let hours = "select extract(epoch from expires_at - now())::float8 / 3600 from test_answer";
    let hours: f64 = sqlx::query_scalar(hours).fetch_one(pool).await.unwrap();
    assert!((23.9..=24.0).contains(&hours), "{hours}");
    sqlx::query("update test_answer set expires_at = now()").execute(pool).await.unwrap();
    assert!(!call(&gateway, &key, "a").await.is_replay(), "it has ended, whether it was deleted or not");
    sqlx::query("update test_answer set expires_at = now()").execute(pool).await.unwrap();
    assert_eq!(delete_expired(&mut pool.acquire().await.unwrap(), 10).await.unwrap(), 1);

    let fill = "insert into test_answer (environment_id, key_hash, account_id, fingerprint, call_id, state, lease_until, expires_at)
                select environment_id, sha256(number::text::bytea), $1, sha256(''), gen_random_uuid(), 'released', now(),
                       now() + interval '23 hours' + number * interval '1 second'
                  from (select id as environment_id from environment where account_id = $1 and name = 'sandbox') e,
                       generate_series(1, 600) as number";
    sqlx::query(fill).bind(customer.account.as_uuid()).execute(pool).await.unwrap();
    call(&gateway, &key, "b").await;
    assert_eq!(records(&gateway, "test_answer").await, 500);
    assert!(call(&gateway, &key, "b").await.is_replay(), "the newest stays");
    assert_eq!(calls.load(SeqCst), 3);
}

#[tokio::test]
async fn a_key_left_by_a_gateway_that_died_is_taken_over_when_its_lease_ends() {
    let (gateway, _) = counting(|_| paid_answer()).await;
    let customer = gateway.enterprise(10).await;
    let key = gateway.test_key(customer.account).await;
    call(&gateway, &key, "a").await;
    let pool = gateway.database.pool();
    let died = "update test_answer set state = 'running', status = null, media_type = null, body = null";
    sqlx::query(died).execute(pool).await.unwrap();
    assert_eq!(call(&gateway, &key, "a").await.outcome(), (409, "IDEMPOTENCY_IN_PROGRESS"));
    sqlx::query("update test_answer set lease_until = now()").execute(pool).await.unwrap();
    let taken_over = call(&gateway, &key, "a").await;
    assert_eq!((taken_over.status, taken_over.is_replay()), (200, false));
    assert_eq!(json!(taken_over.billing()["creditos_utilizados"]), 0);
}
