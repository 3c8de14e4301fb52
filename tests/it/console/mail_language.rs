//! In which language e-mails are: that of their reader, not that of the visitor who causes them.

use fluence::domain::ids::AccountId;
use fluence::domain::member::Role;
use reqwest::Method;
use serde_json::json;

use super::log_in::PASSWORD;
use super::mail::{Post, account};
use crate::support::gateway::answer;
use crate::support::visitor::Visitor;

const ANA: &str = "ana@example.com";

/// Ana's profile says "as the browser", and her browser asks for Portuguese.
async fn read_in_portuguese(post: &Post) -> (AccountId, Visitor) {
    let (account, mut ana) = account(post).await;
    ana.language = "pt-BR";
    assert!(ana.get("/console/me").await.has("lang=\"pt-BR\""));
    (account, ana)
}

#[tokio::test]
async fn a_message_that_a_stranger_causes_is_in_the_language_of_its_reader() {
    let post = Post::open().await;
    read_in_portuguese(&post).await;
    let mut stranger = Visitor::new(&post.gateway);
    assert_eq!(stranger.fill("/console/reset", &[("email", ANA)]).await.status, 200);
    assert_eq!(stranger.fill("/console/sign-up", &[("email", ANA)]).await.status, 303);
    assert_eq!(post.languages(ANA, 2).await, ["pt-BR", "pt-BR"]);
}

#[tokio::test]
async fn a_log_in_from_another_browser_is_reported_in_the_language_of_the_person() {
    let post = Post::new(&[]).await;
    let (_, mut ana) = read_in_portuguese(&post).await;
    ana.fill("/console/me/password", &[("password", PASSWORD)]).await;
    let fields = [("email", ANA), ("password", PASSWORD)];
    let mut thief = Visitor::new(&post.gateway);
    assert_eq!(thief.fill("/console/log-in", &fields).await.status, 303);
    assert_eq!(post.languages(ANA, 2).await, ["pt-BR", "pt-BR"], "the new password and the log-in");
}

#[tokio::test]
async fn an_invitation_of_a_known_person_is_in_their_language_and_others_in_the_inviters() {
    let post = Post::new(&[]).await;
    read_in_portuguese(&post).await;
    let second = post.gateway.professional().await.account;
    let mut owner = post.gateway.logged_in(second, "owner@example.com", Role::Admin).await;
    let path = format!("/console/{second}/members/new");
    for address in [ANA, "new@example.com"] {
        let invited = owner.fill(&path, &[("email", address), ("role", "member")]).await;
        assert_eq!(invited.status, 303, "{}", invited.body);
    }
    assert_eq!(post.languages(ANA, 1).await, ["pt-BR"]);
    assert_eq!(post.languages("new@example.com", 1).await, ["en"]);
}

#[tokio::test]
async fn a_leaked_key_is_reported_in_the_language_in_which_the_admin_reads_the_console() {
    let post = Post::new(&[]).await;
    let customer = post.gateway.professional().await;
    let mut ana = post.gateway.admin(customer.account).await;
    ana.language = "pt-BR";
    ana.get("/console/me").await;
    let body = json!({ "token": customer.key });
    let reported = answer(post.gateway.request(Method::POST, "/leaks/report").json(&body)).await;
    assert_eq!(reported.status, 202, "{}", reported.text);
    assert_eq!(post.languages(ANA, 1).await, ["pt-BR"]);
}
