//! Moving all accounts of a plan: the preview says what happens, and a form begins one run.

use fluence::domain::account::AccountState;
use fluence::domain::ids::{AccountId, PlanMoveId};
use fluence::domain::plan::PlanRef;
use fluence::identity::operator::OperatorRole;
use fluence::storage::accounts;
use fluence::storage::plan_moves::preview::{self, PlanMovePreview};
use fluence::storage::plan_moves::progress::{self, PlanMoveProgress};

use super::{admin, operator, owner_audit, start};
use crate::gate::people::marina;
use crate::support::database::TestDatabase;
use crate::support::gateway::{Gateway, eventually};
use crate::support::visitor::{Page, attribute};

const MOVE: &str = "/operator/plans/move";
const QUERY: &str = "/operator/plans/move?from=2025-01%2Fprofessional&to=2025-06%2Fbusiness";
const FIELDS: [(&str, &str); 1] = [("reason", "The edition of January ends")];

fn plan(edition: &str, plan: &str) -> PlanRef {
    PlanRef { edition: edition.into(), plan: plan.into() }
}

fn old() -> PlanRef {
    plan("2025-01", "professional")
}

fn new() -> PlanRef {
    plan("2025-06", "business")
}

/// Plan and credits of an account.
async fn stand(gateway: &Gateway, account: AccountId) -> (PlanRef, i64) {
    let mut connection = gateway.database.pool().acquire().await.unwrap();
    let account = accounts::find(&mut connection, account).await.unwrap().unwrap();
    (account.plan, account.balance.as_i64())
}

async fn moves_of(gateway: &Gateway, account: AccountId) -> i64 {
    sqlx::query_scalar("select count(*) from audit_entry where account_id = $1 and action = 'account.moved'")
        .bind(account.as_uuid())
        .fetch_one(gateway.database.pool())
        .await
        .unwrap()
}

/// Waits until a run has ended.
async fn ended(database: &TestDatabase, page: &Page) -> PlanMoveProgress {
    let id: PlanMoveId = page.leads_to().rsplit('/').next().unwrap().parse().unwrap();
    let progress = async || {
        let mut connection = database.pool().acquire().await.unwrap();
        progress::find(&mut connection, id).await.unwrap().unwrap()
    };
    eventually("the run has ended", async || progress().await.ended_at.is_some()).await;
    progress().await
}

async fn preview(gateway: &Gateway) -> PlanMovePreview {
    let mut connection = gateway.database.pool().acquire().await.unwrap();
    preview::read(&mut connection, &old(), &new()).await.unwrap()
}

#[tokio::test]
async fn what_the_preview_says_is_what_happens_to_each_account() {
    let gateway = start().await;
    gateway.with_sample_people().await;
    let caller = gateway.professional().await;
    assert_eq!(gateway.post("/crm", &caller.key, &marina()).await.status, 200);
    eventually("the call is charged", async || gateway.balance(caller.account).await == 998).await;
    let suspended = gateway.professional().await.account;
    gateway.set_account_state(suspended, AccountState::Suspended).await;
    let closed = gateway.professional().await.account;
    sqlx::query("update account set state = 'suspended', closed_at = now() where id = $1")
        .bind(closed.as_uuid())
        .execute(gateway.database.pool())
        .await
        .unwrap();
    let other = gateway.customer("2025-06", "developer").await.account;
    let credits: i64 =
        sqlx::query_scalar("select credits from plan where edition = '2025-06' and plan = 'business'")
            .fetch_one(gateway.database.pool())
            .await
            .unwrap();
    let before = preview(&gateway).await;
    assert_eq!((before.on_plan, before.accounts, before.suspended), (2, 2, 1));
    assert_eq!((before.gaining, before.credits_added), (2, 2 * (credits - 1_000)));
    let mut admin = admin(&gateway).await.visitor;
    let form = admin.get(QUERY).await;
    assert!(form.has("Move 2 accounts") && form.has("professional (2025-01)"), "{}", form.body);
    let begun = admin.submit(&form, MOVE, &FIELDS).await;
    assert!(begun.leads_to().starts_with("/operator/plans/moves/"), "{} {}", begun.status, begun.body);
    let run = ended(&gateway.database, &begun).await;
    assert_eq!((run.accounts, run.moved, run.skipped, run.refused), (2, 2, 0, 0));
    assert_eq!(stand(&gateway, caller.account).await, (new(), credits - 2), "what was used stays used");
    assert_eq!(stand(&gateway, suspended).await, (new(), credits));
    assert_eq!(stand(&gateway, closed).await.0, old(), "a closed account is not moved");
    assert_eq!(stand(&gateway, other).await.0.plan, "developer");
    assert_eq!((moves_of(&gateway, caller.account).await, moves_of(&gateway, closed).await), (1, 0));
    let log = owner_audit(&gateway, caller.account).await;
    assert!(log.has("The edition of January ends"), "{}", log.body);
    let page = admin.get(begun.leads_to()).await;
    assert!(page.has("2 of 2") && page.has("The run has ended"), "{}", page.body);
    assert!(admin.get("/operator/plans").await.has(begun.leads_to()));
    let of_service = admin.get("/operator/audit?action=plan_move.begun").await;
    assert!(of_service.has("began to move all accounts of a plan"), "{}", of_service.body);
}

