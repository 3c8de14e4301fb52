//! `/v1/contacts`.

use fluence::domain::key::Scope;
use fluence::http::paging::PAGE_BYTES;
use insta::assert_snapshot;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::gateway::{Answer, Gateway, answer};

const PATH: &str = "/v1/contacts";

fn ana() -> Value {
    json!({
        "first_name": "Ana", "last_name": "Lemos Prates", "company": "Zyntra Ltda", "title": "CTO",
        "email": "ana@example.com", "bio": "Eu\nsou",
        "posts": [{"text": "Bom dia", "published_at": "2026-01-02T03:04:05Z", "language": "pt"}, {"text": "Oi"}],
    })
}

fn named(first_name: &str) -> Value {
    json!({"first_name": first_name, "last_name": "Lemos", "company": "Zyntra"})
}

impl Gateway {
    async fn delete(&self, path: &str, key: &str) -> Answer {
        answer(self.request(Method::DELETE, path).header("x-api-key", key)).await
    }

    /// The path of a contact just made.
    async fn contact(&self, key: &str, body: &Value) -> String {
        let made = self.post(PATH, key, body).await;
        assert_eq!(made.status, 201, "{}", made.text);
        made.header("location").to_owned()
    }
}

#[tokio::test]
async fn a_contact_is_kept_as_it_was_written_and_costs_nothing() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let made = gateway.post(PATH, &customer.key, &ana()).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let data = &made.body["data"];
    let id = data["id"].as_str().unwrap();
    assert_eq!(made.header("location"), format!("{PATH}/{id}"));
    assert_eq!(made.billing()["creditos_utilizados"], 0);
    assert_eq!(data["created_at"], data["updated_at"]);
    for (name, value) in ana().as_object().unwrap() {
        if name != "posts" {
            assert_eq!(&data[name], value, "{name}");
        }
    }
    let bare = json!({"text": "Oi", "published_at": null, "language": null});
    assert_eq!(data["posts"], json!([ana()["posts"][0], bare]));

    let read = gateway.get(made.header("location"), &customer.key).await;
    assert_eq!((read.status, &read.body["data"]), (200, data));
    let list = gateway.get(PATH, &customer.key).await;
    assert_eq!(list.body["success"], true);
    assert_eq!((&list.body["data"], &list.body["next_cursor"]), (&json!([data]), &Value::Null));
    assert_eq!(gateway.balance(customer.account).await, 1000);
}

#[tokio::test]
async fn a_change_touches_what_it_names_and_null_empties_a_field() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let path = gateway.contact(&customer.key, &ana()).await;
    let changed = gateway.patch(&path, &customer.key, &json!({"company": "Klarion", "title": null})).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    let data = &changed.body["data"];
    assert_eq!((&data["company"], &data["title"]), (&json!("Klarion"), &Value::Null));
    assert_eq!((&data["first_name"], data["posts"].as_array().unwrap().len()), (&json!("Ana"), 2));
    assert_eq!(&gateway.get(&path, &customer.key).await.body["data"], data);
}

#[tokio::test]
async fn a_deleted_contact_is_gone() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let path = gateway.contact(&customer.key, &ana()).await;
    let deleted = gateway.delete(&path, &customer.key).await;
    assert_eq!((deleted.status, &deleted.body["data"]["deleted"]), (200, &json!(true)));
    assert_eq!(gateway.get(&path, &customer.key).await.status, 404);
    assert_eq!(gateway.delete(&path, &customer.key).await.status, 404);
    assert_eq!(gateway.get(PATH, &customer.key).await.body["data"], json!([]));
}

