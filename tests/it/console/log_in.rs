//! One-time links, passwords, guessing.

use fluence::domain::member::Role;

use crate::support::gateway::Gateway;
use crate::support::visitor::Visitor;

pub(super) const PASSWORD: &str = "nine mats and one quick cat";

/// A gateway with an admin who has a password; the visitor is logged in.
pub(super) async fn with_password(gateway: &Gateway) -> Visitor {
    let account = gateway.professional().await.account;
    let mut ana = gateway.admin(account).await;
    let set = ana.fill("/console/me/password", &[("password", PASSWORD)]).await;
    assert_eq!(set.status, 303, "{}", set.body);
    ana
}

async fn log_in(visitor: &mut Visitor, email: &str, password: &str) -> u16 {
    visitor.fill("/console/log-in", &[("email", email), ("password", password)]).await.status
}

#[tokio::test]
async fn j11_a_link_is_worth_one_post_and_no_get() {
    let gateway = Gateway::start().await;
    let account = gateway.professional().await.account;
    gateway.member(account, "ana@example.com", Role::Admin).await;
    let link = gateway.link(account, "ana@example.com").await;
    let mut visitor = Visitor::new(&gateway);
    for _ in 0..10 {
        let page = visitor.get(&link).await;
        assert_eq!(page.status, 200);
        assert!(page.has("You log in as ana@example.com."), "{}", page.body);
        assert!(!visitor.cookies.contains_key("fluence-local"));
    }
    let entered = visitor.fill(&link, &[]).await;
    assert_eq!(entered.leads_to(), format!("/console/{account}"));
    assert_eq!(visitor.get(entered.leads_to()).await.status, 200);
    let again = Visitor::new(&gateway).get(&link).await;
    assert_eq!(again.status, 410);
    assert!(again.has("It has already been used."), "{}", again.body);
}

#[tokio::test]
async fn k04_a_newer_link_ends_the_older_one_and_an_expired_one_is_refused() {
    let gateway = Gateway::start().await;
    let account = gateway.professional().await.account;
    gateway.member(account, "ana@example.com", Role::Admin).await;
    let older = gateway.link(account, "ana@example.com").await;
    let newer = gateway.link(account, "ana@example.com").await;
    let mut visitor = Visitor::new(&gateway);
    assert_eq!(visitor.get(&older).await.status, 410);
    let page = visitor.get(&newer).await;
    let ended = "update one_time_token set created_at = now() - interval '1 hour', ends_at = now() - interval '1 second'";
    sqlx::query(ended).execute(gateway.database.pool()).await.unwrap();
    let refused = visitor.submit(&page, "/console/link", &[]).await;
    assert_eq!(refused.status, 410);
    assert!(refused.has("It has expired"));
    for wrong in ["", "x", &"0".repeat(64)] {
        assert_eq!(visitor.get(&format!("/console/link?token={wrong}")).await.status, 410, "{wrong}");
    }
}

#[tokio::test]
async fn k06_a_disabled_member_gets_in_by_no_link_and_is_put_out() {
    let gateway = Gateway::start().await;
    let account = gateway.professional().await.account;
    let mut ana = gateway.admin(account).await;
    gateway.member(account, "bia@example.com", Role::Member).await;
    let link = gateway.link(account, "bia@example.com").await;
    let disable =
        "update member set state = 'disabled' where email in ('bia@example.com', 'ana@example.com')";
    sqlx::query(disable).execute(gateway.database.pool()).await.unwrap();
    let refused = Visitor::new(&gateway).fill(&link, &[]).await;
    assert_eq!(refused.status, 404, "{}", refused.body);
    assert_eq!(ana.get(&format!("/console/{account}")).await.status, 404);
}

