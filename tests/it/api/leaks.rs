//! `/leaks/…`: reports of leaked keys, and what becomes of the keys.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fluence::domain::key::{KeyFormat, KeyPrefix, KeySecret};
use fluence::domain::member::Role;
use reqwest::Method;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::net::TcpStream;

use super::keys::{made, managed};
use crate::support::customer::{Customer, new_secret};
use crate::support::gateway::{Answer, Gateway, answer, eventually};
use crate::support::raw::RawClient;
use crate::support::scratch::Scratch;
use crate::support::upstream::{Behaviour, ScriptedServer};

const PLACE: &str = "https://gist.example/anna/1f3c";

async fn report(gateway: &Gateway, body: &Value) -> Answer {
    answer(gateway.request(Method::POST, "/leaks/report").json(body)).await
}

async fn rows(gateway: &Gateway, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(gateway.database.pool()).await.unwrap()
}

async fn exposures(gateway: &Gateway) -> i64 {
    rows(gateway, "select count(*) from key_exposure").await
}

async fn emails(gateway: &Gateway) -> i64 {
    rows(gateway, "select count(*) from email_outbox where kind = 'key_exposed'").await
}

async fn state(gateway: &Gateway, customer: &Customer) -> String {
    let sql = "select state from api_key where id = $1";
    sqlx::query_scalar(sql).bind(customer.key_id.as_uuid()).fetch_one(gateway.database.pool()).await.unwrap()
}

#[tokio::test]
async fn the_finder_of_a_key_ends_it_and_its_owner_learns_where_it_was() {
    let gateway = Gateway::without_trust().await;
    let customer = gateway.professional().await;
    let body = json!({ "token": customer.key, "url": PLACE });
    let reported = report(&gateway, &body).await;
    assert_eq!(reported.status, 202, "{}", reported.text);
    assert!(!reported.text.contains(&customer.key));

    let refused = gateway.get("/creditos", &customer.key).await;
    assert_eq!(refused.outcome(), (401, "KEY_EXPOSED"));
    assert_eq!(refused.body["error"]["found_at"], PLACE, "{}", refused.text);
    assert!(refused.body["error"]["exposed_at"].is_string());
    let folded = gateway.get("/v1/keys", &customer.key).await;
    assert_eq!(folded.body["error"]["code"], "UNAUTHORIZED", "{}", folded.text);

    let log = "select count(*) from audit_entry where action = 'key.exposed' and after ->> 'url' = 'https://gist.example/anna/1f3c'";
    assert_eq!((exposures(&gateway).await, emails(&gateway).await, rows(&gateway, log).await), (1, 1, 1));
    for _ in 0..3 {
        assert_eq!(report(&gateway, &body).await.text.replace(' ', ""), reported.text.replace(' ', ""));
    }
    assert_eq!((exposures(&gateway).await, emails(&gateway).await, rows(&gateway, log).await), (1, 1, 1));
    // Another place is kept, without another e-mail.
    report(&gateway, &json!({ "token": customer.key, "url": "https://paste.example/7" })).await;
    assert_eq!((exposures(&gateway).await, emails(&gateway).await), (2, 1));
    assert_eq!(gateway.get("/creditos", &customer.key).await.body["error"]["found_at"], PLACE);
}

#[tokio::test]
async fn the_e_mail_goes_to_the_present_addresses_of_active_admins() {
    let gateway = Gateway::without_trust().await;
    let customer = gateway.professional().await;
    gateway.logged_in(customer.account, "ana@example.com", Role::Admin).await;
    gateway.logged_in(customer.account, "old@example.com", Role::Admin).await;
    gateway.logged_in(customer.account, "gone@example.com", Role::Admin).await;
    for change in [
        "update identity set email = 'new@example.com', email_key = 'new@example.com' where email = 'old@example.com'",
        "update identity set state = 'closed' where email = 'gone@example.com'",
    ] {
        sqlx::query(change).execute(gateway.database.pool()).await.unwrap();
    }
    report(&gateway, &json!({ "token": customer.key, "url": PLACE })).await;
    let mut written: Vec<String> =
        sqlx::query_scalar("select to_address from email_outbox where kind = 'key_exposed'")
            .fetch_all(gateway.database.pool())
            .await
            .unwrap();
    written.sort();
    assert_eq!(written, ["ana@example.com", "new@example.com"]);
}

