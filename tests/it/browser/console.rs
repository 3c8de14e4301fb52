//! The console in a real browser: what people do with it, and what holds for each of its pages.

use std::time::{Duration, Instant};

use fluence::console::{Method, ROUTES};
use fluence::domain::ids::AccountId;
use fluence::domain::member::Role;
use serde_json::json;

use super::page_check;
use crate::console::table::Samples;
use crate::support::browser::Browser;
use crate::support::customer::Customer;
use crate::support::gateway::{Gateway, eventually};

pub(super) const PASSWORD: &str = "nine mats and one quick cat";

/// Logs in by a one-time link.
pub(super) async fn enter(browser: &Browser, gateway: &Gateway, account: AccountId, email: &str) {
    browser.open(&format!("{}{}", gateway.url(), gateway.link(account, email).await)).await;
    browser.click("main button.primary").await;
    // Not the title: the page with the button has one too, and the next address would overtake the
    // click.
    browser.shows("details.person summary", "").await;
}

pub(super) async fn entered() -> (Gateway, Customer, Browser) {
    let gateway = Gateway::start().await;
    gateway.with_sample_people().await;
    let customer = gateway.professional().await;
    gateway.member(customer.account, "ana@example.com", Role::Admin).await;
    let browser = Browser::start().await;
    enter(&browser, &gateway, customer.account, "ana@example.com").await;
    (gateway, customer, browser)
}

