//! A form that was sent when the session had ended, or when a proof was missing, is shown again,
//! filled in.

use super::log_in::{PASSWORD, with_password};
use super::second_factor::{code_now, switched_on};
use crate::support::gateway::Gateway;
use crate::support::visitor::{Page, Visitor};

const TYPED: [(&str, &str); 7] = [
    ("name", "back\"end <1>"),
    ("environment", "default"),
    ("format", "fluence"),
    ("scope_read", "on"),
    ("daily_cap", "77"),
    ("networks", "203.0.113.0/24"),
    ("expires_on", "2031-05-06"),
];

async fn path(ana: &mut Visitor) -> String {
    format!("{}/keys/new", ana.get("/console").await.leads_to())
}

fn assert_filled(page: &Page) {
    assert_eq!(page.status, 200, "{}", page.body);
    for part in [
        "value=\"back&quot;end &lt;1&gt;\"",
        "value=\"77\"",
        "value=\"2031-05-06\"",
        ">203.0.113.0/24</textarea>",
        "name=\"scope_read\" checked",
        "<option value=\"fluence\" selected",
        "Nothing was changed yet. Look over what you typed",
    ] {
        assert!(page.has(part), "{part}: {}", page.body);
    }
    assert!(!page.has("name=\"scope_invoke\" checked"), "a box that was not ticked is not ticked");
}

async fn keys(gateway: &Gateway) -> i64 {
    sqlx::query_scalar("select count(*) from api_key where name like 'back%'")
        .fetch_one(gateway.database.pool())
        .await
        .unwrap()
}

async fn end_sessions(gateway: &Gateway) {
    sqlx::query("delete from session").execute(gateway.database.pool()).await.unwrap();
}

#[tokio::test]
async fn a_session_that_ended_under_a_form_gives_it_back_after_the_log_in() {
    let gateway = Gateway::start().await;
    let mut ana = with_password(&gateway).await;
    let path = path(&mut ana).await;
    let form = ana.get(&path).await;
    end_sessions(&gateway).await;
    let asked = ana.submit(&form, &path, &TYPED).await;
    assert_eq!(asked.status, 401, "{}", asked.body);
    let wrong = [("email", "ana@example.com"), ("password", "not this one at all")];
    let again = ana.submit(&asked, "/console/log-in", &wrong).await;
    assert_eq!(again.status, 422);
    let right = [("email", "ana@example.com"), ("password", PASSWORD)];
    let given = ana.submit(&again, "/console/log-in", &right).await;
    assert_filled(&given);
    assert_eq!(keys(&gateway).await, 0, "nothing acts on the fields unseen");
    let made = ana.submit(&given, &path, &TYPED).await;
    assert!(made.status == 200 && made.has("id=\"secret\""), "{}", made.body);
    assert_eq!(keys(&gateway).await, 1);
}

#[tokio::test]
async fn the_second_factor_carries_the_form_along() {
    let gateway = Gateway::start().await;
    let mut ana = with_password(&gateway).await;
    let (secret, _) = switched_on(&mut ana).await;
    let path = path(&mut ana).await;
    let form = ana.get(&path).await;
    end_sessions(&gateway).await;
    let asked = ana.submit(&form, &path, &TYPED).await;
    let right = [("email", "ana@example.com"), ("password", PASSWORD)];
    let second = ana.submit(&asked, "/console/log-in", &right).await;
    assert!(second.status == 200 && second.has("name=\"code\""), "{}", second.body);
    let code = code_now(&secret, 1);
    assert_filled(&ana.submit(&second, "/console/log-in/second", &[("code", &code)]).await);
}

#[tokio::test]
async fn a_proof_that_got_old_under_a_form_gives_it_back_too() {
    let gateway = Gateway::start().await;
    let mut ana = with_password(&gateway).await;
    let path = path(&mut ana).await;
    let form = ana.get(&path).await;
    let old = "update session set confirmed_at = now() - interval '16 minutes'";
    sqlx::query(old).execute(gateway.database.pool()).await.unwrap();
    let asked = ana.submit(&form, &path, &TYPED).await;
    assert!(asked.status == 401 && asked.has("Confirm that it is you"), "{}", asked.body);
    assert_filled(&ana.submit(&asked, "/console/confirm", &[("password", PASSWORD)]).await);
}