#[tokio::test]
async fn what_is_no_key_of_this_service_gets_the_same_answer_and_changes_nothing() {
    let gateway = Gateway::without_trust().await;
    let customer = gateway.professional().await;
    let imported = KeySecret::import("an-imported-key-of-this-test").unwrap();
    let id = gateway.key_with(customer.account, &imported, |_| {}).await;
    let unknown = new_secret();
    let told = report(&gateway, &json!({ "token": customer.key })).await;
    for token in [unknown.expose(), imported.expose(), "x", "fluence_live_0000", "ç"] {
        let answer = report(&gateway, &json!({ "token": token, "url": PLACE })).await;
        assert_eq!((answer.status, &answer.body["message"]), (202, &told.body["message"]), "{token}");
    }
    assert_eq!((exposures(&gateway).await, emails(&gateway).await), (1, 1));
    assert_eq!(gateway.get("/creditos", imported.expose()).await.status, 200, "{id}");
    for faulty in [
        json!({}),
        json!({ "token": "x".repeat(129) }),
        json!({ "token": "x", "url": format!("{PLACE}{}", "y".repeat(2_001)) }),
        json!({ "token": "x", "url": "javascript:alert(1)" }),
        json!({ "token": "x", "url": "data:text/html,x" }),
        json!({ "token": "x", "url": "=HYPERLINK(\"https://a.example\")" }),
        json!({ "token": "x", "url": "//a.example" }),
        json!({ "token": 7 }),
        json!({ "token": "x", "more": 1 }),
    ] {
        assert_eq!(report(&gateway, &faulty).await.outcome(), (400, "VALIDATION_FAILED"), "{faulty}");
    }
}

#[tokio::test]
async fn only_the_reported_secret_of_a_rotation_ends() {
    let (gateway, customer) = managed().await;
    let (path, old) = made(&gateway, &customer, &json!({ "name": "server" })).await;
    let rotated =
        gateway.post(&format!("{path}/rotate"), &customer.key, &json!({ "overlap_seconds": 3600 })).await;
    let new = rotated.body["data"]["key"].as_str().unwrap().to_owned();
    assert_eq!(report(&gateway, &json!({ "token": old })).await.status, 202);
    assert_eq!(gateway.get("/creditos", &old).await.outcome(), (401, "KEY_EXPOSED"));
    assert_eq!(gateway.get("/creditos", &new).await.status, 200);
    assert_eq!(gateway.get(&path, &customer.key).await.body["data"]["state"], "active");
}

#[tokio::test]
async fn a_key_that_a_report_disabled_may_be_enabled_and_a_test_key_lives() {
    let gateway =
        Gateway::start_with(&[("FLUENCE_LEAKS_ON_LEAK", "disable"), ("FLUENCE_KEYS_CACHE_TTL_MS", "0")])
            .await;
    let customer = gateway.professional().await;
    let test_key = gateway.test_key(customer.account).await;
    report(&gateway, &json!({ "token": customer.key })).await;
    report(&gateway, &json!({ "token": test_key })).await;
    assert_eq!(state(&gateway, &customer).await, "disabled");
    let refused = gateway.get("/creditos", &customer.key).await;
    assert_eq!(refused.outcome(), (401, "KEY_EXPOSED"));
    assert!(refused.body["error"].get("found_at").is_none(), "{}", refused.text);
    assert_eq!(gateway.get("/creditos", &test_key).await.status, 200);
    assert_eq!(emails(&gateway).await, 2);
    gateway.set_key_state(customer.key_id, fluence::domain::key::KeyState::Active).await;
    assert_eq!(gateway.get("/creditos", &customer.key).await.status, 200);
    // Another report ends it again.
    report(&gateway, &json!({ "token": customer.key })).await;
    assert_eq!(gateway.get("/creditos", &customer.key).await.outcome(), (401, "KEY_EXPOSED"));
}

