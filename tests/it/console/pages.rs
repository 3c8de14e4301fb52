//! What holds for each page: its headers, its size, its links, and what is typed into it.

use fluence::console::ROUTES;
use fluence::domain::ids::AccountId;

use super::table;
use crate::support::gateway::Gateway;
use crate::support::visitor::{Page, Visitor};

fn paths(account: AccountId) -> impl Iterator<Item = String> {
    // The page of messages is there on request only.
    table::pages(ROUTES, account).filter(|path| path != "/console/mailbox")
}

fn assert_is_page(page: &Page) {
    // Programs call the gateway that shows them.
    table::assert_is_page(page, Some("http://127.0.0.1"));
}

#[tokio::test]
async fn every_page_has_the_policy_and_is_light() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    for language in ["en", "pt"] {
        let mut admin = gateway
            .logged_in(
                customer.account,
                &format!("{language}@example.com"),
                fluence::domain::member::Role::Admin,
            )
            .await;
        admin.language = language;
        let mut seen = 0;
        for path in paths(customer.account) {
            let page = admin.get(&path).await;
            if page.status == 303 {
                continue;
            }
            seen += 1;
            assert!(matches!(page.status, 200 | 410), "{path}: {}", page.status);
            assert_is_page(&page);
            let html = if language == "en" { "<html lang=\"en\"" } else { "<html lang=\"pt-BR\"" };
            assert!(page.body.contains(html), "{path} in {language}");
        }
        assert!(seen > 5, "{seen}");
    }
}

#[tokio::test]
async fn every_link_leads_to_a_page() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let mut admin = gateway.admin(customer.account).await;
    let from = vec!["/console?choose=1".to_owned(), format!("/console/{}", customer.account)];
    let seen = table::crawl(&mut admin, from, "/console", usize::MAX).await;
    assert!(seen.len() > 6, "{seen:?}");
}

#[tokio::test]
async fn errors_under_page_paths_are_pages() {
    let gateway = Gateway::start().await;
    let mut visitor = Visitor::new(&gateway);
    for (path, status) in [
        ("/console/log-in/x/y", 404),
        ("/console/log-out", 405),
        ("/console/%00", 400),
        ("/console/a%2fb", 400),
    ] {
        let page = visitor.get(path).await;
        assert_eq!(page.status, status, "{path}");
        assert_is_page(&page);
        assert!(page.has("Request id"), "{path}");
    }
    let page = visitor.get("/prod/console/log-in").await;
    assert_eq!((page.status, page.headers["content-type"].to_str().unwrap()), (404, "application/json"));
}

#[tokio::test]
async fn j07_nothing_typed_becomes_markup() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let mut admin = gateway.admin(customer.account).await;
    for name in ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "{{7*7}}' onclick=x"] {
        let saved = admin.fill("/console/me", &[("name", name), ("language", ""), ("theme", "")]).await;
        assert_eq!(saved.status, 303, "{}", saved.body);
        for path in paths(customer.account) {
            let page = admin.get(&path).await;
            assert!(!page.body.contains("<script>alert") && !page.body.contains("<img src=x"), "{path}");
        }
    }
    let refused = admin.fill("/console/me", &[("name", "a\u{202e}b"), ("language", ""), ("theme", "")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.has("characters that are not allowed"));
}

#[tokio::test]
async fn j09_a_gateway_where_pages_are_not_safe_has_none() {
    for settings in
        [&[("FLUENCE_CONSOLE_ENABLED", "false")][..], &[("FLUENCE_BASE_URL", "http://api.acme.test")]]
    {
        let gateway = Gateway::start_with(settings).await;
        let page = Visitor::new(&gateway).get("/console/log-in").await;
        assert_eq!(page.status, 404, "{settings:?}");
    }
    let gateway = Gateway::start_with(&[("FLUENCE_BASE_URL", "https://api.acme.test")]).await;
    let page = Visitor::new(&gateway).get("/console/log-in").await;
    assert_eq!(page.status, 200);
    assert_eq!(page.headers["strict-transport-security"], "max-age=31536000");
    let cookie = page.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-fluence-visit=") && cookie.contains("; Secure"), "{cookie}");
}

#[tokio::test]
async fn a_page_waits_for_its_place_and_calls_do_not() {
    let gateway = Gateway::start_with(&[("FLUENCE_CONSOLE_MAX_CONCURRENT_PAGES", "1")]).await;
    gateway.with_sample_people().await;
    let customer = gateway.professional().await;
    let admin = gateway.admin(customer.account).await;
    let mut blocked = gateway.database.pool().begin().await.unwrap();
    sqlx::query("lock table session in access exclusive mode").execute(&mut *blocked).await.unwrap();
    let path = format!("/console/{}", customer.account);
    let (mut first, mut second) = (admin.copy(), admin.copy());
    let person = crate::gate::people::marina();
    let called = gateway.post("/crm", &customer.key, &person);
    let (first, second, called) = tokio::join!(first.get(&path), second.get(&path), called);
    blocked.rollback().await.unwrap();
    assert_eq!(called.status, 200, "{}", called.text);
    assert_eq!((first.status, second.status), (503, 503));
    assert!(first.has("Nothing was changed") && second.has("Nothing was changed"));
    assert_eq!(admin.copy().get(&path).await.status, 200);
}
