//! The recorded answers: `src/openapi/examples/answers.json` is written from what a gateway
//! answers, without what differs from run to run. A gateway whose answers have another shape fails
//! the test.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use chrono::{Datelike, NaiveDate};
use fluence::domain::key::Scope;
use fluence::openapi::Ordered;
use fluence::storage::keys::NewKey;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::customer::Customer;
use crate::support::gateway::{Answer, Gateway, answer, eventually};

/// Answers by operation and status.
#[derive(Default)]
struct Recorded(BTreeMap<String, BTreeMap<String, Ordered>>);

impl Recorded {
    fn keep(&mut self, operation: &str, answer: &Answer) {
        assert!(answer.status < 300, "{operation}: {}", answer.text);
        let body = Ordered::parse(&answer.text);
        self.0.entry(operation.to_owned()).or_default().insert(answer.status.to_string(), body);
    }
}

struct Recorder {
    gateway: Gateway,
    customer: Customer,
    recorded: Recorded,
}

impl Recorder {
    async fn get(&mut self, operation: &str, path: &str) -> Value {
        let answer = self.gateway.get(path, &self.customer.key).await;
        self.recorded.keep(operation, &answer);
        answer.body
    }

    async fn send(&mut self, operation: &str, method: Method, path: &str, body: &Value) -> Value {
        let request = self.gateway.request(method, path).header("x-api-key", &self.customer.key);
        let request = if body.is_null() { request } else { request.json(body) };
        let answer = answer(request).await;
        self.recorded.keep(operation, &answer);
        answer.body
    }

    async fn post(&mut self, operation: &str, path: &str, body: Value) -> Value {
        self.send(operation, Method::POST, path, &body).await
    }
}

fn id_of(body: &Value) -> String {
    body["data"]["id"].as_str().unwrap().to_owned()
}

async fn recorder() -> Recorder {
    let gateway = Gateway::without_trust().await;
    gateway.with_sample_people().await;
    // As many requests as are recorded; the limits are shown as they are.
    let mut customer = gateway.customer("2025-06", "business").await;
    let all = |new: &mut NewKey| {
        new.terms.scopes = Scope::ALL.to_vec();
        new.terms.name = "backend".into();
    };
    let (key_id, key) = gateway.key(customer.account, all).await;
    (customer.key_id, customer.key) = (key_id, key);
    Recorder { gateway, customer, recorded: Recorded::default() }
}

async fn record_calls(recorder: &mut Recorder) {
    let marina = json!({
        "primeiro_nome": "Marina", "ultimo_nome": "Duarte Prado", "empresa": "Horizonte Sistemas",
    });
    recorder.post("crmBasico", "/crm_basico", marina.clone()).await;
    recorder.post("crm", "/crm", marina.clone()).await;
    let marina =
        json!({ "first_name": "Marina", "last_name": "Duarte Prado", "company": "Horizonte Sistemas" });
    recorder.post("analyze", "/analyze", marina.clone()).await;
    let request = recorder.gateway.posting("/analyze", &recorder.customer.key, &marina);
    let analyzed = answer(request).await;
    let call_id = analyzed.header("x-request-id").to_owned();
    recorder.post("analyzeComprehensive", "/analyze-comprehensive", marina).await;
    let receipt = format!("/v1/ledger/{call_id}");
    let (gateway, key) = (&recorder.gateway, recorder.customer.key.clone());
    eventually("the call is charged", async || gateway.get(&receipt, &key).await.body["state"] == "captured")
        .await;
    recorder.get("receipt", &receipt).await;
    recorder.get("ledger", "/v1/ledger?limit=3").await;
    let usage = "/v1/account/usage?group_by=day,endpoint,outcome&limit=2";
    let gateway = &recorder.gateway;
    eventually("usage is added up", async || gateway.get(usage, &key).await.body["data"][0].is_object())
        .await;
    recorder.get("usage", usage).await;
}

async fn record_account(recorder: &mut Recorder) {
    for (operation, path) in [
        ("creditos", "/creditos"),
        ("credits", "/credits"),
        ("status", "/status"),
        ("account", "/v1/account"),
        ("health", "/health"),
        ("saude", "/saude"),
        ("tiers", "/tiers"),
        ("planos", "/planos"),
        ("livez", "/livez"),
        ("readyz", "/readyz"),
        ("identity_keys", "/.well-known/fluence-identity.json"),
        ("listEnvironments", "/v1/environments"),
    ] {
        recorder.get(operation, path).await;
    }
}