#[tokio::test]
async fn a_form_that_is_sent_twice_begins_one_run() {
    let gateway = start().await;
    let account = gateway.professional().await.account;
    let mut admin = admin(&gateway).await.visitor;
    let form = admin.get(QUERY).await;
    let first = admin.submit(&form, MOVE, &FIELDS).await;
    let second = admin.submit(&form, MOVE, &FIELDS).await;
    assert_eq!((first.status, first.leads_to()), (303, second.leads_to()), "{}", second.body);
    ended(&gateway.database, &first).await;
    let third = admin.submit(&form, MOVE, &FIELDS).await;
    assert_eq!(third.leads_to(), first.leads_to(), "also after its end");
    assert_eq!(moves_of(&gateway, account).await, 1);
    let runs: i64 = sqlx::query_scalar("select count(*) from plan_move")
        .fetch_one(gateway.database.pool())
        .await
        .unwrap();
    assert_eq!(runs, 1);
}

#[tokio::test]
async fn a_form_with_faults_begins_nothing_and_keeps_what_was_chosen() {
    let gateway = start().await;
    let account = gateway.professional().await.account;
    let mut admin = admin(&gateway).await.visitor;
    let form = admin.get(QUERY).await;
    let page = admin.submit(&form, MOVE, &[("reason", " ")]).await;
    assert!(page.status == 422 && page.has("id=\"reason-fault\""), "{}", page.body);
    for chosen in ["2025-01/professional", "2025-06/business"] {
        let option = page
            .body
            .split("<option")
            .find(|one| attribute(one, "value") == chosen && one.contains("selected"));
        assert!(option.is_some(), "{chosen}: {}", page.body);
    }
    // An account comes to the plan after the figures were shown.
    gateway.professional().await;
    let page = admin.submit(&form, MOVE, &FIELDS).await;
    assert!(
        page.status == 422 && page.has("id=\"from-fault\"") && page.has("has 2 accounts"),
        "{}",
        page.body
    );
    let same = admin.get("/operator/plans/move?from=2025-06%2Fbusiness&to=2025-06%2Fbusiness").await;
    assert!(same.has("id=\"to-fault\"") && !same.has("method=\"post\" action=\"/operator/plans/move\""));
    let nobody = admin.get("/operator/plans/move?from=2025-06%2Fbusiness&to=2025-01%2Fprofessional").await;
    assert!(nobody.has("No open account is on this plan"), "{}", nobody.body);
    assert_eq!((stand(&gateway, account).await.0, moves_of(&gateway, account).await), (old(), 0));
    let unknown = admin.submit(&form, MOVE, &[("reason", "x"), ("to", "2025-06/nothing")]).await;
    assert!(unknown.has("The form could not be read"), "{}", unknown.body);
}

#[tokio::test]
async fn support_sees_a_run_and_begins_or_stops_none() {
    let gateway = start().await;
    gateway.professional().await;
    let mut support = operator(&gateway, "sara@example.com", OperatorRole::Support).await.visitor;
    assert_eq!(support.get(MOVE).await.status, 403);
    let mut admin = admin(&gateway).await.visitor;
    let begun = admin.fill(QUERY, &FIELDS).await;
    ended(&gateway.database, &begun).await;
    assert!(support.get(begun.leads_to()).await.has("1 of 1"));
    assert_eq!(support.get(&format!("{}/stop", begun.leads_to())).await.status, 403);
    assert!(!support.get("/operator/plans").await.has(&format!("href=\"{MOVE}\"")));
}