#[tokio::test]
async fn j10_the_same_answer_for_known_and_unknown_addresses() {
    let gateway = Gateway::start().await;
    with_password(&gateway).await;
    let mut answers = Vec::new();
    for email in ["ana@example.com", "nobody@example.com", "not an address"] {
        let mut visitor = Visitor::new(&gateway);
        let page = visitor.fill("/console/log-in", &[("email", email), ("password", "wrong")]).await;
        let without_token = page.body.replace(&page.hidden("/console/log-in")[0].1, "");
        answers.push((page.status, without_token.replace(email, "")));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
    assert!(answers[0].1.contains("The address or the password is wrong"));
}

#[tokio::test]
async fn j02_a_log_in_begins_a_new_session() {
    let gateway = Gateway::start().await;
    let mut ana = with_password(&gateway).await;
    let before = ana.cookies["fluence-local"].clone();
    let planted = ana.copy();
    assert_eq!(log_in(&mut ana, "ana@example.com", PASSWORD).await, 303);
    assert_ne!(ana.cookies["fluence-local"], before);
    assert_eq!(planted.copy().get("/console").await.leads_to(), "/console/log-in?next=%2Fconsole");
}

/// Checks how often was guessed, and makes the wait longer than any test.
pub(super) async fn guessed(gateway: &Gateway, kind: &str, times: i32) {
    let counted: i32 = sqlx::query_scalar("select failures from guess where kind = $1")
        .bind(kind)
        .fetch_one(gateway.database.pool())
        .await
        .unwrap();
    assert_eq!(counted, times);
    sqlx::query("update guess set failures = 50, last_at = now() where kind = $1")
        .bind(kind)
        .execute(gateway.database.pool())
        .await
        .unwrap();
}

#[tokio::test]
async fn j15_guessing_waits_and_never_locks_the_known_browser_out() {
    let gateway = Gateway::start().await;
    let ana = with_password(&gateway).await;
    let mut at_home = ana.copy();
    assert_eq!(log_in(&mut at_home, "ana@example.com", PASSWORD).await, 303);
    for _ in 0..6 {
        let fields = [("email", "ana@example.com"), ("password", "guess")];
        assert_eq!(Visitor::new(&gateway).fill("/console/log-in", &fields).await.status, 422);
    }
    guessed(&gateway, "address", 6).await;
    // The stranger waits even with the right password, and the person at home does not.
    let fields = [("email", "ana@example.com"), ("password", PASSWORD)];
    let waits = Visitor::new(&gateway).fill("/console/log-in", &fields).await;
    assert!(waits.status == 422 && waits.has("Too many attempts"), "{}", waits.body);
    assert_eq!(log_in(&mut at_home, "ana@example.com", PASSWORD).await, 303);
    // A browser that says of itself that it is known is not.
    let mut liar = Visitor::new(&gateway);
    liar.cookies.insert("fluence-local-known".into(), format!("{}.{}", "0".repeat(32), "0".repeat(64)));
    assert_eq!(log_in(&mut liar, "ana@example.com", PASSWORD).await, 422);
}

#[tokio::test]
async fn a_form_sent_after_the_session_ended_says_that_nothing_was_changed() {
    let gateway = Gateway::start().await;
    let mut ana = with_password(&gateway).await;
    let page = ana.get("/console/me").await;
    sqlx::query("delete from session").execute(gateway.database.pool()).await.unwrap();
    let refused = ana.submit(&page, "/console/me", &[("name", "Ana"), ("language", ""), ("theme", "")]).await;
    assert_eq!(refused.status, 401);
    assert!(refused.has("nothing was changed"), "{}", refused.body);
    let hidden = refused.hidden("/console/log-in");
    assert!(hidden.contains(&("next".to_owned(), "/console/me".to_owned())), "{hidden:?}");
}

#[tokio::test]
async fn a_log_in_and_a_proof_lead_on_to_the_page_with_its_query() {
    let gateway = Gateway::start().await;
    let mut ana = with_password(&gateway).await;
    let root = ana.get("/console").await.leads_to().to_owned();
    let fields = [("email", "ana@example.com"), ("password", PASSWORD)];
    let path = format!("{root}/usage?by=key&period=30");
    let mut visitor = Visitor::new(&gateway);
    let asked = visitor.get(&path).await.leads_to().to_owned();
    assert_eq!(visitor.fill(&asked, &fields).await.leads_to(), path);
    let again = visitor.get("/console/log-in").await;
    assert!(again.has("You are logged in as ana@example.com."), "{}", again.body);
    sqlx::query("update session set confirmed_at = now() - interval '16 minutes'")
        .execute(gateway.database.pool())
        .await
        .unwrap();
    let path = format!("{root}/keys/new?preset=read");
    let asked = visitor.get(&path).await.leads_to().to_owned();
    assert_eq!(visitor.fill(&asked, &[("password", PASSWORD)]).await.leads_to(), path);
}

#[tokio::test]
async fn j05_logging_out_ends_the_session_on_the_server() {
    let gateway = Gateway::start().await;
    let account = gateway.professional().await.account;
    let mut ana = gateway.admin(account).await;
    let kept = ana.copy();
    let page = ana.get(&format!("/console/{account}")).await;
    let out = ana.submit(&page, "/console/log-out", &[]).await;
    assert_eq!((out.status, out.leads_to()), (303, "/console/log-in?out=1"));
    assert_eq!(out.headers["clear-site-data"], "\"cache\", \"storage\"");
    assert!(!ana.cookies.contains_key("fluence-local"));
    let mut kept = kept;
    assert!(kept.get(&format!("/console/{account}")).await.leads_to().starts_with("/console/log-in"));
}
