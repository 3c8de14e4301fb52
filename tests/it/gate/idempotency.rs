//! `Idempotency-Key`: sent again, answered again, charged once.

use fluence::http::answer::refused;
use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use fluence::domain::refusal::{CandidateHint, Refusal};
use futures_util::future::join_all;
use reqwest::RequestBuilder;
use serde_json::json;

use super::handlers::{Latch, answering, paid_answer, paid_answer_using};
use super::people::{luiz, marina, nobody};
use crate::support::gateway::{Answer, Gateway, answer};

/// A paid call of two credits under an idempotency key.
fn keyed(gateway: &Gateway, api_key: &str, key: &str) -> RequestBuilder {
    gateway.posting("/crm", api_key, &marina()).header("idempotency-key", key)
}

async fn call(gateway: &Gateway, api_key: &str, key: &str) -> Answer {
    answer(keyed(gateway, api_key, key)).await
}

/// Checks that a replay repeats an answer to the byte but for its `billing_info`, which says what
/// the headers say.
#[track_caller]
fn assert_repeats(replay: &Answer, first: &Answer) {
    assert_eq!((replay.status, replay.is_replay()), (first.status, true), "{}", replay.text);
    replay.assert_accounted();
    assert_eq!(replay.billing()["creditos_utilizados"], 0);
    assert_eq!(replay.header("x-original-request-id"), first.header("x-request-id"));
    assert_ne!(replay.header("x-request-id"), first.header("x-request-id"));
    let rest = |answer: &Answer| answer.text.replace(&answer.billing().to_string(), "…");
    let keys = |answer: &Answer| {
        let mut body = answer.body.clone();
        body["billing_info"] = json!(null);
        (answer.text.find("billing_info"), body)
    };
    assert_eq!(keys(replay), keys(first), "{} {}", rest(replay), rest(first));
    assert_eq!(replay.header("content-type"), first.header("content-type"));
}

/// Answers the calls one after the other with these.
async fn answering_in_turn(answers: Vec<fn() -> Response>) -> (Gateway, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let of_handler = calls.clone();
    let gateway = answering(move || {
        let call = of_handler.fetch_add(1, SeqCst);
        ready(answers[call.min(answers.len() - 1)]())
    })
    .await;
    (gateway, calls)
}

fn upstream_error() -> Response {
    refused(Refusal::Upstream)
}

#[tokio::test]
async fn the_same_call_is_answered_again_and_charged_once() {
    let (gateway, calls) = answering_in_turn(vec![paid_answer, upstream_error]).await;
    let customer = gateway.enterprise(10).await;
    let first = call(&gateway, &customer.key, "a").await;
    assert_eq!((first.status, first.is_replay()), (200, false));
    first.assert_accounted();
    for _ in 0..3 {
        let again = call(&gateway, &customer.key, "a").await;
        assert_repeats(&again, &first);
        assert_eq!(again.header("content-type"), "application/json");
        assert_eq!((again.number("x-credits-used"), again.number("x-credits-remaining")), (0, 8));
        again.assert_limits_told();
    }
    assert_eq!(calls.load(SeqCst), 1);
    gateway.assert_books_are_right().await;
    assert_eq!(
        (gateway.balance(customer.account).await, gateway.requests_used(customer.account).await),
        (8, 1)
    );
}

#[tokio::test]
async fn a_replay_shows_the_current_balance_in_headers_and_body() {
    let gateway = answering(|| ready(paid_answer())).await;
    let customer = gateway.enterprise(10).await;
    let first = call(&gateway, &customer.key, "a").await;
    call(&gateway, &customer.key, "b").await;
    let again = call(&gateway, &customer.key, "a").await;
    assert_repeats(&again, &first);
    assert_eq!(again.number("x-credits-remaining"), 6);
    assert_eq!(
        (&again.billing()["creditos_utilizados"], &again.billing()["creditos_restantes"]),
        (&json!(0), &json!(6))
    );
}

#[tokio::test]
async fn a_replay_is_served_when_nothing_is_left() {
    let gateway = answering(|| ready(paid_answer())).await;
    let customer = gateway.enterprise(2).await;
    assert_eq!(call(&gateway, &customer.key, "a").await.status, 200);
    assert_eq!(call(&gateway, &customer.key, "b").await.outcome(), (402, "INSUFFICIENT_CREDITS"));
    assert!(call(&gateway, &customer.key, "a").await.is_replay());
}