#[tokio::test]
async fn contacts_come_a_page_at_a_time_and_end() {
    let gateway = Gateway::start().await;
    let customer = gateway.enterprise(1).await;
    for name in ["Ana", "Bia", "Caio", "Duda"] {
        gateway.contact(&customer.key, &named(name)).await;
    }
    let mut seen = Vec::new();
    let mut path = format!("{PATH}?limit=2");
    loop {
        let page = gateway.get(&path, &customer.key).await.body;
        seen.push(page["data"].as_array().unwrap().len());
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("{PATH}?limit=2&cursor={cursor}");
    }
    assert_eq!(seen, [2, 2], "a full last page knows that it is the last");
    let faulty = gateway.get(&format!("{PATH}?limit=0&cursor=x&page=2"), &customer.key).await;
    let named: Vec<_> = faulty.body["error"]["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["field"].as_str().unwrap())
        .collect();
    assert_eq!((faulty.status, named), (400, vec!["cursor", "limit", "page"]));
}

#[tokio::test]
async fn e16_a_page_is_bounded_by_what_it_weighs() {
    let gateway = Gateway::start().await;
    let customer = gateway.enterprise(1).await;
    // Quotes take two bytes each as JSON.
    let texts = ["x".repeat(9_000), "\"".repeat(9_000)];
    for name in 0..25 {
        let mut heavy = named(&format!("Ana {name}"));
        heavy["posts"] = json!(vec![json!({"text": texts[name % 2]}); 5]);
        gateway.contact(&customer.key, &heavy).await;
    }
    let (mut pages, mut path) = (Vec::new(), format!("{PATH}?limit=1000"));
    loop {
        let page = gateway.get(&path, &customer.key).await;
        assert!(page.text.len() <= PAGE_BYTES + 1_000, "{}", page.text.len());
        pages.push(page.body["data"].as_array().unwrap().len());
        let Some(cursor) = page.body["next_cursor"].as_str() else { break };
        path = format!("{PATH}?limit=1000&cursor={cursor}");
    }
    assert_eq!(pages.iter().sum::<usize>(), 25);
    assert!(pages.len() <= 10 && pages.iter().all(|count| *count > 0), "{pages:?}");
}

/// A23, K01: every verb, with another account's id, and with the other mode's.
#[tokio::test]
async fn k01_a_contact_of_another_account_or_mode_is_404_whatever_the_verb() {
    let gateway = Gateway::start().await;
    let (customer, other) = (gateway.professional().await, gateway.professional().await);
    let sandbox = gateway.test_key(customer.account).await;
    let path = gateway.contact(&customer.key, &ana()).await;
    let before = gateway.get(&path, &customer.key).await.body["data"].clone();
    for key in [&other.key, &sandbox] {
        for method in [Method::GET, Method::HEAD, Method::PATCH, Method::DELETE] {
            let request = gateway.request(method.clone(), &path).header("x-api-key", key);
            let refused = answer(request.json(&json!({"title": "Mine"}))).await;
            assert_eq!(refused.status, 404, "{method}");
            if method != Method::HEAD {
                assert_eq!(refused.code(), "NOT_FOUND", "{method}");
            }
        }
        assert_eq!(gateway.get(PATH, key).await.body["data"], json!([]));
        let cursor = "00000000-0000-0000-0000-000000000000";
        assert_eq!(gateway.get(&format!("{PATH}?cursor={cursor}"), key).await.body["data"], json!([]));
        // The same person may be everybody's contact.
        gateway.contact(key, &ana()).await;
    }
    assert_eq!(gateway.get(&path, &customer.key).await.body["data"], before);
}

#[tokio::test]
async fn reading_and_writing_need_their_scopes() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let path = gateway.contact(&customer.key, &ana()).await;
    let (_, reader) = gateway.key(customer.account, |new| new.terms.scopes = vec![Scope::Read]).await;
    let (_, writer) = gateway.key(customer.account, |new| new.terms.scopes = vec![Scope::Invoke]).await;
    for path in [PATH, path.as_str()] {
        assert_eq!(gateway.get(path, &reader).await.status, 200);
        assert_eq!(gateway.get(path, &writer).await.outcome(), (403, "FORBIDDEN"));
    }
    assert_eq!(gateway.post(PATH, &reader, &named("Bia")).await.outcome(), (403, "FORBIDDEN"));
    assert_eq!(gateway.patch(&path, &reader, &json!({})).await.outcome(), (403, "FORBIDDEN"));
    assert_eq!(gateway.delete(&path, &reader).await.outcome(), (403, "FORBIDDEN"));
    assert_eq!(gateway.post(PATH, &writer, &named("Bia")).await.status, 201);
    assert_eq!(gateway.delete(&path, &writer).await.status, 200);
}

