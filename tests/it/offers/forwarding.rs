//! Routes of the seller, forwarded to a server of the test's.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use fluence::domain::offer_set::SetKind;
use reqwest::Method;
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::shop::Shop;
use super::{applied, fault_of};
use crate::support::gateway::{answer, eventually};
use crate::support::upstream::{Behaviour, ScriptedServer};

#[tokio::test]
async fn a_call_is_forwarded_for_its_price_without_the_callers_credential() {
    let shop = Shop::selling(
        vec![Behaviour::Answers(200, "{\"done\":true}".into())],
        "credits = 3\n",
        "credential = { header = \"Authorization\", value = \"Bearer {env:CARGO_PKG_NAME}\" }\n",
    )
    .await;
    let key = &shop.customer.key;
    let sent = shop.request(Method::POST).header("cookie", "a=b").header("fluence-account", "forged");
    let sent = sent.header("x-forwarded-for", "6.6.6.6").header("x-mine", "kept").body("pixels");
    let got = sent.send().await.unwrap();
    assert_eq!(got.status(), 200);
    assert_eq!(got.headers()["x-credits-used"], "3");
    assert_eq!(got.text().await.unwrap(), "{\"done\":true}");
    let request = shop.server.requests().remove(0);
    let head = request.to_ascii_lowercase();
    assert!(request.starts_with("POST /v2/7%20a?width=9 HTTP/1.1\r\n"), "{request}");
    assert!(request.ends_with("\r\n\r\npixels"), "{request}");
    for line in [
        "authorization: bearer fluence\r\n",
        "x-mine: kept\r\n",
        &format!("fluence-account: {}\r\n", shop.customer.account),
        &format!("fluence-key: {}\r\n", shop.customer.key_id),
        "fluence-mode: live\r\n",
        "fluence-credits-held: 3\r\n",
        "x-forwarded-for: 127.0.0.1\r\n",
        &format!("host: {}\r\n", shop.server.address),
    ] {
        assert!(head.contains(line), "{line}: {request}");
    }
    for gone in [&key.to_ascii_lowercase(), "cookie", "forged", "6.6.6.6", "x-api-key"] {
        assert!(!head.contains(gone), "{gone}: {request}");
    }
    assert_eq!(shop.balance().await, 997);
    let ledger = shop.gateway.get("/v1/ledger", key).await;
    assert!(ledger.text.contains("image-resize"), "{}", ledger.text);
    shop.gateway.assert_books_are_right().await;
}

#[tokio::test]
async fn the_status_decides_what_is_charged() {
    let lines = "credits = 3\nsettlement = { capture = [\"2xx\", \"404\"] }\n";
    for (status, to_client, charged) in [
        (200, 200, 3),
        (404, 404, 3),
        (400, 400, 0),
        (302, 302, 0),
        (500, 500, 0),
        (503, 503, 0),
        (401, 502, 0),
        (402, 502, 0),
        (407, 502, 0),
        (429, 503, 0),
    ] {
        let shop = Shop::selling(vec![Behaviour::Answers(status, "{}".into())], lines, "").await;
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        let got = client
            .post(format!("{}/images/1/resize", shop.gateway.url()))
            .header("x-api-key", &shop.customer.key)
            .send()
            .await
            .unwrap();
        assert_eq!(got.status().as_u16(), to_client, "{status}");
        assert_eq!(got.headers()["x-credits-used"], charged.to_string().as_str(), "{status}");
        assert_eq!(1_000 - shop.balance().await, charged, "{status}");
        assert_eq!(shop.server.connections(), 1, "{status}");
        shop.gateway.assert_books_are_right().await;
    }
}