#[tokio::test]
async fn f15_the_same_key_with_another_body_or_path_is_422() {
    let gateway = answering(|| ready(paid_answer())).await;
    let customer = gateway.enterprise(10).await;
    assert_eq!(call(&gateway, &customer.key, "a").await.status, 200);
    let other_body = gateway.posting("/crm", &customer.key, &luiz()).header("idempotency-key", "a");
    let other_path = gateway.posting("/crm_basico", &customer.key, &marina()).header("idempotency-key", "a");
    for request in [other_body, other_path] {
        let refused = answer(request).await;
        assert_eq!(refused.outcome(), (422, "IDEMPOTENCY_KEY_REUSED"));
        refused.assert_accounted();
    }
    gateway.assert_books_are_right().await;
    assert_eq!(gateway.balance(customer.account).await, 8);
}

#[tokio::test]
async fn a_stage_prefix_is_no_other_path() {
    let gateway = answering(|| ready(paid_answer())).await;
    let customer = gateway.enterprise(10).await;
    assert_eq!(call(&gateway, &customer.key, "a").await.status, 200);
    let staged = gateway.posting("/production/crm", &customer.key, &marina()).header("idempotency-key", "a");
    assert!(answer(staged).await.is_replay());
}

#[tokio::test]
async fn f14_a_key_in_flight_is_409_with_a_time_to_wait() {
    let latch = Latch::new();
    let gateway = latch.before(paid_answer).await;
    let customer = gateway.enterprise(10).await;
    let second = async {
        latch.reached(1).await;
        let second = call(&gateway, &customer.key, "a").await;
        latch.let_go(1);
        second
    };
    let (first, second) = tokio::join!(call(&gateway, &customer.key, "a"), second);
    assert_eq!(second.outcome(), (409, "IDEMPOTENCY_IN_PROGRESS"));
    assert!((1..=2).contains(&second.number("retry-after")));
    second.assert_accounted();
    let third = call(&gateway, &customer.key, "a").await;
    assert_repeats(&third, &first);
    gateway.assert_books_are_right().await;
    assert_eq!(gateway.balance(customer.account).await, 8);
}

#[tokio::test]
async fn a_released_key_may_be_tried_again_at_once() {
    let (gateway, calls) = answering_in_turn(vec![upstream_error, upstream_error, paid_answer]).await;
    let customer = gateway.enterprise(10).await;
    for _ in 0..2 {
        let failed = call(&gateway, &customer.key, "a").await;
        assert_eq!((failed.status, failed.is_replay()), (502, false), "{}", failed.text);
        assert_eq!(failed.billing()["reembolsado"], true);
    }
    let served = call(&gateway, &customer.key, "a").await;
    assert_eq!((served.status, served.is_replay()), (200, false));
    assert!(call(&gateway, &customer.key, "a").await.is_replay());
    assert_eq!(calls.load(SeqCst), 3);
    gateway.assert_books_are_right().await;
    assert_eq!(gateway.balance(customer.account).await, 8);
}

#[tokio::test]
async fn a_released_key_is_still_the_key_of_its_call() {
    let (gateway, _) = answering_in_turn(vec![upstream_error, paid_answer]).await;
    let customer = gateway.enterprise(10).await;
    assert_eq!(call(&gateway, &customer.key, "a").await.status, 502);
    let other = gateway.posting("/crm", &customer.key, &luiz()).header("idempotency-key", "a");
    let other = answer(other).await;
    assert_eq!(other.outcome(), (422, "IDEMPOTENCY_KEY_REUSED"));
}

#[tokio::test]
async fn f16_the_key_of_another_account_is_another_key() {
    let gateway = answering(|| ready(paid_answer())).await;
    let (one, other) = (gateway.enterprise(10).await, gateway.enterprise(20).await);
    assert!(!call(&gateway, &one.key, "a").await.is_replay());
    let answer = call(&gateway, &other.key, "a").await;
    assert_eq!((answer.is_replay(), &answer.billing()["creditos_restantes"]), (false, &json!(18)));
    gateway.assert_books_are_right().await;
}

