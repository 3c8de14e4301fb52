//! What goes wrong in the life of an account, in a real browser: a secret that some program still
//! uses, a gateway that does not answer, a lost telephone, an invitation in the wrong hands.

use fluence::domain::ids::AccountId;
use fluence::domain::member::Role;
use serde_json::json;

use super::console::{PASSWORD, enter, entered, value};
use crate::console::mail::Post;
use crate::console::second_factor::code_now;
use crate::support::browser::Browser;
use crate::support::database_proxy::{ALL_CONNECTIONS, DatabaseProxy, Network};
use crate::support::gateway::{Gateway, eventually};
use crate::support::qr;

/// Makes a key in the browser. Returns its secret; its page is open.
async fn made(browser: &Browser, gateway: &Gateway, account: AccountId) -> String {
    browser.open(&format!("{}/console/{account}/keys/new", gateway.url())).await;
    browser.type_into("#name", "backend").await;
    browser.click("main form button.primary").await;
    browser.shows("h1", "backend").await;
    let secret = value(browser, "#secret").await;
    browser.click("a.button[href*='/keys/']").await;
    browser.shows("h2", "").await;
    secret
}

async fn status(gateway: &Gateway, key: &str) -> u16 {
    gateway.get("/v1/account", key).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn rotation_shows_who_still_uses_the_old_secret() {
    let (gateway, customer, browser) = entered().await;
    let old = made(&browser, &gateway, customer.account).await;
    browser.click("a[href$='/rotate']").await;
    browser.shows("main", "How long the old secret still works").await;
    browser.click("input[value='1d']").await;
    browser.click("main form button.primary").await;
    browser.shows("h1", "New secret").await;
    let new = value(&browser, "#secret").await;
    assert_ne!(old, new);
    let keys = format!("{}/console/{}/keys", gateway.url(), customer.account);
    browser.open(&keys).await;
    browser.shows("tr.sub", "never used").await;
    assert_eq!((status(&gateway, &old).await, status(&gateway, &new).await), (200, 200));
    // The row says that some program still uses the old secret.
    eventually("the use is noted", async || {
        browser.open(&keys).await;
        let row = browser.text("tr.sub").await;
        row.contains(&old[old.len() - 4..]) && !row.contains("never used")
    })
    .await;
    browser.click("tr.sub a[href$='/end-overlap']").await;
    browser.shows("h1", "backend").await;
    browser.click("main form button").await;
    eventually("the old secret is refused", async || status(&gateway, &old).await == 401).await;
    assert_eq!(status(&gateway, &new).await, 200);
    browser.open(&keys).await;
    browser.shows("main table", "backend").await;
    let rows = browser.run("return document.querySelectorAll('tr.sub').length").await;
    assert_eq!(rows, json!(0), "no rotation is left");
    assert_eq!(browser.complaints().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn revoking_names_each_gateway_and_the_one_that_does_not_answer() {
    let (gateway, customer, browser) = entered().await;
    let proxy = DatabaseProxy::start(gateway.database.options()).await;
    let named = [("FLUENCE_NODE", "second")];
    let second = gateway.second_gateway_over(proxy.options(), &named).await;
    let secret = made(&browser, &gateway, customer.account).await;
    assert_eq!(second.get("/v1/account", &secret).await.status, 200);
    // It stops without a word, as when its machine is gone. The minute without a report passes in
    // the table.
    proxy.turns(Network::Silent { whose: ALL_CONNECTIONS });
    let pool = gateway.database.pool();
    let silent = "update node set last_seen_at = now() - interval '1 minute' where name = 'second'";
    eventually("the second gateway reports no more", async || {
        let moved = sqlx::query(silent).execute(pool).await.unwrap().rows_affected();
        moved == 1
    })
    .await;
    browser.click("a[href$='/revoke']").await;
    browser.click("main form button.danger").await;
    browser.shows("h1", "Revoked").await;
    // The page looks again by itself until every gateway that answers has confirmed.
    browser.shows("main table", "refuses the key").await;
    let names = browser
        .run("return [...document.querySelectorAll('main tbody tr')].map((row) => row.innerText)")
        .await;
    let rows: Vec<&str> = names.as_array().unwrap().iter().map(|row| row.as_str().unwrap()).collect();
    assert_eq!(rows.len(), 2, "{rows:?}");
    let of_second = rows.iter().find(|row| row.contains("second")).unwrap();
    assert!(of_second.contains("silent") && of_second.contains("Last report"), "{rows:?}");
    let of_first = rows.iter().find(|row| !row.contains("second")).unwrap();
    assert!(of_first.contains("refuses the key"), "{rows:?}");
    assert_eq!(status(&gateway, &secret).await, 401);
    browser.screenshot("console-revoked-one-gateway-silent").await;
    // Without its database it cannot stop as on SIGTERM.
    drop(second);
}

/// Reads the QR code of the page as a telephone does.
async fn scanned(browser: &Browser) -> String {
    let drawn = browser
        .run("const square = document.querySelector('svg.square');
              return { size: square.viewBox.baseVal.width - 8, path: square.querySelector('path').getAttribute('d') }")
        .await;
    let size = usize::try_from(drawn["size"].as_u64().unwrap()).unwrap();
    qr::read_path(size, drawn["path"].as_str().unwrap())
}

/// Types address and password. The next page is open.
async fn with_password(browser: &Browser, gateway: &Gateway) {
    browser.open(&format!("{}/console/log-in", gateway.url())).await;
    browser.type_into("#email", "ana@example.com").await;
    browser.type_into("#password", PASSWORD).await;
    browser.click("main form button.primary").await;
}

async fn log_out(browser: &Browser) {
    browser.click("details.person summary").await;
    browser.click("details.person form button").await;
    browser.shows("main", "You are logged out").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_phone() {
    let post = Post::new(&[]).await;
    let account = post.gateway.professional().await.account;
    let gateway = &post.gateway;
    gateway.member(account, "ana@example.com", Role::Admin).await;
    let mut bia = gateway.logged_in(account, "bia@example.com", Role::Admin).await;
    let browser = Browser::start().await;
    enter(&browser, gateway, account, "ana@example.com").await;
    browser.open(&format!("{}/console/me/password", gateway.url())).await;
    browser.type_into("#password", PASSWORD).await;
    browser.click("main form button.primary").await;
    browser.shows("main", "The password is set").await;

    browser.open(&format!("{}/console/me/second-factor", gateway.url())).await;
    browser.shows("main", "Scan the QR code").await;
    let address = scanned(&browser).await;
    assert!(address.starts_with("otpauth://totp/Fluence:ana%40example.com?secret="), "{address}");
    let secret = address.split("secret=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    assert!(browser.text("main").await.contains(&secret), "the text by hand is the same secret");
    browser.type_into("#code", &code_now(&secret, 0)).await;
    browser.click("main form button.primary").await;
    browser.shows("h1", "Recovery codes").await;
    let codes = value(&browser, "#codes").await;
    let code = codes.lines().next().unwrap().to_owned();
    browser.open(&format!("{}/console/me", gateway.url())).await;
    log_out(&browser).await;

    // The phone shows the code.
    with_password(&browser, gateway).await;
    browser.type_into("#code", &code_now(&secret, 1)).await;
    browser.click("main form button.primary").await;
    browser.shows("main .big", "1,000").await;
    log_out(&browser).await;

    // Without the phone a recovery code opens the log-in, once.
    with_password(&browser, gateway).await;
    browser.type_into("#code", &code).await;
    browser.click("main form button.primary").await;
    browser.shows("main .big", "1,000").await;
    log_out(&browser).await;
    with_password(&browser, gateway).await;
    browser.type_into("#code", &code).await;
    browser.click("main form button.primary").await;
    browser.shows("main", "This code is wrong").await;

    // Without the codes another admin vouches.
    browser.click("a[href$='/log-in/lost']").await;
    browser.click("main form button.primary").await;
    browser.shows("main", "get an e-mail").await;
    let message = post.message("bia@example.com", "cannot log in").await;
    let start = format!("{}/console/{account}/members/", gateway.url());
    let link = &message[message.find(&start).unwrap_or_else(|| panic!("{message}"))..];
    let link: String = link.chars().take_while(|c| c.is_ascii_graphic() && !"<\"".contains(*c)).collect();
    let path = &link[gateway.url().len()..];
    assert_eq!(bia.fill(path, &[]).await.status, 303);
    let later = "update factor_reset set created_at = created_at - interval '1 day', due_at = due_at - interval '1 day'";
    sqlx::query(later).execute(gateway.database.pool()).await.unwrap();
    with_password(&browser, gateway).await;
    browser.shows("main .big", "1,000").await;
    browser.open(&format!("{}/console/me/second-factor", gateway.url())).await;
    browser.shows("main", "Scan the QR code").await;
    assert_ne!(scanned(&browser).await, address, "a new phone gets a new secret");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_for_somebody_else() {
    let post = Post::new(&[]).await;
    let gateway = &post.gateway;
    let (account, own) = (gateway.professional().await.account, gateway.professional().await.account);
    let mut owner = gateway.logged_in(account, "owner@example.com", Role::Admin).await;
    let path = format!("/console/{account}/members/new");
    let invited = owner.fill(&path, &[("email", "bia@example.com"), ("role", "member")]).await;
    assert_eq!(invited.status, 303, "{}", invited.body);
    let link = format!("{}{}", gateway.url(), post.link("bia@example.com", "/console/invitation").await);

    // Ana opens Bia's invitation in the browser in which Ana is logged in.
    gateway.member(own, "ana@example.com", Role::Admin).await;
    let browser = Browser::start().await;
    enter(&browser, gateway, own, "ana@example.com").await;
    browser.open(&link).await;
    browser.shows("#other", "You are logged in as ana@example.com").await;
    let text = browser.text("main").await;
    assert!(text.contains("The invitation is for bia@example.com"), "{text}");
    assert_eq!(browser.violations().await, "");

    // It is accepted as Bia, and the browser is Bia's from then on.
    browser.type_into("#name", "Bia").await;
    browser.type_into("#password", PASSWORD).await;
    browser.click("main form button.primary").await;
    browser.shows("details.person summary", "Bia").await;
    browser.arrives(&format!("{}/console/{account}", gateway.url())).await;
    browser.open(&format!("{}/console/{own}", gateway.url())).await;
    browser.shows("h1", "Nothing here").await;

    // A second click says what is so, and leads on.
    browser.open(&link).await;
    browser.shows("main", "You are already a member of Test").await;
    browser.click("main a.button").await;
    browser.shows("main .big", "1,000").await;
    log_out(&browser).await;
    browser.open(&link).await;
    browser.shows("main", "Log in to open the account").await;

    // The person it is for, logged in, accepts with one press.
    let third = gateway.professional().await.account;
    let mut other = gateway.logged_in(third, "third@example.com", Role::Admin).await;
    let path = format!("/console/{third}/members/new");
    assert_eq!(other.fill(&path, &[("email", "BIA@example.com"), ("role", "admin")]).await.status, 303);
    let link = format!("{}{}", gateway.url(), post.link("BIA@example.com", "/console/invitation").await);
    browser.open(&format!("{}/console/log-in", gateway.url())).await;
    browser.type_into("#email", "bia@example.com").await;
    browser.type_into("#password", PASSWORD).await;
    browser.click("main form button.primary").await;
    browser.shows("details.person summary", "Bia").await;
    browser.open(&link).await;
    browser.shows("main", "one press accepts").await;
    browser.click("main form button.primary").await;
    browser.shows("main .big", "1,000").await;
    browser.arrives(&format!("{}/console/{third}", gateway.url())).await;
}
