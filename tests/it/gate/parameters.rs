//! Query parameters of calls that take none.

use fluence::domain::key::Scope;
use reqwest::Method;
use serde_json::json;

use super::people::marina;
use crate::support::gateway::{Gateway, answer};

#[tokio::test]
async fn a_paid_call_with_parameters_is_refused_by_name_and_free() {
    let gateway = Gateway::start().await;
    let customer = gateway.enterprise(10).await;
    for path in ["/crm_basico?dry_run=true", "/crm?dry_run=true", "/analyze?language=pt", "/prod/crm?a=1"] {
        let refused = gateway.post(path, &customer.key, &marina()).await;
        assert_eq!(refused.outcome(), (400, "VALIDATION_FAILED"), "{path}");
        let field = &path[path.find('?').unwrap() + 1..path.find('=').unwrap()];
        assert_eq!(refused.body["error"]["fields"][0]["field"], field);
        assert_eq!(refused.body["error"]["fields"][0]["problem"], "unknown_parameter");
        refused.assert_accounted();
    }
    // With the faulty fields of the body, all at once; a parameter is named though the body has
    // such a field.
    let faulty =
        gateway.post("/analyze-comprehensive?tier=basic", &customer.key, &json!({ "tier": "gold" })).await;
    let fields = faulty.body["error"]["fields"].as_array().unwrap();
    let named: Vec<_> = fields.iter().map(|fault| fault["field"].as_str().unwrap()).collect();
    assert_eq!(named, ["tier", "first_name", "last_name", "company", "tier"]);
    assert_eq!(gateway.balance(customer.account).await, 10);
    assert_eq!(gateway.requests_used(customer.account).await, 0);
    assert_eq!(gateway.post("/crm?", &customer.key, &marina()).await.status, 404, "nothing is no parameter");
}

#[tokio::test]
async fn a_key_in_the_query_string_has_its_own_error() {
    let gateway = Gateway::start().await;
    let customer = gateway.enterprise(10).await;
    let refused = gateway.post("/crm?api_key=x&dry_run=true", &customer.key, &marina()).await;
    assert_eq!(refused.outcome(), (400, "KEY_IN_QUERY_STRING"));
}

#[tokio::test]
async fn every_path_with_a_key_refuses_parameters_that_it_does_not_know() {
    let gateway = Gateway::start().await;
    let customer = gateway.customer_on(|plan| (plan.rate_per_s, plan.burst) = (500, 1_000)).await;
    let (_, key) = gateway.key(customer.account, |key| key.terms.scopes = Scope::ALL.to_vec()).await;
    let id = "01900000-0000-7000-8000-000000000001";
    let (get, post, patch) = (Method::GET, Method::POST, Method::PATCH);
    for (method, path) in [
        (&get, "/creditos".to_owned()),
        (&get, "/credits".to_owned()),
        (&get, "/status".to_owned()),
        (&get, "/v1/account".to_owned()),
        (&get, "/v1/account/usage".to_owned()),
        (&get, "/v1/ledger".to_owned()),
        (&get, format!("/v1/ledger/{id}")),
        (&get, "/v1/contacts".to_owned()),
        (&post, "/v1/contacts".to_owned()),
        (&get, format!("/v1/contacts/{id}")),
        (&patch, format!("/v1/contacts/{id}")),
        (&Method::DELETE, format!("/v1/contacts/{id}")),
        (&get, "/v1/keys".to_owned()),
        (&post, "/v1/keys".to_owned()),
        (&get, format!("/v1/keys/{id}")),
        (&patch, format!("/v1/keys/{id}")),
        (&post, format!("/v1/keys/{id}/rotate")),
        (&post, format!("/v1/keys/{id}/revoke")),
        (&get, "/v1/environments".to_owned()),
        (&post, "/v1/environments".to_owned()),
        (&patch, format!("/v1/environments/{id}")),
        (&get, "/v1/audit".to_owned()),
    ] {
        let request =
            gateway.request(method.clone(), &format!("{path}?colour=red")).header("x-api-key", &key);
        let request = if *method == get { request } else { request.json(&json!({})) };
        let refused = answer(request).await;
        assert_eq!(refused.outcome(), (400, "VALIDATION_FAILED"), "{method} {path}: {}", refused.text);
        assert!(refused.text.contains("`colour`"), "{method} {path}: {}", refused.text);
    }
}

#[tokio::test]
async fn pages_that_monitors_and_browsers_fetch_ignore_them() {
    let gateway = Gateway::start().await;
    for path in ["/health", "/saude", "/tiers", "/planos", "/livez", "/readyz"] {
        let served = answer(gateway.request(Method::GET, &format!("{path}?_=1"))).await;
        assert_eq!(served.status, 200, "{path}: {}", served.text);
    }
}