pub(super) async fn value(browser: &Browser, selector: &str) -> String {
    let script = "return document.querySelector(arguments[0])?.value ?? ''";
    browser.run_with(script, json!([selector])).await.as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_becomes_a_customer() {
    let folder = crate::support::scratch::Scratch::new();
    let folder = folder.path().to_str().unwrap().to_owned();
    let gateway =
        Gateway::start_with(&[("FLUENCE_CONSOLE_MAILBOX", "true"), ("FLUENCE_DATA_DIR", &folder)]).await;
    gateway.with_sample_people().await;
    let (browser, begun) = (Browser::start().await, Instant::now());
    let base = gateway.url();
    browser.open(&format!("{base}/signup")).await;
    browser.type_into("#email", "carla@example.com").await;
    browser.click("main button.primary").await;
    browser.shows("main", "Code").await;
    eventually("the message is there", async || {
        browser.open(&format!("{base}/console/mailbox")).await;
        browser.run("return document.querySelector('a[href*=\"sign-up/finish\"]') !== null").await
            == json!(true)
    })
    .await;
    browser.click("a[href*='sign-up/finish']").await;
    browser.type_into("#name", "Carla").await;
    browser.type_into("#account", "Zyntra").await;
    browser.type_into("#password", PASSWORD).await;
    browser.click("main button.primary").await;
    browser.shows("main .big", "25").await;
    browser.click("a[href$='/keys/new']").await;
    browser.type_into("#name", "backend").await;
    browser.click("main form button.primary").await;
    browser.shows("h1", "backend").await;
    let secret = value(&browser, "#secret").await;
    let called = gateway.post("/crm", &secret, &crate::gate::people::marina()).await;
    assert_eq!(called.status, 200, "{}", called.text);
    browser.click("a.left").await;
    browser.shows("main", "/crm").await;
    let taken = begun.elapsed();
    println!("from the first page to a paid call in {taken:?}");
    assert!(taken < Duration::from_secs(60), "{taken:?}");
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.only_from(&base).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn j05_a_key_is_copied_over_plain_http_and_gone_after_back() {
    let (gateway, customer, browser) = entered().await;
    browser.open(&format!("{}/console/{}/keys/new", gateway.url(), customer.account)).await;
    browser.type_into("#name", "backend").await;
    browser.click("main form button.primary").await;
    browser.shows("h1", "backend").await;
    let secret = value(&browser, "#secret").await;
    assert!(secret.len() > 20);
    let is_masked =
        "return getComputedStyle(document.querySelector('#secret')).webkitTextSecurity === 'disc'";
    assert_eq!(browser.run(is_masked).await, json!(true), "a secret is masked until it is shown");
    browser.click("[data-copy]").await;
    browser.shows("#copy-status", "Copied").await;
    browser.click("a.button[href*='/keys/']").await;
    browser.shows("main", "backend").await;
    let stored = browser.run("return JSON.stringify([localStorage, document.cookie, history.state])").await;
    assert!(!stored.as_str().unwrap().contains(&secret));
    browser.back().await;
    let shown = browser.run("return document.documentElement.outerHTML + [...document.querySelectorAll('input')].map((one) => one.value).join(' ')").await;
    assert!(!shown.as_str().unwrap().contains(&secret));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_playground_shows_the_price_before_and_the_charge_after() {
    let (gateway, customer, browser) = entered().await;
    let path = format!("{}/console/{}/playground?operation=crm", gateway.url(), customer.account);
    browser.open(&path).await;
    browser.click("[data-sample]").await;
    browser.shows("[data-quote]", "Costs nothing with this key.").await;
    browser.click("[data-go]").await;
    browser.shows(".trial pre", "\"mbti_type\"").await;
    browser.shows(".trial form > [role=status]", "Credits charged: 0. Credits left: 1,000.").await;
    assert_eq!(gateway.balance(customer.account).await, 1000);
    browser.type_into(".trial [type=password]", &customer.key).await;
    browser.shows("[data-quote]", "Price in credits: 2. Left after the call: 998.").await;
    assert_eq!(browser.text("[data-go]").await, "Send for 2 credits");
    assert_eq!(gateway.balance(customer.account).await, 1000, "a price is not a charge");
    browser.click("[data-go]").await;
    eventually("the call is charged", async || gateway.balance(customer.account).await == 998).await;
    browser.shows(".trial form > [role=status]", "Credits charged: 2. Credits left: 998.").await;
    // The same figure stands above every page.
    browser.shows("a.left", "998").await;
    let quote = browser.run("return document.querySelector('[data-quote]').textContent").await;
    assert_eq!(quote, json!(""), "the price is no longer one that was not charged");
    browser.screenshot("console-playground-answer").await;
    browser.click("a.left").await;
    browser.back().await;
    assert_eq!(value(&browser, ".trial [type=password]").await, "");
    let stored = browser.run("return JSON.stringify([localStorage, sessionStorage])").await;
    assert!(!stored.as_str().unwrap().contains(&customer.key));
    assert!(browser.requests().await.iter().all(|address| !address.contains(&customer.key)));
    assert_eq!(browser.complaints().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_session_gives_the_form_back() {
    let (gateway, customer, browser) = entered().await;
    browser.open(&format!("{}/console/me/password", gateway.url())).await;
    browser.type_into("#password", PASSWORD).await;
    browser.click("main form button.primary").await;
    browser.shows("main", "The password is set").await;
    browser.open(&format!("{}/console/{}/keys/new", gateway.url(), customer.account)).await;
    browser.type_into("#name", "typed before").await;
    sqlx::query("delete from session").execute(gateway.database.pool()).await.unwrap();
    browser.click("main form button.primary").await;
    browser.shows("main", "what you typed is kept").await;
    browser.type_into("#email", "ana@example.com").await;
    browser.type_into("#password", PASSWORD).await;
    browser.click("main form button.primary").await;
    browser.shows("main", "Look over what you typed").await;
    assert_eq!(value(&browser, "#name").await, "typed before");
    browser.click("main form button.primary").await;
    browser.shows("h1", "typed before").await;
}

/// Pages that need no id of a thing.
fn pages(account: AccountId) -> Vec<String> {
    let pages = ROUTES.iter().filter(|route| route.method == Method::Get);
    let paths = pages.map(|route| route.path.replace("{account}", &account.to_string()));
    let shown = |path: &String| {
        !path.contains('{')
            && !path.ends_with(".csv")
            && !path.ends_with("/mailbox")
            && !path.contains("/go/")
    };
    paths.filter(shown).collect()
}

async fn faults(
    gateway: &Gateway,
    account: AccountId,
    pages: &[String],
    language: &str,
    keeps_pictures: bool,
) -> Vec<String> {
    let (email, browser) = (format!("{language}@example.com"), Browser::start().await);
    gateway.member(account, &email, Role::Admin).await;
    enter(&browser, gateway, account, &email).await;
    let mut faults = Vec::new();
    for path in pages {
        let name = path.replace(&account.to_string(), "account").trim_matches('/').replace('/', "-");
        let picture = keeps_pictures.then_some(&*name);
        faults.extend(page_check::faults(&browser, &gateway.url(), path, language, picture).await);
    }
    faults
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_the_console_is_accessible_fits_a_phone_and_asks_only_its_own_gateway() {
    let (gateway, customer, _) = super::with_test_key().await;
    gateway.post("/crm", &customer.key, &crate::gate::people::marina()).await;
    let account = customer.account;
    let pages = pages(account);
    let (english, portuguese) = tokio::join!(
        faults(&gateway, account, &pages, "en", true),
        faults(&gateway, account, &pages, "pt", false)
    );
    let faults: Vec<String> = english.into_iter().chain(portuguese).collect();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_a_thing_is_accessible_fits_a_phone_and_asks_only_its_own_gateway() {
    let (gateway, customer, _) = super::with_test_key().await;
    gateway.post("/crm", &customer.key, &crate::gate::people::marina()).await;
    let account = customer.account;
    let pages = Samples::of(&gateway, account).await.pages(ROUTES);
    assert!(pages.len() >= 10, "{pages:?}");
    let (english, portuguese) = tokio::join!(
        faults(&gateway, account, &pages, "en", false),
        faults(&gateway, account, &pages, "pt", false)
    );
    let faults: Vec<String> = english.into_iter().chain(portuguese).collect();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n\n"));
}
