//! The plans with their accounts, and accounts that operators make.

use fluence::identity::operator::OperatorRole;

use super::{admin, operator, owner_audit, start, start_with};
use crate::console::log_in::PASSWORD;
use crate::console::mail::Post;
use crate::support::gateway::Gateway;
use crate::support::visitor::{Page, Visitor};

const NEW: &str = "/operator/accounts/new";
const FIELDS: [(&str, &str); 4] = [
    ("name", "Zyntra"),
    ("email", "carla@zyntra.example"),
    ("plan", "2025-01/professional"),
    ("reason", "Contract of November"),
];

/// With an operators' console, and messages that become files.
async fn post() -> Post {
    Post::new(&[("FLUENCE_OPERATOR_LISTEN", "127.0.0.1:0")]).await
}

async fn accounts(gateway: &Gateway) -> i64 {
    let count = sqlx::query_scalar("select count(*) from account where name = 'Zyntra'");
    count.fetch_one(gateway.database.pool()).await.unwrap()
}

/// The id of the account that a redirect leads to.
fn made(page: &Page) -> fluence::domain::ids::AccountId {
    assert!(page.leads_to().ends_with("?done=made"), "{} {}", page.status, page.body);
    page.leads_to().split('/').nth(3).unwrap().split('?').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn plans_say_how_many_open_accounts_are_on_them_and_lead_to_these() {
    let gateway = start().await;
    let (one, two) = (gateway.professional().await.account, gateway.professional().await.account);
    let closed = gateway.professional().await.account;
    sqlx::query("update account set state = 'suspended', closed_at = now() where id = $1")
        .bind(closed.as_uuid())
        .execute(gateway.database.pool())
        .await
        .unwrap();
    let mut support = operator(&gateway, "sara@example.com", OperatorRole::Support).await.visitor;
    let page = support.get("/operator/plans").await;
    let of_plan = "/operator/plans/accounts?edition=2025-01&amp;plan=professional";
    assert!(page.has(&format!("<a href=\"{of_plan}\">2</a>")), "{}", page.body);
    assert!(page.has("Edition 2025-06") && page.has("by contract"), "{}", page.body);
    let page = support.get(&of_plan.replace("&amp;", "&")).await;
    for account in [one, two] {
        assert!(page.has(&format!("/operator/accounts/{account}\"")), "{}", page.body);
    }
    assert!(!page.has(&closed.to_string()), "a closed account is on no plan");
    let unknown = support.get("/operator/plans/accounts?edition=2025-01&plan=nothing").await;
    assert_eq!(unknown.leads_to(), "/operator/plans");
    let mut viewer = operator(&gateway, "vera@example.com", OperatorRole::Viewer).await.visitor;
    let page = viewer.get("/operator/plans").await;
    assert!(page.status == 200 && !page.has("/operator/plans/accounts"), "viewers open no account");
}

#[tokio::test]
async fn an_account_is_made_once_and_its_first_admin_gets_in_by_the_e_mail() {
    let post = post().await;
    let mut support = operator(&post.gateway, "sara@example.com", OperatorRole::Support).await.visitor;
    let form = support.get(NEW).await;
    let first = support.submit(&form, NEW, &FIELDS).await;
    let account = made(&first);
    let again = support.submit(&form, NEW, &FIELDS).await;
    assert_eq!((made(&again), accounts(&post.gateway).await), (account, 1), "a form makes one account");
    let shown = support.get(first.leads_to()).await;
    assert!(shown.has("The account was created") && shown.has("1,000"), "{}", shown.body);
    // The link leads to the owners' console, not to that of operators.
    let link = post.link("carla@zyntra.example", "/console/invitation").await;
    let mut carla = Visitor::new(&post.gateway);
    let joined = carla.fill(&link, &[("name", "Carla"), ("password", PASSWORD)]).await;
    assert_eq!(joined.leads_to(), format!("/console/{account}"), "{}", joined.body);
    let log = carla.get(&format!("/console/{account}/audit")).await;
    assert!(log.has("created the account") && log.has("Contract of November"), "{}", log.body);
    assert!(carla.get(&format!("/console/{account}/keys/new")).await.status == 200, "she is an admin");
}

#[tokio::test]
async fn every_fault_of_a_new_account_is_at_its_field_and_makes_nothing() {
    let post = post().await;
    let taken = post.gateway.professional().await.account;
    let mut admin = admin(&post.gateway).await.visitor;
    let wrong = [("name", ""), ("email", "nobody"), ("plan", "2025-01/nothing"), ("reason", " ")];
    let page = admin.fill(NEW, &wrong).await;
    assert_eq!(page.status, 422);
    for field in ["name", "email", "plan", "reason"] {
        assert!(page.has(&format!("id=\"{field}-fault\"")), "{field}: {}", page.body);
    }
    assert!(page.has("value=\"nobody\""), "what was typed is kept");
    let mut fields = FIELDS;
    fields[1].1 = "TEST@example.com";
    let page = admin.submit(&page, NEW, &fields).await;
    assert!(page.status == 422 && page.has("Another account has this address"), "{}", page.body);
    assert_eq!(accounts(&post.gateway).await, 0);
    assert!(post.messages().is_empty(), "{taken}");
}

#[tokio::test]
async fn without_an_owners_console_no_e_mail_is_sent() {
    let gateway = start_with(&[("FLUENCE_CONSOLE_ENABLED", "false")]).await;
    let mut admin = admin(&gateway).await.visitor;
    assert!(admin.get(NEW).await.has("no e-mail is sent"));
    made(&admin.fill(NEW, &FIELDS).await);
    let sent: i64 = sqlx::query_scalar("select count(*) from email_outbox")
        .fetch_one(gateway.database.pool())
        .await
        .unwrap();
    assert_eq!(sent, 0);
}

#[tokio::test]
async fn owners_read_words_and_not_the_id_of_an_operators_form() {
    let gateway = start().await;
    let account = gateway.professional().await.account;
    let mut admin = admin(&gateway).await.visitor;
    let grant = [("credits", "250"), ("expires", ""), ("reason", "Outage of 26 November")];
    let granted = admin.fill(&format!("/operator/accounts/{account}/grant"), &grant).await;
    assert_eq!(granted.status, 303, "{}", granted.body);
    let log = owner_audit(&gateway, account).await;
    let mut owner = Visitor::new(&gateway);
    owner.enter(&gateway, account, "ana@example.com").await;
    let statement = owner.get(&format!("/console/{account}/ledger")).await;
    for page in [&statement, &log] {
        assert!(page.has("Outage of 26 November") && page.has("(by an operator)"), "{}", page.body);
        assert!(!page.has(">form "), "{}: the id of a form", page.path);
    }
}
