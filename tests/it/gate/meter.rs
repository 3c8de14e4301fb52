//! The money of a call, from the outside.

use futures_util::future::join_all;

use super::people::marina;
use crate::support::gateway::Gateway;

#[tokio::test]
async fn a_person_is_found_and_the_call_is_charged_once() {
    let gateway = Gateway::start().await;
    gateway.with_sample_people().await;
    let customer = gateway.professional().await;

    let answer = gateway.post("/crm_basico", &customer.key, &marina()).await;

    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.body["analise"]["person"]["first_name"], "Marina");
    assert_eq!(answer.body["billing_info"]["creditos_utilizados"], 1);
    assert_eq!(answer.body["billing_info"]["creditos_restantes"], 999);
    assert_eq!(answer.body["billing_info"]["uso_percentual"], 0.1);
    assert_eq!(answer.header("x-credits-used"), "1");
    assert_eq!(answer.header("x-credits-remaining"), "999");
    assert_eq!(answer.header("x-ratelimit-limit"), "20");
    assert_eq!(gateway.balance(customer.account).await, 999);
    gateway.assert_books_are_right().await;
}

#[tokio::test]
async fn a_search_without_a_match_is_charged() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let answer = gateway.post("/crm", &customer.key, &marina()).await;
    assert_eq!((answer.status, answer.code()), (404, "PROFILE_NOT_FOUND"));
    assert_eq!(answer.body["billing_info"]["creditos_utilizados"], 2);
    assert_eq!(gateway.balance(customer.account).await, 998);
    gateway.assert_books_are_right().await;
}

#[tokio::test]
async fn of_300_parallel_calls_on_100_credits_exactly_100_are_answered() {
    let gateway = Gateway::start().await;
    gateway.with_sample_people().await;
    let customer = gateway.enterprise(100).await;

    let body = marina();
    let calls = (0..300).map(|_| gateway.post("/crm_basico", &customer.key, &body));
    let statuses: Vec<u16> = join_all(calls).await.iter().map(|answer| answer.status).collect();

    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 100);
    assert_eq!(statuses.iter().filter(|status| **status == 402).count(), 200);
    assert_eq!(gateway.balance(customer.account).await, 0);
    gateway.assert_books_are_right().await;
}
