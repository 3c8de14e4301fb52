//! What the receipt and the entries of a forwarded call say of its end.

use reqwest::Method;
use serde_json::{Value, json};

use super::prices::{TOKENS, explained, usage};
use super::shop::Shop;
use crate::support::gateway::answer;
use crate::support::upstream::Behaviour;

const LINES: &str = "credits = 3\nfirst_byte_ms = 200\nsettlement = { capture = [\"2xx\", \"404\"] }\n";

/// The status of the answer, that of the upstream, and the reason, of a receipt.
fn told(receipt: &Value) -> (&Value, &Value, &str) {
    let summary = receipt["summary"].as_str().unwrap();
    let reason = summary.strip_prefix("Refunded: 3 credits given back, because ").unwrap_or(summary);
    (&receipt["status"], &receipt["upstream_status"], reason)
}

#[tokio::test]
async fn the_receipt_of_a_call_that_is_given_back_names_the_statuses() {
    let answers = |status| Behaviour::Answers(status, "{}".into());
    let none = Value::Null;
    for (behaviour, to_client, of_upstream, reason) in [
        (answers(503), 503, json!(503), "the upstream answered 503."),
        (answers(400), 400, json!(400), "the upstream answered 400."),
        (answers(401), 502, json!(401), "the upstream answered 401, and the client got 502."),
        (answers(429), 503, json!(429), "the upstream answered 429, and the client got 503."),
        (Behaviour::Closes, 502, none.clone(), "the call failed with status 502."),
        (Behaviour::Hangs, 504, none.clone(), "the call took too long."),
    ] {
        let shop = Shop::selling(vec![behaviour.clone()], LINES, "").await;
        // With a key for repetitions the release is decided in order.
        for keyed in [false, true] {
            let request = shop.request(Method::POST);
            let request = if keyed { request.header("idempotency-key", "once") } else { request };
            let answered = answer(request).await;
            assert_eq!(answered.status, to_client, "{behaviour:?}");
            let receipt = shop.receipt(&answered).await;
            assert_eq!(told(&receipt), (&json!(to_client), &of_upstream, reason), "{behaviour:?} {keyed}");
            for entry in receipt["entries"].as_array().unwrap() {
                assert_eq!((&entry["status"], &entry["upstream_status"]), (&json!(to_client), &of_upstream));
            }
        }
        shop.gateway.assert_books_are_right().await;
    }
}

#[tokio::test]
async fn a_call_that_is_charged_stores_its_status_unless_it_is_200() {
    for (status, stored) in [(200, 0), (201, 1), (204, 1), (206, 1), (404, 1)] {
        let text = if status == 204 { "" } else { "{}" };
        let shop = Shop::selling(vec![Behaviour::Answers(status, text.into())], LINES, "").await;
        let charged = answer(shop.request(Method::POST)).await;
        assert_eq!((charged.status, shop.balance().await), (status, 997));
        assert_eq!(told(&shop.receipt(&charged).await).0, &json!(status));
        let rows: i64 = sqlx::query_scalar("select count(*) from call_status")
            .fetch_one(shop.gateway.database.pool())
            .await
            .unwrap();
        assert_eq!(rows, stored, "{status}");
        shop.gateway.assert_books_are_right().await;
    }
}

