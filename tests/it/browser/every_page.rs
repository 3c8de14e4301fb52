//! What holds for every page, in both themes and languages.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::site::{crawled, is_html};
use crate::support::browser::{Browser, Look};
use crate::support::gateway::Gateway;

/// Pages whose pictures people look at.
const MAIN: [&str; 10] = [
    "/",
    "/pricing",
    "/docs/",
    "/docs/limits",
    "/docs/reference/",
    "/docs/api",
    "/docs/keys",
    "/docs/changelog",
    "/docs/reference/crm",
    "/docs/errors/INSUFFICIENT_CREDITS",
];

async fn html_pages(gateway: &Gateway) -> Vec<String> {
    let pages = crawled(gateway).await;
    pages.into_iter().filter(|(_, sent)| is_html(sent)).map(|(path, _)| path).collect()
}

/// Opens pages of one language one after the other and notes what is wrong with each.
async fn faults(gateway: &Gateway, pages: &[String]) -> Vec<String> {
    let browser = Browser::start().await;
    let mut faults = Vec::new();
    for path in pages {
        browser.look(Look::DESKTOP).await;
        browser.open(&format!("{}{path}", gateway.url())).await;
        let mut note = |what: &str, found: String| {
            if !found.is_empty() {
                faults.push(format!("{path}, {what}: {found}"));
            }
        };
        note("light", browser.violations().await);
        browser.look(Look::DESKTOP.dark()).await;
        note("dark", browser.contrast_violations().await);
        browser.look(Look::PHONE).await;
        let overflow = browser.overflow().await;
        note("360 pixels wide", if overflow > 0 { format!("{overflow} too many") } else { String::new() });
        note("tables at 360 pixels", wide_tables(&browser).await);
        // A window of 1280 pixels at 200 %.
        browser.look(Look { width: 640, is_dark: false }).await;
        note("tables at 640 pixels", wide_tables(&browser).await);
        note("console", browser.complaints().await.join("\n"));
        browser.only_from(&gateway.url()).await;
    }
    faults
}

/// The column titles of each table that is wider than the box around it.
async fn wide_tables(browser: &Browser) -> String {
    let script = "return [...document.querySelectorAll('table')].filter((table) => table.scrollWidth > table.parentElement.clientWidth
        || table.parentElement.scrollWidth > table.parentElement.clientWidth).map((table) => table.tHead?.innerText ?? table.innerText.slice(0, 40)).join('; ')";
    browser.run(script).await.as_str().unwrap().to_owned()
}

fn is_portuguese(path: &str) -> bool {
    path.starts_with("/pt/")
}

/// Whether a page describes an operation or an error.
fn is_reference(path: &str) -> bool {
    ["/docs/reference/", "/docs/errors/"].iter().any(|folder| path.contains(folder))
}

/// Checks the pages of one part. Each of the four parts is a test of its own, which takes one or
/// two minutes.
async fn assert_pages_are_sound(is_in_part: impl Fn(&str) -> bool) {
    let gateway = Gateway::start().await;
    let pages = html_pages(&gateway).await;
    let portuguese = pages.iter().filter(|path| is_portuguese(path)).count();
    assert!(portuguese > 100 && 2 * portuguese == pages.len());
    let part: Vec<String> = pages.into_iter().filter(|path| is_in_part(path)).collect();
    assert!(part.len() > 20, "{part:?}");
    let faults = faults(&gateway, &part).await;
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n\n"));
}

#[tokio::test]
async fn english_pages_are_accessible_fit_a_phone_and_ask_only_their_own_gateway() {
    assert_pages_are_sound(|path| !is_portuguese(path) && !is_reference(path)).await;
}

#[tokio::test]
async fn portuguese_pages_are_accessible_fit_a_phone_and_ask_only_their_own_gateway() {
    assert_pages_are_sound(|path| is_portuguese(path) && !is_reference(path)).await;
}

#[tokio::test]
async fn the_english_reference_is_accessible_fits_a_phone_and_asks_only_its_own_gateway() {
    assert_pages_are_sound(|path| !is_portuguese(path) && is_reference(path)).await;
}

#[tokio::test]
async fn the_portuguese_reference_is_accessible_fits_a_phone_and_asks_only_its_own_gateway() {
    assert_pages_are_sound(|path| is_portuguese(path) && is_reference(path)).await;
}

