//! `examples/`: the programs that clients write, each run as its own process against a real
//! gateway.

use std::path::Path;
use std::process::Stdio;

use fluence::domain::key::Scope;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::support::customer::Customer;
use crate::support::gateway::Gateway;

/// What a program printed, and whether it ended well.
struct Ran {
    is_success: bool,
    stdout: String,
    stderr: String,
}

impl Ran {
    /// What it printed, having ended well.
    fn stdout(self) -> String {
        assert!(self.is_success, "{}{}", self.stdout, self.stderr);
        self.stdout
    }

    fn json(self) -> Value {
        serde_json::from_str(&self.stdout()).unwrap()
    }
}

/// Runs a program of `examples/` with a key, as its README says.
async fn run(gateway: &Gateway, program: &str, key: &str) -> Ran {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(program);
    let interpreter: &[&str] = match path.extension().and_then(|extension| extension.to_str()) {
        Some("sh") => &["sh"],
        Some("py") => &["python3"],
        Some("js" | "mjs") => &["node"],
        Some("go") => &["go", "run"],
        Some("php") => &["php"],
        Some("rb") => &["ruby"],
        other => panic!("no interpreter for {other:?}"),
    };
    let (url, stage) = (gateway.url(), format!("{}/production", gateway.url()));
    let output = Command::new(interpreter[0])
        .args(&interpreter[1..])
        .arg(&path)
        .env("FLUENCE_API_KEY", key)
        .env("FLUENCE_PORTUGUESE_URL", &stage)
        .env("FLUENCE_ENGLISH_URL", &stage)
        .envs([("FLUENZR_API_KEY", key), ("INFLUTICS_API_KEY", key)])
        .envs([("FLUENZR_URL", &url), ("INFLUTICS_URL", &url)])
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = output.await.unwrap_or_else(|error| panic!("{} cannot run: {error}", interpreter[0]));
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { is_success: output.status.success(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// A gateway that knows the sample people, and a customer of it.
async fn with_sample_people() -> (Gateway, Customer) {
    let gateway = Gateway::start().await;
    gateway.with_sample_people().await;
    let customer = gateway.customer("2025-01", "professional").await;
    (gateway, customer)
}

/// Runs a program that prints what its paid call gave, and checks what the account paid.
async fn paid(program: &str, prints: &str, credits: i64) {
    let (gateway, customer) = with_sample_people().await;
    let printed = run(&gateway, program, &customer.key).await.stdout();
    assert!(printed.starts_with(prints), "{printed}");
    assert_eq!(gateway.balance(customer.account).await, 1000 - credits);
    let refused = run(&gateway, program, "an-imported-key-for-tests-1").await;
    assert!(!refused.is_success && !refused.stderr.is_empty(), "{}", refused.stdout);
}

#[tokio::test]
async fn curl_asks_who_a_person_is() {
    let (gateway, customer) = with_sample_people().await;
    let body = run(&gateway, "fluence/crm_basico.sh", &customer.key).await.json();
    assert_eq!(body["analise"]["person"]["first_name"], "João");
    assert_eq!(body["billing_info"]["creditos_utilizados"], 1);
}

#[tokio::test]
async fn curl_analyses_in_english() {
    let (gateway, customer) = with_sample_people().await;
    let body = run(&gateway, "fluence/analyze.sh", &customer.key).await.json();
    assert!(body["analise"]["ocean_scores"]["openness"].is_number(), "{body}");
}

#[tokio::test]
async fn curl_needs_no_key_in_development_mode() {
    let gateway = Gateway::start_dev().await;
    let body = run(&gateway, "fluence/analyze_comprehensive.sh", "unused").await.json();
    assert_eq!(body["analise"]["person"]["last_name"], "Doe");
    assert_eq!(body["billing_info"]["creditos_utilizados"], 0);
}

#[tokio::test]
async fn curl_checks_a_key_without_spending_credits() {
    let (gateway, customer) = with_sample_people().await;
    let body = run(&gateway, "fluence/health.sh", &customer.key).await.json();
    assert_eq!(body["api_key_status"], "valid");
    assert_eq!(gateway.balance(customer.account).await, 1000);
}

#[tokio::test]
async fn python_prints_the_type_of_a_person() {
    paid("fluence/crm.py", "type: ", 2).await;
}

#[tokio::test]
async fn python_prints_who_a_person_is() {
    paid("fluence/crm_basico.py", "person: João\ncredits used: 1", 1).await;
}

#[tokio::test]
async fn axios_prints_a_score() {
    paid("fluence/analyze.axios.js", "openness: ", 1).await;
}

#[tokio::test]
async fn axios_prints_who_a_person_is() {
    paid("fluence/crm_basico.axios.js", "person: Maria\ncredits left: 999", 1).await;
}

#[tokio::test]
async fn go_prints_a_score() {
    paid("fluence/analyze.go", "openness: ", 1).await;
}

/// Runs a program that lists contacts, with a key that may read them and with one that is unknown.
async fn lists_contacts(program: &str) {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let (_, reader) = gateway.key(customer.account, |key| key.terms.scopes = vec![Scope::Read]).await;
    let contact = json!({ "first_name": "Iara", "last_name": "Quental", "company": "Moinho Alto" });
    assert_eq!(gateway.post("/v1/contacts", &customer.key, &contact).await.status, 201);
    let listed = run(&gateway, program, &reader).await.stdout();
    assert!(listed.contains("Iara") && listed.contains("Quental"), "{listed}");
    let refused = run(&gateway, program, "an-imported-key-for-tests-1").await;
    let said = refused.stdout + &refused.stderr;
    assert!(!refused.is_success);
    assert!(said.contains("UNAUTHORIZED") && said.contains("Invalid or missing API key"), "{said}");
}

#[tokio::test]
async fn curl_lists_contacts() {
    lists_contacts("fluenzr/contacts.sh").await;
}

#[tokio::test]
async fn fetch_lists_contacts() {
    lists_contacts("fluenzr/contacts.fetch.mjs").await;
}

#[tokio::test]
async fn axios_lists_contacts() {
    lists_contacts("fluenzr/contacts.axios.mjs").await;
}

#[tokio::test]
async fn python_lists_contacts() {
    lists_contacts("fluenzr/contacts.py").await;
}

#[tokio::test]
async fn php_lists_contacts() {
    lists_contacts("fluenzr/contacts.php").await;
}

#[tokio::test]
async fn ruby_lists_contacts() {
    lists_contacts("fluenzr/contacts.rb").await;
}

/// Runs a program that shows usage, with a key that may read it and with one that is unknown.
async fn shows_usage(program: &str) {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let shown = run(&gateway, program, &customer.key).await.json();
    assert!(shown.is_array() || shown["data"].is_array(), "{shown}");
    let refused = run(&gateway, program, "an-imported-key-for-tests-1").await;
    let said = refused.stdout + &refused.stderr;
    assert!(!refused.is_success);
    assert!(said.contains("Invalid API key") && said.contains("INVALID_API_KEY"), "{said}");
}

#[tokio::test]
async fn curl_shows_usage() {
    shows_usage("influtics/usage.sh").await;
}

#[tokio::test]
async fn fetch_shows_usage() {
    shows_usage("influtics/usage.fetch.mjs").await;
}

#[tokio::test]
async fn python_shows_usage() {
    shows_usage("influtics/usage.py").await;
}
