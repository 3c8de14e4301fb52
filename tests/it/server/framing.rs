//! Hostile bytes on a real socket. Names begin with the id of the case.

use crate::support::raw::{Gateway, MAX_BODY_BYTES, answers, patient, post_crm, status};

pub(super) const HEAD: &str = "POST /crm HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n";

/// Sends a request that asks for the connection's end, and returns the status.
async fn status_of(gateway: &Gateway, request_line: &str, headers: &str) -> u16 {
    status(&gateway.exchange(format!("{request_line}\r\n{headers}Connection: close\r\n\r\n")).await)
}

async fn status_of_target(gateway: &Gateway, target: &str) -> u16 {
    status_of(gateway, &format!("POST {target} HTTP/1.1"), "Host: a\r\n").await
}

#[tokio::test]
async fn b01_length_and_chunked_together_run_once_and_close() {
    let gateway = Gateway::start(patient()).await;
    let smuggled = post_crm("{}");
    for headers in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
    ] {
        let before = gateway.calls();
        let text = gateway.exchange(format!("{HEAD}{headers}\r\n2\r\n{{}}\r\n0\r\n\r\n{smuggled}")).await;
        assert_eq!((status(&text), answers(&text)), (200, 1), "{text}");
        assert_eq!(gateway.calls(), before + 1);
    }
}

#[tokio::test]
async fn b02_unequal_or_malformed_lengths_are_refused_and_closed() {
    let gateway = Gateway::start(patient()).await;
    for lengths in [
        "Content-Length: 2\r\nContent-Length: 3\r\n",
        "Content-Length: 2, 2\r\n",
        "Content-Length: +2\r\n",
        "Content-Length: 0x2\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 99999999999999999999\r\n",
        "Content-Length: \r\n",
    ] {
        let text = gateway.exchange(format!("{HEAD}{lengths}\r\n{{}}")).await;
        assert_eq!((status(&text), answers(&text)), (400, 1), "{lengths}");
    }
    assert_eq!(gateway.calls(), 0);
}

#[tokio::test]
async fn b03_only_exactly_chunked_is_taken() {
    let gateway = Gateway::start(patient()).await;
    for coding in [
        "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: chunked, chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding: chunked, gzip\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding:\r\n",
    ] {
        let text = gateway.exchange(format!("{HEAD}{coding}\r\n2\r\n{{}}\r\n0\r\n\r\n")).await;
        assert_eq!((status(&text), answers(&text)), (400, 1), "{coding}");
    }
    assert_eq!(gateway.calls(), 0);
}

