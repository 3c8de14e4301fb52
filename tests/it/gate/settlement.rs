//! What each end of a call does to its hold: the contract's table, row by row, through the real
//! gate.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering::SeqCst};
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use fluence::domain::refusal::{CandidateHint, Fault, FieldFault, Refusal};
use fluence::domain::settlement::Outcome;

use super::handlers::{HandlerAnswer, LONG, answering, handler, paid_answer, paid_answer_using};
use super::people::marina;
use crate::support::gateway::{Answer, Gateway};

/// What a call of two credits came to, in the answer and in the ledger alike.
struct Settled {
    answer: Answer,
    outcome: Option<Outcome>,
}

/// Makes one call of `/crm`, which holds two credits, and checks that answer and ledger say the
/// same of it.
async fn settled(gateway: &Gateway) -> Settled {
    let customer = gateway.professional().await;
    let answer = gateway.post("/crm", &customer.key, &marina()).await;
    gateway.assert_books_are_right().await;
    answer.assert_accounted();
    let left = gateway.balance(customer.account).await;
    assert_eq!(answer.billing()["creditos_restantes"], left, "{}", answer.text);
    assert_eq!(answer.billing()["creditos_utilizados"], 1000 - left, "{}", answer.text);
    let outcome = outcome_in_ledger(gateway).await;
    let released = answer.billing()["reembolsado"] == true;
    assert_eq!(gateway.requests_used(customer.account).await, i64::from(left < 1000));
    if released {
        assert_eq!(answer.billing()["motivo_reembolso"], outcome.unwrap().as_str());
    }
    Settled { answer, outcome }
}

/// How the only call of the ledger ended.
async fn outcome_in_ledger(gateway: &Gateway) -> Option<Outcome> {
    let number: Option<i16> = sqlx::query_scalar(
        "select outcome from ledger_entry where kind = 5
         union all select unnest(captured_outcomes) from ledger_batch limit 1",
    )
    .fetch_optional(gateway.database.pool())
    .await
    .unwrap();
    number.and_then(Outcome::from_number)
}

