//! Explaining requests and keys: the same facts as `fluence explain`.

use fluence::domain::account::AccountState;
use fluence::domain::credits::Credits;
use fluence::domain::ids::KeyId;
use fluence::domain::key::{KeyState, Scope};
use reqwest::Method;
use serde_json::json;

use super::{admin, desk, start};
use crate::gate::people::marina;

#[tokio::test]
async fn a_request_id_explains_the_call_with_its_key_price_and_entries() {
    let gateway = start().await;
    gateway.with_sample_people().await;
    let customer = gateway.professional().await;
    let answer = gateway.post("/crm", &customer.key, &marina()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let id = answer.headers["x-request-id"].to_str().unwrap().to_owned();
    let mut admin = admin(&gateway).await.visitor;
    crate::support::gateway::eventually("the call is captured", async || {
        let page = admin.copy().fill("/operator/explain", &[("what", &id)]).await;
        page.status == 200 && page.has("<code>answered</code>")
    })
    .await;
    let page = admin.fill("/operator/explain", &[("what", &id)]).await;
    for part in [
        format!("href=\"{}\"", desk(customer.account)),
        format!("href=\"{}/keys/{}\"", desk(customer.account), customer.key_id),
        format!("href=\"{}/ledger/calls/{id}\"", desk(customer.account)),
        "<code>/crm</code>".to_owned(),
        "<code>hold</code>".to_owned(),
    ] {
        assert!(page.has(&part), "{part}: {}", page.body);
    }
    let receipt = admin.get(&format!("{}/ledger/calls/{id}", desk(customer.account))).await;
    assert_eq!(receipt.status, 200);
}

#[tokio::test]
async fn the_request_id_of_a_change_explains_who_changed_what() {
    let gateway = start().await;
    let account = gateway.professional().await.account;
    let mut admin = admin(&gateway).await.visitor;
    let done = admin
        .fill(&format!("{}/suspend", desk(account)), &[("name", "Test"), ("reason", "abuse of the trial")])
        .await;
    assert_eq!(done.status, 303, "{}", done.body);
    let id: String =
        sqlx::query_scalar("select request_id::text from audit_entry where action = 'account.suspended'")
            .fetch_one(gateway.database.pool())
            .await
            .unwrap();
    let page = admin.fill("/operator/explain", &[("what", &id)]).await;
    assert!(
        page.has("suspended the account: abuse of the trial") && page.has("operator olga"),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn a_key_explains_why_its_calls_are_refused() {
    let gateway = start().await;
    let customer = gateway.professional().await;
    let mut admin = admin(&gateway).await.visitor;
    let end = &customer.key[customer.key.len() - 4..];
    let id = customer.key_id.to_string();
    assert!(admin.fill("/operator/explain", &[("what", &id)]).await.has("Nothing refuses this key now"));
    gateway.set_key_state(customer.key_id, KeyState::Disabled).await;
    gateway.set_account_state(customer.account, AccountState::Suspended).await;
    gateway.leave(customer.account, 0).await;
    for what in [&id, &customer.key] {
        let page = admin.fill("/operator/explain", &[("what", what)]).await;
        for reason in ["DISABLED_API_KEY", "The account is suspended", "INSUFFICIENT_CREDITS"] {
            assert!(page.has(reason), "{reason}: {}", page.body);
        }
    }
    let page = admin.fill("/operator/explain", &[("what", end)]).await;
    assert!(page.has(&format!("href=\"{}/keys/{id}\"", desk(customer.account))), "{}", page.body);
}

#[tokio::test]
async fn a_key_explains_caps_requests_scopes_and_where_it_works() {
    let gateway = start().await;
    gateway.with_sample_people().await;
    let customer = gateway.professional().await;
    let mut admin = admin(&gateway).await.visitor;
    let works = "Nothing refuses this key now";
    let (id, key) =
        gateway.key(customer.account, |new| new.terms.daily_cap = Some(Credits::from_u32(2))).await;
    let mut explained = async |id: KeyId| admin.fill("/operator/explain", &[("what", &id.to_string())]).await;
    let page = explained(id).await;
    assert!(page.has(works) && page.has("daily cap: 2 of 2"), "{}", page.body);
    let answer = gateway.post("/crm", &key, &marina()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(gateway.post("/crm", &key, &marina()).await.outcome(), (402, "KEY_CAP_REACHED"));
    let page = explained(id).await;
    assert!(!page.has(works) && page.has("KEY_CAP_REACHED until"), "{}", page.body);

    let (id, _) =
        gateway.key(customer.account, |new| new.terms.monthly_cap = Some(Credits::from_u32(9))).await;
    assert!(explained(id).await.has("monthly cap: 9 of 9"));
    let (id, _) = gateway
        .key(customer.account, |new| {
            new.terms.scopes = vec![Scope::Read];
            new.terms.origin.networks = vec!["192.0.2.0/24".parse().unwrap()];
        })
        .await;
    let page = explained(id).await;
    for part in ["INSUFFICIENT_SCOPE", "192.0.2.0/24", "IP_NOT_ALLOWED"] {
        assert!(page.has(part), "{part}: {}", page.body);
    }
    let leaked = gateway.professional().await;
    let report = json!({"token": leaked.key, "url": "https://gist.example/1"});
    gateway.request(Method::POST, "/leaks/report").json(&report).send().await.unwrap();
    assert!(explained(leaked.key_id).await.has("KEY_EXPOSED"));
    let without_api = gateway.customer_on(|plan| plan.api_access = false).await;
    assert!(explained(without_api.key_id).await.has("PLAN_WITHOUT_API"));
    let without_requests = gateway.customer_on(|plan| plan.requests = 0).await;
    let page = explained(without_requests.key_id).await;
    assert!(!page.has(works) && page.has("QUOTA_EXCEEDED"), "{}", page.body);
}

#[tokio::test]
async fn explain_distinguishes_a_replaced_secret_from_its_key() {
    let gateway = start().await;
    let customer = gateway.professional().await;
    let (key_id, manager) = gateway.key(customer.account, |new| new.terms.scopes = Scope::ALL.to_vec()).await;
    let path = format!("/v1/keys/{key_id}/rotate");
    let rotated = gateway.post(&path, &manager, &json!({ "overlap_seconds": 0 })).await;
    let current = rotated.body["data"]["key"].as_str().unwrap();
    let mut admin = admin(&gateway).await.visitor;
    let is_replaced = "A rotation ended this secret";
    for (what, has_ended) in [(manager.as_str(), true), (current, false), (&key_id.to_string(), false)] {
        let page = admin.fill("/operator/explain", &[("what", what)]).await;
        assert_eq!(page.has(is_replaced), has_ended, "{}", page.body);
        assert_ne!(page.has("Nothing refuses this key now"), has_ended, "{}", page.body);
    }
}

#[tokio::test]
async fn what_is_unknown_says_where_to_look_next() {
    let gateway = start().await;
    let mut admin = admin(&gateway).await.visitor;
    let page = admin.fill("/operator/explain", &[("what", "01900000-0000-7000-8000-00000000ffff")]).await;
    assert_eq!(page.status, 422);
    assert!(page.has("search the log for the id") && page.has("00000000ffff"), "{}", page.body);
    let page = admin.fill("/operator/explain", &[("what", "why")]).await;
    assert!(page.has("neither an id nor a key"), "{}", page.body);
}