#[tokio::test]
async fn b04_bad_chunks_are_refused_and_closed() {
    let gateway = Gateway::start(patient()).await;
    let long_extension = format!("2;{}\r\n{{}}\r\n0\r\n\r\n", "x".repeat(20_000));
    for chunks in [
        "0x2\r\n{}\r\n0\r\n\r\n",
        "+2\r\n{}\r\n0\r\n\r\n",
        "fffffffffffffffff\r\n{}",
        "2;a\nb\r\n{}\r\n0\r\n\r\n",
        "2\r\n{}xx0\r\n\r\n",
        long_extension.as_str(),
    ] {
        let text = gateway.exchange(format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n{chunks}")).await;
        assert_eq!((status(&text), answers(&text)), (400, 1), "{chunks:.40}");
        assert!(text.contains(r#""error_code":"BAD_REQUEST""#), "{text}");
    }
    assert_eq!(gateway.calls(), 0);
}

#[tokio::test]
async fn b05_other_versions_are_refused() {
    let gateway = Gateway::start(patient()).await;
    let old = "POST /crm HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
    assert_eq!(status(&gateway.exchange(old).await.replacen("HTTP/1.0", "HTTP/1.1", 1)), 400);
    assert_eq!(status_of(&gateway, "GET /health HTTP/1.2", "Host: a\r\n").await, 400);
    assert_eq!(status(&gateway.exchange("GET /health\r\n\r\n").await), 400);
    assert_eq!(gateway.calls(), 0);
}

#[tokio::test]
async fn b07_the_host_is_named_once_and_is_the_target_s() {
    let gateway = Gateway::start(patient()).await;
    for (line, hosts) in [
        ("GET /health HTTP/1.1", ""),
        ("GET /health HTTP/1.1", "Host: a\r\nHost: a\r\n"),
        ("GET http://b/health HTTP/1.1", "Host: a\r\n"),
        ("GET http://a@b/health HTTP/1.1", "Host: b\r\n"),
        ("GET /health HTTP/1.1", "Host: a:99999\r\n"),
        ("GET /health HTTP/1.1", "Host: a:b\r\n"),
        ("GET /health HTTP/1.1", "Host: a b\r\n"),
    ] {
        assert_eq!(status_of(&gateway, line, hosts).await, 400, "{line} {hosts}");
    }
    assert_eq!(status_of(&gateway, "GET http://A/health HTTP/1.1", "Host: a\r\n").await, 200);
}

#[tokio::test]
async fn b14_oversize_is_refused_unread_or_on_crossing() {
    let gateway = Gateway::start(patient()).await;
    // The body never comes, so an answer proves that it was not waited for, but for a moment.
    let declared = format!("{HEAD}Content-Length: {}\r\n\r\n", MAX_BODY_BYTES + 1);
    let mut client = gateway.connect().await;
    client.send(declared).await;
    assert_eq!(status(&client.read_answer().await), 413);

    let chunk = "x".repeat(MAX_BODY_BYTES);
    let mut client = gateway.connect().await;
    client.send(format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n400\r\n{chunk}\r\n1\r\nx\r\n")).await;
    assert_eq!(status(&client.read_answer().await), 413);
    assert_eq!(gateway.calls(), 0);
}

#[tokio::test]
async fn b15_encoded_bodies_are_refused() {
    let gateway = Gateway::start(patient()).await;
    let text = gateway
        .exchange(format!(
            "{HEAD}Content-Encoding: gzip\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}"
        ))
        .await;
    assert_eq!(status(&text), 415);
}

#[tokio::test]
async fn b21_long_targets_and_heads_are_refused() {
    let gateway = Gateway::start(patient()).await;
    assert_eq!(status_of_target(&gateway, &format!("/{}", "a".repeat(8192))).await, 414);
    assert_eq!(status_of_target(&gateway, &format!("/{}", "a".repeat(8191))).await, 404);
    let lines = |count: usize| (0..count).map(|n| format!("X-{n}: v\r\n")).collect::<String>();
    // Two more lines are Host and Connection.
    assert_eq!(status_of(&gateway, "GET /health HTTP/1.1", &format!("Host: a\r\n{}", lines(62))).await, 200);
    assert_eq!(status_of(&gateway, "GET /health HTTP/1.1", &format!("Host: a\r\n{}", lines(63))).await, 431);
    let long = format!("Host: a\r\nX-Long: {}\r\n", "v".repeat(33 * 1024));
    assert_eq!(status_of(&gateway, "GET /health HTTP/1.1", &long).await, 431);
}

#[tokio::test]
async fn b22_unknown_methods_are_refused_free_of_charge() {
    let gateway = Gateway::start(patient()).await;
    let long = "A".repeat(4096);
    for method in ["TRACE", "PROPFIND", "FOO", "post", "GET", "DELETE", &long] {
        let text =
            gateway.exchange(format!("{method} /crm HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).await;
        assert_eq!(status(&text), 405, "{method:.20}");
        assert!(text.contains("\r\nallow: POST,OPTIONS\r\n"), "{text}");
        assert!(text.contains("METHOD_NOT_ALLOWED"), "{text}");
    }
    assert_eq!(status_of(&gateway, "CONNECT a:443 HTTP/1.1", "Host: a:443\r\n").await, 405);
    assert_eq!(gateway.calls(), 0);
}

#[tokio::test]
async fn b28_a_refused_client_may_finish_sending() {
    let gateway = Gateway::start(patient()).await;
    let mut client = gateway.connect().await;
    client.send("POST /deny HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n").await;
    assert_eq!(status(&client.read_answer().await), 401);
    // Were the connection closed at once, the second of these would fail, and many clients with it.
    for _ in 0..10 {
        client.send("x".repeat(10_000)).await;
    }
    // What follows is never read as a request.
    client.send(post_crm("{}")).await;
    assert_eq!(client.read_to_end().await, "");
    assert_eq!(gateway.calls(), 0);
}

#[tokio::test]
async fn c01_odd_spellings_of_a_path_lead_nowhere() {
    let gateway = Gateway::start(patient()).await;
    for target in ["//crm", "/./crm", "/x/../crm", "/crm/", "/CRM", "/%63rm", "/crm;a"] {
        assert_eq!(status_of_target(&gateway, target).await, 404, "{target}");
    }
    assert_eq!(gateway.calls(), 0);
}

#[tokio::test]
async fn c04_a_parameter_is_never_more_than_a_segment() {
    let gateway = Gateway::start(patient()).await;
    for id in ["..%2f..%2fcrm", "%5c", "..", ".", "%2e%2e", "%00", "%0d%0a", "%7f", "%zz", "%", "a%2Fb"] {
        assert_eq!(
            status_of(&gateway, &format!("GET /v1/contacts/{id} HTTP/1.1"), "Host: a\r\n").await,
            400,
            "{id}"
        );
    }
    assert_eq!(status_of(&gateway, "GET /v1/contacts/a%20b.c HTTP/1.1", "Host: a\r\n").await, 200);
}

#[tokio::test]
async fn c14_fragment_backslash_and_space_are_malformed() {
    let gateway = Gateway::start(patient()).await;
    for target in ["/crm#x", "/crm?a=1#x", "\\crm", "/crm\\x", "/crm x", "/crm\u{1}"] {
        assert_eq!(status_of_target(&gateway, target).await, 400, "{target:?}");
    }
    assert_eq!(status_of(&gateway, "GET /health HTTP/1.1", "Host: a\r\nX: #\r\n").await, 200);
    assert_eq!(gateway.calls(), 0);
}

#[tokio::test]
async fn a_head_that_cannot_be_read_is_answered_with_a_body_and_an_id() {
    let gateway = Gateway::start(patient()).await;
    let long_target = format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "a".repeat(100_000));
    let long_header = format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "a".repeat(100_000));
    for (bytes, expected) in [
        ("\u{16}\u{3}\u{1} not HTTP at all\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400),
        (&long_target, 414),
        (&long_header, 431),
    ] {
        let text = gateway.exchange(bytes).await;
        assert_eq!((status(&text), answers(&text)), (expected, 1), "{text}");
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["error_code"], "BAD_REQUEST");
        assert_eq!(body["error"]["code"], expected);
        assert!(head.contains(&format!("x-request-id: {}", body["request_id"].as_str().unwrap())), "{head}");
        assert!(head.contains("connection: close") && head.contains("date: "), "{head}");
    }
    // After an answered request on the same connection as well.
    let long_head = format!("GET / HTTP/1.1\r\nX: {}", "a".repeat(100_000));
    for (bytes, expected) in [("GARBAGE\r\n\r\n", 400), ("GARBAGE \u{1}", 400), (&long_head, 431)] {
        for first in ["GET /health HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(), post_crm("{}")] {
            let text = gateway.exchange(format!("{first}{bytes}")).await;
            assert_eq!((status(&text), answers(&text)), (200, 2), "{text}");
            let second = &text[text.rfind("HTTP/1.1 ").unwrap()..];
            assert_eq!(status(second), expected, "{second}");
            assert!(second.contains("x-request-id: ") && second.contains("BAD_REQUEST"), "{second}");
        }
    }
}
