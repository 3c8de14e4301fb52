//! Two factors, links, and the wall between the two consoles.

use fluence::clock::now;
use fluence::domain::audit::Actor;
use fluence::domain::member::Role;
use fluence::identity::operator::OperatorRole;
use fluence::identity::totp::{self, secret_of};
use fluence::management::operators;

use super::super::log_in::{PASSWORD, guessed};
use super::{added, admin, operator, start, with_factor};
use crate::console::second_factor::codes as recovery_codes;
use crate::support::gateway::Gateway;
use crate::support::visitor::Visitor;

#[tokio::test]
async fn a_first_log_in_sets_a_password_and_a_second_factor_and_sees_nothing_before() {
    let gateway = start().await;
    let link = added(&gateway, "olga@example.com", OperatorRole::Viewer).await;
    let mut olga = Visitor::of_operators(&gateway);
    for _ in 0..3 {
        assert_eq!(olga.get(&link).await.status, 200);
    }
    let short = olga.fill(&link, &[("password", "short")]).await;
    assert_eq!(short.status, 422, "{}", short.body);
    let half = olga.fill(&link, &[("password", PASSWORD)]).await;
    assert_eq!(half.leads_to(), "/operator/log-in/set-up?next=%2Foperator");
    assert!(olga.get("/operator").await.leads_to().starts_with("/operator/log-in?"));
    let page = olga.get(half.leads_to()).await;
    let path = "/operator/log-in/set-up";
    let secret = page.hidden(path).into_iter().find(|(name, _)| name == "secret").unwrap().1;
    let wrong = olga.submit(&page, path, &[("code", "000000")]).await;
    assert_eq!(wrong.status, 422);
    let code = totp::code(&secret_of(&secret).unwrap(), totp::step_at(now()));
    let before = olga.cookies["fluence-op-local"].clone();
    let codes = olga.submit(&wrong, path, &[("code", &code)]).await;
    assert_eq!(codes.status, 200, "{}", codes.body);
    assert_eq!(recovery_codes(&codes).len(), 10);
    assert_ne!(olga.cookies["fluence-op-local"], before, "j02");
    assert_eq!(olga.get("/operator").await.status, 200);
    // The link is used up, and the page for the set-up does not replace the factor.
    assert_eq!(Visitor::of_operators(&gateway).get(&link).await.status, 410);
    assert!(olga.get(path).await.leads_to().starts_with("/operator/log-in?"));
}

#[tokio::test]
async fn all_spellings_of_an_address_are_counted_as_one() {
    let gateway = start().await;
    added(&gateway, "olga@example.com", OperatorRole::Admin).await;
    for spelling in ["olga@example.com", "OLGA@example.com", "\u{ff4f}lga@example.com"] {
        let mut other = Visitor::of_operators(&gateway);
        let wrong = other.fill("/operator/log-in", &[("email", spelling), ("password", "wrong")]).await;
        assert_eq!(wrong.status, 422, "{spelling}");
    }
    let counted: Vec<(i32,)> = sqlx::query_as("select failures from guess where kind = 'address'")
        .fetch_all(gateway.database.pool())
        .await
        .unwrap();
    assert_eq!(counted, [(3,)]);
}

#[tokio::test]
async fn a_password_alone_opens_nothing_and_sets_up_nothing() {
    let gateway = start().await;
    let link = added(&gateway, "olga@example.com", OperatorRole::Admin).await;
    let mut olga = Visitor::of_operators(&gateway);
    olga.fill(&link, &[("password", PASSWORD)]).await;
    // She left before the set-up. Now another person has her password.
    let fields = [("email", "olga@example.com"), ("password", PASSWORD)];
    let mut other = Visitor::of_operators(&gateway);
    let refused = other.fill("/operator/log-in", &fields).await;
    assert_eq!(refused.status, 422);
    assert!(refused.has("Setting one up takes a link"), "{}", refused.body);
    let codes = with_factor(&gateway, "olga@example.com").await;
    let half = other.fill("/operator/log-in", &fields).await;
    assert_eq!(half.leads_to(), "/operator/log-in/second?next=%2Foperator");
    assert!(other.get("/operator/accounts").await.leads_to().starts_with("/operator/log-in?"));
    assert_eq!(other.get("/operator/log-in/set-up").await.leads_to(), "/operator/log-in/second");
    assert_eq!(other.fill(half.leads_to(), &[("code", &codes[0])]).await.status, 303);
    assert_eq!(other.get("/operator/accounts").await.status, 200);
}

#[tokio::test]
async fn k02_neither_console_lets_in_the_people_of_the_other() {
    let gateway = start().await;
    let account = gateway.professional().await.account;
    // The same address and the same password in both realms.
    let mut owner = gateway.logged_in(account, "olga@example.com", Role::Admin).await;
    assert_eq!(owner.fill("/console/me/password", &[("password", PASSWORD)]).await.status, 303);
    let mut stranger = Visitor::of_operators(&gateway);
    let fields = [("email", "olga@example.com"), ("password", PASSWORD)];
    assert_eq!(stranger.fill("/operator/log-in", &fields).await.status, 422, "an owner is no operator");
    let operator = admin(&gateway).await;
    // The value of one console's cookie in the other's.
    let mut as_owner = Visitor::new(&gateway);
    as_owner.cookies.insert("fluence-local".into(), operator.visitor.cookies["fluence-op-local"].clone());
    assert!(as_owner.get("/console/me").await.leads_to().starts_with("/console/log-in?"));
    let mut as_operator = Visitor::of_operators(&gateway);
    as_operator.cookies.insert("fluence-op-local".into(), owner.cookies["fluence-local"].clone());
    assert!(as_operator.get("/operator").await.leads_to().starts_with("/operator/log-in?"));
    // A link of one is none of the other.
    let link = added(&gateway, "oto@example.com", OperatorRole::Admin).await;
    let token = link.split_once('=').unwrap().1;
    assert_eq!(Visitor::new(&gateway).get(&format!("/console/link?token={token}")).await.status, 410);
    let link = gateway.link(account, "olga@example.com").await;
    let token = link.split_once('=').unwrap().1;
    let page = Visitor::of_operators(&gateway).get(&format!("/operator/link?token={token}")).await;
    assert_eq!(page.status, 410);
}

