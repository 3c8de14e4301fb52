//! What holds for each page: headers, size, links, both languages.

use fluence::console::operator::ROUTES;
use fluence::domain::ids::AccountId;

use super::{admin, desk, start};
use crate::console::table;
use crate::gate::people::marina;
use crate::support::visitor::{Page, Visitor};

fn assert_is_page(page: &Page) {
    table::assert_is_page(page, None);
    for forbidden in ["href=\"/console", "href=\"/docs"] {
        assert!(!page.body.contains(forbidden), "{} has {forbidden}", page.path);
    }
}

fn paths(account: AccountId) -> impl Iterator<Item = String> {
    table::pages(ROUTES, account)
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
    // With a key in each state, such as one whose secret is being replaced: no link leads to what
    // only owners may do.
    let samples = table::Samples::of(&gateway, customer.account).await;
    let mut admin = admin(&gateway).await.visitor;
    let from =
        ["/operator".to_owned(), desk(customer.account)].into_iter().chain(samples.pages(ROUTES)).collect();
    let seen = table::crawl(&mut admin, from, "/operator", 300).await;
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
