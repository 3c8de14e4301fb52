//! Trying an operation from its page.

use serde_json::json;

use super::with_test_key;
use crate::offers::shop::Shop;
use crate::support::browser::Browser;
use crate::support::gateway::eventually;
use crate::support::upstream::Behaviour;

#[tokio::test]
async fn a_newcomer_gets_from_the_first_page_to_an_analysis_in_under_ten_clicks() {
    let (gateway, customer, test_key) = with_test_key().await;
    let browser = Browser::start().await;
    browser.open(&format!("{}/", gateway.url())).await;
    browser.click("main a[href='/docs/reference/analyze']").await;
    browser.type_into(".trial [type=password]", &test_key).await;
    browser.click(".trial button").await;
    browser.shows(".trial [role=status]", "Price in credits").await;
    browser.click(".trial button").await;
    browser.shows(".trial pre", "\"mbti_type\"").await;
    browser.shows(".trial pre", "HTTP 200").await;
    browser.shows(".trial pre", "x-credits-used: 0").await;
    browser.screenshot("site-first-call").await;
    assert_eq!(gateway.balance(customer.account).await, 1000);
    assert_eq!(browser.complaints().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_live_key_pays_only_after_the_price_was_shown() {
    let (gateway, customer, _) = with_test_key().await;
    let browser = Browser::start().await;
    browser.open(&format!("{}/docs/reference/crm", gateway.url())).await;
    browser.type_into(".trial [type=password]", &customer.key).await;
    browser.click(".trial button").await;
    browser.shows(".trial [role=status]", "Price in credits: 2. Left after the call: 998.").await;
    assert_eq!(browser.text(".trial button").await, "Send at this price");
    assert_eq!(gateway.balance(customer.account).await, 1000);
    // Another request has another price, which is shown first.
    browser.type_into(".trial [data-name=empresa]", "x").await;
    assert_eq!(browser.text(".trial button").await, "Show the price");
    browser.open(&format!("{}/docs/reference/crm", gateway.url())).await;
    browser.type_into(".trial [type=password]", &customer.key).await;
    browser.click(".trial button").await;
    browser.shows(".trial button", "Send at this price").await;
    browser.click(".trial button").await;
    browser.shows(".trial pre", "\"billing_info\"").await;
    eventually("the call is charged", async || gateway.balance(customer.account).await == 998).await;
}

#[tokio::test]
async fn the_key_is_in_no_address_and_no_store_and_gone_with_the_page() {
    let (gateway, _, test_key) = with_test_key().await;
    let browser = Browser::start().await;
    let page = format!("{}/docs/reference/credits", gateway.url());
    browser.open(&page).await;
    browser.type_into(".trial [type=password]", &test_key).await;
    browser.click(".trial button").await;
    browser.shows(".trial pre", "\"creditos_restantes\"").await;
    assert_eq!(browser.address().await, page);
    let stored = browser
        .run("return JSON.stringify([localStorage, sessionStorage, document.cookie, history.state])")
        .await;
    assert_eq!(stored, json!("[{},{},\"\",null]"));
    assert!(browser.requests().await.iter().all(|address| !address.contains(&test_key)));
    browser.click(".bar a[href='/docs/errors/']").await;
    browser.back().await;
    let left = "return [document.querySelector('.trial [type=password]').value, document.querySelector('.trial pre').textContent]";
    assert_eq!(browser.run(left).await, json!(["", ""]));
}

#[tokio::test]
async fn a_refusal_leads_to_the_page_that_explains_it() {
    let (gateway, customer, _) = with_test_key().await;
    gateway.leave(customer.account, 1).await;
    let browser = Browser::start().await;
    browser.open(&format!("{}/pt/docs/reference/crm", gateway.url())).await;
    browser.type_into(".trial [type=password]", &customer.key).await;
    browser.click(".trial button").await;
    browser.shows(".trial [role=status]", "INSUFFICIENT_CREDITS").await;
    browser.open(&format!("{}/pt/docs/reference/createKey", gateway.url())).await;
    browser.type_into(".trial [type=password]", &customer.key).await;
    browser.click(".trial button").await;
    browser.shows(".trial [role=status]", "HTTP 403").await;
    browser.click(".trial [role=status] a").await;
    browser.arrives(&format!("{}/pt/docs/errors/INSUFFICIENT_SCOPE", gateway.url())).await;
}

/// A program that reads a number into a float loses digits; a page has no reason to.
#[tokio::test]
async fn numbers_are_sent_as_typed_and_shown_as_they_came() {
    let answer = r#"{"id":12345678901234567890,"price":1.10}"#;
    let example = "[route.example]\npath = { id = \"7\" }\nbody = '{ \"cursor\": 1, \"text\": \"x\" }'\n";
    let shop = Shop::selling(
        vec![Behaviour::Answers(200, answer.to_owned())],
        &format!("credits = 3\n{example}"),
        "",
    )
    .await;
    let browser = Browser::start().await;
    browser.open(&format!("{}/docs/reference/image-resize-post", shop.gateway.url())).await;
    browser.type_into(".trial [type=password]", &shop.customer.key).await;
    browser
        .run("document.querySelector('.trial [data-name=cursor]').value = '98765432109876543210'; return 0")
        .await;
    browser.click(".trial button").await;
    browser.shows(".trial button", "Send at this price").await;
    browser.click(".trial button").await;
    browser.shows(".trial pre", "\"id\": 12345678901234567890").await;
    browser.shows(".trial pre", "\"price\": 1.10").await;
    let sent = shop.server.requests().concat();
    assert!(sent.contains(r#"{"cursor":98765432109876543210,"text":"x"}"#), "{sent}");
}
