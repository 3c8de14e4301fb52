//! Answers that are streamed: what the client gets, and what it pays, however the
//! stream ends.

use std::time::Duration;

use reqwest::{Method, Response};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::shop::Shop;
use crate::support::gateway::{Gateway, answer, eventually};
use crate::support::played::{Heard, PlayedServer};
use crate::support::upstream::Behaviour;

const COUNTED: &str = "stream = {}\ncredits = { hold = 20, min = 1, missing = \"min\", \
                       counts = [{ of = \"json:/usage/tokens\", each = 10, costs = 1 }] }\n";

const USAGE: &str = "data: {\"usage\":{\"tokens\":55}}\n\n";

/// Sends a call, and returns its answer once the head is there.
async fn begun(shop: &Shop, server: &mut PlayedServer) -> Response {
    let sent = tokio::spawn(shop.request(Method::POST).body("{}").send());
    server.request().await;
    server.begin_events();
    sent.await.unwrap().unwrap()
}

/// Reads until the text has come.
async fn read_until(response: &mut Response, text: &str) {
    let mut read = Vec::new();
    while !String::from_utf8_lossy(&read).ends_with(text) {
        read.extend_from_slice(&response.chunk().await.unwrap().expect("the stream goes on"));
    }
}

async fn receipt(shop: &Shop, call_id: &str) -> Value {
    shop.gateway.settled().await;
    shop.gateway.get(&format!("/v1/ledger/{call_id}"), &shop.customer.key).await.body
}

