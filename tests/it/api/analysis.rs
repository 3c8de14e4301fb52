//! The paid endpoints on real people: who was found, and under which names of the fields.

use serde_json::{Value, json};

use crate::gate::people::{brandon, marina};
use crate::support::gateway::{Gateway, answer};

const PATHS: [&str; 4] = ["/crm_basico", "/crm", "/analyze", "/analyze-comprehensive"];

fn marina_in_english() -> Value {
    json!({ "first_name": "Marina", "last_name": "Duarte Prado", "company": "Horizonte Sistemas" })
}

#[tokio::test]
async fn either_set_of_names_is_accepted_everywhere() {
    let gateway = Gateway::start().await;
    gateway.with_sample_people().await;
    let customer = gateway.customer("2025-06", "enterprise").await;
    let mut both = marina();
    both.as_object_mut().unwrap().extend(marina_in_english().as_object().unwrap().clone());
    for path in PATHS {
        for body in [marina(), marina_in_english(), both.clone()] {
            let answer = gateway.post(path, &customer.key, &body).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.text);
            assert_eq!(answer.body["success"], true);
            assert_eq!(answer.body["analise"]["person"]["first_name"], "Marina");
        }
    }
    gateway.assert_books_are_right().await;
}

#[tokio::test]
async fn the_answer_shows_the_matched_person_and_the_match() {
    let gateway = Gateway::start().await;
    gateway.with_sample_people().await;
    let customer = gateway.professional().await;
    let answer = gateway.post("/crm_basico", &customer.key, &marina()).await;
    let analise = &answer.body["analise"];
    assert_eq!(
        analise["person"],
        json!({
            "first_name": "Marina",
            "last_name": "Duarte Prado",
            "company": "Horizonte Sistemas Ltda",
            "title": "Gerente de Implantação e Sucesso do Cliente",
            "location": "Belo Horizonte, MG",
        })
    );
    assert_eq!(analise["match"]["source"], "directory");
    let confidence = analise["match"]["confidence"].as_f64().unwrap();
    assert!((0.5..=1.0).contains(&confidence), "{confidence}");
    assert!(analise["match"]["evidence"].is_object(), "{analise}");
}

#[tokio::test]
async fn a_comprehensive_analysis_costs_what_its_tier_costs() {
    let gateway = Gateway::start().await;
    gateway.with_sample_people().await;
    let customer = gateway.customer("2025-06", "enterprise").await;
    for (tier, price) in [("basic", 1), ("standard", 2), ("premium", 2)] {
        let mut body = marina_in_english();
        body["tier"] = tier.into();
        let answer = gateway.post("/analyze-comprehensive", &customer.key, &body).await;
        assert_eq!((answer.status, &answer.billing()["creditos_utilizados"]), (200, &json!(price)), "{tier}");
    }
    gateway.assert_books_are_right().await;
    assert_eq!(gateway.balance(customer.account).await, 500_000 - 5);
}

#[tokio::test]
async fn a_standard_analysis_of_somebody_without_posts_captures_one_of_the_two_held() {
    let gateway = Gateway::start().await;
    let line = json!({ "first_name": "Ada", "last_name": "Calada", "company": "Silêncio Ltda" });
    gateway.with_people(&line.to_string()).await;
    let customer = gateway.customer("2025-06", "enterprise").await;
    let body =
        json!({ "first_name": "Ada", "last_name": "Calada", "company": "Silêncio", "tier": "standard" });
    let answer = gateway.post("/analyze-comprehensive", &customer.key, &body).await;
    assert_eq!(
        (answer.status, &answer.billing()["creditos_utilizados"]),
        (200, &json!(1)),
        "{}",
        answer.text
    );
    answer.assert_accounted();
    gateway.assert_books_are_right().await;
    assert_eq!(gateway.balance(customer.account).await, 499_999);
}

#[tokio::test]
async fn a_store_of_people_that_cannot_be_asked_is_503_and_refunded() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    sqlx::query("alter table directory_people rename to away")
        .execute(gateway.database.pool())
        .await
        .unwrap();
    let answer = gateway.post("/crm", &customer.key, &marina()).await;
    assert_eq!(answer.outcome(), (503, "SERVICE_UNAVAILABLE"));
    answer.assert_accounted();
    assert_eq!(answer.billing()["reembolsado"], true);
    gateway.assert_books_are_right().await;
    assert_eq!(gateway.balance(customer.account).await, 1000);
}