#[tokio::test]
async fn another_api_key_of_the_same_environment_gets_the_same_answer() {
    let gateway = answering(|| ready(paid_answer())).await;
    let customer = gateway.enterprise(10).await;
    let (_, second) = gateway.key(customer.account, |_| {}).await;
    assert!(!call(&gateway, &customer.key, "a").await.is_replay());
    assert!(call(&gateway, &second, "a").await.is_replay());
}

#[tokio::test]
async fn a_key_that_is_no_key_is_400_and_free() {
    let gateway = answering(|| ready(paid_answer())).await;
    let customer = gateway.enterprise(10).await;
    let test_key = gateway.test_key(customer.account).await;
    let too_long = "x".repeat(256);
    for bad in [
        &["a b"][..],
        &[""],
        &[r#""""#],
        &[r#""a"#],
        &[r#"a""#],
        &[r#"a"b"#],
        &[r#""a";b=1"#],
        &["ключ"],
        &[&too_long],
        &["a", "a"],
        &["a", "b"],
        &["a", r#""a""#],
    ] {
        for api_key in [&customer.key, &test_key] {
            let request = gateway.posting("/crm", api_key, &marina());
            let request =
                bad.iter().fold(request, |request, value| request.header("idempotency-key", *value));
            let refused = answer(request).await;
            assert_eq!(refused.outcome(), (400, "BAD_REQUEST"), "{bad:?}");
            refused.assert_accounted();
        }
    }
    assert_eq!(gateway.balance(customer.account).await, 10);
    let longest = "~".repeat(255);
    assert_eq!(call(&gateway, &customer.key, &longest).await.status, 200);
    assert!(call(&gateway, &customer.key, &longest).await.is_replay());
}

#[tokio::test]
async fn bare_and_quoted_are_one_key_and_charged_once() {
    let (gateway, calls) = answering_in_turn(vec![paid_answer]).await;
    let customer = gateway.enterprise(10).await;
    let test_key = gateway.test_key(customer.account).await;
    for api_key in [&customer.key, &test_key] {
        let first = call(&gateway, api_key, r#""q\\1""#).await;
        assert_eq!((first.status, first.is_replay()), (200, false), "{}", first.text);
        assert_repeats(&call(&gateway, api_key, r"q\1").await, &first);
        assert_repeats(&call(&gateway, api_key, r#""q\\1""#).await, &first);
    }
    assert_eq!(calls.load(SeqCst), 2);
    gateway.assert_books_are_right().await;
    assert_eq!(gateway.balance(customer.account).await, 8);
}

#[tokio::test]
async fn an_answer_kept_by_the_version_before_is_replayed_as_json() {
    let gateway = answering(|| ready(paid_answer())).await;
    let customer = gateway.enterprise(10).await;
    let first = call(&gateway, &customer.key, "a").await;
    let older = "update ledger_idempotency set media_type = null, tells_billing = default";
    sqlx::query(older).execute(gateway.database.pool()).await.unwrap();
    assert_repeats(&call(&gateway, &customer.key, "a").await, &first);
}

#[tokio::test]
async fn a_body_that_is_not_the_gateways_is_replayed_as_it_was() {
    let body = r#"{"billing_info": {"theirs": 1}, "rows": []}"#;
    let gateway = answering(move || {
        ready(([("content-type", "application/vnd.rows+json; v=1")], body).into_response())
    })
    .await;
    let customer = gateway.enterprise(10).await;
    let test_key = gateway.test_key(customer.account).await;
    for api_key in [&customer.key, &test_key] {
        assert_eq!(call(&gateway, api_key, "a").await.text, body);
        let again = call(&gateway, api_key, "a").await;
        assert_eq!((again.is_replay(), again.text.as_str()), (true, body));
        assert_eq!(again.header("content-type"), "application/vnd.rows+json; v=1");
        assert_eq!(again.number("x-credits-used"), 0);
    }
}

#[tokio::test]
async fn a_404_that_was_charged_is_replayed() {
    let gateway = Gateway::start().await;
    let customer = gateway.enterprise(10).await;
    let request = || gateway.posting("/crm", &customer.key, &nobody()).header("idempotency-key", "a");
    let first = answer(request()).await;
    assert_eq!(first.outcome(), (404, "PROFILE_NOT_FOUND"));
    let again = answer(request()).await;
    assert_repeats(&again, &first);
    gateway.assert_books_are_right().await;
    assert_eq!(gateway.balance(customer.account).await, 8);
}

#[tokio::test]
async fn a_409_that_was_charged_is_replayed_with_its_candidates() {
    let candidates = vec![CandidateHint { role: Some("CTO".into()), city: Some("Recife".into()) }];
    let refusal = Refusal::MultipleMatches { total: 2, candidates };
    let gateway = answering(move || ready(refusal.clone())).await;
    let customer = gateway.enterprise(10).await;
    let first = call(&gateway, &customer.key, "a").await;
    let again = call(&gateway, &customer.key, "a").await;
    assert_eq!(again.outcome(), (409, "MULTIPLE_MATCHES"));
    assert_repeats(&again, &first);
    gateway.assert_books_are_right().await;
    assert_eq!(gateway.balance(customer.account).await, 8);
}

#[tokio::test]
async fn a_problem_is_replayed_as_a_problem() {
    let gateway = Gateway::start().await;
    let customer = gateway.enterprise(10).await;
    let request = || {
        let request = gateway.posting("/crm", &customer.key, &nobody()).header("idempotency-key", "a");
        request.header("accept", "application/problem+json")
    };
    let first = answer(request()).await;
    let again = answer(request()).await;
    assert_repeats(&again, &first);
    assert_eq!(again.header("content-type"), "application/problem+json");
}

#[tokio::test]
async fn what_was_refused_before_the_hold_is_not_remembered() {
    let gateway = answering(|| ready(paid_answer())).await;
    let customer = gateway.enterprise(1).await;
    assert_eq!(call(&gateway, &customer.key, "a").await.outcome(), (402, "INSUFFICIENT_CREDITS"));
    let faulty = gateway.posting("/crm", &customer.key, &json!({})).header("idempotency-key", "a");
    assert_eq!(answer(faulty).await.status, 400);
    gateway.add_pack(customer.account, 5, TimeDelta::days(365)).await;
    let served = call(&gateway, &customer.key, "a").await;
    assert_eq!((served.status, served.is_replay()), (200, false));
    gateway.assert_books_are_right().await;
    assert_eq!(gateway.balance(customer.account).await, 4);
}

#[tokio::test]
async fn a_client_that_hung_up_gets_its_answer_under_the_same_key() {
    let latch = Latch::new();
    let gateway = latch.before(paid_answer).await;
    let customer = gateway.enterprise(10).await;
    let lost = tokio::spawn(keyed(&gateway, &customer.key, "a").send());
    latch.reached(1).await;
    lost.abort();
    latch.let_go(1);
    gateway.settled().await;
    let again = call(&gateway, &customer.key, "a").await;
    assert_eq!((again.status, again.is_replay()), (200, true));
    gateway.assert_books_are_right().await;
    assert_eq!(gateway.balance(customer.account).await, 8);
}

#[tokio::test]
async fn fifty_sends_of_one_key_at_once_are_one_charge() {
    let (gateway, calls) = answering_in_turn(vec![paid_answer]).await;
    let customer = gateway.enterprise(1000).await;
    let answers = join_all((0..50).map(|_| call(&gateway, &customer.key, "a"))).await;
    assert_eq!(calls.load(SeqCst), 1);
    let served: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert_eq!(served.iter().filter(|answer| !answer.is_replay()).count(), 1);
    assert!(served.iter().all(|answer| answer.body["analise"] == served[0].body["analise"]));
    let rest = answers.iter().filter(|answer| answer.status != 200);
    assert!(rest.clone().all(|answer| answer.outcome() == (409, "IDEMPOTENCY_IN_PROGRESS")));
    gateway.assert_books_are_right().await;
    assert_eq!(
        (gateway.balance(customer.account).await, gateway.requests_used(customer.account).await),
        (998, 1)
    );
}

#[tokio::test]
async fn a_call_that_used_less_is_replayed_as_it_was_charged() {
    let gateway = answering(|| ready(paid_answer_using(1))).await;
    let customer = gateway.enterprise(10).await;
    let first = call(&gateway, &customer.key, "a").await;
    first.assert_accounted();
    assert_eq!(first.billing()["creditos_restantes"], 9);
    assert_repeats(&call(&gateway, &customer.key, "a").await, &first);
    gateway.assert_books_are_right().await;
    assert_eq!(gateway.balance(customer.account).await, 9);
}
