//! Clients that leave: the handler's own outcome decides, and a call that was never held costs
//! nothing.

use std::future::ready;
use std::time::Duration;

use fluence::domain::refusal::Refusal;

use super::handlers::{HandlerAnswer, Latch, answering, paid_answer};
use super::people::marina;
use crate::support::customer::Customer;
use crate::support::gateway::{Gateway, eventually};

/// Long enough for a stop that waits for nothing.
const NOTHING_HAPPENS: Duration = Duration::from_millis(500);

/// A client that leaves while its call is inside the handler, which then answers with `respond`.
async fn left_mid_call<R>(respond: impl Fn() -> R + Clone + Send + Sync + 'static) -> (Gateway, Customer)
where
    R: HandlerAnswer,
{
    let latch = Latch::new();
    let gateway = latch.before(respond).await;
    let customer = gateway.professional().await;
    let call = tokio::spawn(gateway.posting("/crm", &customer.key, &marina()).send());
    latch.reached(1).await;
    call.abort();
    assert_eq!(gateway.balance(customer.account).await, 998);
    latch.let_go(1);
    // The disconnection shows when the answer is written.
    gateway.alone().await;
    gateway.assert_books_are_right().await;
    (gateway, customer)
}

#[tokio::test]
async fn an_answered_call_is_charged_even_if_its_client_left() {
    let (gateway, customer) = left_mid_call(paid_answer).await;
    assert_eq!(
        (gateway.balance(customer.account).await, gateway.requests_used(customer.account).await),
        (998, 1)
    );
}

#[tokio::test]
async fn a_failed_call_is_refunded_even_if_its_client_left() {
    let (gateway, customer) = left_mid_call(|| Refusal::Upstream).await;
    assert_eq!(
        (gateway.balance(customer.account).await, gateway.requests_used(customer.account).await),
        (1000, 0)
    );
}

#[tokio::test]
async fn f05_a_call_whose_client_leaves_while_the_hold_is_made_is_completed() {
    let gateway = answering(|| ready(paid_answer())).await;
    let customer = gateway.professional().await;
    let mut busy = gateway.database.pool().begin().await.unwrap();
    sqlx::query("select from ledger_account for update").execute(&mut *busy).await.unwrap();
    let call = tokio::spawn(gateway.posting("/crm", &customer.key, &marina()).send());
    let waiting = "select count(*) from pg_stat_activity
                    where datname = current_database() and application_name = 'fluence-ledger'
                      and wait_event_type = 'Lock'";
    eventually("the hold waits for the account", async || {
        let waiting: i64 = sqlx::query_scalar(waiting).fetch_one(gateway.database.pool()).await.unwrap();
        waiting == 1
    })
    .await;
    call.abort();
    busy.rollback().await.unwrap();
    // It was made all the same, and its call was run: the client may have closed only its
    // sending side.
    let holds = "select count(*) from ledger_entry where kind = 4";
    eventually("the hold is made", async || {
        sqlx::query_scalar::<_, i64>(holds).fetch_one(gateway.database.pool()).await.unwrap() == 1
    })
    .await;
    gateway.assert_books_are_right().await;
    assert_eq!(
        (gateway.balance(customer.account).await, gateway.requests_used(customer.account).await),
        (998, 1)
    );
}

#[tokio::test]
async fn a_stop_waits_for_calls_whose_clients_left() {
    let latch = Latch::new();
    let gateway = latch.before(paid_answer).await;
    let customer = gateway.professional().await;
    let call = tokio::spawn(gateway.posting("/crm", &customer.key, &marina()).send());
    latch.reached(1).await;
    call.abort();
    let (account, mut stopping) = (customer.account, tokio::spawn(gateway.stop()));
    let stopped_at_once = tokio::time::timeout(NOTHING_HAPPENS, &mut stopping).await;
    assert!(stopped_at_once.is_err(), "the call was left behind");
    latch.let_go(1);
    let (database, _) = stopping.await.unwrap();
    let left: i64 = sqlx::query_scalar("select balance from ledger_account where account_id = $1")
        .bind(account.as_uuid())
        .fetch_one(database.pool())
        .await
        .unwrap();
    assert_eq!(left, 998);
}
