//! The operators' console in a real browser: accessible in both themes and languages, on a
//! telephone too, and asking only itself.

use fluence::clock::new_id;
use fluence::console::operator::ROUTES;
use fluence::domain::account::AccountState;
use fluence::domain::ids::AccountId;
use fluence::identity::operator::OperatorRole;

use super::page_check;
use crate::console::operator::{Operator, desk, operator, start};
use crate::console::table::{self, Samples};
use crate::gate::people::marina;
use crate::support::browser::{Browser, Look};
use crate::support::gateway::Gateway;

/// A gateway that went silent, an e-mail that failed and one that waits.
pub(super) async fn trouble(gateway: &Gateway) {
    let silent = "insert into node (id, name, version, started_at, last_seen_at, change_seen, clock_ahead_ms)
                  values (gen_random_uuid(), 'sao-paulo-2', '0.1.0', now() - interval '9 days', now() - interval '4 minutes', 0, 12)";
    sqlx::query(silent).execute(gateway.database.pool()).await.unwrap();
    let mail = "insert into email_outbox (id, kind, to_address, sealed, state, tries, next_at, created_at, error) values
                ($1, 'invitation', 'bia@acme.example', '\\x00', 'failed', 7, now(), now() - interval '18 hours', '550 5.1.1 no such mailbox'),
                ($2, 'reset', 'ana@horizonte.example', '\\x00', 'waiting', 2, now() + interval '1 hour', now() - interval '3 minutes', '421 try later')";
    sqlx::query(mail).bind(new_id()).bind(new_id()).execute(gateway.database.pool()).await.unwrap();
}

/// A service on a bad night: a silent gateway, an old hold, a suspended account, failed e-mails.
async fn bad_night() -> (Gateway, AccountId, Operator, String) {
    let gateway = start().await;
    gateway.with_sample_people().await;
    let customer = gateway.professional().await;
    let other = gateway.professional().await;
    for customer in [&customer, &customer, &customer, &other] {
        assert_eq!(gateway.post("/crm", &customer.key, &marina()).await.status, 200);
    }
    let answer = gateway.post("/crm", &customer.key, &marina()).await;
    let call = answer.headers["x-request-id"].to_str().unwrap().to_owned();
    gateway.set_account_state(other.account, AccountState::Suspended).await;
    let pool = gateway.database.pool();
    for (account, name) in [(customer.account, "Horizonte Análises Ltda."), (other.account, "ACME")] {
        sqlx::query(
            "update account set name = $2, email = 'ops@' || left(lower($2), 4) || '.example' where id = $1",
        )
        .bind(account.as_uuid())
        .bind(name)
        .execute(pool)
        .await
        .unwrap();
    }
    trouble(&gateway).await;
    let refused = "insert into refused_call (account_id, day, key_id, route, code, calls)
                   select $1, (now() at time zone 'utc')::date, $2, (select min(number) from route), 'RATE_LIMITED', 1874";
    sqlx::query(refused)
        .bind(other.account.as_uuid())
        .bind(other.key_id.as_uuid())
        .execute(pool)
        .await
        .unwrap();
    let mut admin = operator(&gateway, "olga@example.com", OperatorRole::Admin).await;
    let desk = desk(customer.account);
    let note = "Pays by invoice at the end of the month. Their contact on weekends is Ana, +55 11 5555 0100.";
    assert_eq!(admin.visitor.fill(&format!("{desk}/note"), &[("note", note)]).await.status, 303);
    let grant = [("credits", "250"), ("expires", ""), ("reason", "Outage of 26 November")];
    assert_eq!(admin.visitor.fill(&format!("{desk}/grant"), &grant).await.status, 303);
    (gateway, customer.account, admin, call)
}