/// A call that ends so is charged in full.
async fn captured<R>(respond: impl Fn() -> R + Clone + Send + Sync + 'static, status: u16, outcome: Outcome)
where
    R: HandlerAnswer + Send + 'static,
{
    let gateway = answering(move || std::future::ready(respond())).await;
    let settled = settled(&gateway).await;
    assert_eq!(settled.answer.status, status, "{}", settled.answer.text);
    assert_eq!(settled.answer.billing()["creditos_utilizados"], 2);
    assert!(settled.answer.billing().get("reembolsado").is_none());
    assert_eq!(settled.outcome, Some(outcome));
}

/// A call that ends so is given back whole, its unit of the quota included.
async fn released<R>(respond: impl Fn() -> R + Clone + Send + Sync + 'static, status: u16, outcome: Outcome)
where
    R: HandlerAnswer + Send + 'static,
{
    let gateway = answering(move || std::future::ready(respond())).await;
    let settled = settled(&gateway).await;
    assert_eq!(settled.answer.status, status, "{}", settled.answer.text);
    assert_eq!(settled.answer.billing()["reembolsado"], true, "{}", settled.answer.text);
    assert_eq!(settled.outcome, Some(outcome));
}

#[tokio::test]
async fn an_answer_is_captured() {
    captured(paid_answer, 200, Outcome::Answered).await;
}

#[tokio::test]
async fn an_answer_that_used_less_gives_the_rest_back_and_keeps_the_request() {
    let gateway = answering(|| std::future::ready(paid_answer_using(1))).await;
    let settled = settled(&gateway).await;
    assert_eq!(settled.answer.billing()["creditos_utilizados"], 1);
    assert!(settled.answer.billing().get("reembolsado").is_none());
    assert_eq!(settled.outcome, Some(Outcome::Answered));
}

#[tokio::test]
async fn an_answer_that_used_nothing_costs_nothing_and_returns_the_request() {
    let gateway = answering(|| std::future::ready(paid_answer_using(0))).await;
    let settled = settled(&gateway).await;
    assert_eq!(settled.answer.billing()["creditos_utilizados"], 0);
    assert!(settled.answer.billing().get("reembolsado").is_none());
}

#[tokio::test]
async fn f27_an_answer_can_never_use_more_than_was_held() {
    captured(|| paid_answer_using(50), 200, Outcome::Answered).await;
}

#[tokio::test]
async fn profile_not_found_is_captured() {
    captured(|| Refusal::ProfileNotFound, 404, Outcome::ProfileNotFound).await;
}

#[tokio::test]
async fn multiple_matches_are_captured() {
    let candidates = vec![CandidateHint { role: Some("CTO".into()), city: None }; 2];
    captured(
        move || Refusal::MultipleMatches { total: 2, candidates: candidates.clone() },
        409,
        Outcome::MultipleMatches,
    )
    .await;
}

#[tokio::test]
async fn a_404_of_another_kind_is_released() {
    released(|| Refusal::NotFound, 404, Outcome::Refused).await;
}

#[tokio::test]
async fn a_409_of_another_kind_is_released() {
    released(|| Refusal::IdempotencyInProgress { retry_after_s: 1 }, 409, Outcome::Refused).await;
}

#[tokio::test]
async fn a_400_from_the_handler_is_released() {
    let faults = vec![FieldFault { field: "company".into(), fault: Fault::Empty }];
    released(move || Refusal::ValidationFailed(faults.clone()), 400, Outcome::Refused).await;
}

#[tokio::test]
async fn insufficient_data_is_released() {
    let refusal = Refusal::InsufficientData { words: 37, words_needed: 150, unsupported_language: false };
    released(move || refusal.clone(), 422, Outcome::InsufficientData).await;
}

#[tokio::test]
async fn any_other_422_is_released() {
    released(|| Refusal::IdempotencyKeyReused, 422, Outcome::Refused).await;
}

#[tokio::test]
async fn a_500_is_released() {
    released(|| Refusal::Internal, 500, Outcome::Failed).await;
}

#[tokio::test]
async fn a_502_is_released() {
    released(|| Refusal::Upstream, 502, Outcome::Failed).await;
}

#[tokio::test]
async fn a_503_is_released() {
    released(|| Refusal::Unavailable { retry_after_s: 3 }, 503, Outcome::Failed).await;
}

#[tokio::test]
async fn a_504_from_behind_is_released() {
    released(|| Refusal::Timeout, 504, Outcome::TimedOut).await;
}

#[tokio::test]
async fn a_call_past_its_deadline_is_504_and_released() {
    let sleeps = handler(|| async {
        std::future::pending::<()>().await;
        paid_answer()
    });
    let gateway = Gateway::in_front_of(sleeps, Duration::from_millis(50)).await;
    let settled = settled(&gateway).await;
    assert_eq!(settled.answer.outcome(), (504, "TIMEOUT"));
    assert_eq!(settled.answer.billing()["reembolsado"], true);
    assert_eq!(settled.outcome, Some(Outcome::TimedOut));
}

#[tokio::test]
async fn a_handler_that_panics_is_500_and_released() {
    let gateway = Gateway::in_front_of(handler(panics), LONG).await;
    let settled = settled(&gateway).await;
    assert_eq!(settled.answer.outcome(), (500, "INTERNAL_ERROR"));
    assert_eq!(settled.answer.billing()["reembolsado"], true);
    assert_eq!(settled.outcome, Some(Outcome::Failed));
}

async fn panics() -> Response {
    panic!("on purpose")
}

#[tokio::test]
async fn f29_a_status_that_no_rule_names_is_never_charged() {
    let next = Arc::new(AtomicU16::new(0));
    let of_handler = next.clone();
    let status =
        move || std::future::ready(StatusCode::from_u16(of_handler.load(SeqCst)).unwrap().into_response());
    let gateway = answering(status).await;
    for status in [300, 304, 399, 402, 403, 404, 409, 418, 451, 499, 501, 507, 511, 599, 600, 999] {
        next.store(status, SeqCst);
        let customer = gateway.professional().await;
        let sent = gateway.posting("/crm", &customer.key, &marina()).send().await.unwrap();
        assert_eq!(sent.status().as_u16(), status);
        gateway.assert_books_are_right().await;
        assert_eq!(gateway.balance(customer.account).await, 1000, "{status}");
    }
}