#[tokio::test]
async fn too_little_text_is_reported_with_numbers_and_not_charged() {
    let gateway = Gateway::start().await;
    gateway.with_sample_people().await;
    let customer = gateway.professional().await;
    let refused = gateway.post("/analyze", &customer.key, &brandon()).await;
    assert_eq!((refused.status, refused.code()), (422, "INSUFFICIENT_DATA"));
    assert_eq!(refused.body["error"]["words_needed"], 120);
    assert_eq!(refused.body["billing_info"]["creditos_utilizados"], 0);
    assert_eq!(refused.body["billing_info"]["reembolsado"], true);
    gateway.assert_books_are_right().await;
    assert_eq!(gateway.balance(customer.account).await, 1000);
}

#[tokio::test]
async fn each_tier_holds_its_keys_and_all_of_the_tier_before() {
    let gateway = Gateway::start().await;
    gateway.with_sample_people().await;
    let customer = gateway.professional().await;
    let basic = ["person", "match", "summary"];
    let standard = [
        "mbti_type",
        "mbti_axes",
        "ocean_scores",
        "ocean_details",
        "text_basis",
        "model",
        "validity",
        "limits",
    ];
    let premium = ["communication_style", "buyer_playbook"];
    for (path, tiers) in [("/crm_basico", 1), ("/analyze", 2), ("/crm", 3)] {
        let answer = gateway.post(path, &customer.key, &marina()).await;
        let analise = answer.body["analise"].as_object().unwrap();
        for (tier, keys) in [(1, &basic[..]), (2, &standard[..]), (3, &premium[..])] {
            for key in keys {
                assert_eq!(analise.contains_key(*key), tier <= tiers, "{path}: {key}");
            }
        }
    }
}

#[tokio::test]
async fn a_brief_answer_is_four_kilobytes_at_most_and_a_standard_one_ten() {
    let gateway = Gateway::start().await;
    gateway.with_sample_people().await;
    let customer = gateway.customer("2025-06", "enterprise").await;
    let people = [
        ("Marina", "Duarte Prado", "Horizonte Sistemas"),
        ("Luciana", "Teles", "Vidraria Serra do Tucum"),
        ("Owen", "Hartley", "Northgate Robotics"),
        ("Margaret", "Okafor-Bell", "Wexcombe Hollow School"),
    ];
    for (first_name, last_name, company) in people {
        for path in PATHS {
            for (detail, most) in [("brief", 4_000), ("standard", 10_000)] {
                let mut body =
                    json!({ "first_name": first_name, "last_name": last_name, "company": company });
                body["detail"] = detail.into();
                if path == "/analyze-comprehensive" {
                    body["tier"] = "premium".into();
                }
                let answer = gateway.post(path, &customer.key, &body).await;
                assert_eq!(answer.status, 200, "{}", answer.text);
                assert!(answer.text.len() <= most, "{path} {detail}: {}", answer.text.len());
            }
        }
    }
    let mut body = marina();
    body["detail"] = "short".into();
    let refused = gateway.post("/crm", &customer.key, &body).await;
    assert_eq!(refused.outcome(), (400, "VALIDATION_FAILED"));
}

#[tokio::test]
async fn standard_is_the_default_detail_and_details_are_kept_apart() {
    let gateway = Gateway::start().await;
    gateway.with_sample_people().await;
    let customer = gateway.professional().await;
    let analise = async |detail: Option<&str>| {
        let mut body = marina();
        if let Some(detail) = detail {
            body["detail"] = detail.into();
        }
        gateway.post("/crm", &customer.key, &body).await.body["analise"].clone()
    };
    let (brief, full) = (analise(Some("brief")).await, analise(Some("full")).await);
    let (standard, default) = (analise(Some("standard")).await, analise(None).await);
    assert_eq!(standard, default);
    assert!(brief.get("ocean_details").is_none() && brief.get("buyer_playbook").is_some());
    assert!(full["ocean_details"]["openness"].get("contributions").is_some());
    assert!(standard["ocean_details"]["openness"].get("contributions").is_none());
}

#[tokio::test]
async fn an_idempotency_key_with_another_detail_is_another_request() {
    let gateway = Gateway::start().await;
    gateway.with_sample_people().await;
    let customer = gateway.professional().await;
    let send = async |detail: &str| {
        let mut body = marina();
        body["detail"] = detail.into();
        answer(gateway.posting("/crm", &customer.key, &body).header("idempotency-key", "visit-7")).await
    };
    assert_eq!(send("brief").await.status, 200);
    assert_eq!(send("full").await.outcome(), (422, "IDEMPOTENCY_KEY_REUSED"));
}
