//! Owners' pages on paper, by keyboard, and on a first visit.

use serde_json::json;

use super::console::{enter, entered};
use crate::gate::people::marina;
use crate::support::browser::Browser;
use crate::support::gateway::eventually;

/// What a reader of a page can put the focus on. Of a group of choices one takes it.
const FOCUSABLE: &str = "
    const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')];
    const groups = new Set();
    return all.filter((one) => {
        if (one.type === 'hidden' || one.disabled || one.tabIndex < 0 || !one.checkVisibility({ visibilityProperty: true })) return false;
        if (one.type !== 'radio') return true;
        const isFirst = !groups.has(one.name);
        groups.add(one.name);
        return isFirst;
    })";

#[tokio::test(flavor = "multi_thread")]
async fn every_element_of_the_consoles_pages_is_reached_and_seen_by_keyboard() {
    let (gateway, customer, browser) = entered().await;
    assert_eq!(gateway.post("/crm", &customer.key, &marina()).await.status, 200);
    let at = format!("{}/console/{}", gateway.url(), customer.account);
    let mut faults = Vec::new();
    for path in ["", "/keys", "/keys/new", "/usage?period=30", "/ledger", "/members", "/playground", "/audit"]
    {
        browser.open(&format!("{at}{path}")).await;
        browser.text("h1").await;
        let count = browser.run(&format!("{FOCUSABLE}.length")).await.as_u64().unwrap();
        // Fields of a date take the focus part by part.
        for _ in 0..count * 4 {
            browser.press("TAB").await;
            let Some(focused) = browser.focused().await else { break };
            if !focused.is_seen {
                faults.push(format!("{path}: the focus is not seen on {}", focused.name));
            }
            browser.run("document.activeElement.dataset.reached = document.activeElement.name ?? ''").await;
        }
        let missed = browser
            .run(&format!(
                "const reached = (one) => one.type === 'radio'
                     ? document.querySelector(`[type=radio][name='${{one.name}}'][data-reached]`) : 'reached' in one.dataset;
                 return (() => {{ {FOCUSABLE} }})().filter((one) => !reached(one)).map((one) => one.outerHTML.slice(0, 120))"
            ))
            .await;
        let missed = missed.as_array().unwrap();
        faults.extend(missed.iter().map(|one| format!("{path}: not reached: {one}")));
        assert!(count > 10, "{path}: {count}");
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn printing_a_receipt() {
    let (gateway, customer, browser) = entered().await;
    let answer = gateway.post("/crm", &customer.key, &marina()).await;
    let call = answer.headers["x-request-id"].to_str().unwrap().to_owned();
    eventually("the call is charged", async || gateway.balance(customer.account).await == 998).await;
    let path = format!("{}/console/{}/ledger/calls/{call}", gateway.url(), customer.account);
    browser.open(&path).await;
    browser.shows("h1", "Receipt").await;
    // The person's own dark theme is for screens.
    browser.run("document.documentElement.className = 'dark'").await;
    browser.cdp("Emulation.setEmulatedMedia", json!({ "media": "print" })).await;
    let ground =
        browser.run("return getComputedStyle(document.querySelector('.card')).backgroundColor").await;
    assert_eq!(ground, json!("rgb(255, 255, 255)"), "paper is white");
    let hidden = "return [...document.querySelectorAll('nav, .bar, .foot, button, .button')].filter((one) => one.checkVisibility()).map((one) => one.outerHTML.slice(0, 80))";
    assert_eq!(browser.run(hidden).await, json!([]), "what cannot be used on paper is not printed");
    let text = browser.text("main").await;
    for fact in ["/crm", &call, "Charged: 2 credits.", "Sealed in", &customer.account.to_string(), "As of"] {
        assert!(text.contains(fact), "{fact}: {text}");
    }
    let printed = browser.cdp("Page.printToPDF", json!({ "paperWidth": 8.27, "paperHeight": 11.69 })).await;
    let pdf = crate::support::browser::base64(printed["data"].as_str().unwrap());
    let sheets = pdf.windows(12).filter(|part| part.starts_with(b"/Type /Page") && !part.ends_with(b"s"));
    assert_eq!(sheets.count(), 1, "a receipt is one sheet");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_visit_of_the_console_loads_at_most_100_kilobytes_in_eight_requests() {
    let (gateway, customer, _) = entered().await;
    assert_eq!(gateway.post("/crm", &customer.key, &marina()).await.status, 200);
    let at = format!("{}/console/{}", gateway.url(), customer.account);
    let browser = Browser::start().await;
    enter(&browser, &gateway, customer.account, "ana@example.com").await;
    for path in ["", "/keys", "/usage?period=30", "/ledger", "/credits", "/playground"] {
        browser.cdp("Network.clearBrowserCache", json!({})).await;
        browser.requests().await;
        browser.open(&format!("{at}{path}")).await;
        browser.text("h1").await;
        let bytes = browser
            .run("return document.fonts.ready.then(() => [performance.getEntriesByType('navigation')[0], ...performance.getEntriesByType('resource')].reduce((sum, one) => sum + one.transferSize, 0))")
            .await
            .as_u64()
            .unwrap();
        let paint = browser
            .run("return new Promise((done) => { new PerformanceObserver((list) => done(Math.round(list.getEntries().at(-1).startTime))).observe({ type: 'largest-contentful-paint', buffered: true }); setTimeout(() => done(null), 2000); })")
            .await;
        let requests = browser.only_from(&gateway.url()).await;
        println!("{path}: {bytes} bytes in {requests} requests, largest paint after {paint} ms");
        assert!(bytes > 0 && bytes <= 100_000 && requests <= 8, "{path}: {bytes} bytes, {requests} requests");
    }
}