/// A browser in which the operator is logged in.
pub(super) async fn browser_of(gateway: &Gateway, operator: &Operator) -> Browser {
    let browser = Browser::start().await;
    browser.open(&format!("{}/operator/log-in", gateway.operator_url())).await;
    let cookie = format!("fluence-op-local={}; path=/", operator.visitor.cookies["fluence-op-local"]);
    browser.run_with("document.cookie = arguments[0]", serde_json::json!([cookie])).await;
    browser
}

/// The pages of an account that operators read and act on.
pub(super) fn pages(account: AccountId) -> Vec<(&'static str, String)> {
    let desk = desk(account);
    vec![
        ("health", "/operator".to_owned()),
        ("accounts", "/operator/accounts?text=e".to_owned()),
        ("account", desk.clone()),
        ("busiest", "/operator/busiest".to_owned()),
        ("explain", "/operator/explain".to_owned()),
        ("email", "/operator/email".to_owned()),
        ("audit", "/operator/audit".to_owned()),
        ("people", "/operator/people".to_owned()),
        ("plans", "/operator/plans".to_owned()),
        ("move-all", "/operator/plans/move?from=2025-01%2Fprofessional&to=2025-06%2Fbusiness".to_owned()),
        ("new-account", "/operator/accounts/new".to_owned()),
        ("suspend", format!("{desk}/suspend")),
        ("grant", format!("{desk}/grant")),
        ("take", format!("{desk}/take")),
        ("plan", format!("{desk}/plan")),
        ("note", format!("{desk}/note")),
        ("overview", format!("{desk}/overview")),
        ("keys", format!("{desk}/keys")),
        ("statement", format!("{desk}/ledger")),
        ("credits", format!("{desk}/credits")),
        ("members", format!("{desk}/members")),
        ("owner-audit", format!("{desk}/audit")),
        ("usage", format!("{desk}/usage")),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_operators_is_accessible_fits_a_phone_and_asks_only_its_own_address() {
    let (gateway, account, operator, _) = bad_night().await;
    let mut paths: Vec<String> = table::pages(ROUTES, account).collect();
    paths.extend(pages(account).into_iter().map(|(_, path)| path).filter(|path| path.contains('?')));
    let faults = faults(&gateway, &operator, &paths).await;
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_a_thing_is_accessible_fits_a_phone_and_asks_only_its_own_address() {
    let (gateway, account, operator, _) = bad_night().await;
    let paths = Samples::of(&gateway, account).await.pages(ROUTES);
    assert!(paths.len() >= 5, "{paths:?}");
    let faults = faults(&gateway, &operator, &paths).await;
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n\n"));
}

/// Opens pages in both languages, themes and widths, and notes what is wrong with each.
async fn faults(gateway: &Gateway, operator: &Operator, paths: &[String]) -> Vec<String> {
    let browser = browser_of(gateway, operator).await;
    browser.requests().await;
    let mut faults = Vec::new();
    for language in ["en", "pt"] {
        for path in paths {
            // The proof of an operator lasts five minutes, which the walk may exceed.
            let proved = "update session set confirmed_at = now()";
            sqlx::query(proved).execute(gateway.database.pool()).await.unwrap();
            faults.extend(page_check::faults(&browser, &gateway.operator_url(), path, language, None).await);
        }
    }
    faults
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_explained_in_the_browser_and_nothing_of_it_stands_in_the_address() {
    let (gateway, account, operator, call) = bad_night().await;
    let browser = browser_of(&gateway, &operator).await;
    browser.open(&format!("{}/operator/explain", gateway.operator_url())).await;
    browser.type_into("#what", &call).await;
    browser.click("form.card button").await;
    browser.shows("main", "/crm").await;
    browser.arrives(&format!("{}/operator/explain", gateway.operator_url())).await;
    for look in [Look::DESKTOP, Look::PHONE.dark()] {
        browser.look(look).await;
        browser.screenshot(&format!("operator-explained-{}", look.name())).await;
    }
    assert!(browser.text("main").await.contains("Horizonte"), "{account}");
}
