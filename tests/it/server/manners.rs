//! What becomes of a connection: after a refusal, after half a close, and after a request that came
//! too early.

use std::time::Duration;

use fluence::server::settings::ServerSettings;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::framing::HEAD;
use crate::support::gateway::Gateway as Whole;
use crate::support::raw::{Gateway, MAX_BODY_BYTES, RawClient, answers, patient, post_crm, status};

const SHORT: Duration = Duration::from_millis(50);
const HEALTH: &str = "GET /health HTTP/1.1\r\nHost: a\r\n\r\n";
const CLOSES: &str = "connection: close";

/// Requests without their bodies that are refused before these are read, and how.
fn refused_unread() -> Vec<(u16, String)> {
    let json = "Host: a\r\nContent-Type: application/json\r\n";
    vec![
        (401, format!("POST /deny HTTP/1.1\r\n{json}")),
        (404, format!("POST /none HTTP/1.1\r\n{json}")),
        (404, format!("POST /x/../crm HTTP/1.1\r\n{json}")),
        (405, format!("PUT /crm HTTP/1.1\r\n{json}")),
        (405, format!("DELETE /crm HTTP/1.1\r\n{json}")),
        (415, "POST /crm HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\n".to_owned()),
        (415, format!("POST /crm HTTP/1.1\r\n{json}Content-Encoding: gzip\r\n")),
        (414, format!("POST /{} HTTP/1.1\r\n{json}", "a".repeat(9_000))),
        (500, format!("GET /panic HTTP/1.1\r\n{json}")),
        (200, format!("GET /health HTTP/1.1\r\n{json}")),
    ]
}

#[tokio::test]
async fn b28_the_rest_of_a_small_body_is_read_and_the_connection_lives() {
    let gateway = Gateway::start(patient()).await;
    // As Python's http.client sends: first only the head, then the body.
    let mut client = gateway.connect().await;
    for _ in 0..5 {
        for (expected, head) in refused_unread() {
            for body in ["{}", &"x".repeat(30_000)] {
                client.send(format!("{head}Content-Length: {}\r\n\r\n", body.len())).await;
                tokio::task::yield_now().await;
                let answer = client.ask(body).await;
                assert_eq!(status(&answer), expected, "{head}");
                assert!(!answer.contains(CLOSES), "{answer}");
            }
            let chunked =
                client.ask(format!("{head}Transfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n")).await;
            assert!(status(&chunked) == expected && !chunked.contains(CLOSES), "{chunked}");
        }
    }
    let too_large = MAX_BODY_BYTES + 1;
    client.send(format!("{HEAD}Content-Length: {too_large}\r\n\r\n")).await;
    let answer = client.ask("x".repeat(too_large)).await;
    assert!(status(&answer) == 413 && !answer.contains(CLOSES), "{answer}");
    assert_eq!(status(&client.ask(post_crm("{}")).await), 200);
    assert_eq!(gateway.calls(), 1);
}

#[tokio::test]
async fn b28_the_rest_of_a_large_body_ends_the_connection_and_the_answer_says_so() {
    let gateway = Gateway::start(patient()).await;
    for (expected, head) in refused_unread() {
        let mut client = gateway.connect().await;
        let answer = client.ask(format!("{head}Content-Length: 1000000\r\n\r\n")).await;
        assert!(status(&answer) == expected && answer.contains(CLOSES), "{answer}");
        // The client may send it all the same, and is not reset before it has read the answer.
        for _ in 0..100 {
            client.send("x".repeat(10_000)).await;
        }
        assert_eq!(client.read_to_end().await, "");
    }
    // A chunked body, longer than what the gateway drains.
    let mut client = gateway.connect().await;
    client.send("POST /deny HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n").await;
    client.send(format!("{:x}\r\n{}\r\n", 70_000, "x".repeat(70_000))).await;
    let answer = client.read_to_end().await;
    assert!(status(&answer) == 401 && answer.contains(CLOSES), "{answer}");
}

#[tokio::test]
async fn b28_a_body_that_does_not_come_is_not_waited_for_long() {
    let gateway = Gateway::start(patient()).await;
    let mut client = gateway.connect().await;
    client.send("POST /deny HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{").await;
    let answer = client.read_answer().await;
    assert!(status(&answer) == 401 && answer.contains(CLOSES), "{answer}");
    // What comes late is no request.
    client.send("}").await;
    client.send(HEALTH).await;
    assert_eq!(client.read_to_end().await, "");
}

