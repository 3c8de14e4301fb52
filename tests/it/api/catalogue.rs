//! `/tiers` and `/planos`.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::gateway::{Gateway, answer};

#[tokio::test]
async fn the_catalogue_is_open_and_the_same_under_both_names() {
    let gateway = Gateway::start().await;
    let english = answer(gateway.request(Method::GET, "/tiers")).await;
    let portuguese = answer(gateway.request(Method::GET, "/planos")).await;
    assert_eq!((english.status, &english.text), (200, &portuguese.text));
    assert_eq!(english.body["pack_life_months"], 12);
    assert!(english.body.get("current").is_none());
}

/// A plan of the catalogue.
fn plan<'a>(body: &'a Value, edition: usize, name: &str) -> &'a Value {
    let plans = body["editions"][edition]["plans"].as_array().unwrap();
    plans.iter().find(|plan| plan["plan"] == name).unwrap()
}

#[tokio::test]
async fn every_plan_and_pack_is_listed_with_price_and_limits() {
    let gateway = Gateway::start().await;
    let body = answer(gateway.request(Method::GET, "/planos")).await.body;
    let counts: Vec<_> = body["editions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|edition| edition["plans"].as_array().unwrap().len())
        .collect();
    assert_eq!(counts, [3, 3, 1, 6]);
    let mut professional = plan(&body, 0, "professional").clone();
    professional
        .as_object_mut()
        .unwrap()
        .retain(|name, _| !["support", "keys_per_environment"].contains(&name.as_str()));
    assert_eq!(
        professional,
        json!({
            "plan": "professional", "tier": "platform_professional", "label": "professional", "price_usd": 99,
            "credits": 1000, "rate_per_s": 10, "burst": 20, "concurrency": 10, "requests": 1000,
            "access": ["crm_basico", "crm", "analyze"], "api_access": true,
        })
    );
    assert!(plan(&body, 3, "enterprise").get("price_usd").is_none());
    assert!(plan(&body, 3, "business")["assumption"].is_string());
    let packs: Vec<_> =
        body["packs"].as_array().unwrap().iter().map(|pack| (&pack["credits"], &pack["price_usd"])).collect();
    let figures =
        [json!(100), json!(19), json!(200), json!(49), json!(500), json!(99), json!(1000), json!(149)];
    assert_eq!(packs, figures.chunks(2).map(|pair| (&pair[0], &pair[1])).collect::<Vec<_>>());
}

#[tokio::test]
async fn with_a_key_the_account_s_own_plan_is_named() {
    let gateway = Gateway::start().await;
    let customer = gateway.customer("2025-06", "business").await;
    let answer = gateway.get("/tiers", &customer.key).await;
    let current = json!({ "edition": "2025-06", "plan": "business", "tier": "crm_business" });
    assert_eq!(answer.body["current"], current);
    answer.assert_accounted();
}

#[tokio::test]
async fn a_bad_key_is_401() {
    let gateway = Gateway::start().await;
    for path in ["/tiers", "/planos"] {
        assert_eq!(
            gateway.get(path, "an-imported-key-for-tests-1").await.outcome(),
            (401, "INVALID_API_KEY")
        );
    }
}
