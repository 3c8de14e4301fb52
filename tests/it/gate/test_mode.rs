//! Keys of test environments, and the development mode: sample people, no credits.

use std::future::ready;

use fluence::domain::refusal::Refusal;
use reqwest::Method;
use serde_json::{Value, json};

use super::handlers::answering;
use super::people::{luiz, marina, nobody};
use crate::support::gateway::{Gateway, answer};

/// Entries of calls in the ledger.
async fn call_entries(gateway: &Gateway) -> i64 {
    let query = "select count(*) from ledger_entry where kind in (4, 5)";
    sqlx::query_scalar(query).fetch_one(gateway.database.pool()).await.unwrap()
}

#[tokio::test]
async fn a_test_key_finds_sample_people_and_spends_nothing() {
    // The directory is empty: only the sample knows Marina.
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let key = gateway.test_key(customer.account).await;
    let found = gateway.post("/crm", &key, &marina()).await;
    assert_eq!((found.status, &found.body["analise"]["match"]["source"]), (200, &json!("sample")));
    assert_eq!(found.billing()["creditos_utilizados"], 0);
    assert_eq!(found.billing()["creditos_restantes"], 1000);
    found.assert_accounted();
    assert_eq!(gateway.post("/crm", &key, &nobody()).await.outcome(), (404, "PROFILE_NOT_FOUND"));
    assert_eq!(gateway.post("/crm", &key, &luiz()).await.outcome(), (409, "MULTIPLE_MATCHES"));
    assert_eq!(call_entries(&gateway).await, 0);
    assert_eq!(
        (gateway.balance(customer.account).await, gateway.requests_used(customer.account).await),
        (1000, 0)
    );
}

#[tokio::test]
async fn a_live_key_never_finds_sample_people() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    assert_eq!(gateway.post("/crm", &customer.key, &marina()).await.outcome(), (404, "PROFILE_NOT_FOUND"));
}

#[tokio::test]
async fn a_test_key_works_on_an_account_without_credits() {
    let gateway = Gateway::start().await;
    let customer = gateway.enterprise(0).await;
    let key = gateway.test_key(customer.account).await;
    assert_eq!(gateway.post("/crm", &key, &marina()).await.status, 200);
    assert_eq!(gateway.post("/crm", &customer.key, &marina()).await.status, 402);
}

#[tokio::test]
async fn a_failure_in_test_mode_gives_nothing_back_because_nothing_was_taken() {
    let gateway = answering(|| ready(Refusal::Upstream)).await;
    let customer = gateway.professional().await;
    let key = gateway.test_key(customer.account).await;
    let failed = gateway.post("/crm", &key, &marina()).await;
    assert_eq!(failed.status, 502);
    failed.assert_accounted();
    assert!(failed.billing().get("reembolsado").is_none());
    assert_eq!(failed.billing()["creditos_restantes"], 1000);
}

#[tokio::test]
async fn a_dry_run_in_test_mode_costs_nothing_and_would_succeed() {
    let gateway = Gateway::start().await;
    let customer = gateway.customer_on(|plan| plan.requests = 0).await;
    let key = gateway.test_key(customer.account).await;
    let dry = answer(gateway.posting("/crm", &key, &marina()).header("x-dry-run", "true")).await;
    assert_eq!(dry.body["dry_run"]["would_succeed"], true);
    assert_eq!(
        (&dry.body["dry_run"]["credits"], &dry.body["dry_run"]["credits_after"]),
        (&json!(0), &json!(1000))
    );
}

fn comprehensive(who: Value, mock: bool) -> Value {
    let mut body = who;
    body["allow_mock_data"] = mock.into();
    body
}

