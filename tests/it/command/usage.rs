//! `fluence usage`, `fluence explain` and `fluence account link`.

use fluence::domain::key::Scope;
use fluence::domain::member::Role;
use serde_json::Value;

use super::program::{Ran, bare};
use crate::gate::people::marina;
use crate::support::gateway::{Gateway, answer, eventually};
use crate::support::visitor::Visitor;

fn run(gateway: &Gateway, words: &[&str]) -> Ran {
    bare(words).env("DATABASE_URL", gateway.database.url()).output().unwrap().into()
}

fn json(gateway: &Gateway, words: &[&str]) -> Value {
    run(gateway, &[words, &["--json"]].concat()).json()
}

#[tokio::test]
async fn usage_and_explanation_are_those_of_the_ledger() {
    let gateway = Gateway::start().await;
    gateway.with_sample_people().await;
    let customer = gateway.professional().await;
    let account = customer.account.to_string();
    let called = answer(gateway.posting("/crm", &customer.key, &marina())).await;
    let id = called.header("x-request-id").to_owned();
    eventually("usage is added up", async || json(&gateway, &["usage", "--account", &account])["calls"] == 1)
        .await;
    let usage = json(&gateway, &["usage", "--account", &account, "--by", "endpoint,outcome"]);
    assert_eq!(usage["credits"], 2);
    assert_eq!(
        (&usage["lines"][0]["endpoint"], &usage["lines"][0]["outcome"]),
        (&"/crm".into(), &"answered".into())
    );
    let explained = json(&gateway, &["explain", &id]);
    assert_eq!(explained["account_id"], account.as_str());
    assert_eq!(
        (&explained["call"]["state"], &explained["call"]["credits_captured"]),
        (&"captured".into(), &2.into())
    );
    let text = run(&gateway, &["explain", &id]).out;
    assert!(
        text.contains("Charged 2 credits: the call was answered.") && text.contains("test key"),
        "{text}"
    );
    let unknown = run(&gateway, &["explain", "01900000-0000-7000-8000-00000000ffff"]);
    assert!(unknown.failure().contains("no call or change has the id"), "{}", unknown.err);
    let reversed =
        run(&gateway, &["usage", "--account", &account, "--from", "2026-02-02", "--to", "2026-02-01"]);
    assert!(reversed.failure().contains("--from must not be later"), "{}", reversed.err);
    for (option, day) in [("--from", "yesterday"), ("--to", "+10000-01-01"), ("--to", "31/01/2026")] {
        let refused = run(&gateway, &["usage", "--account", &account, option, day]);
        assert!(refused.usage().contains("must be a day such as 2026-01-31"), "{}", refused.err);
    }
}

#[tokio::test]
async fn the_explanation_of_a_change_names_its_account() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let (_, key) = gateway.key(customer.account, |new| new.terms.scopes = Scope::ALL.to_vec()).await;
    let made = gateway.post("/v1/keys", &key, &serde_json::json!({"name": "server"})).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let (id, account) = (made.header("x-request-id"), customer.account.to_string());
    let explained = json(&gateway, &["explain", id]);
    assert_eq!((&explained["account_id"], &explained["call"]), (&account.as_str().into(), &().into()));
    let text = run(&gateway, &["explain", id]).out;
    assert!(text.contains(&format!("account  {account}")), "{text}");
}

#[tokio::test]
async fn a_link_of_the_command_opens_the_console_once() {
    let gateway = Gateway::start().await;
    let account = gateway.professional().await.account;
    let id = account.to_string();
    let refused = run(&gateway, &["account", "link", &id]);
    assert_eq!(refused.failure(), "the account has no active member who is an admin");
    let refused = run(&gateway, &["account", "link", &id, "--email", "dora@example.com"]);
    assert_eq!(refused.failure(), "the account has no active member with the address dora@example.com");
    let unknown = "01900000-0000-7000-8000-00000000ffff";
    let refused = run(&gateway, &["account", "link", unknown, "--email", "dora@example.com"]);
    assert!(refused.failure().starts_with(&format!("account {unknown} does not exist")), "{}", refused.err);
    gateway.member(account, "ana@example.com", Role::Admin).await;
    gateway.member(account, "bia@example.com", Role::Member).await;
    for (words, email) in [(&[][..], "ana@example.com"), (&["--email", "BIA@example.com"], "bia@example.com")]
    {
        let link = json(&gateway, &[&["account", "link", &id, "--url", &gateway.url()], words].concat());
        assert_eq!((&link["email"], &link["minutes"]), (&email.into(), &10.into()));
        let path = link["link"].as_str().unwrap().strip_prefix(&gateway.url()).unwrap();
        let mut visitor = Visitor::new(&gateway);
        let entered = visitor.fill(path, &[]).await;
        assert_eq!(entered.leads_to(), format!("/console/{account}"));
        assert!(visitor.get(entered.leads_to()).await.has(email));
        assert_eq!(visitor.get(path).await.status, 410);
    }
}
