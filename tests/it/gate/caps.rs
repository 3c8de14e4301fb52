//! What a key may spend of its own.

use fluence::domain::credits::Credits;
use std::future::ready;

use chrono::{Datelike, Days, Months, NaiveTime};
use fluence::clock;
use fluence::domain::refusal::Refusal;

use super::handlers::{answering, paid_answer};
use super::people::marina;
use crate::support::gateway::Gateway;

/// A call of one credit and one of two, through a key with these caps.
async fn capped(gateway: &Gateway, daily: Option<u32>, monthly: Option<u32>) -> String {
    let customer = gateway.enterprise(1000).await;
    let change = |key: &mut fluence::storage::keys::NewKey| {
        (key.terms.daily_cap, key.terms.monthly_cap) =
            (daily.map(Credits::from_u32), monthly.map(Credits::from_u32))
    };
    gateway.key(customer.account, change).await.1
}

#[tokio::test]
async fn a_key_spends_its_daily_cap_and_no_more() {
    let gateway = answering(|| ready(paid_answer())).await;
    let key = capped(&gateway, Some(3), None).await;
    assert_eq!(gateway.post("/crm", &key, &marina()).await.status, 200);
    let refused = gateway.post("/crm", &key, &marina()).await;
    assert_eq!(refused.outcome(), (402, "KEY_CAP_REACHED"));
    refused.assert_accounted();
    assert_eq!(refused.body["error"]["limit"], "key_credits_per_day");
    assert_eq!(refused.body["error"]["current_limit"], "3 credits/day");
    let tomorrow = (clock::now().date_naive() + Days::new(1)).and_time(NaiveTime::MIN).and_utc();
    assert_eq!(
        refused.body["error"]["resets_at"],
        tomorrow.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
    );
    assert_eq!(gateway.post("/crm_basico", &key, &marina()).await.status, 200);
    assert_eq!(gateway.post("/crm_basico", &key, &marina()).await.status, 402);
    gateway.assert_books_are_right().await;
}

#[tokio::test]
async fn a_spent_monthly_cap_is_named_in_the_refusal() {
    let gateway = answering(|| ready(paid_answer())).await;
    let key = capped(&gateway, Some(2), Some(2)).await;
    assert_eq!(gateway.post("/crm", &key, &marina()).await.status, 200);
    let refused = gateway.post("/crm_basico", &key, &marina()).await;
    assert_eq!(refused.outcome(), (402, "KEY_CAP_REACHED"));
    assert_eq!(refused.body["error"]["limit"], "key_credits_per_month");
    let first = clock::now().date_naive().with_day(1).unwrap() + Months::new(1);
    let next_month = first.and_time(NaiveTime::MIN).and_utc();
    assert_eq!(
        refused.body["error"]["resets_at"],
        next_month.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
    );
    gateway.assert_books_are_right().await;
}

#[tokio::test]
async fn a_released_call_gives_the_cap_back() {
    let gateway = answering(|| ready(Refusal::Upstream)).await;
    let key = capped(&gateway, Some(2), Some(2)).await;
    for _ in 0..3 {
        assert_eq!(gateway.post("/crm", &key, &marina()).await.status, 502);
    }
    gateway.assert_books_are_right().await;
}

#[tokio::test]
async fn one_key_s_cap_is_nothing_to_another() {
    let gateway = answering(|| ready(paid_answer())).await;
    let customer = gateway.enterprise(1000).await;
    let (_, capped) =
        gateway.key(customer.account, |key| key.terms.daily_cap = Some(Credits::from_u32(1))).await;
    assert_eq!(gateway.post("/crm", &capped, &marina()).await.status, 402);
    assert_eq!(gateway.post("/crm", &customer.key, &marina()).await.status, 200);
    gateway.assert_books_are_right().await;
    assert_eq!(gateway.balance(customer.account).await, 998);
}

#[tokio::test]
async fn parallel_calls_never_pass_the_cap() {
    let gateway = answering(|| ready(paid_answer())).await;
    let key = capped(&gateway, Some(11), None).await;
    let body = marina();
    let answers = futures_util::future::join_all((0..40).map(|_| gateway.post("/crm", &key, &body))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 5);
    assert!(answers.iter().all(|answer| matches!(answer.outcome(), (200, _) | (402, "KEY_CAP_REACHED"))));
    gateway.assert_books_are_right().await;
}