#[tokio::test]
async fn mock_data_answers_for_unknown_people_only_in_test_mode() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let key = gateway.test_key(customer.account).await;
    let path = "/analyze-comprehensive";
    let mocked = gateway.post(path, &key, &comprehensive(nobody(), true)).await;
    assert_eq!((mocked.status, &mocked.body["analise"]["match"]), (200, &json!({"source": "mock"})));
    let person = &mocked.body["analise"]["person"];
    assert_eq!(
        (&person["first_name"], &person["last_name"], &person["company"]),
        (&json!("Ninguém"), &json!("Desconhecido"), &json!("Empresa Nenhuma"))
    );
    let known = gateway.post(path, &key, &comprehensive(marina(), true)).await;
    assert_eq!(known.body["analise"]["match"]["source"], "sample");
    assert_eq!(gateway.post(path, &key, &comprehensive(nobody(), false)).await.status, 404);
    let refused = gateway.post(path, &customer.key, &comprehensive(nobody(), true)).await;
    assert_eq!(refused.outcome(), (400, "MOCK_DATA_NOT_ALLOWED"));
    refused.assert_accounted();
    assert_eq!(gateway.post(path, &customer.key, &comprehensive(nobody(), false)).await.status, 404);
    gateway.assert_books_are_right().await;
    assert_eq!(gateway.balance(customer.account).await, 998);
}

#[tokio::test]
async fn the_development_mode_needs_no_key_and_charges_nothing() {
    let gateway = Gateway::start_dev().await;
    let served = answer(gateway.request(Method::POST, "/crm").json(&marina())).await;
    assert_eq!((served.status, &served.body["analise"]["match"]["source"]), (200, &json!("sample")));
    assert_eq!(served.billing()["creditos_utilizados"], 0);
    assert_eq!(answer(gateway.request(Method::GET, "/creditos")).await.status, 200);
    assert_eq!(call_entries(&gateway).await, 0);
}

#[tokio::test]
async fn development_mode_accepts_any_key_and_marks_it_unchecked() {
    let gateway = Gateway::start_dev().await;
    let bearer =
        |value: &'static str| gateway.request(Method::GET, "/creditos").header("authorization", value);
    let placeholder = gateway.get("/creditos", "an-imported-key-for-tests-1").await;
    for taken in [placeholder, answer(bearer("Bearer your-api-key-here")).await, answer(bearer("x")).await] {
        assert_eq!((taken.status, taken.header("x-development-mode")), (200, "key not checked"));
    }
    let unnamed = answer(gateway.request(Method::GET, "/creditos")).await;
    assert_eq!((unnamed.status, unnamed.header("x-development-mode")), (200, ""));
    assert_eq!(
        answer(gateway.request(Method::GET, "/creditos?api_key=x")).await.code(),
        "KEY_IN_QUERY_STRING"
    );
}

#[tokio::test]
async fn the_development_mode_answers_to_loopback_names_only() {
    let gateway = Gateway::start_dev().await;
    let named = |host: &'static str| gateway.request(Method::GET, "/creditos").header("host", host);
    assert_eq!(answer(named("attacker.example")).await.status, 400);
    assert_eq!(answer(named("localhost:8000")).await.status, 200);
}

#[tokio::test]
async fn a_key_made_in_development_mode_is_dead_without_it() {
    let gateway = Gateway::start_dev().await;
    let made = answer(
        gateway
            .request(Method::POST, "/v1/keys")
            .json(&json!({ "name": "left over", "environment": "development" })),
    )
    .await;
    let key = made.body["data"]["key"].as_str().unwrap_or_else(|| panic!("{}", made.text)).to_owned();
    assert_eq!(gateway.get("/creditos", &key).await.header("x-development-mode"), "");
    let (database, pepper) = gateway.stop().await;
    let gateway = Gateway::on(database, pepper, &[]).await;
    assert_eq!(gateway.get("/creditos", &key).await.outcome(), (403, "ACCOUNT_SUSPENDED"));
}

#[tokio::test]
async fn the_people_of_published_samples_are_among_the_sample_people() {
    let gateway = Gateway::start_dev().await;
    for (first, last, company) in [
        ("João", "Silva", "Microsoft Brasil"),
        ("João", "Silva", "Google Brasil"),
        ("Maria", "Santos", "Google Brasil"),
        ("Maria", "Santos", "Microsoft Brasil"),
        ("John", "Doe", "Microsoft"),
        ("John", "Doe", "Apple"),
    ] {
        let body = json!({"primeiro_nome": first, "ultimo_nome": last, "empresa": company});
        let found = answer(gateway.request(Method::POST, "/crm").json(&body)).await;
        assert_eq!(found.status, 200, "{first} {last} {company}: {}", found.text);
        assert_eq!(found.body["analise"]["match"]["source"], "sample");
        assert_eq!(
            found.body["analise"]["mbti_type"].as_str().map(str::len),
            Some(4),
            "enough posts for all of it"
        );
    }
}
