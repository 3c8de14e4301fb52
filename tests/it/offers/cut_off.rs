//! Answers that the gateway itself cuts off, because it stops or its memory is full: they cost
//! nothing. A client that leaves pays for the answer that was ready.

use reqwest::Method;
use serde_json::Value;
use tokio::io::AsyncReadExt;

use super::shop::Shop;
use crate::support::customer::Customer;
use crate::support::gateway::{Gateway, eventually};
use crate::support::played::PlayedServer;
use crate::support::raw::{RawClient, narrow_client};
use crate::support::upstream::Behaviour;

/// A stop that waits for nothing but the second that clients get at least.
const PROMPT: [(&str, &str); 2] = [("FLUENCE_SERVER_ANNOUNCE_S", "0"), ("FLUENCE_SERVER_DRAIN_S", "1")];
const LONG_BYTES: usize = 3_000_000;
const WHOLE: &str = "credits = 7\nwhole_bytes = 8388608\n";
const STREAMED: &str = "credits = 7\nwhole_bytes = 0\n";

fn long() -> Behaviour {
    Behaviour::Answers(200, "x".repeat(LONG_BYTES))
}

/// Sends a call from a client that reads nothing of its answer, and returns once the answer waits.
async fn unread(shop: &Shop, headers: &str) -> RawClient {
    let mut client = narrow_client(shop.gateway.address()).await;
    let key = &shop.customer.key;
    client
        .send(format!("GET /images/7/resize HTTP/1.1\r\nHost: a\r\nX-API-Key: {key}\r\n{headers}\r\n"))
        .await;
    eventually("the answer waits", async || shop.gateway.unsent_bytes() > 0).await;
    client
}

/// The only call of the customer, and what the customer has left.
async fn call_of(gateway: &Gateway, customer: &Customer) -> (String, String, i64) {
    gateway.settled().await;
    gateway.assert_books_are_right().await;
    let page = gateway.get("/v1/ledger", &customer.key).await.body;
    let calls: Vec<&Value> =
        page["data"].as_array().unwrap().iter().filter(|entry| entry["kind"] == "hold").collect();
    let [call] = calls[..] else { panic!("{page}") };
    let id = call["id"].as_str().unwrap();
    let receipt = gateway.get(&format!("/v1/ledger/{id}"), &customer.key).await.body;
    let text = |name: &str| receipt[name].as_str().unwrap().to_owned();
    (text("state"), text("outcome"), gateway.balance(customer.account).await)
}

/// Stops the gateway as on SIGTERM, and reads the books with the next one.
async fn after_a_stop(shop: Shop) -> (String, String, i64) {
    let Shop { gateway, customer, .. } = shop;
    let (database, pepper) = gateway.stop().await;
    let next = Gateway::on(database, pepper, &[]).await;
    call_of(&next, &customer).await
}

fn refunded() -> (String, String, i64) {
    ("released".to_owned(), "abandoned".to_owned(), 1000)
}

fn charged(outcome: &str) -> (String, String, i64) {
    ("captured".to_owned(), outcome.to_owned(), 993)
}

#[tokio::test]
async fn a_stream_that_a_stop_cuts_off_costs_nothing_whatever_its_route_says_of_clients_that_leave() {
    for left in ["stop", "finish"] {
        let lines = format!("credits = 7\nstream = {{}}\nsettlement = {{ left = \"{left}\" }}\n");
        let shop = Shop::on(Gateway::start_with(&PROMPT).await, vec![Behaviour::Closes], &lines, "").await;
        let mut server = PlayedServer::start().await;
        shop.sell(&format!("http://{}", server.address), &lines, "").await;
        let sent = tokio::spawn(shop.request(Method::POST).body("{}").send());
        server.request().await;
        server.begin_events();
        server.chunk("data: 1\n\n");
        let mut response = sent.await.unwrap().unwrap();
        assert!(response.chunk().await.unwrap().is_some());
        assert_eq!(after_a_stop(shop).await, refunded(), "{left}");
        assert!(response.chunk().await.is_err(), "the stream ended well");
    }
}

#[tokio::test]
async fn a_long_answer_that_a_stop_cuts_off_costs_nothing() {
    for lines in [WHOLE, STREAMED] {
        let shop = Shop::on(Gateway::start_with(&PROMPT).await, vec![long()], lines, "").await;
        let client = unread(&shop, "").await;
        assert_eq!(after_a_stop(shop).await, refunded(), "{lines}");
        drop(client);
    }
}

#[tokio::test]
async fn a_call_that_a_stop_ends_before_its_answer_costs_nothing_and_frees_its_key() {
    let shop =
        Shop::on(Gateway::start_with(&PROMPT).await, vec![Behaviour::Hangs], "credits = 7\n", "").await;
    let sent = shop.request(Method::POST).header("idempotency-key", "once").body("{}").send();
    let sent = tokio::spawn(sent);
    eventually("the upstream has the call", async || shop.server.requests().len() == 1).await;
    assert_eq!(after_a_stop(shop).await, refunded());
    assert!(sent.await.unwrap().is_err());
}

#[tokio::test]
async fn an_answer_beyond_the_bound_of_unread_bytes_is_cut_off_and_costs_nothing() {
    let little = [("FLUENCE_SERVER_MAX_UNSENT_BYTES_PER_ACCOUNT", "1048576")];
    for headers in ["", "Idempotency-Key: once\r\n"] {
        let shop = Shop::on(Gateway::start_with(&little).await, vec![long()], WHOLE, "").await;
        let mut client = narrow_client(shop.gateway.address()).await;
        let key = &shop.customer.key;
        client
            .send(format!("GET /images/7/resize HTTP/1.1\r\nHost: a\r\nX-API-Key: {key}\r\n{headers}\r\n"))
            .await;
        assert!(client.is_closed().await);
        assert_eq!(call_of(&shop.gateway, &shop.customer).await, refunded(), "{headers}");
    }
}

/// Nobody reads its socket's bytes for free by filling the rest of its own memory.
#[tokio::test]
async fn an_account_that_reads_none_of_its_other_answers_pays_as_if_it_had_left() {
    let little = [("FLUENCE_SERVER_MAX_UNSENT_BYTES_PER_ACCOUNT", "4194304")];
    let shop = Shop::on(Gateway::start_with(&little).await, vec![long()], WHOLE, "").await;
    let first = unread(&shop, "").await;
    let second = unread(&shop, "").await;
    eventually("the second is cut", async || shop.gateway.answers_cut() == 1).await;
    drop((first, second));
    shop.gateway.settled().await;
    shop.gateway.assert_books_are_right().await;
    assert_eq!(shop.gateway.balance(shop.customer.account).await, 1000 - 2 * 7);
}

#[tokio::test]
async fn a_long_answer_is_charged_once_its_client_has_it_or_has_left() {
    for lines in [WHOLE, STREAMED] {
        let shop = Shop::selling(vec![long()], lines, "").await;
        let mut client = unread(&shop, "Connection: close\r\n").await;
        assert_eq!(shop.gateway.balance(shop.customer.account).await, 993);
        let mut read = Vec::new();
        client.0.read_to_end(&mut read).await.unwrap();
        assert!(read.len() > LONG_BYTES);
        assert_eq!(call_of(&shop.gateway, &shop.customer).await, charged("answered"), "{lines}");
    }
    let shop = Shop::selling(vec![long()], WHOLE, "").await;
    drop(unread(&shop, "").await);
    assert_eq!(call_of(&shop.gateway, &shop.customer).await, charged("answered"));
}
