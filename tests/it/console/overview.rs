//! The overview shows the ledger's own figures.

use chrono::{Days, NaiveTime, TimeDelta};
use fluence::clock::now;

use crate::gate::people::{brandon, marina};
use crate::support::gateway::{Gateway, eventually};

#[tokio::test]
async fn the_overview_shows_what_was_charged_and_what_is_left() {
    let gateway = Gateway::start().await;
    gateway.with_sample_people().await;
    let customer = gateway.professional().await;
    let mut ana = gateway.admin(customer.account).await;
    let path = format!("/console/{}", customer.account);
    let before = ana.get(&path).await;
    assert!(
        before.has("<div class=\"big\">1,000</div>") && before.has("No paid calls yet"),
        "{}",
        before.body
    );
    assert!(before.has("No calls in these days.") && !before.has("<svg class=\"bars"), "{}", before.body);
    assert!(!before.has("class=\"legend\""), "no colours without bars: {}", before.body);
    let called = gateway.post("/crm", &customer.key, &marina()).await;
    assert_eq!(called.status, 200, "{}", called.text);
    let released = gateway.post("/crm", &customer.key, &brandon()).await;
    assert_eq!(released.status, 422, "{}", released.text);
    let credits = gateway.get("/credits", &customer.key).await.body["credits"][0]["remaining"].to_string();
    let page = ana.get(&path).await;
    assert_eq!(credits, "998");
    assert!(page.has("<div class=\"big\">998</div>"), "{}", page.body);
    assert!(page.has("<code>/crm</code>") && page.has("\u{2212}2"), "{}", page.body);
    assert!(page.has("2 of 1,000 plan credits used"), "{}", page.body);
    let ana = std::cell::RefCell::new(ana);
    #[expect(clippy::await_holding_refcell_ref, reason = "one task")]
    eventually("usage is added up", async || {
        ana.borrow_mut().get(&path).await.body.contains(": 2 credits charged, 2 credits refunded, 2 calls")
    })
    .await;
}

#[tokio::test]
async fn the_lots_of_the_overview_add_up_to_the_credits_left() {
    let gateway = Gateway::start().await;
    let account = gateway.professional().await.account;
    for (credits, days) in [(100, 60), (200, 90), (300, 120)] {
        gateway.add_pack(account, credits, TimeDelta::days(days)).await;
    }
    let mut ana = gateway.admin(account).await;
    let path = format!("/console/{account}");
    assert!(!ana.get(&path).await.has("more lot"));
    gateway.add_pack(account, 400, TimeDelta::days(150)).await;
    let page = ana.get(&path).await;
    assert!(page.has("<div class=\"big\">2,000</div>") && page.has("400 in 1 more lot"), "{}", page.body);
    gateway.add_pack(account, 500, TimeDelta::days(180)).await;
    assert!(ana.get(&path).await.has("900 in 2 more lots"));
}

#[tokio::test]
async fn the_first_steps_are_ticked_off_and_go_once_a_program_has_called() {
    let gateway = Gateway::start().await;
    gateway.with_sample_people().await;
    let account = gateway.account_on("2025-01", "professional").await;
    let mut ana = gateway.admin(account).await;
    let path = format!("/console/{account}");
    let done = |page: &str| page.matches("✓ Done").count();
    let page = ana.get(&path).await;
    assert!(page.has("First steps") && done(&page.body) == 0, "{}", page.body);
    let key = gateway.test_key(account).await;
    let page = ana.get(&path).await;
    assert!(page.has("First steps") && done(&page.body) == 1, "{}", page.body);
    assert!(page.has("Calls with a test key cost nothing"), "{}", page.body);
    assert_eq!(gateway.post("/crm", &key, &marina()).await.status, 200);
    let ana = std::cell::RefCell::new(ana);
    #[expect(clippy::await_holding_refcell_ref, reason = "one task")]
    eventually("the call of the program is noticed", async || {
        !ana.borrow_mut().get(&path).await.has("First steps")
    })
    .await;
}

#[tokio::test]
async fn the_overview_speaks_portuguese() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let mut ana = gateway.admin(customer.account).await;
    ana.language = "pt-BR";
    let page = ana.get(&format!("/console/{}", customer.account)).await;
    assert!(
        page.has("Créditos disponíveis") && page.has("1.000") && page.has("Visão geral"),
        "{}",
        page.body
    );
    let english = ana.get(&format!("/console/{}?lang=en", customer.account)).await;
    assert!(english.has("Credits left"));
    assert!(ana.get("/console/me").await.has("Your profile"), "the choice is remembered");
}

#[tokio::test]
async fn the_days_to_an_end_are_those_to_the_last_day_that_is_shown() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let last_day = now().date_naive().checked_add_days(Days::new(3)).unwrap();
    let end = last_day.succ_opt().unwrap().and_time(NaiveTime::MIN).and_utc();
    let (key, _) = gateway.key(customer.account, |key| key.terms.expires_at = Some(end)).await;
    gateway.add_pack(customer.account, 100, TimeDelta::days(3)).await;
    let mut ana = gateway.admin(customer.account).await;
    let root = format!("/console/{}", customer.account);
    let shown = last_day.format("%-d %b %Y").to_string();
    for (path, text) in [
        (root.clone(), format!("expires in 3 days (last day {shown})")),
        (root.clone(), format!("until {shown}")),
        (format!("{root}/keys"), format!("△ {shown}")),
        (format!("{root}/keys/{key}"), format!("last day {shown}")),
        (format!("{root}/keys/{key}/edit"), last_day.to_string()),
        (format!("{root}/credits"), format!("on {shown} (in 3 days)")),
    ] {
        let page = ana.get(&path).await;
        assert!(page.has(&text), "{path}: {text}: {}", page.body);
    }
}

#[tokio::test]
async fn the_overview_counts_refused_calls() {
    let gateway = Gateway::start().await;
    let customer = gateway.enterprise(0).await;
    let mut ana = gateway.admin(customer.account).await;
    let path = format!("/console/{}", customer.account);
    assert!(!ana.get(&path).await.has("refused in these days"));
    for _ in 0..2 {
        assert_eq!(gateway.post("/crm", &customer.key, &marina()).await.status, 402);
    }
    let ana = std::cell::RefCell::new(ana);
    #[expect(clippy::await_holding_refcell_ref, reason = "one task")]
    eventually("refused calls are counted", async || {
        let page = ana.borrow_mut().get(&path).await;
        page.has("2 calls were refused in these days") && page.has("by=outcome")
    })
    .await;
}
