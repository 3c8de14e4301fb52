//! Where a key may be used.

use fluence::domain::origin::Origin;
use insta::assert_snapshot;
use reqwest::Method;

use super::people::marina;
use crate::support::gateway::{Answer, Gateway, answer};

fn origin(regions: &[&str], networks: &[&str]) -> Origin {
    Origin {
        regions: regions.iter().map(|text| text.parse().unwrap()).collect(),
        networks: networks.iter().map(|text| text.parse().unwrap()).collect(),
    }
}

/// A gateway behind a believed proxy, and a key that may be used from these networks.
async fn limited_to(networks: &[&str]) -> (Gateway, String) {
    let gateway = Gateway::start_with(&[("FLUENCE_SERVER_TRUSTED_PROXIES", "127.0.0.0/8")]).await;
    let customer = gateway.professional().await;
    let (_, key) = gateway.key(customer.account, |new| new.terms.origin = origin(&[], networks)).await;
    (gateway, key)
}

async fn from(gateway: &Gateway, key: &str, client: &str) -> Answer {
    let asking = gateway.request(Method::GET, "/creditos").header("x-api-key", key);
    answer(asking.header("x-forwarded-for", client)).await
}

#[tokio::test]
async fn a_key_of_another_region_is_refused_on_every_path() {
    let gateway = Gateway::start_with(&[("FLUENCE_REGION", "eu-1")]).await;
    let customer = gateway.professional().await;
    let (_, here) =
        gateway.key(customer.account, |new| new.terms.origin = origin(&["us", "eu-1"], &[])).await;
    let (_, elsewhere) = gateway.key(customer.account, |new| new.terms.origin = origin(&["us"], &[])).await;
    assert_eq!(gateway.get("/creditos", &here).await.status, 200);
    assert_snapshot!(gateway.post("/crm", &elsewhere, &marina()).await.golden(), @r#"
    403
    {
      "success": false,
      "error": {
        "type": "permission_error",
        "message": "This API key is not allowed in this region.",
        "code": 403,
        "user_action": "Call a gateway in one of the key's regions, or use a key without a list of regions.",
        "support_contact": "support@example.com"
      },
      "error_code": "REGION_NOT_ALLOWED",
      "request_id": "…",
      "billing_info": {
        "creditos_utilizados": 0,
        "creditos_restantes": 1000,
        "tipo_plano": "professional",
        "renovacao_proxima": "…",
        "limite_mensal": 1000,
        "uso_percentual": 0.0
      }
    }
    "#);
    for path in ["/creditos", "/saude", "/v1/ledger", "/v1/keys"] {
        let refused = gateway.get(path, &elsewhere).await;
        assert_eq!((refused.status, refused.code()), (403, "REGION_NOT_ALLOWED"), "{path}");
    }
    assert_eq!(gateway.balance(customer.account).await, 1_000);
}

#[tokio::test]
async fn a_key_works_only_from_its_networks() {
    let (gateway, key) = limited_to(&["203.0.113.0/24", "2001:db8::/32"]).await;
    for (client, status) in [
        ("203.0.113.9", 200),
        ("::ffff:203.0.113.9", 200),
        ("203.0.114.9", 403),
        ("2001:db8::1", 200),
        ("2001:db9::1", 403),
    ] {
        assert_eq!(from(&gateway, &key, client).await.status, status, "{client}");
    }
    assert_snapshot!(from(&gateway, &key, "198.51.100.1").await.golden(), @r#"
    403
    {
      "success": false,
      "error": {
        "type": "permission_error",
        "message": "This API key is not allowed from this IP address.",
        "code": 403,
        "user_action": "Call from an allowed address, or add this address to the key's `allowed_networks`.",
        "support_contact": "support@example.com"
      },
      "error_code": "IP_NOT_ALLOWED",
      "request_id": "…",
      "billing_info": {
        "creditos_utilizados": 0,
        "creditos_restantes": 1000,
        "tipo_plano": "professional",
        "renovacao_proxima": "…",
        "limite_mensal": 1000,
        "uso_percentual": 0.0
      }
    }
    "#);
}

#[tokio::test]
async fn a_client_does_not_choose_its_own_address() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let (_, key) =
        gateway.key(customer.account, |new| new.terms.origin = origin(&[], &["203.0.113.0/24"])).await;
    let refused = from(&gateway, &key, "203.0.113.9").await;
    assert_eq!((refused.status, refused.code()), (403, "IP_NOT_ALLOWED"));
}

#[tokio::test]
async fn a_refusal_costs_nothing_and_shows_the_limits() {
    let (gateway, key) = limited_to(&["203.0.113.0/24"]).await;
    let refused = answer(gateway.posting("/crm", &key, &marina())).await;
    assert_eq!((refused.status, refused.code()), (403, "IP_NOT_ALLOWED"));
    assert_eq!((refused.header("x-credits-used"), refused.header("x-ratelimit-limit")), ("0", "20"));
}