/// How often each role of a table occurs in what a screen reader gets.
async fn roles_of_tables(browser: &Browser) -> BTreeMap<String, usize> {
    let tree = browser.cdp("Accessibility.getFullAXTree", json!({})).await;
    let mut roles = BTreeMap::new();
    for node in tree["nodes"].as_array().unwrap().iter().filter(|node| node["ignored"] == json!(false)) {
        let role = node["role"]["value"].as_str().unwrap();
        if ["table", "row", "columnheader", "cell"].contains(&role) {
            *roles.entry(role.to_owned()).or_default() += 1;
        }
    }
    roles
}

#[tokio::test]
async fn the_prices_fit_a_phone_and_stay_tables_for_screen_readers() {
    let gateway = Gateway::start().await;
    let browser = Browser::start().await;
    for page in ["/pricing", "/pt/pricing", "/"] {
        browser.look(Look::DESKTOP).await;
        browser.open(&format!("{}{page}", gateway.url())).await;
        let wide = roles_of_tables(&browser).await;
        let stacked =
            "return getComputedStyle(document.querySelector('.stack tbody tr')).display === 'block'";
        assert_eq!(browser.run(stacked).await, json!(false), "{page}");
        for look in [Look::PHONE, Look::PHONE.dark()] {
            browser.look(look).await;
            assert_eq!(browser.run(stacked).await, json!(true), "{page}");
            assert_eq!(wide_tables(&browser).await, "", "{page}");
            assert_eq!(roles_of_tables(&browser).await, wide, "{page}");
        }
        assert!(wide["columnheader"] >= 5 && wide["row"] > 6, "{page}: {wide:?}");
        let titles = "const cell = document.querySelector('.stack [data-title]'); return getComputedStyle(cell, '::before').content";
        let shown = browser.run(titles).await;
        assert!(shown.as_str().unwrap().contains("US$"), "{page}: {shown}");
    }
}

#[tokio::test]
async fn every_element_of_a_page_is_reached_and_seen_by_keyboard() {
    let gateway = Gateway::start().await;
    let browser = Browser::start().await;
    for path in ["/", "/docs/reference/analyzeComprehensive", "/pt/docs/reference/createKey"] {
        browser.open(&format!("{}{path}", gateway.url())).await;
        browser.text("h1").await;
        let count = browser
            .run("return [...document.querySelectorAll('a[href], button, input, select, summary, [tabindex]')].filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled).length")
            .await
            .as_u64()
            .unwrap();
        let mut reached = 0;
        let mut unseen = BTreeSet::new();
        loop {
            browser.press("TAB").await;
            let Some(focused) = browser.focused().await else { break };
            reached += 1;
            if !focused.is_seen {
                unseen.insert(focused.name);
            }
            assert!(reached <= count, "{path}: the focus goes round");
        }
        assert_eq!((reached, unseen), (count, BTreeSet::new()), "{path}");
    }
}

#[tokio::test]
async fn a_first_visit_loads_at_most_100_kilobytes_in_eight_requests() {
    let gateway = Gateway::start().await;
    for path in ["/", "/docs/reference/crm"] {
        let browser = Browser::start().await;
        browser.open(&format!("{}{path}", gateway.url())).await;
        browser.text("h1").await;
        let bytes = browser
            .run("return document.fonts.ready.then(() => [performance.getEntriesByType('navigation')[0], ...performance.getEntriesByType('resource')].reduce((sum, one) => sum + one.transferSize, 0))")
            .await
            .as_u64()
            .unwrap();
        let requests = browser.only_from(&gateway.url()).await;
        assert!(bytes > 0 && bytes <= 100_000 && requests <= 8, "{path}: {bytes} bytes, {requests} requests");
        println!("{path}: {bytes} bytes in {requests} requests");
    }
}

#[tokio::test]
#[ignore = "for people to look at: make pictures"]
async fn pictures_of_the_main_pages_are_kept() {
    let gateway = Gateway::start().await;
    let browser = Browser::start().await;
    for language in ["", "/pt"] {
        for look in [Look::DESKTOP, Look::DESKTOP.dark(), Look::PHONE, Look::PHONE.dark()] {
            browser.look(look).await;
            for path in MAIN {
                browser.open(&format!("{}{language}{path}", gateway.url())).await;
                let page = format!("{language}{path}").trim_matches('/').replace('/', "-");
                let page = if page.is_empty() { "home" } else { &page };
                browser.screenshot(&format!("site-{page}-{}", look.name())).await;
            }
        }
    }
}
