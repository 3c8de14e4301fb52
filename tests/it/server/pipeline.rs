//! What surrounds every request.

use axum::body::Body;
use axum::http::Request;
use fluence::api::health;
use fluence::server::pipeline::Pipeline;

use crate::support::customer::new_secret;
use crate::support::lines::Lines;
use crate::support::public_links::links;
use crate::support::raw::{Gateway, patient, status};

async fn send(gateway: &Gateway, request_line: &str) -> String {
    gateway.exchange(format!("{request_line} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).await
}

/// The value of a header in the text of an answer.
fn header<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let (head, _) = text.split_once("\r\n\r\n")?;
    head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

#[tokio::test]
async fn every_answer_has_an_id_of_its_own_and_is_neither_sniffed_nor_kept() {
    let gateway = Gateway::start(patient()).await;
    let mut seen = std::collections::HashSet::new();
    for line in ["GET /health", "GET /none", "GET /panic", "GET /crm", "GET http://b/", "OPTIONS /crm"] {
        let text = send(&gateway, line).await;
        let id: uuid::Uuid = header(&text, "x-request-id").unwrap().parse().unwrap();
        assert_eq!(id.get_version_num(), 7);
        assert!(seen.insert(id));
        assert_eq!(header(&text, "x-content-type-options"), Some("nosniff"));
        assert_eq!(header(&text, "cache-control"), Some("no-store"));
        if status(&text) >= 400 {
            assert!(text.contains(&format!(r#""request_id":"{id}""#)), "{text}");
        }
    }
}

#[tokio::test]
async fn a_panic_is_one_500_with_our_body() {
    let gateway = Gateway::start(patient()).await;
    let mut client = gateway.connect().await;
    client.send("GET /panic HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let text = client.read_answer().await;
    assert_eq!(status(&text), 500);
    assert!(text.contains(r#""error_code":"INTERNAL_ERROR""#) && !text.contains("on purpose"), "{text}");
    client.send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert_eq!(status(&client.read_answer().await), 200);
}

#[tokio::test]
async fn stage_prefixes_mean_the_same_as_none() {
    let gateway = Gateway::start(patient()).await;
    for path in ["/health", "/prod/health", "/production/health?x=1"] {
        assert_eq!(status(&send(&gateway, &format!("GET {path}")).await), 200, "{path}");
    }
    for path in ["/prod/prod/health", "/stage/health", "/prod", "/prod//health"] {
        assert_eq!(status(&send(&gateway, &format!("GET {path}")).await), 404, "{path}");
    }
    assert!(send(&gateway, "GET /prod/v1/account/none").await.contains(r#""code":"ENDPOINT_NOT_FOUND""#));
}

#[tokio::test]
async fn head_is_get_without_its_body() {
    let gateway = Gateway::start(patient()).await;
    let get = send(&gateway, "GET /health").await;
    let head = send(&gateway, "HEAD /health").await;
    assert_eq!(status(&head), 200);
    assert_eq!(header(&head, "content-length"), header(&get, "content-length"));
    assert!(head.ends_with("\r\n\r\n"), "{head}");
    let missing = send(&gateway, "HEAD /none").await;
    assert_eq!(status(&missing), 404);
    assert!(missing.ends_with("\r\n\r\n"), "{missing}");
}

#[tokio::test]
async fn c09_options_says_what_a_path_answers_to() {
    let gateway = Gateway::start(patient()).await;
    let text = send(&gateway, "OPTIONS /crm").await;
    assert_eq!((status(&text), header(&text, "allow")), (204, Some("POST,OPTIONS")));
    assert_eq!(header(&text, "access-control-allow-origin"), None);
    let refused = send(&gateway, "DELETE /crm").await;
    assert_eq!((status(&refused), header(&refused, "allow")), (405, Some("POST,OPTIONS")));
    assert_eq!(status(&send(&gateway, "OPTIONS *").await), 204);
    assert_eq!(status(&send(&gateway, "OPTIONS /none").await), 404);
    assert_eq!(gateway.calls(), 0);
}

#[tokio::test]
async fn l01_a_request_is_one_log_line_without_secrets() {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt().json().flatten_event(true).with_writer(move || writer.clone());
    let _guard = tracing::subscriber::set_default(subscriber.finish());
    let pipeline = Pipeline::new(axum::Router::new(), links());
    let request = Request::post("/canary-path-of-a-key?api_key=canary-query")
        .header("host", "a")
        .header("x-api-key", "canary-key")
        .header("x-request-id", "theirs-1")
        .body(Body::from("canary-body"));
    let response = pipeline.answer(request.unwrap()).await;

    let text = lines.text();
    assert_eq!(text.lines().count(), 1, "{text}");
    let line: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&line["method"], &line["status"]), (&"POST".into(), &404.into()));
    assert_eq!(line["code"], "ENDPOINT_NOT_FOUND");
    assert_eq!(line["client_request_id"], "theirs-1");
    assert_eq!(line["request_id"], response.headers()["x-request-id"].to_str().unwrap());
    assert_eq!(line["path"], "/…");
    assert!(line["duration_ms"].is_number());
    assert!(!text.contains("canary"), "{text}");
}

#[tokio::test]
async fn probes_are_logged_at_debug_by_route() {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_max_level(tracing::Level::DEBUG)
        .with_writer(move || writer.clone());
    let _guard = tracing::subscriber::set_default(subscriber.finish());
    let router = axum::Router::new().route(health::LIVEZ, axum::routing::get(health::livez));
    let request = Request::get("/livez").header("host", "a").body(Body::empty()).unwrap();
    assert_eq!(Pipeline::new(router, links()).answer(request).await.status(), 200);
    let text = lines.text();
    let line: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&line["level"], &line["route"]), (&"DEBUG".into(), &"/livez".into()));
}

#[tokio::test]
async fn a_flood_of_refusals_without_a_key_is_few_lines_and_their_number() {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt().json().flatten_event(true).with_writer(move || writer.clone());
    let _guard = tracing::subscriber::set_default(subscriber.finish());
    let pipeline = Pipeline::new(axum::Router::new(), links());
    let started = std::time::Instant::now();
    const FLOOD: usize = 2_000;
    for _ in 0..FLOOD {
        pipeline.answer(Request::get("/none").header("host", "a").body(Body::empty()).unwrap()).await;
    }
    drop(pipeline);
    let seconds = started.elapsed().as_secs() as usize + 1;
    let text = lines.text();
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let left_out: u64 = lines.iter().filter_map(|line| line["left_out"].as_u64()).sum();
    let logged = lines.iter().filter(|line| line["status"] == 404).count();
    assert_eq!(logged as u64 + left_out, FLOOD as u64);
    assert!(logged <= 50 * (seconds + 1), "{logged} lines in {seconds} s");
}

#[tokio::test]
async fn l04_a_client_s_id_is_logged_only_if_it_is_short_and_visible_and_no_key() {
    let (issued, imported) = (new_secret(), "an-imported-key-for-tests-1");
    for bad in ["with space", &"x".repeat(65), "caf\u{e9}", "", issued.expose(), imported] {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = tracing_subscriber::fmt().json().with_writer(move || writer.clone());
        let _guard = tracing::subscriber::set_default(subscriber.finish());
        let request = Request::get("/").header("host", "a").header("x-request-id", bad.as_bytes());
        let request = request.header("authorization", format!("Bearer {imported}"));
        Pipeline::new(axum::Router::new(), links()).answer(request.body(Body::empty()).unwrap()).await;
        let text = lines.text();
        assert!(text.contains("404") && !text.contains("client_request_id"), "{text}");
    }
}