async fn record_contacts(recorder: &mut Recorder) {
    let body = json!({
        "first_name": "Ana", "last_name": "Prates", "company": "Zyntra", "title": "Head of Sales",
        "posts": [{ "text": "We opened an office in Recife.", "published_at": "2026-01-15" }],
    });
    let path = format!("/v1/contacts/{}", id_of(&recorder.post("createContact", "/v1/contacts", body).await));
    recorder.get("listContacts", "/v1/contacts").await;
    recorder.get("readContact", &path).await;
    let change = json!({ "title": "Chief Revenue Officer", "bio": null });
    recorder.send("changeContact", Method::PATCH, &path, &change).await;
    recorder.send("deleteContact", Method::DELETE, &path, &Value::Null).await;
    let environment =
        recorder.post("createEnvironment", "/v1/environments", json!({"name": "staging", "mode": "test"}));
    let path = format!("/v1/environments/{}", id_of(&environment.await));
    recorder.get("readEnvironment", &path).await;
    recorder.send("changeEnvironment", Method::PATCH, &path, &json!({ "key_cap": 1 })).await;
}

async fn record_keys(recorder: &mut Recorder) {
    let made =
        recorder.post("createKey", "/v1/keys", json!({ "name": "crm-sync", "daily_cap": 1_000 })).await;
    let path = format!("/v1/keys/{}", id_of(&made));
    recorder.get("readKey", &path).await;
    recorder
        .send("changeKey", Method::PATCH, &path, &json!({ "daily_cap": null, "name": "backend-2" }))
        .await;
    recorder.post("rotateKey", &format!("{path}/rotate"), json!({ "overlap_seconds": 3_600 })).await;
    recorder.post("endOverlap", &format!("{path}/end-overlap"), Value::Null).await;
    recorder.post("rotateKey", &format!("{path}/rotate"), json!({ "overlap_seconds": 3_600 })).await;
    for (operation, last) in [
        ("cancelRotation", "cancel-rotation"),
        ("disableKey", "disable"),
        ("enableKey", "enable"),
        ("revokeKey", "revoke"),
    ] {
        recorder.post(operation, &format!("{path}/{last}"), Value::Null).await;
    }
    recorder.get("listKeys", "/v1/keys?limit=1").await;
    recorder.send("deleteKey", Method::DELETE, &path, &Value::Null).await;
    recorder.post("reportLeak", "/leaks/report", json!({ "token": "not a key of this service" })).await;
    recorder.get("audit", "/v1/audit?limit=2").await;
}

/// What stands for the time of every answer: later than the newest post of the sample people and
/// the date of the model, which are kept.
const NOW: &str = "2026-11-28T12:00:00Z";
const AN_HOUR_LATER: &str = "2026-11-28T13:00:00Z";
const PERIOD_START: &str = "2026-11-03T09:00:00Z";
const RENEWAL: &str = "2026-12-03T09:00:00Z";

/// Items of a list that are kept: examples show what an answer looks like.
const MAX_ITEMS: usize = 2;

/// What differs from run to run, in place of it: ids in their order, and fixed values.
#[derive(Default)]
struct Fixed {
    ids: Vec<String>,
    /// The last characters of secrets.
    ends: Vec<String>,
}

/// Fewest characters of the cursor of a usage report.
const USAGE_CURSOR_CHARS: usize = 49;

impl Fixed {
    fn value(&mut self, name: &str, value: &mut Ordered) {
        match value {
            Ordered::Object(members) => {
                let is_newer_secret = is_newer_secret(members);
                for (name, member) in members {
                    self.value(name, member);
                    if name == "created_at" && is_newer_secret {
                        *member = Ordered::Text(NOW.to_owned());
                    }
                }
            }
            Ordered::List(items) => {
                items.truncate(MAX_ITEMS);
                items.iter_mut().for_each(|item| self.value(name, item));
            }
            Ordered::Text(text) => *text = self.text(name, text),
            Ordered::Number(number) if name == "clock_skew_s" => *number = "0".to_owned(),
            _ => {}
        }
    }

