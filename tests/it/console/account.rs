//! The audit log and the settings of an account.

use fluence::domain::member::Role;

use crate::support::gateway::Gateway;

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
