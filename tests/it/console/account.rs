//! The audit log and the settings of an account.

use fluence::clock::now;
use fluence::domain::member::Role;

use crate::gate::people::marina;
use crate::support::demonstration::Demonstration;
use crate::support::gateway::Gateway;
use crate::support::visitor::Visitor;

#[tokio::test]
async fn a_change_of_the_settings_stands_in_the_audit_log_with_before_and_after() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let mut ana = gateway.admin(customer.account).await;
    let root = format!("/console/{}", customer.account);
    let edit = format!("{root}/settings/edit");
    let wrong = ana.fill(&edit, &[("name", " "), ("email", "nowhere")]).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.has("Fill in this field.") && wrong.has("not an e-mail address"), "{}", wrong.body);
    let saved = ana.fill(&edit, &[("name", "Ação & Cia"), ("email", "billing@acme.test")]).await;
    assert_eq!((saved.status, saved.leads_to()), (303, format!("{root}/settings?saved=1").as_str()));
    let shown = ana.get(&format!("{root}/settings?saved=1")).await;
    assert!(
        shown.has("Ação &amp; Cia") && shown.has("billing@acme.test") && shown.has("Saved."),
        "{}",
        shown.body
    );
    let log = ana.get(&format!("{root}/audit?subject=account&actor=member")).await;
    assert!(
        log.has("changed the account’s name or address")
            || log.has("changed the account&#39;s name")
            || log.has("changed the account's name"),
        "{}",
        log.body
    );
    assert!(log.has("<dt>Contact address</dt>") && log.has("<ins>billing@acme.test</ins>"), "{}", log.body);
    assert!(log.has("<code>127.0.0.1</code>"), "{}", log.body);
    assert!(!ana.get(&format!("{root}/audit?subject=key&actor=member")).await.has("billing@acme.test"));
    let csv = ana.get(&format!("{root}/audit.csv")).await;
    assert!(csv.has("account.changed") && csv.has("billing@acme.test"), "{}", csv.body);
}

#[tokio::test]
async fn a_member_sees_the_settings_and_cannot_change_them() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let mut joao = gateway.logged_in(customer.account, "joao@example.com", Role::Member).await;
    let root = format!("/console/{}/settings", customer.account);
    let shown = joao.get(&root).await;
    assert!(shown.status == 200 && !shown.has("/settings/edit"), "{}", shown.body);
    assert_eq!(joao.get(&format!("{root}/edit")).await.status, 403);
}

#[tokio::test]
async fn an_admin_closes_the_account_by_typing_the_credits_that_are_left() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let mut ana = gateway.admin(customer.account).await;
    let root = format!("/console/{}/settings", customer.account);
    let close = format!("{root}/close");
    assert!(ana.get(&root).await.has(&close));
    let asked = ana.get(&close).await;
    assert!(asked.has("1,000 credits are left") && asked.has("Type the number"), "{}", asked.body);
    for (wrong, fault) in [
        ("", "Fill in this field."),
        ("999", "not the number of credits"),
        ("-1000", "not the number of credits"),
        ("10 00x", "not the number of credits"),
    ] {
        let refused = ana.fill(&close, &[("credits", wrong)]).await;
        assert_eq!(refused.status, 422, "{wrong}");
        assert!(refused.has(fault), "{}", refused.body);
    }
    // A call changes the number.
    assert_eq!(gateway.post("/crm", &customer.key, &marina()).await.header("x-credits-used"), "2");
    assert_eq!(ana.fill(&close, &[("credits", "1,000")]).await.status, 422);
    // A form that was opened before.
    let new_environment = format!("/console/{}/environments/new", customer.account);
    let opened_before = ana.get(&new_environment).await;
    let closed = ana.fill(&close, &[("credits", "998")]).await;
    assert_eq!((closed.status, closed.leads_to()), (303, root.as_str()));
    let shown = ana.get(&root).await;
    assert!(shown.has("closed for good") && !shown.has(&close), "{}", shown.body);
    let log = ana.get(&format!("/console/{}/audit", customer.account)).await;
    assert!(log.has("closed the account"), "{}", log.body);
    let late = ana.submit(&opened_before, &new_environment, &[("name", "late"), ("mode", "test")]).await;
    assert!(late.status == 409 && late.has("account is closed"), "{}: {}", late.status, late.body);
    assert_eq!(gateway.post("/crm", &customer.key, &marina()).await.status, 401);
    assert_eq!(ana.get(&format!("/console/{}/ledger", customer.account)).await.status, 200);
    gateway.assert_books_are_right().await;
}

#[tokio::test]
async fn every_change_of_three_months_is_shown_in_words() {
    let Demonstration { gateway, account, link } = Demonstration::start().await;
    let mut ana = Visitor::new(&gateway);
    assert_eq!(ana.fill(&link, &[]).await.status, 303);
    for (language, granted, taken) in [
        ("en", "granted 500 credits", "took back 10 credits"),
        ("pt-BR", "concedeu 500 créditos", "retirou 10 créditos"),
    ] {
        ana.language = language;
        let page = ana.get(&format!("/console/{account}/audit")).await;
        assert!(page.has(granted) && page.has(taken), "{}", page.body);
        // A field without a word would keep the name of the API.
        let fields = page.body.split("<dt>").skip(1).map(|rest| rest.split('<').next().unwrap());
        let unknown: Vec<&str> = fields.filter(|name| !name.starts_with(char::is_uppercase)).collect();
        assert_eq!(unknown, [] as [&str; 0]);
    }
}

#[tokio::test]
async fn a_key_that_ends_soon_is_marked_and_calls_of_other_days_name_theirs() {
    let Demonstration { gateway, account, link } = Demonstration::start().await;
    let mut ana = Visitor::new(&gateway);
    assert_eq!(ana.fill(&link, &[]).await.status, 303);
    let keys = ana.get(&format!("/console/{account}/keys")).await;
    assert_eq!(keys.body.matches("<span class=\"chip warn\">△ ").count(), 1, "{}", keys.body);
    let overview = ana.get(&format!("/console/{account}")).await;
    let today = now().date_naive();
    for time in overview.body.split("<time datetime=\"").skip(1) {
        let (day, shown) = (&time[..10], time.split('>').nth(1).unwrap());
        assert_eq!(shown.contains(", "), day != today.to_string(), "{day}: {shown}");
    }
}