#[tokio::test]
async fn contacts_count_against_the_rate_limit_and_name_it() {
    let gateway = Gateway::start().await;
    let customer = gateway.customer_on(|plan| (plan.rate_per_s, plan.burst) = (1, 2)).await;
    let first = gateway.get(PATH, &customer.key).await;
    assert_eq!(first.number("x-ratelimit-remaining"), 1);
    gateway.get(PATH, &customer.key).await;
    assert_eq!(gateway.get(PATH, &customer.key).await.outcome(), (429, "RATE_LIMITED"));
}

#[tokio::test]
async fn an_account_keeps_as_many_contacts_as_it_may() {
    let gateway = Gateway::start_with(&[("FLUENCE_CONTACTS_MAX_PER_ACCOUNT", "2")]).await;
    let (customer, other) = (gateway.professional().await, gateway.professional().await);
    let path = gateway.contact(&customer.key, &named("Ana")).await;
    gateway.contact(&customer.key, &named("Bia")).await;
    assert_snapshot!(gateway.post(PATH, &customer.key, &named("Caio")).await.golden(), @r#"
    409
    {
      "success": false,
      "error": {
        "code": "CONTACT_LIMIT_REACHED",
        "message": "The account has reached its limit of 2 contacts.",
        "current_limit": "2 contacts",
        "limit": "contacts"
      },
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
    let again = gateway.post(PATH, &customer.key, &named("Ana")).await;
    assert_eq!(
        again.outcome(),
        (409, "CONTACT_EXISTS"),
        "a repeated request is answered as such, also at the limit"
    );
    gateway.contact(&other.key, &named("Caio")).await;
    gateway.delete(&path, &customer.key).await;
    gateway.contact(&customer.key, &named("Caio")).await;
}

#[tokio::test]
async fn an_account_keeps_as_many_bytes_of_contacts_as_it_may() {
    let gateway = Gateway::start_with(&[("FLUENCE_CONTACTS_MAX_BYTES_PER_ACCOUNT", "1000")]).await;
    let (customer, other) = (gateway.professional().await, gateway.professional().await);
    let of_size = |name: &str, bytes: usize| {
        let mut contact = named(name);
        contact["bio"] = "x".repeat(bytes).into();
        contact
    };
    let path = gateway.contact(&customer.key, &of_size("Ana", 500)).await;
    let full = gateway.post(PATH, &customer.key, &of_size("Bia", 500)).await;
    assert_eq!(full.outcome(), (409, "CONTACT_LIMIT_REACHED"));
    assert_eq!(full.body["error"]["current_limit"], "1000 bytes");
    let again = gateway.post(PATH, &customer.key, &of_size("Ana", 501)).await;
    assert_eq!(again.outcome(), (409, "CONTACT_EXISTS"));
    let grown = gateway.patch(&path, &customer.key, &json!({ "bio": "x".repeat(1_000) })).await;
    assert_eq!(grown.outcome(), (409, "CONTACT_LIMIT_REACHED"));
    assert_eq!(gateway.patch(&path, &customer.key, &json!({ "bio": "x".repeat(400) })).await.status, 200);
    gateway.contact(&customer.key, &of_size("Bia", 500)).await;
    gateway.contact(&other.key, &of_size("Caio", 900)).await;
}

#[tokio::test]
async fn contacts_made_at_once_never_pass_the_limit() {
    let gateway = Gateway::start_with(&[("FLUENCE_CONTACTS_MAX_PER_ACCOUNT", "5")]).await;
    let customer = gateway.enterprise(1).await;
    let all = (0..20).map(|n| {
        let body = named(&format!("Ana{n}"));
        let request = gateway.posting(PATH, &customer.key, &body);
        async move { answer(request).await.status }
    });
    let statuses = futures_util::future::join_all(all).await;
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 5, "{statuses:?}");
}

#[tokio::test]
async fn the_same_name_at_the_same_company_is_one_contact() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let path = gateway.contact(&customer.key, &ana()).await;
    let mut again = ana();
    (again["first_name"], again["company"]) = (json!("ANA"), json!("ZYNTRA"));
    let refused = gateway.post(PATH, &customer.key, &again).await;
    assert_snapshot!(refused.golden_without(&["contact_id"]), @r#"
    409
    {
      "success": false,
      "error": {
        "code": "CONTACT_EXISTS",
        "message": "A contact with this name and company already exists.",
        "contact_id": "…"
      },
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
    assert_eq!(format!("{PATH}/{}", refused.body["error"]["contact_id"].as_str().unwrap()), path);
    let other = gateway.contact(&customer.key, &named("Bia")).await;
    let moved = json!({"first_name": "Ana", "last_name": "Lemos Prates"});
    assert_eq!(gateway.patch(&other, &customer.key, &moved).await.outcome(), (409, "CONTACT_EXISTS"));
}

#[tokio::test]
async fn every_faulty_field_is_reported_at_once() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let body =
        json!({"first_name": "", "last_name": 7, "email": "x", "posts": [{"likes": 1}], "account_id": "1"});
    assert_snapshot!(gateway.post(PATH, &customer.key, &body).await.golden(), @r#"
    400
    {
      "success": false,
      "error": {
        "code": "VALIDATION_FAILED",
        "message": "The request is not valid: `first_name` must not be empty; `last_name` must be text; `company` is required; `email` must be an email address such as name@example.com; `posts[0].text` is required; …",
        "fields": [
          {
            "field": "first_name",
            "problem": "empty",
            "message": "must not be empty"
          },
          {
            "field": "last_name",
            "problem": "not_text",
            "message": "must be text"
          },
          {
            "field": "company",
            "problem": "missing",
            "message": "is required"
          },
          {
            "field": "email",
            "problem": "not_address",
            "message": "must be an email address such as name@example.com"
          },
          {
            "field": "posts[0].text",
            "problem": "missing",
            "message": "is required"
          },
          {
            "field": "posts[0].likes",
            "problem": "unknown_field",
            "message": "is not a field of this request"
          },
          {
            "field": "account_id",
            "problem": "unknown_field",
            "message": "is not a field of this request"
          }
        ]
      },
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
async fn an_unknown_contact_id_is_404() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    assert_snapshot!(gateway.get("/v1/contacts/no-id", &customer.key).await.golden(), @r#"
    404
    {
      "success": false,
      "error": {
        "code": "NOT_FOUND",
        "message": "The account has no item with this id."
      },
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
async fn without_a_key_all_is_unauthorized() {
    let gateway = Gateway::start().await;
    assert_snapshot!(answer(gateway.request(Method::GET, PATH)).await.golden(), @r#"
    401 | www-authenticate: Bearer
    {
      "success": false,
      "error": {
        "code": "UNAUTHORIZED",
        "message": "Invalid or missing API key",
        "user_action": "Send your key in the `X-API-Key` header, or as `Authorization: Bearer YOUR_KEY`."
      },
      "request_id": "…"
    }
    "#);
}

#[tokio::test]
async fn a_method_that_is_not_there_names_those_that_are() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let request = gateway.request(Method::PUT, PATH).header("x-api-key", &customer.key);
    let refused = answer(request).await;
    assert_eq!(refused.outcome(), (405, "METHOD_NOT_ALLOWED"));
    assert_eq!(refused.header("allow"), "GET,HEAD,POST,OPTIONS");
}

#[tokio::test]
async fn a_body_too_large_or_of_another_kind_is_refused() {
    let gateway = Gateway::start_with(&[("FLUENCE_CONTACTS_MAX_BODY_BYTES", "1000")]).await;
    let customer = gateway.professional().await;
    let mut long = ana();
    long["bio"] = json!("x".repeat(2_000));
    assert_eq!(gateway.post(PATH, &customer.key, &long).await.outcome(), (413, "BODY_TOO_LARGE"));
    let request = gateway.request(Method::POST, PATH).header("x-api-key", &customer.key);
    let refused = answer(request.header("content-type", "text/plain").body(ana().to_string())).await;
    assert_eq!(refused.outcome(), (415, "UNSUPPORTED_MEDIA_TYPE"));
}

#[tokio::test]
async fn the_names_may_be_portuguese() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let body = json!({"primeiro_nome": "Ana", "ultimo_nome": "Lemos", "empresa": "Zyntra"});
    let place = gateway.contact(&customer.key, &body).await;
    let read = gateway.get(&place, &customer.key).await;
    assert_eq!(
        (&read.body["data"]["first_name"], &read.body["data"]["company"]),
        (&json!("Ana"), &json!("Zyntra"))
    );
    let moved = gateway.patch(&place, &customer.key, &json!({"empresa": "Klarion"})).await;
    assert_eq!((moved.status, &moved.body["data"]["company"]), (200, &json!("Klarion")));
    let both = json!({"empresa": "Zyntra", "company": "Klarion"});
    assert_eq!(gateway.patch(&place, &customer.key, &both).await.outcome(), (400, "VALIDATION_FAILED"));
    let mut twice = body.clone();
    twice["first_name"] = json!("Bia");
    assert_eq!(gateway.post(PATH, &customer.key, &twice).await.outcome(), (400, "VALIDATION_FAILED"));
    twice["first_name"] = json!(" Ana ");
    assert_eq!(gateway.post(PATH, &customer.key, &twice).await.status, 201, "Zyntra is free again");
}

#[tokio::test]
async fn contacts_that_a_call_cannot_distinguish_are_listed_with_their_ids() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    for first_name in ["Ana Paula", "Ana Rosa"] {
        gateway.contact(&customer.key, &named(first_name)).await;
    }
    let called = gateway.post("/crm_basico", &customer.key, &named("Ana")).await;
    assert_eq!(called.outcome(), (409, "MULTIPLE_MATCHES"));
    let candidates = called.body["error"]["candidates"].as_array().unwrap();
    assert_eq!(candidates.len(), 2);
    for candidate in candidates {
        let path = format!("{PATH}/{}", candidate["contact_id"].as_str().unwrap());
        let contact = gateway.get(&path, &customer.key).await;
        let name = contact.body["data"]["first_name"].as_str().unwrap();
        let again = gateway.post("/crm_basico", &customer.key, &named(name)).await;
        assert_eq!(again.status, 200, "{}", contact.text);
    }
}

#[tokio::test]
async fn an_accounts_first_contacts_may_come_all_at_once() {
    const AT_ONCE: usize = 40;
    // They wait for each other, and not for a fast machine.
    let gateway = Gateway::start_with(&[("FLUENCE_DATABASE_WAIT_MS", "60000")]).await;
    for _ in 0..5 {
        let customer = gateway.enterprise(10).await;
        let mut calls = tokio::task::JoinSet::new();
        for number in 0..AT_ONCE {
            let contact = json!({"first_name": format!("N{number}"), "last_name": "T", "company": "C"});
            calls.spawn(answer(gateway.posting("/v1/contacts", &customer.key, &contact)));
            calls.spawn(answer(gateway.request(Method::GET, "/creditos").header("x-api-key", &customer.key)));
        }
        while let Some(answered) = calls.join_next().await {
            let answered = answered.unwrap();
            assert!([200, 201].contains(&answered.status), "{}", answered.text);
        }
    }
}