    fn text(&mut self, name: &str, text: &str) -> String {
        let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let is_day = text.len() >= 10
            && text.is_ascii()
            && is_digits(&text[..4])
            && text[4..5] == *"-"
            && is_digits(&text[5..7]);
        match name {
            "key" => "THE-SECRET-OF-THE-KEY-SHOWN-ONLY-HERE".to_owned(),
            // The random characters of a secret without a prefix.
            "prefix" if !text.ends_with('_') => "q7Wd".to_owned(),
            "last_four" => {
                let known = self.ends.iter().position(|end| end == text);
                let number = known.unwrap_or_else(|| {
                    self.ends.push(text.to_owned());
                    self.ends.len() - 1
                });
                ["Zk3R", "m8Qa", "T2vX", "p9Lw", "H4dN"][number % 5].to_owned()
            }
            "node" => "gateway-1".to_owned(),
            "x" => "THE-PUBLIC-KEY-IN-BASE64URL".to_owned(),
            "kid" => "THE-ID-OF-THE-KEY".to_owned(),
            "newest_post_at" | "published_at" | "date" => text.to_owned(),
            "period_starts_at" => PERIOD_START.to_owned(),
            "expires_at" | "renews_at" | "renovacao_proxima" | "reset_date" | "reset_time" => {
                RENEWAL.to_owned()
            }
            _ if uuid::Uuid::parse_str(text).is_ok() => {
                let known = self.ids.iter().position(|id| id == text);
                let number = known.unwrap_or_else(|| {
                    self.ids.push(text.to_owned());
                    self.ids.len() - 1
                });
                format!("019a0000-0000-7000-8000-{:012x}", number + 1)
            }
            // The cursor of a usage report: its groups and place, with the day that stands for all.
            "next_cursor" if text.len() >= USAGE_CURSOR_CHARS => {
                let day = NOW[..10].parse::<NaiveDate>().unwrap().num_days_from_ce();
                format!("{}{day:08x}{}", &text[..1], &text[9..])
            }
            "next_cursor" => "4211".to_owned(),
            "created_at" if is_day => "2025-11-03T09:00:00Z".to_owned(),
            "ends_at" if is_day => AN_HOUR_LATER.to_owned(),
            _ if is_day && text.contains('T') => NOW.to_owned(),
            _ if is_day && text.len() == 10 => NOW[..10].to_owned(),
            _ => text.to_owned(),
        }
    }
}

/// Whether this is a secret that a rotation has made, and the current one.
fn is_newer_secret(members: &[(String, Ordered)]) -> bool {
    let member = |wanted: &str| members.iter().find(|(name, _)| name == wanted).map(|(_, member)| member);
    let is_first = matches!(member("version"), Some(Ordered::Number(version)) if version == "1");
    member("version").is_some() && !is_first && matches!(member("ends_at"), Some(Ordered::Null))
}

/// The kinds of all members; of a list, of its first item.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            members.iter().map(|(name, member)| (name.clone(), shape(member))).collect()
        }
        Value::Array(items) => items.first().map_or(json!([]), |first| json!([shape(first)])),
        Value::String(_) => json!("text"),
        Value::Number(_) => json!("number"),
        Value::Bool(_) => json!("boolean"),
        Value::Null => Value::Null,
    }
}

#[tokio::test]
async fn the_recorded_answers_are_those_of_a_gateway() {
    let mut recorder = recorder().await;
    record_calls(&mut recorder).await;
    record_account(&mut recorder).await;
    record_contacts(&mut recorder).await;
    record_keys(&mut recorder).await;
    let mut answers = Ordered::parse(&serde_json::to_string(&recorder.recorded.0).unwrap());
    Fixed::default().value("", &mut answers);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/openapi/examples/answers.json");
    if std::env::var_os("WRITE_DOCS").is_some() {
        fs::write(&path, answers.to_pretty() + "\n").unwrap();
    }
    let known: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let known = shape(&known);
    for (operation, answer) in shape(&answers.to_value()).as_object().unwrap() {
        assert_eq!(
            &known[operation], answer,
            "the recorded answer of {operation} is out of date: run `WRITE_DOCS=1 make test ARGS=openapi`"
        );
    }
}