#[tokio::test]
async fn a_failing_upstream_costs_nothing_and_is_asked_once() {
    let lines = "credits = 3\nfirst_byte_ms = 200\nmax_answer_bytes = 4096\ntotal_s = 1\n";
    for (behaviour, status) in [
        (Behaviour::Closes, 502),
        (Behaviour::Says(b"garbage".to_vec()), 502),
        (Behaviour::Says(b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nshort".to_vec()), 502),
        (
            Behaviour::Says(b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab".to_vec()),
            502,
        ),
        (Behaviour::Floods, 502),
        (Behaviour::Hangs, 504),
        (Behaviour::Drips, 504),
    ] {
        let shop = Shop::selling(vec![behaviour.clone()], lines, "").await;
        let got = answer(shop.request(Method::POST)).await;
        assert_eq!(got.status, status, "{behaviour:?}: {}", got.text);
        assert_eq!(shop.balance().await, 1_000, "{behaviour:?}");
        assert_eq!(shop.server.requests().len(), 1, "{behaviour:?}");
        shop.gateway.assert_books_are_right().await;
    }
}

#[tokio::test]
async fn an_upstream_that_takes_longer_than_a_call_may_opens_its_breaker() {
    for behaviour in [Behaviour::Hangs, Behaviour::Drips] {
        let breaker = "breaker = { failures = 2, open_ms = 300000 }\n";
        let shop = Shop::selling(vec![behaviour.clone()], "credits = 3\ntotal_s = 1\n", breaker).await;
        let mut statuses = Vec::new();
        for _ in 0..3 {
            statuses.push(answer(shop.request(Method::POST)).await.status);
        }
        assert_eq!(statuses, [504, 504, 503], "{behaviour:?}");
        assert_eq!(shop.balance().await, 1_000);
    }
}

#[tokio::test]
async fn an_absent_upstream_is_502_and_then_503_by_its_breaker() {
    let shop = Shop::with(vec![Behaviour::Closes]).await;
    // A port that was just given up.
    let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    shop.sell(&format!("http://{unused}"), "credits = 3\n", "breaker = { failures = 2, open_ms = 300000 }\n")
        .await;
    let mut outcomes = Vec::new();
    for _ in 0..2 {
        outcomes.push(answer(shop.request(Method::POST)).await.status);
    }
    assert_eq!(outcomes, [502, 503]);
    assert_eq!(shop.balance().await, 1_000);
}

#[tokio::test]
async fn a_dead_target_is_passed_over_for_one_that_lives() {
    let shop = Shop::with(vec![Behaviour::Answers(200, "{}".into())]).await;
    let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    shop.sell(&format!("http://{unused}\", \"http://{}", shop.server.address), "credits = 3\n", "").await;
    for _ in 0..20 {
        assert_eq!(answer(shop.request(Method::POST)).await.status, 200);
    }
    assert_eq!(shop.server.requests().len(), 20);
}

#[tokio::test]
async fn a_plan_without_the_word_and_a_method_that_is_not_listed_are_refused() {
    let shop = Shop::with(vec![Behaviour::Answers(200, "{}".into())]).await;
    let other = shop.gateway.professional().await;
    let path = "/images/1/resize";
    let refused = answer(shop.gateway.request(Method::POST, path).header("x-api-key", &other.key)).await;
    assert_eq!(refused.outcome(), (403, "ACCESS_DENIED"));
    let message = refused.body["error"].as_str().unwrap();
    assert!(message.contains(" POST /images/{id}/resize."), "{message}");
    for method in [Method::PUT, Method::HEAD] {
        let refused = shop.request(method.clone()).send().await.unwrap();
        assert_eq!(refused.status(), 405, "{method}");
        assert_eq!(refused.headers()["allow"], "POST,GET,OPTIONS", "{method}");
    }
    let options = shop.gateway.request(Method::OPTIONS, path).send().await.unwrap();
    assert_eq!(options.headers()["allow"], "POST,GET,OPTIONS");
    let test_key = shop.gateway.test_key(shop.customer.account).await;
    let refused = answer(shop.gateway.request(Method::POST, path).header("x-api-key", &test_key)).await;
    assert_eq!(refused.outcome(), (403, "TEST_KEY_NOT_ALLOWED"));
    for (key, is_callable) in [(&shop.customer.key, true), (&test_key, false)] {
        let shown = shop.gateway.get("/health", key).await.body["endpoints_available"].to_string();
        assert_eq!(shown.contains("/images/"), is_callable, "{shown}");
    }
    assert_eq!(shop.server.connections(), 0);
    assert_eq!(shop.balance().await, 1_000);
}

#[tokio::test]
async fn a_test_key_reaches_the_test_targets_and_costs_nothing() {
    let sandbox = ScriptedServer::start(vec![Behaviour::Answers(200, "{\"sandbox\":true}".into())]).await;
    let upstream = format!("test_targets = [\"http://{}\"]\n", sandbox.address);
    let shop = Shop::selling(vec![Behaviour::Answers(200, "{}".into())], "credits = 3\n", &upstream).await;
    let key = shop.gateway.test_key(shop.customer.account).await;
    let got = answer(shop.gateway.request(Method::POST, "/images/1/resize").header("x-api-key", &key)).await;
    assert_eq!((got.status, &got.body), (200, &json!({ "sandbox": true })));
    assert_eq!((sandbox.connections(), shop.server.connections()), (1, 0));
    assert_eq!(shop.balance().await, 1_000);
}

#[tokio::test]
async fn an_idempotency_key_replays_the_answer_and_charges_once() {
    let shop = Shop::with(vec![Behaviour::Says(
        b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: 4\r\n\r\n\x89PNG".to_vec(),
    )])
    .await;
    let mut first = None;
    for replayed in [false, true, true] {
        let got =
            shop.request(Method::POST).header("idempotency-key", "once").body("pixels").send().await.unwrap();
        assert_eq!(got.status(), 200);
        assert_eq!(got.headers()["content-type"], "image/png");
        assert_eq!(got.headers().contains_key("idempotent-replayed"), replayed);
        let original = got.headers().get("x-original-request-id").cloned();
        let id = got.headers()["x-request-id"].clone();
        assert_eq!(original.is_some(), replayed);
        assert_eq!(
            original.unwrap_or(id),
            *first.get_or_insert_with(|| got.headers()["x-request-id"].clone())
        );
        assert_eq!(&got.bytes().await.unwrap()[..], b"\x89PNG");
    }
    assert_eq!(shop.server.requests().len(), 1);
    assert_eq!(shop.balance().await, 997);
    shop.gateway.assert_books_are_right().await;
}

#[tokio::test]
async fn a_replay_has_the_headers_of_its_answer() {
    let shop = Shop::with(vec![
        Behaviour::Says(
            b"HTTP/1.1 206 Partial Content\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\n\
              content-range: bytes 0-3/9\r\netag: \"v1\"\r\nlink: </a>; rel=next\r\nlink: </b>; rel=prev\r\n\
              content-disposition: attachment\r\nx-total: 7\r\nserver: secret/1\r\ncontent-length: 4\r\n\r\n\x1f\x8b\x08\0"
                .to_vec(),
        ),
        Behaviour::Says(b"HTTP/1.1 204 No Content\r\nlocation: /made/1\r\n\r\n".to_vec()),
    ])
    .await;
    let described = [
        "content-type",
        "content-encoding",
        "content-range",
        "etag",
        "link",
        "content-disposition",
        "x-total",
    ];
    for (key, status, names) in [("part", 206, &described[..]), ("none", 204, &["location", "content-type"])]
    {
        let sent = || shop.request(Method::POST).header("idempotency-key", key).body("pixels").send();
        let (first, again) = (sent().await.unwrap(), sent().await.unwrap());
        assert_eq!((first.status().as_u16(), again.status().as_u16()), (status, status));
        assert!(again.headers().contains_key("idempotent-replayed"));
        for name in names {
            let values =
                |got: &reqwest::Response| got.headers().get_all(*name).iter().cloned().collect::<Vec<_>>();
            assert_eq!(values(&again), values(&first), "{name}");
        }
        assert_eq!(again.bytes().await.unwrap(), first.bytes().await.unwrap());
    }
    assert_eq!(shop.server.requests().len(), 2);
}

/// What an upstream writes there must not keep the answer from being stored with its charge.
#[tokio::test]
async fn an_answer_with_any_media_type_is_charged_once_and_repeated_or_known_as_not_kept() {
    for (media_type, again) in [
        (String::new(), (200, "")),
        ("text/plain".to_owned(), (200, "")),
        (format!("text/{}", "x".repeat(250)), (200, "")),
        (format!("text/{}", "x".repeat(251)), (409, "ANSWER_NOT_KEPT")),
    ] {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {media_type}\r\ncontent-length: 2\r\n\r\n{{}}");
        let says = vec![Behaviour::Says(head.into_bytes())];
        let sandbox = ScriptedServer::start(says.clone()).await;
        let upstream = format!("test_targets = [\"http://{}\"]\n", sandbox.address);
        let shop = Shop::selling(says, "credits = 3\n", &upstream).await;
        let test_key = shop.gateway.test_key(shop.customer.account).await;
        for key in [&shop.customer.key, &test_key] {
            let sent = || {
                let request = shop.gateway.request(Method::POST, "/images/1/resize").header("x-api-key", key);
                answer(request.header("idempotency-key", "once").body("pixels"))
            };
            assert_eq!(sent().await.status, 200, "{media_type}");
            let repeated = sent().await;
            let outcome = if repeated.status == 200 { (200, "") } else { repeated.outcome() };
            assert_eq!(outcome, again, "{media_type}");
        }
        assert_eq!((shop.server.requests().len(), shop.balance().await), (1, 997), "{media_type}");
        shop.gateway.assert_books_are_right().await;
    }
}

#[tokio::test]
async fn a_test_call_whose_client_leaves_frees_its_idempotency_key() {
    let sandbox = ScriptedServer::start(vec![Behaviour::Hangs, Behaviour::Answers(200, "{}".into())]).await;
    let upstream = format!("test_targets = [\"http://{}\"]\n", sandbox.address);
    let shop =
        Shop::selling(vec![Behaviour::Closes], "credits = 3\nsettlement = { left = \"stop\" }\n", &upstream)
            .await;
    let key = shop.gateway.test_key(shop.customer.account).await;
    let sent = || {
        let request = shop.gateway.request(Method::POST, "/images/1/resize").header("x-api-key", &key);
        request.header("idempotency-key", "once").body("pixels")
    };
    let leaving = sent().timeout(Duration::from_millis(500)).send().await;
    assert!(leaving.unwrap_err().is_timeout());
    eventually("the key is free", async || answer(sent()).await.status == 200).await;
}

#[tokio::test]
async fn an_idempotency_key_belongs_to_one_query() {
    let shop = Shop::with(vec![Behaviour::Answers(200, "{}".into())]).await;
    let sent = |query: &str| {
        let path = format!("/images/1/resize{query}");
        let request = shop.gateway.request(Method::POST, &path).header("x-api-key", &shop.customer.key);
        request.header("idempotency-key", "once").body("pixels")
    };
    assert_eq!(answer(sent("?width=1")).await.status, 200);
    for other in ["?width=2", "", "?"] {
        assert_eq!(answer(sent(other)).await.outcome(), (422, "IDEMPOTENCY_KEY_REUSED"), "{other}");
    }
    assert_eq!((shop.server.requests().len(), shop.balance().await), (1, 997));
}

#[tokio::test]
async fn a_dry_run_right_after_a_refund_includes_it() {
    let shop = Shop::selling(vec![Behaviour::Answers(500, "{}".into())], "credits = 3\n", "").await;
    shop.gateway.leave(shop.customer.account, 3).await;
    for _ in 0..5 {
        assert_eq!(answer(shop.request(Method::POST)).await.header("x-credits-remaining"), "3");
        let asked = answer(shop.request(Method::POST).header("x-dry-run", "true")).await;
        assert_eq!(asked.body["dry_run"]["credits_available"], 3, "{}", asked.text);
        assert_eq!(answer(shop.request(Method::POST)).await.header("x-credits-remaining"), "3");
        let credits = shop.gateway.get("/credits", &shop.customer.key).await;
        assert_eq!(credits.header("x-credits-remaining"), "3", "{}", credits.text);
    }
}

#[tokio::test]
async fn a_dry_run_and_a_body_that_is_too_long_reach_no_upstream() {
    let lines = "credits = 3\nmax_request_bytes = 10\n";
    let shop = Shop::selling(vec![Behaviour::Answers(200, "{}".into())], lines, "").await;
    let asked = answer(shop.request(Method::POST).header("x-dry-run", "true")).await;
    assert_eq!((asked.status, &asked.body["dry_run"]["credits"]), (200, &json!(3)));
    let refused = answer(shop.request(Method::POST).body("eleven bytes")).await;
    assert_eq!(refused.outcome(), (413, "BODY_TOO_LARGE"));
    assert_eq!((shop.server.connections(), shop.balance().await), (0, 1_000));
}

#[tokio::test]
async fn a_free_route_never_meets_the_ledger() {
    let shop = Shop::selling(vec![Behaviour::Answers(200, "{}".into())], "credits = 0\n", "").await;
    let got = answer(shop.request(Method::GET)).await;
    assert_eq!((got.status, &got.body), (200, &json!({})));
    for (name, value) in [("x-dry-run", "true"), ("idempotency-key", "k")] {
        let refused = answer(shop.request(Method::GET).header(name, value)).await;
        assert_eq!(refused.status, 400, "{name}");
    }
    assert_eq!((shop.server.requests().len(), shop.balance().await), (1, 1_000));
    let entries = shop.gateway.get("/v1/ledger", &shop.customer.key).await;
    assert!(!entries.text.contains("image-resize"), "{}", entries.text);
}

#[tokio::test]
async fn an_empty_404_of_the_upstream_stays_its_own() {
    let shop = Shop::with(vec![Behaviour::Says(
        b"HTTP/1.1 404 Not Found\r\nserver: secret/1\r\ncontent-length: 0\r\n\r\n".to_vec(),
    )])
    .await;
    let got = shop.request(Method::POST).send().await.unwrap();
    assert_eq!((got.status().as_u16(), got.headers().contains_key("server")), (404, false));
    assert_eq!(got.text().await.unwrap(), "");
}

#[tokio::test]
async fn a_client_that_leaves_pays_by_the_outcome() {
    let shop = Shop::with(vec![Behaviour::Answers(200, "{}".into())]).await;
    let mut client = TcpStream::connect(shop.gateway.address()).await.unwrap();
    let key = &shop.customer.key;
    let head =
        format!("POST /images/1/resize HTTP/1.1\r\nhost: x\r\nx-api-key: {key}\r\ncontent-length: 0\r\n\r\n");
    client.write_all(head.as_bytes()).await.unwrap();
    eventually("the upstream has the request", async || shop.server.requests().len() == 1).await;
    drop(client);
    eventually("the call is charged", async || shop.balance().await == 997).await;
    shop.gateway.assert_books_are_right().await;
}

#[tokio::test]
async fn a_gateway_without_the_variable_keeps_the_old_routes() {
    let shop = Shop::with(vec![Behaviour::Answers(200, "{}".into())]).await;
    let target = format!("http://{}", shop.server.address);
    let text = format!(
        "[[upstream]]\nupstream = \"images\"\nreach = \"private\"\ntargets = [\"{target}\"]\n\
         credential = {{ header = \"X-Token\", value = \"{{env:NO_SUCH_VARIABLE}}\" }}\n"
    );
    applied(&shop.gateway.database, SetKind::Routes, &text).await;
    let expected = "upstream images: the environment variable NO_SUCH_VARIABLE is not set on this machine";
    eventually("operators see why", async || fault_of(&shop.gateway).await.contains(expected)).await;
    assert_eq!(answer(shop.request(Method::POST)).await.status, 200);
}

#[tokio::test]
async fn a_routes_own_limits_refuse_without_taking_from_the_account() {
    let lines = "credits = 3\nlimits = { rate_per_s = 1, burst = 2, concurrency = 1 }\n";
    let shop = Shop::selling(vec![Behaviour::Answers(200, "{}".into())], lines, "").await;
    let slow = shop.gateway.customer_on(|plan| {
        plan.access.push("images".parse().unwrap());
        (plan.rate_per_s, plan.burst) = (1, 50);
    });
    let slow = slow.await;
    let call = || {
        let request = shop.gateway.request(Method::POST, "/images/1/resize");
        answer(request.header("x-api-key", &slow.key))
    };
    let (mut admitted, mut refused) = (0, 0);
    while refused < 20 {
        let answered = call().await;
        if answered.status == 200 {
            admitted += 1;
            continue;
        }
        refused += 1;
        assert_eq!(answered.outcome(), (429, "RATE_LIMITED"));
        assert_eq!((answered.header("retry-after"), answered.header("x-ratelimit-limit")), ("1", "2"));
        assert_eq!(answered.body["error"]["limit"], "route_requests_per_second", "{}", answered.text);
        assert!(answered.text.contains("the limit of this route, 1 request per second"), "{}", answered.text);
        assert!(
            answered.header("ratelimit-policy").starts_with("\"route\";q=2;w="),
            "{}",
            answered.header("ratelimit-policy")
        );
    }
    // Nothing was taken from the account for the refused calls.
    let other = shop.gateway.get("/v1/ledger", &slow.key).await;
    let remaining: i64 = other.header("x-ratelimit-remaining").parse().unwrap();
    assert!(
        other.status == 200 && admitted >= 2 && remaining + admitted + 1 >= 50,
        "{remaining} after {admitted}"
    );
    assert_eq!(shop.server.requests().len() as i64, admitted);
}

#[tokio::test]
async fn calls_at_once_to_a_route_are_bounded() {
    let lines = "credits = 3\nlimits = { rate_per_s = 1000, concurrency = 1 }\n";
    let shop = Shop::selling(vec![Behaviour::Hangs, Behaviour::Answers(200, "{}".into())], lines, "").await;
    let first = tokio::spawn(shop.request(Method::POST).send());
    eventually("the upstream has the request", async || shop.server.requests().len() == 1).await;
    let refused = answer(shop.request(Method::POST)).await;
    assert_eq!(refused.outcome(), (429, "CONCURRENCY_LIMITED"));
    assert_eq!(refused.body["error"]["limit"], "route_concurrent_requests", "{}", refused.text);
    first.abort();
}

#[tokio::test]
async fn a_target_that_is_not_well_gets_no_calls_until_it_is() {
    let unwell =
        Behaviour::Says(b"HTTP/1.1 500 X\r\nconnection: close\r\ncontent-length: 0\r\n\r\n".to_vec());
    let mut script = vec![unwell; 8];
    script.push(Behaviour::Answers(200, "{}".into()));
    let sick = ScriptedServer::start(script).await;
    let shop = Shop::with(vec![Behaviour::Answers(200, "{}".into())]).await;
    let targets = format!("http://{}\", \"http://{}", sick.address, shop.server.address);
    let health = "health = { path = \"/healthz\", every_ms = 500, down_after = 2, up_after = 2 }\n";
    // Free, because it is called until the target is well.
    shop.sell(&targets, "credits = 0\n", health).await;
    // The third check begins when the second is counted.
    eventually("the target was asked three times", async || sick.requests().len() >= 3).await;
    assert!(sick.requests().iter().all(|request| request.starts_with("GET /healthz HTTP/1.1\r\n")));
    for _ in 0..10 {
        assert_eq!(answer(shop.request(Method::POST)).await.status, 200);
    }
    let is_called = async || {
        let answered = answer(shop.request(Method::POST)).await;
        assert_eq!(answered.status, 200);
        sick.requests().iter().any(|request| request.starts_with("POST "))
    };
    eventually("the target is well again, and is called", is_called).await;
}

#[tokio::test]
async fn a_hundred_swaps_under_load_fail_no_call_and_no_call_sees_half_a_set() {
    let shop = Shop::with(vec![Behaviour::Answers(200, "{}".into())]).await;
    let set = |credits: u32| {
        format!(
            "[[upstream]]\nupstream = \"images\"\nreach = \"private\"\ntargets = [\"http://{}\"]\n[[route]]\n\
             route = \"image-resize\"\npath = \"/images/{{id}}/resize\"\nmethods = [\"POST\"]\nupstream = \"images\"\n\
             to = \"/price-{credits}/{{id}}\"\naccess = \"images\"\ncredits = {credits}\n",
            shop.server.address
        )
    };
    shop.sell(&format!("http://{}", shop.server.address), "credits = 3\n", "").await;
    applied(&shop.gateway.database, SetKind::Routes, &set(2)).await;
    let is_first = async || answer(shop.request(Method::POST)).await.header("x-credits-used") == "2";
    eventually("the first set is in force", is_first).await;
    let are_swapped = AtomicBool::new(false);
    let swaps = async {
        for n in 0..100 {
            applied(&shop.gateway.database, SetKind::Routes, &set(1 + n % 2)).await;
        }
        are_swapped.store(true, Ordering::Relaxed);
    };
    let calls = async {
        // As many as the account can pay for.
        for _ in 0..400 {
            if are_swapped.load(Ordering::Relaxed) {
                return;
            }
            let answered = answer(shop.request(Method::POST)).await;
            assert_eq!(answered.status, 200, "{}", answered.text);
            // The upstream's path and the price are those of one set.
            let (id, used) = (answered.header("x-request-id"), answered.header("x-credits-used"));
            let requests = shop.server.requests();
            let request = requests.iter().rev().find(|request| request.contains(id)).unwrap();
            assert!(request.starts_with(&format!("POST /price-{used}/")), "{used}: {request}");
        }
    };
    tokio::join!(swaps, calls);
    shop.gateway.assert_books_are_right().await;
}