fn id(response: &Response) -> String {
    response.headers()["x-request-id"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn each_event_arrives_before_the_next_is_sent_and_the_last_tells_the_price() {
    let (shop, mut server) = Shop::played(COUNTED).await;
    let mut response = begun(&shop, &mut server).await;
    assert_eq!(response.headers()["x-credits-held"], "20");
    assert!(!response.headers().contains_key("x-credits-used"));
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    for number in 0..5 {
        let event = format!("data: {{\"n\":{number}}}\n\n");
        server.chunk(&event);
        read_until(&mut response, &event).await;
    }
    server.chunk(USAGE);
    server.chunk("data: [DONE]\n\n");
    server.end();
    read_until(&mut response, "[DONE]\n\n").await;
    assert!(response.chunk().await.unwrap().is_none());
    let receipt = receipt(&shop, &id(&response)).await;
    assert_eq!((&receipt["credits"], &receipt["outcome"]), (&json!(6), &json!("answered")));
    assert_eq!(receipt["price"]["counts"][0]["figure"], "55");
    assert_eq!(shop.balance().await, 994);
    shop.gateway.assert_books_are_right().await;
}

/// Asks for tokens on behalf of clients.
const ASKING: &str = "[route.request]\nset = { \"/stream_options/include_usage\" = true }\nwhen = \"/stream\"\n\
                      extra_event = \"/choices\"\n";

#[tokio::test]
async fn an_event_that_only_the_route_asked_for_is_kept_from_the_client_and_charged_by() {
    const WORD: &str = "data: {\"choices\":[{}],\"usage\":null}\n\n";
    const EXTRA: &str = "data: {\"choices\":[],\"usage\":{\"tokens\":55}}\n\n";
    const DONE: &str = "data: [DONE]\n\n";
    let asked = r#"{"stream":true,"stream_options":{"include_usage":true}}"#;
    let withheld = format!("{WORD}{DONE}");
    let whole = format!("{WORD}{EXTRA}{DONE}");
    for (sent, got) in [(r#"{"stream":true}"#, &withheld), (asked, &whole)] {
        for price in [COUNTED, "stream = {}\ncredits = 0\n"] {
            let (shop, mut server) = Shop::played(&format!("{price}{ASKING}")).await;
            let call = tokio::spawn(shop.request(Method::POST).body(sent).send());
            let request = server.request().await;
            assert!(request.ends_with(asked) && request.contains("accept-encoding: identity"), "{request}");
            server.begin_events();
            let mut response = call.await.unwrap().unwrap();
            server.chunk(WORD);
            read_until(&mut response, WORD).await;
            let (begun, rest) = EXTRA.split_at(20);
            server.chunk(begun);
            server.chunk(rest);
            server.chunk(DONE);
            server.end();
            let rest = response.text().await.unwrap();
            assert_eq!(format!("{WORD}{rest}"), *got, "{sent} {price}");
            let paid = if price == COUNTED { 6 } else { 0 };
            eventually("the call is charged", async || shop.balance().await == 1_000 - paid).await;
            shop.gateway.assert_books_are_right().await;
        }
    }
}

#[tokio::test]
async fn a_client_that_leaves_stops_the_upstream_and_pays_for_what_was_counted() {
    for (events, credits, outcome) in [("data: {}\n\n", 1, "left"), (USAGE, 6, "left")] {
        let (shop, mut server) = Shop::played(COUNTED).await;
        let mut response = begun(&shop, &mut server).await;
        server.chunk(events);
        read_until(&mut response, events).await;
        let call = id(&response);
        drop(response);
        // The gateway notices it when it sends the next event.
        eventually("the upstream is stopped", async || {
            server.chunk(": more\n\n");
            server.has_heard(&Heard::Closed)
        })
        .await;
        eventually("the call is charged", async || shop.balance().await == 1_000 - credits).await;
        let receipt = receipt(&shop, &call).await;
        assert_eq!((&receipt["credits"], &receipt["outcome"]), (&json!(credits), &json!(outcome)));
        shop.gateway.assert_books_are_right().await;
    }
}

#[tokio::test]
async fn a_client_that_resets_before_the_answer_pays_nothing() {
    for end in ["", "0\r\n\r\n"] {
        resets_before_the_answer(end).await;
    }
}

/// The answer comes in one piece with this end, or goes on.
async fn resets_before_the_answer(end: &str) {
    let (shop, mut server) = Shop::played(&format!("{COUNTED}settlement = {{ left = \"stop\" }}\n")).await;
    let mut client = TcpStream::connect(shop.gateway.address()).await.unwrap();
    let head = format!(
        "POST /images/1/resize HTTP/1.1\r\nhost: x\r\nx-api-key: {}\r\ncontent-length: 0\r\n\r\n",
        shop.customer.key
    );
    client.write_all(head.as_bytes()).await.unwrap();
    server.request().await;
    client.set_zero_linger().unwrap();
    drop(client);
    // The reset has arrived long before the answer begins.
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    assert!(!server.has_heard(&Heard::Closed), "it shows when the answer is written");
    server.say(format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{USAGE}\r\n{end}",
        USAGE.len()
    ));
    if end.is_empty() {
        eventually("the upstream is stopped", async || server.has_heard(&Heard::Closed)).await;
    }
    eventually("the hold is released", async || shop.balance().await == 1_000).await;
    let statement = shop.gateway.get("/v1/ledger", &shop.customer.key).await.body;
    assert_eq!(statement["data"][1]["outcome"], "left_early", "{statement}");
    shop.gateway.assert_books_are_right().await;
}

#[tokio::test]
async fn a_client_that_leaves_says_nothing_of_the_upstreams_figures() {
    let gateway = Gateway::start_with(&[("FLUENCE_METRICS_LISTEN", "127.0.0.1:0")]).await;
    let shop = Shop::on(gateway, vec![Behaviour::Closes], "credits = 1\n", "").await;
    for (leaves, missing) in [(true, 0), (false, 1)] {
        let mut server = PlayedServer::start().await;
        shop.sell(&format!("http://{}", server.address), COUNTED, "").await;
        let mut response = begun(&shop, &mut server).await;
        server.chunk("data: {}\n\n");
        read_until(&mut response, "{}\n\n").await;
        if leaves {
            drop(response);
            eventually("the upstream is stopped", async || {
                server.chunk(": more\n\n");
                server.has_heard(&Heard::Closed)
            })
            .await;
        } else {
            server.end();
            while response.chunk().await.unwrap().is_some() {}
        }
        shop.gateway.settled().await;
        let counted = format!("gateway_figures_missing_total{{route=\"image-resize\"}} {missing}\n");
        eventually("missing figures are counted", async || shop.gateway.metrics().await.contains(&counted))
            .await;
    }
    assert_eq!(shop.balance().await, 998);
}

#[tokio::test]
async fn a_route_that_finishes_reads_on_to_the_figure() {
    let (shop, mut server) = Shop::played(&format!("{COUNTED}settlement = {{ left = \"finish\" }}\n")).await;
    let mut response = begun(&shop, &mut server).await;
    server.chunk("data: {}\n\n");
    read_until(&mut response, "{}\n\n").await;
    let call = id(&response);
    drop(response);
    server.chunk("data: {}\n\n");
    server.chunk(USAGE);
    server.end();
    eventually("the call is charged", async || shop.balance().await == 994).await;
    assert_eq!(receipt(&shop, &call).await["outcome"], "answered");
    shop.gateway.assert_books_are_right().await;
}

#[tokio::test]
async fn a_stream_that_breaks_off_ends_the_connection_and_costs_what_the_route_says() {
    let counted = format!("{COUNTED}settlement = {{ broke_off = \"counted\" }}\n");
    for (route, credits, outcome) in [(COUNTED, 0, "broke_off"), (&counted, 6, "partly_answered")] {
        let (shop, mut server) = Shop::played(route).await;
        let mut response = begun(&shop, &mut server).await;
        server.chunk(USAGE);
        read_until(&mut response, USAGE).await;
        server.close();
        assert!(response.chunk().await.is_err(), "a stream that is cut short does not look whole");
        let receipt = receipt(&shop, &id(&response)).await;
        assert_eq!((&receipt["credits"], &receipt["outcome"]), (&json!(credits), &json!(outcome)));
        assert_eq!(shop.balance().await, 1_000 - credits);
        shop.gateway.assert_books_are_right().await;
    }
}

/// The upstream has sent everything: only the client delays the answer.
#[tokio::test]
async fn a_client_that_reads_too_slowly_has_left_and_pays_for_what_it_was_sent() {
    let route = "stream = {}\ncredits = 3\ntotal_s = 1\nfirst_byte_ms = 1000\nidle_ms = 1000\n";
    let (shop, mut server) = Shop::played(route).await;
    let mut response = begun(&shop, &mut server).await;
    let event = format!("data: {}\n\n", "x".repeat(1_000_000));
    // More than all sockets on the way keep.
    (0..20).for_each(|_| server.chunk(&event));
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let mut bytes = 0;
    let end = loop {
        match response.chunk().await {
            Ok(Some(chunk)) => bytes += chunk.len(),
            end => break end,
        }
    };
    assert!(end.is_err() && bytes < 20_000_000, "{bytes} bytes");
    let receipt = receipt(&shop, &id(&response)).await;
    assert_eq!((&receipt["credits"], &receipt["outcome"]), (&json!(3), &json!("left")));
    shop.gateway.assert_books_are_right().await;
}

/// What has a length would be read whole, were it not made of events.
#[tokio::test]
async fn an_event_stream_with_a_length_arrives_event_by_event() {
    let (shop, mut server) = Shop::played("credits = 3\n").await;
    let sent = tokio::spawn(shop.request(Method::POST).body("{}").send());
    server.request().await;
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 18\r\n\r\n";
    server.say(format!("{head}data: 1\n\n"));
    let mut response = sent.await.unwrap().unwrap();
    read_until(&mut response, "data: 1\n\n").await;
    server.say("data: 2\n\n");
    read_until(&mut response, "data: 2\n\n").await;
    assert_eq!(response.chunk().await.unwrap(), None);
    assert_eq!(shop.balance().await, 997);
}

#[tokio::test]
async fn a_streamed_answer_is_charged_once_and_not_replayed() {
    let shop = Shop::selling(
        vec![Behaviour::Says(
            format!("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n{USAGE}").into_bytes(),
        )],
        COUNTED,
        "",
    )
    .await;
    let sent = || shop.request(Method::POST).header("idempotency-key", "k").body("{}");
    let first = sent().send().await.unwrap();
    assert_eq!(first.text().await.unwrap(), USAGE);
    eventually("the call is charged", async || shop.balance().await == 994).await;
    let again = answer(sent()).await;
    assert_eq!(again.outcome(), (409, "ANSWER_NOT_KEPT"), "{}", again.text);
    assert!(again.text.contains("/v1/ledger/"), "{}", again.text);
    assert_eq!((shop.server.requests().len(), shop.balance().await), (1, 994));
    shop.gateway.assert_books_are_right().await;
}

#[tokio::test]
async fn a_client_that_reads_trailers_learns_the_price_after_the_stream() {
    // Comments change the length that the upstream declares.
    let commented = COUNTED.replace("stream = {}", "stream = { ping_s = 300 }");
    let length = format!("content-length: {}\r\n\r\n{USAGE}", USAGE.len());
    let chunked = format!("transfer-encoding: chunked\r\n\r\n{:x}\r\n{USAGE}\r\n0\r\n\r\n", USAGE.len());
    for (route, framed) in [(COUNTED, chunked), (&commented, length)] {
        learns_the_price_after_the_stream(route, &framed).await;
    }
}

async fn learns_the_price_after_the_stream(route: &str, framed: &str) {
    let (shop, mut server) = Shop::played(route).await;
    let mut client = TcpStream::connect(shop.gateway.address()).await.unwrap();
    let key = &shop.customer.key;
    let head = format!(
        "POST /images/1/resize HTTP/1.1\r\nhost: x\r\nx-api-key: {key}\r\nte: trailers\r\nconnection: te, close\r\n\
         content-length: 0\r\n\r\n"
    );
    client.write_all(head.as_bytes()).await.unwrap();
    let request = server.request().await.to_ascii_lowercase();
    assert!(!request.contains("\r\nte:"), "{request}");
    server.say(format!("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n{framed}"));
    let mut said = String::new();
    client.read_to_string(&mut said).await.unwrap();
    let (head, body) = said.split_once("\r\n\r\n").unwrap();
    assert!(head.to_ascii_lowercase().contains("trailer: x-credits-used"), "{head}");
    assert!(body.ends_with("0\r\nx-credits-used: 6\r\n\r\n"), "{body}");
}

#[tokio::test]
async fn a_long_answer_is_passed_on_at_its_flat_price() {
    let body = "z".repeat(300_000);
    let shop = Shop::selling(vec![Behaviour::Answers(200, body.clone())], "credits = 3\n", "").await;
    let got = shop.request(Method::POST).header("accept-encoding", "gzip").send().await.unwrap();
    assert_eq!((got.status().as_u16(), &got.headers()["x-credits-used"]), (200, &"3".parse().unwrap()));
    assert_eq!(got.content_length(), Some(300_000));
    assert_eq!(got.text().await.unwrap(), body);
    eventually("the call is charged", async || shop.balance().await == 997).await;
    let too_long = "credits = 3\nmax_answer_bytes = 200000\n";
    let shop = Shop::selling(vec![Behaviour::Answers(200, body)], too_long, "").await;
    let refused = answer(shop.request(Method::POST)).await;
    assert_eq!((refused.outcome(), shop.balance().await), ((502, "UPSTREAM_ERROR"), 1_000));
}

/// Its length is no measure of the memory that it takes: an account may leave 16 MiB unread.
#[tokio::test]
async fn answers_longer_than_an_account_may_leave_unread_are_passed_on_whole() {
    const BYTES: usize = 20_000_000;
    let shop = Shop::selling(vec![Behaviour::Answers(200, "z".repeat(BYTES))], "credits = 3\n", "").await;
    let call = || async { shop.request(Method::POST).send().await.unwrap().bytes().await.unwrap().len() };
    assert_eq!(tokio::join!(call(), call(), call()), (BYTES, BYTES, BYTES));
    eventually("the calls are charged", async || shop.balance().await == 991).await;
}

#[tokio::test]
async fn an_answer_that_is_not_charged_for_is_passed_on_for_nothing() {
    let shop = Shop::selling(vec![Behaviour::Answers(500, "e".repeat(300_000))], COUNTED, "").await;
    let got = shop.request(Method::POST).send().await.unwrap();
    assert_eq!((got.status().as_u16(), &got.headers()["x-credits-used"]), (500, &"0".parse().unwrap()));
    assert_eq!(got.text().await.unwrap().len(), 300_000);
    assert_eq!(shop.balance().await, 1_000);
}

#[tokio::test]
async fn streams_of_free_routes_and_of_test_keys_cost_nothing() {
    let stream = format!("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n{USAGE}").into_bytes();
    let shop = Shop::selling(vec![Behaviour::Says(stream)], "credits = 0\n", "").await;
    let got = shop.request(Method::POST).send().await.unwrap();
    assert_eq!(got.text().await.unwrap(), USAGE);
    let target = format!("http://{}", shop.server.address);
    shop.sell(&target, COUNTED, &format!("test_targets = [\"{target}\"]\n")).await;
    let key = shop.gateway.test_key(shop.customer.account).await;
    let sent = || {
        let request = shop.gateway.request(Method::POST, "/images/1/resize").header("x-api-key", &key);
        request.header("idempotency-key", "k")
    };
    let got = sent().send().await.unwrap();
    assert_eq!((got.status().as_u16(), got.text().await.unwrap().as_str()), (200, USAGE));
    shop.gateway.settled().await;
    assert_eq!(answer(sent()).await.outcome(), (409, "ANSWER_NOT_KEPT"), "as with a live key");
    assert_eq!(shop.balance().await, 1_000);
}

#[tokio::test]
async fn wherever_an_answer_is_cut_the_call_is_settled_once() {
    let whole = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{USAGE}\r\n0\r\n\r\n",
        USAGE.len()
    );
    let cuts: Vec<usize> = (0..=whole.len()).collect();
    let script = cuts.iter().map(|cut| Behaviour::Says(whole.as_bytes()[..*cut].to_vec())).collect();
    let route = format!("{COUNTED}settlement = {{ broke_off = \"counted\" }}\n");
    let shop = Shop::selling(script, &route, "breaker = { failures = 1000 }\n").await;
    let mut charged = 0;
    for cut in cuts {
        let got = shop.request(Method::POST).body("{}").send().await.unwrap();
        let (status, call) = (got.status().as_u16(), id(&got));
        let body = got.text().await;
        let receipt = receipt(&shop, &call).await;
        let credits = receipt["credits"].as_i64().unwrap();
        let outcome = receipt["outcome"].as_str().unwrap().to_owned();
        let (held, captured, released) =
            (&receipt["credits_held"], &receipt["credits_captured"], &receipt["credits_released"]);
        assert_eq!(
            held.as_i64().unwrap(),
            captured.as_i64().unwrap() + released.as_i64().unwrap(),
            "cut at {cut}"
        );
        match (status, body) {
            (502, _) => assert_eq!((credits, outcome.as_str()), (0, "failed"), "cut at {cut}"),
            (200, Ok(text)) => {
                assert_eq!(
                    (text.as_str(), credits, outcome.as_str()),
                    (USAGE, 6, "answered"),
                    "cut at {cut}"
                );
            }
            (200, Err(_)) => {
                let expected = [(6, "partly_answered"), (1, "partly_answered"), (0, "broke_off")];
                assert!(expected.contains(&(credits, outcome.as_str())), "cut at {cut}: {credits} {outcome}");
            }
            other => panic!("cut at {cut}: {other:?}"),
        }
        charged += credits;
    }
    assert_eq!(shop.balance().await, 1_000 - charged);
    shop.gateway.assert_books_are_right().await;
}

#[tokio::test]
async fn a_whole_answer_in_chunks_is_charged_by_its_figure_on_a_route_that_streams() {
    let body = r#"{"choices":[1],"usage":{"tokens":55}}"#;
    for media_type in ["application/json", "application/vnd.chat+json; charset=utf-8"] {
        let chunked = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: {media_type}\r\ntransfer-encoding: chunked\r\n\r\n\
             a\r\n{}\r\n{:x}\r\n{}\r\n0\r\n\r\n",
            &body[..10],
            body.len() - 10,
            &body[10..]
        );
        let shop = Shop::selling(vec![Behaviour::Says(chunked.into_bytes())], COUNTED, "").await;
        let got = answer(shop.request(Method::POST).body("{}")).await;
        assert_eq!((got.status, got.text.as_str(), got.number("x-credits-used")), (200, body, 6));
        let receipt = shop.receipt(&got).await;
        assert_eq!(
            (&receipt["outcome"], &receipt["price"]["counts"][0]["figure"]),
            (&json!("answered"), &json!("55"))
        );
        assert_eq!(shop.balance().await, 994);
        shop.gateway.assert_books_are_right().await;
    }
}

#[tokio::test]
async fn a_part_that_costs_nothing_is_given_back_and_frees_its_idempotency_key() {
    let route = COUNTED.replace("min = 1, missing = \"min\"", "missing = \"release\"")
        + "settlement = { broke_off = \"counted\" }\n";
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    let broken = format!("{head}a\r\ndata: {{}}\n\n\r\n");
    let whole = format!("{head}{:x}\r\n{USAGE}\r\n0\r\n\r\n", USAGE.len());
    let script = [broken, whole].map(|said| Behaviour::Says(said.into_bytes())).to_vec();
    let shop = Shop::selling(script, &route, "").await;
    let sent =
        async || shop.request(Method::POST).header("idempotency-key", "k").body("{}").send().await.unwrap();
    let first = sent().await;
    let call_id = id(&first);
    assert!(first.text().await.is_err(), "the upstream broke off");
    let receipt = receipt(&shop, &call_id).await;
    assert_eq!(
        (&receipt["state"], &receipt["outcome"], &receipt["credits"]),
        (&json!("released"), &json!("partly_answered"), &json!(0))
    );
    assert_eq!(sent().await.text().await.unwrap(), USAGE);
    assert_eq!(shop.balance().await, 994);
    shop.gateway.assert_books_are_right().await;
}