#[tokio::test]
async fn a_network_sends_at_most_twenty_reports_a_minute() {
    let gateway = Gateway::start().await;
    let body = json!({ "token": "x" });
    let reports = (0..25).map(|_| report(&gateway, &body));
    let answers = futures_util::future::join_all(reports).await;
    let limited: Vec<_> = answers.iter().filter(|answer| answer.status == 429).collect();
    assert_eq!(limited.len(), 5, "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
    assert_eq!(limited[0].code(), "RATE_LIMITED");
    assert_eq!(limited[0].body["error"]["limit"], "leak_reports_per_minute");
    assert!((1..=60).contains(&limited[0].number("retry-after")));
}

#[tokio::test]
async fn a_service_may_take_no_reports() {
    let gateway = Gateway::start_with(&[("FLUENCE_LEAKS_REPORTS", "false")]).await;
    for path in ["/leaks/report", "/leaks/verify", "/leaks/github"] {
        let answer = answer(gateway.request(Method::POST, path).json(&json!({}))).await;
        assert_eq!(answer.outcome(), (404, "ENDPOINT_NOT_FOUND"), "{path}");
    }
}

#[tokio::test]
async fn a_scanner_learns_whether_what_it_found_is_live() {
    let gateway =
        Gateway::start_with(&[("FLUENCE_KEYS_CACHE_TTL_MS", "0"), ("FLUENCE_KEYS_MAX_FAILED_ATTEMPTS", "3")])
            .await;
    let customer = gateway.professional().await;
    let verify = async |token: &str| {
        let body = json!({ "fluence-api-key": { "key": [token] } });
        gateway.request(Method::POST, "/leaks/verify").json(&body).send().await.unwrap().status().as_u16()
    };
    assert_eq!(verify(&customer.key).await, 200);
    let unknown = new_secret();
    assert_eq!(verify(unknown.expose()).await, 403);
    report(&gateway, &json!({ "token": customer.key })).await;
    assert_eq!(verify(&customer.key).await, 403);
    assert_eq!((verify(new_secret().expose()).await, verify(new_secret().expose()).await), (403, 403));
    assert_eq!(verify(new_secret().expose()).await, 429);
    // Asking is no use of the key. A stop writes all uses.
    let (database, _) = gateway.stop().await;
    let uses = sqlx::query_scalar("select count(*) from api_key where last_used_at is not null");
    let uses: i64 = uses.fetch_one(database.pool()).await.unwrap();
    assert_eq!(uses, 0);
}

#[tokio::test]
async fn bodies_that_any_client_may_send_take_bounded_memory() {
    let gateway = Gateway::start().await;
    let verify = async || {
        let body = json!({ "fluence-api-key": { "key": ["no key"] } });
        gateway.request(Method::POST, "/leaks/verify").json(&body).send().await.unwrap().status().as_u16()
    };
    // Each declares 64 KiB and never sends them: 2 MiB of one network.
    let begun = "POST /leaks/verify HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
                 Content-Length: 65536\r\n\r\n{";
    let mut slow = Vec::new();
    for _ in 0..32 {
        let mut client = RawClient(TcpStream::connect(gateway.address()).await.unwrap());
        client.send(begun).await;
        slow.push(client);
    }
    eventually("its part is taken", async || verify().await == 503).await;
    assert_eq!(report(&gateway, &json!({ "token": "x" })).await.outcome(), (503, "SERVICE_UNAVAILABLE"));
    drop(slow);
    eventually("it is free again", async || verify().await == 403).await;
    let long = json!({ "key": "x".repeat(65_536) });
    let refused = gateway.request(Method::POST, "/leaks/verify").json(&long).send().await.unwrap();
    assert_eq!(refused.status(), 413);
}

/// GitHub's side: a key pair, and the list that has its public key.
struct Signer {
    pair: EcdsaKeyPair,
    list: String,
}

impl Signer {
    fn new() -> Self {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref(), &random).unwrap();
        // The public key is the last part of PKCS #8; its header in PEM is the same for every P-256
        // key.
        let header = STANDARD.decode("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgA=").unwrap();
        let der = [header.as_slice(), pair.public_key().as_ref()].concat();
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der));
        let list = json!({ "public_keys": [{ "key_identifier": "one", "key": pem, "is_current": true }] });
        Self { pair, list: list.to_string() }
    }

    async fn send(&self, gateway: &Gateway, identifier: &str, signed: &str, sent: &str) -> (u16, String) {
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        let request = gateway
            .request(Method::POST, "/leaks/github")
            .header("github-public-key-identifier", identifier)
            .header("github-public-key-signature", STANDARD.encode(signature.as_ref()))
            .header("content-type", "application/json")
            .body(sent.to_owned());
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }
}

