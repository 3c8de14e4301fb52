//! When sessions end.

use fluence::domain::member::Role;

use super::log_in::with_password;
use crate::support::gateway::Gateway;

async fn is_in(visitor: &crate::support::visitor::Visitor) -> bool {
    visitor.copy().get("/console/me").await.status == 200
}

#[tokio::test]
async fn j06_a_new_password_ends_all_other_sessions() {
    let gateway = Gateway::start().await;
    let account = gateway.professional().await.account;
    let mut ana = gateway.admin(account).await;
    let mut elsewhere = crate::support::visitor::Visitor::new(&gateway);
    elsewhere.enter(&gateway, account, "ana@example.com").await;
    let bia = gateway.logged_in(account, "bia@example.com", Role::Member).await;
    let open = gateway.link(account, "ana@example.com").await;
    let set = ana.fill("/console/me/password", &[("password", "nine mats and one quick cat")]).await;
    assert_eq!(set.status, 303);
    assert!(is_in(&ana).await && is_in(&bia).await && !is_in(&elsewhere).await);
    assert_eq!(elsewhere.get(&open).await.status, 410, "open links end too");
}

#[tokio::test]
async fn j20_an_idle_session_and_an_old_one_end() {
    let gateway = Gateway::start().await;
    let ana = with_password(&gateway).await;
    for (change, lives) in [
        ("update session set seen_at = now() - interval '23 hours'", true),
        ("update session set seen_at = now() - interval '24 hours'", false),
        ("update session set seen_at = now(), ends_at = now()", false),
        ("update session set ends_at = now() + interval '1 hour'", true),
    ] {
        sqlx::query(change).execute(gateway.database.pool()).await.unwrap();
        assert_eq!(is_in(&ana).await, lives, "{change}");
    }
}

#[tokio::test]
async fn a_person_ends_one_session_or_all_others() {
    let gateway = Gateway::start().await;
    let account = gateway.professional().await.account;
    let mut ana = gateway.admin(account).await;
    let mut others = Vec::new();
    for _ in 0..3 {
        let mut other = crate::support::visitor::Visitor::new(&gateway);
        other.enter(&gateway, account, "ana@example.com").await;
        others.push(other);
    }
    let page = ana.get("/console/me/security").await;
    let first =
        page.body.split("name=\"session\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let sent = ana.submit(&page, "/console/me/sessions", &[("session", &first)]).await;
    assert_eq!(sent.status, 303, "{}", sent.body);
    let mut live = 0;
    for other in &others {
        live += usize::from(is_in(other).await);
    }
    assert_eq!(live, 2);
    let page = ana.get("/console/me/security").await;
    ana.submit(&page, "/console/me/sessions", &[("session", "others")]).await;
    for other in &others {
        assert!(!is_in(other).await);
    }
    assert!(is_in(&ana).await);
}

#[tokio::test]
async fn a_change_that_matters_needs_a_recent_proof() {
    let gateway = Gateway::start().await;
    let mut ana = with_password(&gateway).await;
    sqlx::query("update session set confirmed_at = now() - interval '16 minutes'")
        .execute(gateway.database.pool())
        .await
        .unwrap();
    let asked = ana.get("/console/me/password").await;
    assert_eq!((asked.status, asked.leads_to()), (303, "/console/confirm?next=%2Fconsole%2Fme%2Fpassword"));
    let next = asked.leads_to().to_owned();
    let wrong = ana.fill(&next, &[("password", "not this one at all")]).await;
    assert_eq!(wrong.status, 422);
    let before = ana.cookies["fluence-local"].clone();
    let right = ana.fill(&next, &[("password", "nine mats and one quick cat")]).await;
    assert_eq!((right.status, right.leads_to()), (303, "/console/me/password"));
    assert_ne!(ana.cookies["fluence-local"], before, "a proof gives the session a new id");
    assert_eq!(ana.get("/console/me/password").await.status, 200);
}
