//! Every form of the operators with every field wrong, as those of the owners in
//! `console/forms.rs`.

use fluence::console::operator::ROUTES;
use fluence::domain::member::Role;
use fluence::identity::operator::OperatorRole;

use super::{added, operator, start};
use crate::console::forms::{Wrong, all_faults, assert_all_have_a_case, wrong};
use crate::console::log_in::PASSWORD;
use crate::console::table::Samples;
use crate::gate::people::marina;
use crate::support::visitor::Visitor;

/// Forms into which nothing is typed.
const NOTHING_TYPED: [&str; 3] = [
    "/operator/log-out",
    // Finds or does not find: nothing that is typed is wrong.
    "/operator/accounts",
    "/operator/accounts/{account}/keys",
];

const LONG: &str = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

fn of_admin() -> Vec<Wrong> {
    let of = |route: &'static str, typed, faulty| wrong(route, typed, faulty);
    vec![
        of("/operator/explain", &[("what", "nothing of this kind")], &["what"]),
        of(
            "/operator/accounts/new",
            &[("name", LONG), ("email", "nowhere"), ("reason", "a\u{202e}b")],
            &["name", "email", "plan", "reason"],
        ),
        of("/operator/accounts/{account}/note", &[("note", "")], &["note"]),
        of("/operator/accounts/{account}/suspend", &[("name", "Tset"), ("reason", "")], &["name", "reason"]),
        of("/operator/accounts/{account}/resume", &[("reason", "")], &["reason"]),
        of("/operator/accounts/{account}/plan", &[("reason", "")], &["plan", "reason"]),
        of(
            "/operator/accounts/{account}/grant",
            &[("credits", "ten"), ("expires", "2020-01-01"), ("reason", "")],
            &["credits", "expires", "reason"],
        ),
        of(
            "/operator/accounts/{account}/take",
            &[("credits", "0"), ("name", "Tset"), ("reason", "")],
            &["credits", "name", "reason"],
        ),
        of("/operator/accounts/{account}/keys/{key}/revoke", &[("reason", "")], &["reason"]),
        of("/operator/accounts/{account}/members/{member}/factor", &[("reason", "")], &["reason"]),
        of("/operator/email/{email}/retry", &[("reason", "")], &["reason"]),
        of("/operator/plans/moves/{move}/stop", &[("reason", "")], &["reason"]),
    ]
}

/// Behind a query: two plans are chosen first.
fn of_plans() -> Wrong {
    wrong("/operator/plans/move", &[("reason", "")], &["reason"])
}

fn of_link() -> Wrong {
    wrong("/operator/link", &[("password", "short")], &["password"])
}

/// The forms of a log-in and its second half.
fn of_log_in() -> Vec<Wrong> {
    let log_in = &[("email", "olga@example.com"), ("password", "not this one at all")];
    vec![
        wrong("/operator/log-in", log_in, &[]),
        wrong("/operator/log-in/set-up", &[("code", "000000")], &["code"]),
        wrong("/operator/log-in/second", &[("code", "000000")], &["code"]),
        wrong("/operator/confirm", &[("code", "000000")], &["code"]),
    ]
}

#[test]
fn every_form_has_a_case() {
    let mut cases: Vec<Wrong> = of_admin().into_iter().chain(of_log_in()).collect();
    cases.extend([of_plans(), of_link()]);
    assert_all_have_a_case(ROUTES, &cases, &NOTHING_TYPED);
}

#[tokio::test]
async fn every_form_says_what_is_wrong_at_the_field_keeps_what_was_typed_and_changes_nothing() {
    let gateway = start().await;
    gateway.with_sample_people().await;
    let customer = gateway.professional().await;
    assert_eq!(gateway.post("/crm", &customer.key, &marina()).await.status, 200);
    gateway.settled().await;
    let samples = Samples::of(&gateway, customer.account).await;
    let mut admin = operator(&gateway, "olga@example.com", OperatorRole::Admin).await.visitor;
    let cases: Vec<Wrong> = of_admin().into_iter().map(|case| case.at(samples.ids())).collect();
    let mut found = all_faults(&gateway, &mut admin, &cases).await;
    let chosen = [(
        "/operator/plans/move",
        "/operator/plans/move?from=2025-01%2Fprofessional&to=2025-06%2Fbusiness".to_owned(),
    )];
    found.extend(all_faults(&gateway, &mut admin, &[of_plans().at(&chosen)]).await);
    assert!(found.is_empty(), "{found:#?}");
}

#[tokio::test]
async fn so_do_the_forms_of_a_log_in() {
    let gateway = start().await;
    let account = gateway.professional().await.account;
    gateway.logged_in(account, "ana@example.com", Role::Admin).await;
    let mut olga = operator(&gateway, "olga@example.com", OperatorRole::Admin).await.visitor;
    let [log_in, set_up, second, confirm] = of_log_in().try_into().unwrap_or_else(|_| panic!("four cases"));
    let mut found = all_faults(&gateway, &mut olga, &[confirm]).await;
    let mut stranger = Visitor::of_operators(&gateway);
    found.extend(all_faults(&gateway, &mut stranger, &[log_in]).await);
    let right = [("email", "olga@example.com"), ("password", PASSWORD)];
    assert_eq!(stranger.fill("/operator/log-in", &right).await.status, 303);
    found.extend(all_faults(&gateway, &mut stranger, &[second]).await);

    let link = added(&gateway, "vera@example.com", OperatorRole::Viewer).await;
    let mut vera = Visitor::of_operators(&gateway);
    let opened = [("/operator/link", link.clone())];
    found.extend(all_faults(&gateway, &mut vera, &[of_link().at(&opened)]).await);
    assert_eq!(vera.fill(&link, &[("password", PASSWORD)]).await.status, 303);
    found.extend(all_faults(&gateway, &mut vera, &[set_up]).await);
    assert!(found.is_empty(), "{found:#?}");
}