#[tokio::test]
async fn a_list_that_github_signed_ends_keys_and_is_answered_with_labels() {
    let (signer, folder) = (Signer::new(), Scratch::new());
    let file = folder.path().join("keys.json");
    std::fs::create_dir_all(folder.path()).unwrap();
    std::fs::write(&file, &signer.list).unwrap();
    let gateway = Gateway::start_with(&[
        ("FLUENCE_LEAKS_GITHUB", "true"),
        ("FLUENCE_LEAKS_GITHUB_KEYS_FILE", file.to_str().unwrap()),
        ("FLUENCE_KEYS_CACHE_TTL_MS", "0"),
    ])
    .await;
    let customer = gateway.professional().await;
    let made_up = KeySecret::generate(KeyFormat::PrefixedLive, &KeyPrefix::default(), |below| {
        rand::random_range(0..below)
    });
    let made_up = made_up.unwrap();
    let list = json!([
        { "token": customer.key, "type": "fluence_api_key", "url": PLACE, "source": "content" },
        { "token": made_up.expose(), "type": "fluence_api_key", "url": "", "source": "commit" },
        { "token": "z".repeat(500), "type": "fluence_api_key", "url": "y".repeat(3_000) },
    ])
    .to_string();

    assert_eq!(signer.send(&gateway, "one", "another body", &list).await.0, 401);
    assert_eq!(signer.send(&gateway, "two", &list, &list).await.0, 401);
    let bare = gateway.request(Method::POST, "/leaks/github").body(list.clone()).send().await.unwrap();
    assert_eq!(bare.status(), 401);
    assert_eq!(gateway.get("/creditos", &customer.key).await.status, 200);

    let (status, text) = signer.send(&gateway, "one", &list, &list).await;
    assert_eq!(status, 200, "{text}");
    let labels: Vec<Value> = serde_json::from_str(&text).unwrap();
    let hash: String =
        Sha256::digest(customer.key.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(
        labels[0],
        json!({ "token_hash": hash, "token_type": "fluence_api_key", "label": "true_positive" })
    );
    assert_eq!(
        (&labels[1]["label"], &labels[2]["label"]),
        (&json!("false_positive"), &json!("false_positive"))
    );
    assert!(!text.contains(&customer.key));
    assert_eq!(gateway.get("/creditos", &customer.key).await.body["error"]["found_at"], PLACE);
    for (body, status) in [("{}", 400), ("[{}]", 400), ("[]", 200)] {
        assert_eq!(signer.send(&gateway, "one", body, body).await.0, status, "{body}");
    }
}

#[tokio::test]
async fn githubs_keys_are_cached_and_without_them_github_retries() {
    let signer = Signer::new();
    let answers = vec![Behaviour::Answers(200, signer.list.clone())];
    let server = ScriptedServer::start(answers).await;
    let url = server.url();
    let settings = [("FLUENCE_LEAKS_GITHUB", "true"), ("FLUENCE_LEAKS_GITHUB_KEYS_URL", url.as_str())];
    let gateway = Gateway::start_with(&settings).await;
    for _ in 0..3 {
        assert_eq!(signer.send(&gateway, "one", "[]", "[]").await.0, 200);
    }
    assert_eq!(server.connections(), 1, "the list is read once");

    let down = ScriptedServer::start(vec![Behaviour::Answers(500, "{}".to_owned())]).await;
    let url = down.url();
    let settings = [("FLUENCE_LEAKS_GITHUB", "true"), ("FLUENCE_LEAKS_GITHUB_KEYS_URL", url.as_str())];
    let gateway = Gateway::start_with(&settings).await;
    assert_eq!(signer.send(&gateway, "one", "[]", "[]").await.0, 503);
}

#[tokio::test]
async fn no_report_leaves_the_key_anywhere() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let place = format!("{PLACE}?api_key={}", customer.key);
    report(&gateway, &json!({ "token": customer.key, "url": place })).await;
    assert_eq!(exposures(&gateway).await, 1);
    for table in ["key_exposure", "audit_entry", "key_secret", "api_key", "change", "email_outbox"] {
        let sql = format!("select coalesce(string_agg(t::text, ' '), '') from {table} t");
        let text: String =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(gateway.database.pool()).await.unwrap();
        assert!(!text.contains(&customer.key), "{table}");
    }
}
