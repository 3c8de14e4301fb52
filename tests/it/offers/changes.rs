//! What a route sets and removes: what the upstream gets, what the client gets, and what it costs.

use reqwest::Method;
use serde_json::json;

use super::shop::Shop;
use crate::support::gateway::{Gateway, answer};
use crate::support::upstream::Behaviour;

fn says(media_type: &str, more: &str, body: &str) -> Behaviour {
    let length = body.len();
    let text = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {media_type}\r\n{more}content-length: {length}\r\n\r\n{body}"
    );
    Behaviour::Says(text.into_bytes())
}

const REQUEST: &str = "[route.request]\nset = { X-Tenant = \"acme\", \"/stream_options/include_usage\" = true }\n\
                       remove = [\"X-Debug\", \"/user\"]\n";

#[tokio::test]
async fn an_upstream_gets_what_the_route_sets_and_not_what_it_removes() {
    let route = format!("credits = 3\n{REQUEST}");
    let shop = Shop::selling(vec![Behaviour::Answers(200, "{}".into())], &route, "").await;
    let sent = || {
        let request = shop.request(Method::POST).header("x_debug", "1").header("x-tenant", "forged");
        request.header("content-digest", "sha-256=:AA==:")
    };
    assert_eq!(answer(sent().body(r#"{"user":"ana","n":1.50}"#)).await.status, 200);
    let request = shop.server.requests().remove(0);
    assert!(request.contains("x-tenant: acme\r\n") && !request.contains("debug"), "{request}");
    assert!(!request.contains("forged") && !request.contains("digest"), "{request}");
    assert!(
        request.ends_with("\r\n\r\n{\"n\":1.50,\"stream_options\":{\"include_usage\":true}}"),
        "{request}"
    );
    // A request without a body stays one.
    assert_eq!(answer(sent()).await.status, 200);
    assert!(shop.server.requests()[1].ends_with("\r\n\r\n"));
    assert_eq!(shop.balance().await, 994);
}

/// Some readers take `1` or `"true"` for true, and would act on what the route did not set.
#[tokio::test]
async fn a_condition_that_is_no_truth_value_is_refused_by_its_name() {
    let route = format!("credits = 3\n{REQUEST}when = \"/stream\"\n");
    let shop = Shop::selling(vec![Behaviour::Answers(200, "{}".into())], &route, "").await;
    for value in ["1", "\"true\"", "[]", "{}"] {
        let refused = answer(shop.request(Method::POST).body(format!("{{\"stream\":{value}}}"))).await;
        assert_eq!(refused.outcome(), (400, "VALIDATION_FAILED"), "{value}");
        assert!(refused.text.contains("`/stream` must be true or false"), "{}", refused.text);
    }
    for body in ["{}", r#"{"stream":null}"#, r#"{"stream":false}"#, r#"{"stream":true}"#] {
        assert_eq!(answer(shop.request(Method::POST).body(body)).await.status, 200, "{body}");
    }
    assert_eq!((shop.server.requests().len(), shop.balance().await), (4, 988));
}

#[tokio::test]
async fn a_body_that_cannot_be_changed_is_refused_before_anything_is_held() {
    for credits in ["3", "0"] {
        let route = format!("credits = {credits}\n{REQUEST}");
        let shop = Shop::selling(vec![Behaviour::Answers(200, "{}".into())], &route, "").await;
        let other_case =
            [r#"{"User":1}"#, r#"{"stream_options":{},"Stream_Options":{"include_usage":false}}"#];
        let twice = [r#"{"user":1,"user":2}"#, "{\"u\u{17f}er\":1,\"user\":2}"];
        for body in
            ["pixels", "[]", r#"{"stream_options":1}"#, "{"].into_iter().chain(twice).chain(other_case)
        {
            let refused = answer(shop.request(Method::POST).body(body)).await;
            assert_eq!(refused.outcome(), (400, "BAD_REQUEST"), "{body}: {}", refused.text);
            assert!(refused.text.contains("changes members of the body"), "{}", refused.text);
        }
        let encoded = shop.request(Method::POST).header("content-encoding", "gzip").body(r#"{"n":1}"#);
        assert_eq!(answer(encoded).await.outcome(), (400, "BAD_REQUEST"));
        assert_eq!((shop.server.requests().len(), shop.balance().await), (0, 1_000));
        shop.gateway.assert_books_are_right().await;
    }
}

#[tokio::test]
async fn the_receipt_of_an_answer_that_cannot_be_changed_has_the_status_of_the_upstream() {
    let whole = "credits = 3\n[route.answer]\nremove = [\"/user\"]\n";
    let short = format!("whole_bytes = 8\n{whole}");
    for (route, body) in [(whole, "no JSON"), (short.as_str(), r#"{"user":1,"text":"long"}"#)] {
        let shop = Shop::selling(vec![says("application/json", "", body)], route, "").await;
        let refused = answer(shop.request(Method::POST)).await;
        assert_eq!(refused.outcome(), (502, "UPSTREAM_ERROR"), "{}", refused.text);
        let receipt = shop.receipt(&refused).await;
        assert_eq!(
            (&receipt["status"], &receipt["upstream_status"]),
            (&json!(502), &json!(200)),
            "{receipt}"
        );
        assert_eq!(shop.balance().await, 1_000);
    }
}

#[tokio::test]
async fn members_are_changed_only_when_the_request_says_so() {
    let route = format!("credits = 3\n{REQUEST}when = \"/stream\"\n");
    let shop = Shop::selling(vec![Behaviour::Answers(200, "{}".into())], &route, "").await;
    let streamed = r#"{"stream":true,"stream_options":{"include_usage":true}}"#;
    for (body, expected) in [
        (r#"{"user":1,"stream":false}"#, r#"{"user":1,"stream":false}"#),
        (r#"{"user":1,"stream":true}"#, streamed),
    ] {
        assert_eq!(answer(shop.request(Method::POST).body(body)).await.status, 200);
        let request = shop.server.requests().pop().unwrap();
        assert!(request.ends_with(&format!("\r\n\r\n{expected}")), "{request}");
        assert!(request.contains("x-tenant: acme\r\n"), "headers are changed in every request: {request}");
    }
}

#[tokio::test]
async fn a_client_pays_for_its_own_body_and_a_repeated_key_is_about_that_body() {
    let padding = "x".repeat(900);
    let route = format!(
        "credits = {{ hold = 9, counts = [{{ of = \"kib:request\", costs = 1 }}] }}\n\
         [route.request]\nset = {{ \"/pad\" = \"{padding}\" }}\n"
    );
    let shop = Shop::selling(vec![Behaviour::Answers(200, "{}".into())], &route, "").await;
    let body = json!({ "text": "y".repeat(900) }).to_string();
    // The second is a replay.
    for used in ["1", "0"] {
        let got = answer(shop.request(Method::POST).header("idempotency-key", "k").body(body.clone())).await;
        assert_eq!((got.status, got.header("x-credits-used")), (200, used));
    }
    let requests = shop.server.requests();
    assert!(requests.len() == 1 && requests[0].contains(&padding));
    assert_eq!(shop.balance().await, 999);
    shop.gateway.assert_books_are_right().await;
}

const ANSWER: &str = "credits = { hold = 20, min = 1, missing = \"min\", counts = [{ of = \"json:/usage/tokens\", each = 10, costs = 1 }] }\n\
                      [route.answer]\nset = { X-Served-By = \"acme\", \"/by\" = \"acme\" }\nremove = [\"X-Internal\", \"/usage\", \"/cost\"]\n";

#[tokio::test]
async fn a_client_gets_the_changed_answer_and_pays_by_the_upstreams_own() {
    let body = r#"{"usage":{"tokens":25},"cost":0.01,"text":"ok"}"#;
    // A digest would be that of another body.
    let headers = "x-internal: 1\r\ncontent-digest: sha-256=:AA==:\r\nrepr-digest: sha-256=:AA==:\r\naccept-ranges: bytes\r\n";
    let shop = Shop::selling(vec![says("application/json", headers, body)], ANSWER, "").await;
    let sent = shop.request(Method::POST).header("accept-encoding", "gzip").header("range", "bytes=0-4");
    let got = answer(sent).await;
    assert_eq!((got.status, got.header("x-credits-used"), got.header("x-served-by")), (200, "3", "acme"));
    assert_eq!(
        (got.text.as_str(), got.headers.contains_key("x-internal")),
        (r#"{"text":"ok","by":"acme"}"#, false)
    );
    for name in ["content-digest", "repr-digest", "accept-ranges"] {
        assert!(!got.headers.contains_key(name), "{name}");
    }
    let request = shop.server.requests().remove(0);
    assert!(request.contains("accept-encoding: identity\r\n") && !request.contains("range: "), "{request}");
    assert_eq!(shop.balance().await, 997);
}

#[tokio::test]
async fn an_answer_that_may_show_what_the_route_removes_is_not_passed_on() {
    let long = format!("{{\"cost\":1,\"text\":\"{}\"}}", "z".repeat(70_000));
    let hidden = [
        says("application/json", "content-encoding: gzip\r\n", "{\"cost\":1}"),
        says("application/problem+json", "", "[{\"cost\":1}]"),
        says("application/json", "", "{\"cost\":1,\"cost\":2}"),
        says("application/json; charset=utf-8", "", &long),
    ];
    let count = hidden.len();
    let passed = [says("text/plain", "", "{\"cost\":1}"), says("application/json", "", "")];
    let script = hidden.into_iter().chain(passed).collect();
    let shop = Shop::selling(script, ANSWER, "breaker = { failures = 1000 }\n").await;
    for at in 0..count {
        let refused = answer(shop.request(Method::POST)).await;
        assert_eq!(refused.outcome(), (502, "UPSTREAM_ERROR"), "{at}: {}", refused.text);
    }
    assert_eq!(shop.balance().await, 1_000);
    for text in ["{\"cost\":1}", ""] {
        let got = answer(shop.request(Method::POST)).await;
        assert_eq!((got.status, got.text.as_str()), (200, text));
    }
    assert_eq!(shop.balance().await, 998);
    shop.gateway.assert_books_are_right().await;
}

#[tokio::test]
async fn the_gateways_word_has_the_prefix_of_the_settings_and_clients_cannot_say_it() {
    let gateway = Gateway::start_with(&[("FLUENCE_IDENTITY_HEADER_PREFIX", "Acme-")]).await;
    let script = vec![says("application/json", "acme-account: forged\r\n", "{}")];
    let shop = Shop::on(gateway, script, "credits = 3\n", "identity = \"signed\"\n").await;
    let forged =
        [("Acme-Plan", "forged"), ("acme_mode", "forged"), ("Fluence-Account", "forged"), ("ACME-Hops", "1")];
    let sent =
        forged.iter().fold(shop.request(Method::POST), |sent, (name, value)| sent.header(*name, *value));
    let got = answer(sent).await;
    assert_eq!((got.status, got.headers.contains_key("acme-account")), (200, false));
    let request = shop.server.requests().remove(0).to_ascii_lowercase();
    let account = shop.customer.account;
    for line in [
        &format!("acme-account: {account}"),
        "acme-mode: live",
        "acme-hops: 2",
        "acme-credits-held: 3",
        "acme-identity: ey",
        "via: 1.1 acme",
    ] {
        assert!(request.contains(&format!("\r\n{line}")), "{line}: {request}");
    }
    assert!(!request.contains("forged") && !request.contains("fluence-"), "{request}");
    let refused = answer(shop.request(Method::POST).header("acme-hops", "3")).await;
    assert_eq!(refused.outcome(), (508, "LOOP_DETECTED"), "{}", refused.text);
}
