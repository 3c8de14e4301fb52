//! `/openapi.json` and `fluence openapi`.

use std::io::Read;

use reqwest::Method;
use serde_json::Value;

use crate::command::program::bare;
use crate::support::documented::DOCUMENT;
use crate::support::gateway::Gateway;

#[tokio::test]
async fn the_document_needs_no_key_and_is_open_to_every_origin() {
    let gateway = Gateway::start().await;
    let answer = gateway.request(Method::GET, "/openapi.json").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "application/json");
    assert_eq!(answer.headers()["access-control-allow-origin"], "*");
    assert_eq!(answer.json::<Value>().await.unwrap(), *DOCUMENT);
    let elsewhere = gateway.request(Method::GET, "/tiers").send().await.unwrap();
    assert!(!elsewhere.headers().contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn a_client_that_has_the_document_is_not_sent_it_again() {
    let gateway = Gateway::start().await;
    let first = gateway.request(Method::GET, "/openapi.json").send().await.unwrap();
    let tag = first.headers()["etag"].to_str().unwrap().to_owned();
    for (sent, status) in [(tag.clone(), 304), (format!("\"x\", {tag}"), 304), ("W/\"x\"".to_owned(), 200)] {
        let again = gateway.request(Method::GET, "/openapi.json").header("if-none-match", &sent).send();
        let again = again.await.unwrap();
        assert_eq!(
            (again.status().as_u16(), &again.headers()["etag"]),
            (status, &first.headers()["etag"]),
            "{sent}"
        );
    }
}

#[tokio::test]
async fn the_document_is_the_same_compressed() {
    let gateway = Gateway::start().await;
    for address in ["127.0.0.1:8000", "127.0.0.1:8000", "another.example"] {
        let request = gateway.request(Method::GET, "/openapi.json").header("host", address);
        let plain = request.try_clone().unwrap().send().await.unwrap().bytes().await.unwrap();
        let sent = request.header("accept-encoding", "gzip").send().await.unwrap();
        assert_eq!(sent.headers()["content-encoding"], "gzip");
        let compressed = sent.bytes().await.unwrap();
        let mut text = Vec::new();
        flate2::read::GzDecoder::new(&*compressed).read_to_end(&mut text).unwrap();
        assert!(text == plain && compressed.len() * 4 < plain.len(), "{address}");
    }
}

#[tokio::test]
async fn head_names_the_length_that_get_has() {
    let gateway = Gateway::start().await;
    for path in ["/openapi.json", "/docs/api", "/docs/api.md", "/llms.txt", "/login", "/livez", "/tiers"] {
        for accepted in ["gzip", "identity"] {
            let sent = async |method| {
                let request = gateway.request(method, path).header("accept-encoding", accepted);
                request.send().await.unwrap().headers().clone()
            };
            let (get, head) = (sent(Method::GET).await, sent(Method::HEAD).await);
            for name in ["content-length", "content-encoding", "content-type", "vary", "etag"] {
                assert_eq!(head.get(name), get.get(name), "{name} of {path}, {accepted}");
            }
        }
    }
}

#[test]
fn the_command_prints_the_document_without_a_database() {
    for words in [&["openapi"][..], &["--json", "openapi"]] {
        let printed = bare(words).output().unwrap();
        assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
        assert_eq!(serde_json::from_slice::<Value>(&printed.stdout).unwrap(), *DOCUMENT);
    }
    let elsewhere = bare(&["openapi"]).env("FLUENCE_BASE_URL", "https://api.acme.test/").output().unwrap();
    let document: Value = serde_json::from_slice(&elsewhere.stdout).unwrap();
    assert_eq!(document["servers"][0]["url"], "https://api.acme.test");
    let page = &document["x-fluence-errors"]["MISSING_AUTH"]["docs"];
    assert_eq!(page, "https://api.acme.test/docs/errors/MISSING_AUTH");
}
