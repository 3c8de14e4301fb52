//! Reading: search, copying, and pages without script.

use serde_json::json;

use super::with_test_key;
use crate::support::browser::Browser;
use crate::support::gateway::Gateway;

#[tokio::test]
async fn the_search_leads_to_a_section() {
    let gateway = Gateway::start().await;
    let browser = Browser::start().await;
    for (path, words, link) in [
        ("/", "rotating gap", "/docs/keys#rotating-a-key-without-a-gap"),
        ("/pt/docs/", "creditos insuficientes", "/pt/docs/errors/INSUFFICIENT_CREDITS"),
        ("/docs/reference/crm", "/v1/ledger", "/docs/reference/ledger"),
    ] {
        browser.open(&format!("{}{path}", gateway.url())).await;
        browser.type_into(".search input", words).await;
        browser.click(&format!(".search a[href='{link}']")).await;
        browser.arrives(&format!("{}{link}", gateway.url())).await;
    }
    // A page is one result, the changelog is the last of them, and readers' own words count.
    for (path, words, first) in [
        ("/docs/", "refund", ["/pricing", "/docs/credits"]),
        ("/pt/docs/", "reembolso", ["/pt/pricing", "/pt/docs/credits"]),
    ] {
        browser.open(&format!("{}{path}", gateway.url())).await;
        browser.type_into(".search input", words).await;
        browser
            .shows(
                ".search [role=status]",
                if words == "refund" { "pages found" } else { "páginas encontradas" },
            )
            .await;
        let found = browser.run("return [...document.querySelectorAll('.search a')].map((link) => link.getAttribute('href').split('#')[0])").await;
        let found: Vec<&str> = found.as_array().unwrap().iter().map(|link| link.as_str().unwrap()).collect();
        assert!(first.iter().all(|page| found.contains(page)), "{words}: {found:?}");
        assert_eq!(
            found.iter().collect::<std::collections::BTreeSet<_>>().len(),
            found.len(),
            "{words}: {found:?}"
        );
    }
    browser.press("ARROW_DOWN").await;
    assert_eq!(
        browser.run("return document.activeElement.closest('.search li') !== null").await,
        json!(true)
    );
    browser.press("ARROW_UP").await;
    browser.type_into(".search input", "zyxw").await;
    browser.shows(".search ul", "Nada encontrado").await;
    browser.press("ESCAPE").await;
    assert_eq!(
        browser.run("return document.querySelector('.search ul').checkVisibility()").await,
        json!(false)
    );
}

#[tokio::test]
async fn one_click_copies_a_program_whole() {
    let (gateway, _, _) = with_test_key().await;
    let browser = Browser::start().await;
    let page = format!("{}/docs/reference/crm", gateway.url());
    browser.open(&page).await;
    let permissions = json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] });
    browser.cdp("Browser.grantPermissions", permissions).await;
    browser.click(".tabs details:nth-of-type(2) summary").await;
    browser.click(".tabs details[open] .code button").await;
    browser.shows(".tabs details[open] .code button", "Copied").await;
    let copied = browser.run("return navigator.clipboard.readText()").await;
    let copied = copied.as_str().unwrap();
    assert!(copied.starts_with("import os\n\nimport requests\n"), "{copied}");
    assert!(copied.contains(&format!("\"{}/crm\"", gateway.url())), "{copied}");
}

#[tokio::test]
async fn without_script_the_programs_stand_there_and_no_control_that_does_nothing() {
    let gateway = Gateway::start().await;
    let browser = Browser::start().await;
    browser.cdp("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await;
    browser.open(&format!("{}/docs/reference/crm", gateway.url())).await;
    let source =
        browser.cdp("Runtime.evaluate", json!({ "expression": "document.documentElement.innerText" })).await;
    let text = source["result"]["value"].as_str().unwrap();
    assert!(text.contains(&format!("curl \"{}/crm\"", gateway.url())), "{text}");
    for control in ["Try it", "Show the price", "Copy"] {
        assert!(!text.contains(control), "{control} in {text}");
    }
}
