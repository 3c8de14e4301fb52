//! What holds for each page: headers, size, links, both languages.

use fluence::console::Method;
use fluence::console::operator::ROUTES;
use fluence::domain::ids::AccountId;

use super::{admin, desk, start};
use crate::gate::people::marina;
use crate::support::visitor::{Page, Visitor};

fn assert_is_page(page: &Page) {
    let path = &page.path;
    let header = |name: &str| page.headers.get(name).map_or("", |value| value.to_str().unwrap());
    assert!(header("content-type").starts_with("text/html"), "{path}: {:?}", page.headers);
    let policy = header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; script-src 'self';") && !policy.contains("unsafe"),
        "{path}"
    );
    for (name, value) in [
        ("cache-control", "no-store"),
        ("referrer-policy", "same-origin"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(header(name), value, "{path}: {name}");
    }
    for forbidden in [
        " style=",
        " onclick",
        "<iframe",
        "javascript:",
        "http://",
        "https://",
        "href=\"/console",
        "href=\"/docs",
    ] {
        assert!(!page.body.contains(forbidden), "{path} has {forbidden}");
    }
    assert!(page.body.len() <= 30_000, "{path} has {} bytes", page.body.len());
    assert_eq!(page.body.matches("<h1").count(), 1, "{path} has not one title");
}

/// Pages of this account that need no id of a thing.
fn paths(account: AccountId) -> impl Iterator<Item = String> {
    let pages = ROUTES.iter().filter(|route| route.method == Method::Get);
    let paths = pages.map(move |route| route.path.replace("{account}", &account.to_string()));
    paths.filter(|path| !path.contains('{') && !path.ends_with(".csv"))
}

#[tokio::test]
async fn every_page_has_the_policy_is_light_and_speaks_both_languages() {
    let gateway = start().await;
    gateway.with_sample_people().await;
    let customer = gateway.professional().await;
    assert_eq!(gateway.post("/crm", &customer.key, &marina()).await.status, 200);
    let mut admin = admin(&gateway).await.visitor;
    for language in ["en", "pt"] {
        admin.language = language;
        let mut seen = 0;
        for path in paths(customer.account) {
            let page = admin.get(&path).await;
            if page.status == 303 {
                continue;
            }
            seen += 1;
            assert!(matches!(page.status, 200 | 410), "{path}: {} {}", page.status, page.body);
            assert_is_page(&page);
            let html = if language == "en" { "<html lang=\"en\"" } else { "<html lang=\"pt-BR\"" };
            assert!(page.body.contains(html), "{path} in {language}");
        }
        assert!(seen > 20, "{seen}");
    }
}

#[tokio::test]
async fn every_link_leads_to_a_page() {
    let gateway = start().await;
    gateway.with_sample_people().await;
    let customer = gateway.professional().await;
    assert_eq!(gateway.post("/crm", &customer.key, &marina()).await.status, 200);
    let mut admin = admin(&gateway).await.visitor;
    let mut open = vec!["/operator".to_owned(), desk(customer.account)];
    let mut seen = std::collections::BTreeSet::new();
    while let Some(path) = open.pop() {
        if seen.len() > 300 || !seen.insert(path.clone()) {
            continue;
        }
        let page = admin.get(&path).await;
        assert!(matches!(page.status, 200 | 303), "{path}: {}", page.status);
        if path.starts_with("/operator") {
            let links = page.body.split(" href=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
            open.extend(
                links
                    .filter(|link| link.starts_with('/') && !link.contains("?lang="))
                    .map(|link| link.replace("&amp;", "&")),
            );
        }
    }
    assert!(seen.len() > 15, "{seen:?}");
}

#[tokio::test]
async fn errors_under_page_paths_are_pages() {
    let gateway = start().await;
    let mut visitor = Visitor::of_operators(&gateway);
    for (path, status) in [("/operator/x/y/z", 404), ("/operator/log-out", 405), ("/operator/%00", 400)] {
        let page = visitor.get(path).await;
        assert_eq!(page.status, status, "{path}");
        assert_is_page(&page);
        assert!(page.has("Request id") && page.has("href=\"/operator\""), "{path}");
    }
}

#[tokio::test]
async fn what_an_owner_typed_is_text_on_the_operators_pages() {
    let gateway = start().await;
    let account = gateway.professional().await.account;
    sqlx::query("update account set name = '<script>alert(1)</script>' where id = $1")
        .bind(account.as_uuid())
        .execute(gateway.database.pool())
        .await
        .unwrap();
    let mut admin = admin(&gateway).await.visitor;
    for path in paths(account) {
        let page = admin.get(&path).await;
        assert!(!page.body.contains("<script>alert"), "{path}");
    }
}
