//! Forms of unknown senders share the memory of bodies without a key.

use reqwest::Method;
use serde_json::json;

use super::log_in::{PASSWORD, with_password};
use crate::support::gateway::{Gateway, answer, eventually};
use crate::support::raw::{RawClient, narrow_client, status};
use crate::support::visitor::Visitor;

const LOG_IN: &str = "/console/log-in";
/// Forms without a length that fill the part of a network.
const FILL: usize = 64;

/// Begins to send a form without a length.
async fn slow(gateway: &Gateway) -> RawClient {
    let url = gateway.url();
    let host = url.trim_start_matches("http://");
    let mut client = narrow_client(gateway.address()).await;
    let head = format!(
        "POST {LOG_IN} HTTP/1.1\r\nhost: {host}\r\norigin: {url}\r\n\
         content-type: application/x-www-form-urlencoded\r\ntransfer-encoding: chunked\r\nexpect: 100-continue\r\n\r\n"
    );
    assert_eq!(status(&client.ask(head).await), 100);
    client
}

#[tokio::test]
async fn a_network_that_fills_the_memory_waits_and_others_log_in() {
    let gateway = Gateway::start().await;
    with_password(&gateway).await;
    let right = [("email", "ana@example.com"), ("password", PASSWORD)];
    let mut held = Vec::new();
    for _ in 0..FILL {
        held.push(slow(&gateway).await);
    }
    let refused = Visitor::new(&gateway).fill(LOG_IN, &right).await;
    assert!(refused.status == 503 && refused.has("Nothing was changed."), "{}", refused.body);
    let report = answer(gateway.request(Method::POST, "/leaks/report").json(&json!({ "token": "x" }))).await;
    assert_eq!(report.status, 503, "reports of keys share it");
    let mut far = Visitor::of_network(&gateway, [127, 1, 0, 1]);
    assert_eq!(far.fill(LOG_IN, &right).await.status, 303);
    drop(held);
    let enters = async || Visitor::new(&gateway).fill(LOG_IN, &right).await.status == 303;
    eventually("the memory is free again", enters).await;
}