/// As [`assert_filled`], of a form that was open in another window meanwhile.
fn assert_given_back(page: &Page) {
    assert_eq!(page.status, 409, "{}", page.body);
    for part in ["value=\"77\"", ">203.0.113.0/24</textarea>", "in another window since"] {
        assert!(page.has(part), "{part}: {}", page.body);
    }
}

#[tokio::test]
async fn a_log_in_or_a_proof_in_another_window_gives_the_form_back() {
    let gateway = Gateway::start().await;
    let mut ana = with_password(&gateway).await;
    let path = path(&mut ana).await;
    let right = [("email", "ana@example.com"), ("password", PASSWORD)];
    for (other, typed) in [("/console/log-in", &right[..]), ("/console/confirm", &right[1..])] {
        let form = ana.get(&path).await;
        let elsewhere = ana.fill(other, typed).await;
        assert_eq!(elsewhere.status, 303, "{other}: {}", elsewhere.body);
        let given = ana.submit(&form, &path, &TYPED).await;
        assert_given_back(&given);
        let made = keys(&gateway).await;
        let sent = ana.submit(&given, &path, &TYPED).await;
        assert!(sent.status == 200 && sent.has("id=\"secret\""), "{}", sent.body);
        assert_eq!(keys(&gateway).await, made + 1, "it acts when it is sent again, and once");
    }
}

#[tokio::test]
async fn a_form_of_an_earlier_session_waits_for_a_proof_too() {
    let gateway = Gateway::start().await;
    let mut ana = with_password(&gateway).await;
    let path = path(&mut ana).await;
    let form = ana.get(&path).await;
    let right = [("email", "ana@example.com"), ("password", PASSWORD)];
    assert_eq!(ana.fill("/console/log-in", &right).await.status, 303);
    let old = "update session set confirmed_at = now() - interval '16 minutes'";
    sqlx::query(old).execute(gateway.database.pool()).await.unwrap();
    let asked = ana.submit(&form, &path, &TYPED).await;
    assert!(asked.status == 401 && asked.has("Confirm that it is you"), "{}", asked.body);
    assert_filled(&ana.submit(&asked, "/console/confirm", &[("password", PASSWORD)]).await);
}

#[tokio::test]
async fn j01_only_the_persons_own_forms_are_given_back_and_only_from_their_own_pages() {
    let gateway = Gateway::start().await;
    let mut ana = with_password(&gateway).await;
    let path = path(&mut ana).await;
    let account = path.split('/').nth(2).unwrap().parse().unwrap();
    let form = ana.get(&path).await;
    let mut bia = gateway.logged_in(account, "bia@example.com", fluence::domain::member::Role::Admin).await;
    let of_another = bia.submit(&form, &path, &TYPED).await;
    assert!(of_another.status == 403 && !of_another.has("203.0.113.0/24"), "{}", of_another.body);
    let right = [("email", "ana@example.com"), ("password", PASSWORD)];
    assert_eq!(ana.fill("/console/log-in", &right).await.status, 303);
    let mut sent = form.hidden(&path);
    sent.extend(TYPED.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let sent: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let foreign = ana.post_with(&path, &sent, &[("origin", "https://evil.example")]).await;
    assert!(foreign.status == 403 && !foreign.has("203.0.113.0/24"), "{}", foreign.body);
    // The form to log out is on no page of its own: nothing acts on it, and the person reads why.
    let out = ana.submit(&form, "/console/log-out", &[]).await;
    assert!(out.status == 403 && out.has("The form was not accepted"), "{} {}", out.status, out.body);
    assert_eq!(keys(&gateway).await, 0);
}

#[tokio::test]
async fn passwords_codes_and_keys_are_never_carried_along() {
    let gateway = Gateway::start().await;
    let mut ana = with_password(&gateway).await;
    let which = path(&mut ana).await.replace("/new", "/which");
    for (path, field) in [("/console/me/password", "password"), (which.as_str(), "key")] {
        let mut ana = ana.copy();
        let form = ana.get(path).await;
        let before = ana.cookies.insert("fluence-local".to_owned(), "0".repeat(64)).unwrap();
        let mut sent = form.hidden(path);
        sent.push((field.to_owned(), "very secret indeed".to_owned()));
        let sent: Vec<(&str, &str)> =
            sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let asked = ana.post(path, &sent).await;
        assert_eq!(asked.status, 401, "{path}: {}", asked.body);
        assert!(!asked.has("very secret") && !asked.has("very+secret"), "{path}: {}", asked.body);
        ana.cookies.insert("fluence-local".to_owned(), before);
    }
}