#[tokio::test]
async fn k01_the_pages_of_one_console_are_not_on_the_address_of_the_other() {
    let gateway = start().await;
    let mut service = Visitor::new(&gateway);
    for path in ["/operator", "/operator/log-in", "/operator/accounts"] {
        let page = service.get(path).await;
        assert_eq!(page.status, 404, "{path}");
        assert_eq!(page.headers["content-type"], "application/json", "{path}");
    }
    let mut operators = Visitor::of_operators(&gateway);
    for path in ["/console", "/console/log-in", "/crm", "/v1/account", "/docs/", "/openapi.json", "/metrics"]
    {
        assert_eq!(operators.get(path).await.status, 404, "{path}");
    }
    assert_eq!(operators.get("/").await.leads_to(), "/operator");
    // And without the setting there is none.
    let without = Gateway::start().await;
    assert_eq!(Visitor::new(&without).get("/operator/log-in").await.status, 404);
}

#[tokio::test]
async fn who_is_removed_demoted_or_reset_loses_their_session_or_their_pages_at_once() {
    let gateway = start().await;
    let account = gateway.professional().await.account;
    let mut olga = admin(&gateway).await;
    let grant = format!("/operator/accounts/{account}/grant");
    assert_eq!(olga.visitor.get(&grant).await.status, 200);
    let (by, email) = (Actor::operator("root".into()), "olga@example.com".parse().unwrap());
    let mut connection = gateway.database.pool().acquire().await.unwrap();
    operators::set_role(&mut connection, &by, &email, OperatorRole::Viewer).await.unwrap();
    assert_eq!(olga.visitor.get(&grant).await.status, 403);
    assert_eq!(olga.visitor.get("/operator").await.status, 200);
    operators::reset(&mut connection, &by, &email).await.unwrap();
    assert!(olga.visitor.get("/operator").await.leads_to().starts_with("/operator/log-in?"));
    operators::remove(&mut connection, &by, &email).await.unwrap();
    let mut visitor = Visitor::of_operators(&gateway);
    let fields = [("email", "olga@example.com"), ("password", PASSWORD)];
    let refused = visitor.fill("/operator/log-in", &fields).await;
    assert!(refused.has("The address or the password is wrong"), "{}", refused.body);
    // Added again, she starts over, under the same id.
    operators::add(&mut connection, &by, &email, &"Olga".parse().unwrap(), OperatorRole::Viewer)
        .await
        .unwrap();
    let listed = fluence::storage::identity::operators::list(&mut connection).await.unwrap();
    assert!(!listed[0].has_password && !listed[0].has_second_factor, "{listed:?}");
}

#[tokio::test]
async fn j15_guessing_waits_and_acts_ask_for_a_code_again() {
    let gateway = start().await;
    let account = gateway.professional().await.account;
    let mut olga = operator(&gateway, "olga@example.com", OperatorRole::Admin).await;
    sqlx::query("update session set confirmed_at = now() - interval '6 minutes'")
        .execute(gateway.database.pool())
        .await
        .unwrap();
    let grant = format!("/operator/accounts/{account}/grant");
    let asked = olga.visitor.get(&grant).await;
    assert_eq!(asked.leads_to(), format!("/operator/confirm?next={}", grant.replace('/', "%2F")));
    assert_eq!(olga.visitor.get("/operator/accounts").await.status, 200, "looking needs no proof");
    let to_confirm = asked.leads_to().to_owned();
    assert_eq!(olga.visitor.fill(&to_confirm, &[("code", "000000")]).await.status, 422);
    let used = olga.codes.pop().unwrap();
    let confirmed = olga.visitor.fill(&to_confirm, &[("code", &used)]).await;
    assert_eq!(confirmed.leads_to(), grant, "{}", confirmed.body);
    assert_eq!(olga.visitor.get(&grant).await.status, 200);
    assert_eq!(olga.visitor.fill(&to_confirm, &[("code", &used)]).await.status, 422, "each code works once");
    guessed(&gateway, "code", 1).await;
    let waits = olga.visitor.fill(&to_confirm, &[("code", &olga.codes.pop().unwrap())]).await;
    assert!(waits.has("Too many attempts"), "{}", waits.body);
}

#[tokio::test]
async fn j20_a_session_ends_after_half_an_hour_without_a_request_and_at_log_out() {
    let gateway = start().await;
    let mut olga = admin(&gateway).await;
    let mut other = olga.visitor.copy();
    let page = olga.visitor.get("/operator").await;
    let out = olga.visitor.submit(&page, "/operator/log-out", &[]).await;
    assert_eq!(out.leads_to(), "/operator/log-in?out=1");
    assert_eq!(out.headers["clear-site-data"], "\"cache\", \"storage\"");
    assert!(other.get("/operator").await.leads_to().starts_with("/operator/log-in?"));
    let mut oto = operator(&gateway, "oto@example.com", OperatorRole::Viewer).await;
    sqlx::query("update session set seen_at = now() - interval '31 minutes'")
        .execute(gateway.database.pool())
        .await
        .unwrap();
    assert!(oto.visitor.get("/operator").await.leads_to().starts_with("/operator/log-in?"));
}
