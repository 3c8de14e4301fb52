//! How a JSON body may be declared and begin, at every endpoint that takes one.

use fluence::domain::key::Scope;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::gateway::{Answer, Gateway, answer};

/// Endpoints that take a body, one for each way in which bodies are read, with one that is good.
fn endpoints() -> [(&'static str, Value, u16); 5] {
    let person = json!({"first_name": "Marina", "last_name": "Alves", "company": "Zyntra"});
    [
        ("/crm_basico", person.clone(), 404),
        ("/analyze-comprehensive", person.clone(), 404),
        ("/v1/contacts", person, 201),
        ("/v1/keys", json!({"name": "nightly"}), 201),
        ("/v1/environments", json!({"name": "sandbox", "mode": "test"}), 201),
    ]
}

/// The answers of every endpoint, each with the status that a good body has there.
async fn sent(content_type: &str, content_encoding: Option<&str>, before: &str) -> Vec<(Answer, u16)> {
    let gateway = Gateway::start().await;
    let customer = gateway.enterprise(100).await;
    let scopes = vec![Scope::Read, Scope::Invoke, Scope::Manage];
    let (_, manager) = gateway.key(customer.account, |new| new.terms.scopes = scopes).await;
    let mut answers = Vec::new();
    for (path, body, good) in endpoints() {
        let request = gateway.request(Method::POST, path).header("x-api-key", &manager);
        let mut request = request.header("content-type", content_type).body(format!("{before}{body}"));
        if let Some(encoding) = content_encoding {
            request = request.header("content-encoding", encoding);
        }
        answers.push((answer(request).await, good));
    }
    answers
}

#[tokio::test]
async fn a_charset_a_byte_order_mark_and_an_empty_encoding_change_nothing() {
    for (content_type, content_encoding, before) in [
        ("application/json; charset=utf8", None, ""),
        ("application/json; charset=us-ascii", Some(""), ""),
        ("application/json; charset=\"UTF-8\"", Some("identity"), "\u{feff}"),
    ] {
        for (answer, good) in sent(content_type, content_encoding, before).await {
            assert_eq!(answer.status, good, "{content_type}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_415_and_says_why() {
    for (content_type, content_encoding, why) in [
        ("application/json; charset=utf-16", None, "an encoding other than UTF-8"),
        ("text/plain", None, "not declared as JSON"),
        ("application/json", Some("gzip"), "Content-Encoding"),
    ] {
        for (answer, _) in sent(content_type, content_encoding, "").await {
            assert!(answer.status == 415 && answer.text.contains(why), "{}", answer.text);
        }
    }
}