#[tokio::test]
async fn a_refused_request_gets_no_100_continue() {
    let gateway = Gateway::start(patient()).await;
    let expecting = "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n";
    let answer = gateway.exchange(format!("POST /deny HTTP/1.1\r\nHost: a\r\n{expecting}")).await;
    assert!(status(&answer) == 401 && answer.contains(CLOSES) && answers(&answer) == 1, "{answer}");
    // One that is welcome is.
    let mut client = gateway.connect().await;
    client.send(format!("{HEAD}{expecting}")).await;
    assert_eq!(status(&client.read_answer().await), 100);
    assert_eq!(status(&client.ask("{}").await), 200);
}

#[tokio::test]
async fn b24_a_client_that_closed_only_its_sending_side_gets_its_answer() {
    let gateway = Gateway::start(patient()).await;
    for request in [post_crm("{}"), HEALTH.to_owned(), HEALTH.repeat(3)] {
        let mut client = gateway.connect().await;
        client.send(&request).await;
        client.0.shutdown().await.unwrap();
        let answer = client.read_to_end().await;
        assert_eq!(
            (status(&answer), answers(&answer)),
            (200, request.matches("HTTP/1.1").count()),
            "{answer}"
        );
    }
    // AwaitingFactor a request is none, whatever the client waits for.
    let mut client = gateway.connect().await;
    let request = post_crm("{}");
    client.send(&request[..request.len() - 1]).await;
    client.0.shutdown().await.unwrap();
    assert_eq!(status(&client.read_to_end().await), 400);
    assert_eq!(gateway.calls(), 1);
}

#[tokio::test]
async fn b10_half_a_head_that_came_too_early_has_a_head_s_time() {
    let gateway = Gateway::start(ServerSettings { head_timeout: SHORT, ..patient() }).await;
    let chunked = format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n");
    for request in [HEALTH.to_owned(), post_crm("{}"), post_crm("{\n}"), chunked] {
        let answer = gateway.exchange(format!("{request}GET /hea")).await;
        assert_eq!((status(&answer), answers(&answer)), (200, 1), "{answer}");
    }
    // A connection without half a head has the time between requests, which is long.
    let mut idle = gateway.connect().await;
    for _ in 0..2 {
        assert_eq!(status(&idle.ask(format!("{HEALTH}\r\n")).await), 200);
        assert_eq!(status(&idle.ask(post_crm("{\n}")).await), 200);
        tokio::time::sleep(2 * SHORT).await;
    }
}

/// The refusals of the gate itself, on one connection of a client that sends head and body apart.
#[tokio::test]
async fn a_connection_outlives_every_refusal_of_the_gate() {
    let gateway = Whole::start().await;
    let customer = gateway.customer_on(|plan| (plan.rate_per_s, plan.burst) = (1, 5)).await;
    let body = r#"{"first_name":"Ana","last_name":"Lima","company":"Acme"}"#;
    let mut client = RawClient(TcpStream::connect(gateway.address()).await.unwrap());
    let mut seen = std::collections::BTreeSet::new();
    for number in 0..60 {
        let (path, key) = match number % 6 {
            0 => ("/v1/keys", customer.key.as_str()),
            1 => ("/crm_basico?api_key=x", "none"),
            2 => ("/crm_basico", "wrong"),
            3 => ("/creditos", customer.key.as_str()),
            4 => ("/none", "none"),
            _ => ("/crm_basico", customer.key.as_str()),
        };
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: a\r\nX-API-Key: {key}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n",
            body.len()
        );
        client.send(head).await;
        tokio::time::sleep(Duration::from_millis(1)).await;
        let answer = client.ask(body).await;
        assert!(!answer.contains(CLOSES), "{answer}");
        seen.insert(status(&answer));
    }
    assert!([400, 401, 403, 404, 405, 429].iter().all(|refused| seen.contains(refused)), "{seen:?}");
}

/// A contact of 100 kB is taken at its endpoint, and too much to be read for a refusal.
#[tokio::test]
async fn a_keep_alive_client_is_informed_before_its_connection_ends() {
    let gateway = Whole::start().await;
    let customer = gateway.professional().await;
    let posts = vec![serde_json::json!({"text": "x".repeat(5_000)}); 20];
    let contact = serde_json::json!({"first_name": "A", "last_name": "B", "company": "C", "posts": posts});
    for _ in 0..60 {
        let answer = gateway.post("/v1/contacts", "an-imported-key-for-tests-1", &contact).await;
        assert!([401, 429].contains(&answer.status), "{}", answer.text);
        assert_eq!(gateway.get("/livez", "").await.status, 200);
    }
    assert_eq!(gateway.post("/v1/contacts", &customer.key, &contact).await.status, 201);
}
