//! Bodies of requests that are streamed: what the upstream gets, and what is paid
//! when a side breaks.

use reqwest::Method;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::shop::Shop;
use crate::support::gateway::{Gateway, answer, eventually};
use crate::support::played::{Heard, PlayedServer};
use crate::support::upstream::Behaviour;

/// Two credits, and one for each KiB that was sent.
const BY_SIZE: &str = "body = \"pass\"\nmax_request_bytes = 4096\n\
                       credits = { base = 2, counts = [{ of = \"kib:request\", costs = 1 }], hold = 9 }\n";

/// A client that sends its request as it likes.
struct Client(TcpStream);

impl Client {
    /// Sends the head of a POST with this line.
    async fn begin(shop: &Shop, line: &str) -> Self {
        let mut stream = TcpStream::connect(shop.gateway.address()).await.unwrap();
        let key = &shop.customer.key;
        let head = format!("POST /images/1/resize HTTP/1.1\r\nhost: x\r\nx-api-key: {key}\r\n{line}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        Self(stream)
    }

    async fn chunk(&mut self, text: &str) {
        let chunk = format!("{:x}\r\n{text}\r\n", text.len());
        self.0.write_all(chunk.as_bytes()).await.unwrap();
    }

    async fn end(&mut self) {
        self.0.write_all(b"0\r\n\r\n").await.unwrap();
    }

    /// Reads the answer until it has this text.
    async fn reads(&mut self, text: &str) -> String {
        let mut read = Vec::new();
        let is_there = |read: &[u8]| {
            let read = String::from_utf8_lossy(read);
            read.contains("\r\n\r\n") && read.contains(text)
        };
        while !is_there(&read) {
            let count = self.0.read_buf(&mut read).await.unwrap();
            assert!(count > 0, "{}", String::from_utf8_lossy(&read));
        }
        String::from_utf8(read).unwrap()
    }
}

/// Waits until the server has got this text.
async fn got(server: &mut PlayedServer, text: &str) -> String {
    let mut all = String::new();
    while !all.contains(text) {
        all += &server.request().await;
    }
    all
}

async fn receipt(shop: &Shop, said: &str) -> Value {
    let id = said.lines().find_map(|line| line.strip_prefix("x-request-id: ")).unwrap();
    shop.gateway.settled().await;
    shop.gateway.get(&format!("/v1/ledger/{id}"), &shop.customer.key).await.body
}

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

#[tokio::test]
async fn each_part_arrives_before_the_next_is_sent_and_the_size_is_charged() {
    let (shop, mut server) = Shop::played(BY_SIZE).await;
    let mut client = Client::begin(&shop, "transfer-encoding: chunked").await;
    client.chunk("first part").await;
    let head = got(&mut server, "first part").await;
    assert!(head.contains("transfer-encoding: chunked\r\n"), "{head}");
    client.chunk(&"x".repeat(1_500)).await;
    got(&mut server, "xxxx").await;
    client.end().await;
    got(&mut server, "0\r\n\r\n").await;
    server.say(OK);
    let said = client.reads("\r\n\r\nok").await;
    assert!(said.starts_with("HTTP/1.1 200") && said.contains("x-credits-used: 4\r\n"), "{said}");
    let receipt = receipt(&shop, &said).await;
    assert_eq!(receipt["price"]["counts"][0]["figure"], "2", "{receipt}");
    assert_eq!(shop.balance().await, 996);
    shop.gateway.assert_books_are_right().await;
}

#[tokio::test]
async fn a_declared_length_is_passed_on_and_one_beyond_the_limit_reaches_no_upstream() {
    let shop = Shop::selling(vec![Behaviour::Answers(200, "{}".into())], BY_SIZE, "").await;
    let got = answer(shop.request(Method::POST).body("pixels")).await;
    assert_eq!((got.status, got.header("x-credits-used")), (200, "3"));
    let request = shop.server.requests().remove(0);
    assert!(request.contains("content-length: 6\r\n") && request.ends_with("\r\n\r\npixels"), "{request}");
    let refused = answer(shop.request(Method::POST).body("x".repeat(4_097))).await;
    assert_eq!(refused.outcome(), (413, "BODY_TOO_LARGE"), "{}", refused.text);
    let refused = answer(shop.request(Method::POST).header("idempotency-key", "k").body("pixels")).await;
    assert_eq!(refused.outcome(), (400, "BAD_REQUEST"), "{}", refused.text);
    let asked = answer(shop.request(Method::POST).header("x-dry-run", "true").body("pixels")).await;
    assert_eq!((asked.status, asked.body["dry_run"]["credits"].as_i64()), (200, Some(9)));
    assert_eq!((shop.server.requests().len(), shop.balance().await), (1, 997));
    shop.gateway.assert_books_are_right().await;
}

#[tokio::test]
async fn a_body_that_grows_beyond_the_limit_is_cut_and_costs_nothing() {
    let (shop, mut server) = Shop::played(BY_SIZE).await;
    let mut client = Client::begin(&shop, "transfer-encoding: chunked").await;
    client.chunk(&"x".repeat(4_000)).await;
    got(&mut server, "xxxx").await;
    client.chunk(&"y".repeat(100)).await;
    let said = client.reads("BODY_TOO_LARGE").await;
    assert!(said.starts_with("HTTP/1.1 413"), "{said}");
    let mut seen = String::new();
    while let Heard::Request(more) = server.next().await {
        seen += &more;
    }
    assert!(!seen.contains('y') && !seen.contains("0\r\n\r\n"), "the upstream sees no whole request: {seen}");
    assert_eq!(receipt(&shop, &said).await["outcome"], "refused");
    assert_eq!(shop.balance().await, 1_000);
    shop.gateway.assert_books_are_right().await;
}

#[tokio::test]
async fn a_client_that_breaks_off_pays_nothing_and_its_upstream_sees_no_whole_request() {
    for left in ["finish", "stop"] {
        let (shop, mut server) =
            Shop::played(&format!("{BY_SIZE}settlement = {{ left = \"{left}\" }}\n")).await;
        let mut client = Client::begin(&shop, "content-length: 100").await;
        client.0.write_all(b"half of it").await.unwrap();
        got(&mut server, "half of it").await;
        drop(client);
        eventually("the upstream is left", async || server.has_heard(&Heard::Closed)).await;
        eventually("the hold is released", async || shop.balance().await == 1_000).await;
        shop.gateway.assert_books_are_right().await;
    }
}

#[tokio::test]
async fn a_client_that_stops_sending_gets_408_and_does_not_harm_its_upstream() {
    let own = Gateway::start_with(&[("FLUENCE_SERVER_BODY_TIMEOUT_S", "1")]).await;
    // The timeout of the gateway, and that of the route.
    for (gateway, route) in [(own, ""), (Gateway::start().await, "idle_ms = 1000\n")] {
        let route = format!("{BY_SIZE}{route}");
        let shop = Shop::on(gateway, vec![Behaviour::Closes], &route, "").await;
        let mut server = PlayedServer::start().await;
        let breaker = "breaker = { failures = 1 }\n";
        shop.sell(&format!("http://{}", server.address), &route, breaker).await;
        let mut client = Client::begin(&shop, "content-length: 100").await;
        client.0.write_all(b"half of it").await.unwrap();
        got(&mut server, "half of it").await;
        let said = client.reads("REQUEST_TIMEOUT").await;
        assert!(said.starts_with("HTTP/1.1 408") && said.contains("connection: close\r\n"), "{said}");
        eventually("the upstream is left", async || server.has_heard(&Heard::Closed)).await;
        assert_eq!(receipt(&shop, &said).await["outcome"], "refused");
        // Its breaker is closed: the next call is tried, though nobody listens there any more.
        let next = answer(shop.request(Method::POST).body("pixels")).await;
        assert_eq!(next.outcome(), (502, "UPSTREAM_ERROR"), "{}", next.text);
        assert_eq!(shop.balance().await, 1_000);
        shop.gateway.assert_books_are_right().await;
    }
}

#[tokio::test]
async fn an_upstream_that_breaks_off_costs_nothing_and_is_not_asked_again() {
    let (shop, mut server) = Shop::played(BY_SIZE).await;
    let mut client = Client::begin(&shop, "content-length: 100").await;
    client.0.write_all(b"half of it").await.unwrap();
    got(&mut server, "half of it").await;
    server.close();
    let said = client.reads("UPSTREAM_ERROR").await;
    assert!(said.starts_with("HTTP/1.1 502"), "{said}");
    assert_eq!(receipt(&shop, &said).await["outcome"], "failed");
    assert_eq!(shop.balance().await, 1_000);
    shop.gateway.assert_books_are_right().await;
}

#[tokio::test]
async fn an_answer_before_the_end_of_the_body_is_passed_on_and_ends_the_connection() {
    for (status, credits) in [("200 OK", 3), ("422 No", 0)] {
        let (shop, mut server) = Shop::played(BY_SIZE).await;
        let mut client = Client::begin(&shop, "content-length: 4000").await;
        client.0.write_all(b"half of it").await.unwrap();
        got(&mut server, "half of it").await;
        server.say(format!("HTTP/1.1 {status}\r\ncontent-length: 5\r\n\r\nearly"));
        let said = client.reads("\r\n\r\nearly").await;
        assert!(said.starts_with(&format!("HTTP/1.1 {}", &status[..3])), "{said}");
        assert!(said.contains(&format!("x-credits-used: {credits}\r\n")), "{said}");
        eventually("the upstream is left", async || server.has_heard(&Heard::Closed)).await;
        assert_eq!(shop.balance().await, 1_000 - credits, "{status}");
        shop.gateway.assert_books_are_right().await;
    }
}

/// The server accepts one connection: the second call reaches it on the first one's.
#[tokio::test]
async fn a_connection_whose_answer_began_before_the_end_of_the_body_is_used_again() {
    let route = format!("{BY_SIZE}stream = {{}}\n");
    // Each serving thread has connections of its own.
    let gateway = Gateway::start_with(&[("FLUENCE_SERVER_THREADS", "1")]).await;
    let shop = Shop::on(gateway, vec![Behaviour::Closes], &route, "").await;
    let mut server = PlayedServer::start().await;
    shop.sell(&format!("http://{}", server.address), &route, "").await;
    for _ in 0..2 {
        let mut client = Client::begin(&shop, "transfer-encoding: chunked").await;
        client.chunk("half of it").await;
        got(&mut server, "half of it").await;
        server.say("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n".to_owned());
        client.reads("first").await;
        client.end().await;
        got(&mut server, "0\r\n\r\n").await;
        server.say("0\r\n\r\n".to_owned());
        client.reads("0\r\n\r\n").await;
    }
    shop.gateway.settled().await;
    shop.gateway.assert_books_are_right().await;
}

#[tokio::test]
async fn the_price_of_a_streaming_body_is_not_in_the_answer_head() {
    let (shop, mut server) = Shop::played(&format!("{BY_SIZE}stream = {{}}\n")).await;
    let mut client = Client::begin(&shop, "transfer-encoding: chunked").await;
    client.chunk(&"x".repeat(1_000)).await;
    got(&mut server, "xxxx").await;
    server.say("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n".to_owned());
    let said = client.reads("first").await;
    assert!(!said.contains("x-credits-used: ") && said.contains("x-credits-held: 9\r\n"), "{said}");
    client.chunk(&"y".repeat(2_000)).await;
    client.end().await;
    got(&mut server, "0\r\n\r\n").await;
    server.say("0\r\n\r\n".to_owned());
    client.reads("\r\n\r\n").await;
    let receipt = receipt(&shop, &said).await;
    assert_eq!((&receipt["credits"], shop.balance().await), (&5.into(), 995), "{receipt}");
    shop.gateway.assert_books_are_right().await;
}

#[tokio::test]
async fn an_upstream_that_is_silent_after_the_body_is_late() {
    let (shop, mut server) = Shop::played(&format!("{BY_SIZE}first_byte_ms = 200\n")).await;
    let mut client = Client::begin(&shop, "content-length: 6").await;
    client.0.write_all(b"pixels").await.unwrap();
    got(&mut server, "pixels").await;
    let said = client.reads("TIMEOUT").await;
    assert!(said.starts_with("HTTP/1.1 504"), "{said}");
    assert_eq!(shop.balance().await, 1_000);
    shop.gateway.assert_books_are_right().await;
}

#[tokio::test]
async fn a_free_route_passes_bodies_on_too() {
    let shop = Shop::selling(
        vec![Behaviour::Answers(200, "{}".into())],
        "body = \"pass\"\nmax_request_bytes = 4096\ncredits = 0\n",
        "",
    )
    .await;
    assert_eq!(answer(shop.request(Method::POST).body("pixels")).await.status, 200);
    assert!(shop.server.requests()[0].ends_with("\r\n\r\npixels"));
    let refused = answer(shop.request(Method::POST).body("x".repeat(4_097))).await;
    assert_eq!((refused.outcome(), shop.server.requests().len()), ((413, "BODY_TOO_LARGE"), 1));
}