#[tokio::test]
async fn a_call_whose_price_came_to_nothing_was_not_refunded_for_being_answered() {
    let nothing = "credits = { hold = 50, min = 0, missing = \"min\", counts = [{ of = \"json:/usage/n\", costs = 1 }] }\n";
    let shop = Shop::selling(vec![Behaviour::Answers(200, r#"{"usage":{"n":0}}"#.into())], nothing, "").await;
    let free = answer(shop.request(Method::POST).body("{}")).await;
    assert_eq!((free.status, shop.balance().await), (200, 1_000));
    let receipt = shop.receipt(&free).await;
    let summary = "Charged 0 credits: the call was answered, and its price came to nothing.";
    assert_eq!(receipt["summary"], summary);
    let last = receipt["entries"].as_array().unwrap().last().unwrap();
    let whole = "The whole hold returned: the call was answered, and its price came to nothing.";
    assert_eq!(last["summary"], whole);
    let mut admin = shop.gateway.admin(shop.customer.account).await;
    let root = format!("/console/{}", shop.customer.account);
    let statement = admin.get(&format!("{root}/ledger")).await;
    assert!(statement.has("Cost nothing") && !statement.has("Refunded"), "{}", statement.body);
    let page = admin.get(&format!("{root}/ledger/calls/{}", free.header("x-request-id"))).await;
    assert!(page.has("The price was 0: 50 credits were returned"), "{}", page.body);
}

#[tokio::test]
async fn the_console_and_explain_name_the_statuses() {
    let shop = Shop::selling(vec![Behaviour::Answers(401, "{}".into())], LINES, "").await;
    let answered = answer(shop.request(Method::POST)).await;
    let [page, printed] = explained(&shop, &answered).await;
    for shown in
        ["The seller’s server answered 401, which is not charged.", ">502<", "Status of the seller’s server"]
    {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    for line in
        ["status           502", "of the upstream  401", "the upstream answered 401, and the client got 502"]
    {
        assert!(printed.contains(line), "{line}: {printed}");
    }
}

#[tokio::test]
async fn the_statement_names_the_status_of_the_upstream() {
    let shop = Shop::selling(vec![Behaviour::Answers(401, "{}".into())], LINES, "").await;
    answer(shop.request(Method::POST)).await;
    shop.gateway.settled().await;
    let mut admin = shop.gateway.admin(shop.customer.account).await;
    let statement = admin.get(&format!("/console/{}/ledger", shop.customer.account)).await.body;
    assert!(statement.contains("Refunded: the service answered 401"), "{statement}");
}

#[tokio::test]
async fn a_status_is_never_changed() {
    let shop = Shop::selling(vec![Behaviour::Answers(500, "{}".into())], LINES, "").await;
    answer(shop.request(Method::POST)).await;
    shop.gateway.settled().await;
    for statement in
        ["update call_status set status = 200", "delete from call_status", "truncate call_status"]
    {
        let refused = sqlx::query(statement).execute(shop.gateway.database.pool()).await.unwrap_err();
        assert!(refused.to_string().contains("append-only"), "{statement}: {refused}");
    }
}

#[tokio::test]
async fn the_entries_of_a_call_that_costs_less_than_was_held_say_what_they_are() {
    let shop = Shop::selling(vec![usage(1_500, 600)], TOKENS, "").await;
    answer(shop.request(Method::POST).body("{}")).await;
    assert_eq!(shop.balance().await, 996);
    let ledger = shop.gateway.get("/v1/ledger", &shop.customer.key).await.body;
    let lines = ledger["data"].as_array().unwrap();
    let of_call: Vec<_> = lines.iter().filter(|line| line["endpoint"].is_string()).collect();
    let shown: Vec<_> = of_call
        .iter()
        .map(|line| (&line["amount"], line["label"].as_str(), line["summary"].as_str()))
        .collect();
    assert_eq!(
        shown,
        [
            (
                &json!(-20),
                Some("charged"),
                Some("Charged from the hold of 20 credits: the call was answered.")
            ),
            (&json!(16), Some("charged"), Some("Unused part of the hold returned.")),
        ]
    );
    let mut admin = shop.gateway.admin(shop.customer.account).await;
    let root = format!("/console/{}", shop.customer.account);
    let statement = admin.get(&format!("{root}/ledger")).await.body;
    for shown in ["Charged from the hold: answered", "Unused part of the hold returned"] {
        assert!(statement.contains(shown), "{shown}: {statement}");
    }
    assert!(!statement.contains("Refunded: answered"), "{statement}");
    let csv = admin.get(&format!("{root}/ledger.csv")).await.body;
    assert!(csv.lines().next().unwrap().ends_with(",status,upstream_status,summary"), "{csv}");
    assert!(csv.contains(",200,,Unused part of the hold returned."), "{csv}");
    let overview = admin.get(&root).await.body;
    assert!(overview.contains(">\u{2212}4<"), "the call cost 4 credits: {overview}");
}
