//! Runs that move all accounts of a plan: in batches, interrupted anywhere, each account once.

use axum::response::Response;
use chrono::TimeDelta;
use fluence::clock::new_id;
use fluence::domain::audit::Actor;
use fluence::domain::ids::{AccountId, PlanMoveId};
use fluence::domain::plan::PlanRef;
use fluence::domain::rights::{MissingRight, Principal};
use fluence::management::credits::LedgerDesk;
use fluence::management::plan_moves::mover::{AT_ONCE, Interrupted, PlanMover};
use fluence::management::plan_moves::{PlanMoveError, begin, stop};
use fluence::management::{ChangeError, accounts};
use fluence::storage::plan_moves::preview::{self, PlanMovePreview};
use fluence::storage::plan_moves::progress::{self, PlanMoveProgress};
use sqlx::postgres::PgPoolOptions;
use tracing::Level;

use super::members::person;
use crate::gate::handlers::{LONG, handler};
use crate::support::gateway::Gateway;
use crate::support::lines::Lines;

fn plan(edition: &str, plan: &str) -> PlanRef {
    PlanRef { edition: edition.into(), plan: plan.into() }
}

fn operator() -> Principal {
    Principal::almighty(Actor::operator("olga".into()))
}

/// A service without jobs of its own.
async fn start() -> Gateway {
    Gateway::in_front_of(handler(std::future::pending::<Response>), LONG).await
}

fn mover(gateway: &Gateway) -> PlanMover {
    let (pool, options) = (gateway.database.pool().clone(), gateway.database.options());
    PlanMover { desk: LedgerDesk { pool, options, node: "test".into(), hold_life: TimeDelta::seconds(60) } }
}

/// A mover whose ledger cannot be reached.
fn broken(gateway: &Gateway) -> PlanMover {
    let mut mover = mover(gateway);
    mover.desk.options = mover.desk.options.port(1);
    mover
}

async fn begun(gateway: &Gateway, from: &PlanRef, to: &PlanRef) -> PlanMoveId {
    let id = PlanMoveId::from_uuid(new_id());
    let mut connection = gateway.database.pool().acquire().await.unwrap();
    begin(&mut connection, &operator(), id, (from, to), None).await.unwrap();
    id
}

async fn preview(gateway: &Gateway, from: &PlanRef, to: &PlanRef) -> PlanMovePreview {
    preview::read(&mut gateway.database.pool().acquire().await.unwrap(), from, to).await.unwrap()
}

async fn progress(gateway: &Gateway, id: PlanMoveId) -> PlanMoveProgress {
    let mut connection = gateway.database.pool().acquire().await.unwrap();
    progress::find(&mut connection, id).await.unwrap().unwrap()
}

/// Ends the pause of a run.
async fn at_once(gateway: &Gateway) {
    sqlx::query("update plan_move set leased_until = now()").execute(gateway.database.pool()).await.unwrap();
}

/// Accounts on a plan, and their credits together.
async fn standing(gateway: &Gateway, plan: &PlanRef) -> (i64, i64) {
    sqlx::query_as(
        "select count(*), coalesce(sum(l.balance), 0)::bigint
           from account a join ledger_account l on l.account_id = a.id where a.edition = $1 and a.plan = $2",
    )
    .bind(&plan.edition)
    .bind(&plan.plan)
    .fetch_one(gateway.database.pool())
    .await
    .unwrap()
}

/// The most entries of one account in the audit log that say that it was moved.
async fn most_moves(gateway: &Gateway) -> i64 {
    sqlx::query_scalar(
        "select coalesce(max(moves), 0) from (select count(*) as moves from audit_entry where action = 'account.moved' group by account_id) each",
    )
    .fetch_one(gateway.database.pool())
    .await
    .unwrap()
}

#[tokio::test]
async fn a_run_that_loses_the_ledger_resumes_and_moves_each_account_once() {
    let gateway = start().await;
    let (old, new) = (plan("2025-01", "professional"), plan("2025-06", "business"));
    for _ in 0..3 {
        gateway.professional().await;
    }
    let id = begun(&gateway, &old, &new).await;
    let lost = broken(&gateway).batch(Some(id)).await;
    assert!(matches!(lost, Err(Interrupted::Ledger(_))), "{lost:?}");
    assert_eq!(standing(&gateway, &new).await, (3, 3_000), "the accounts moved, the ledger did not");
    let half = progress(&gateway, id).await;
    assert_eq!((half.left, half.moved, half.ended_at), (3, 0, None));
    let mover = mover(&gateway);
    assert!(!mover.batch(Some(id)).await.unwrap(), "a run that failed pauses");
    at_once(&gateway).await;
    assert!(mover.batch(None).await.unwrap());
    let done = progress(&gateway, id).await;
    assert!(done.ended_at.is_some() && (done.left, done.moved) == (0, 3), "{done:?}");
    assert_eq!(standing(&gateway, &new).await, (3, 300_000));
    assert_eq!(most_moves(&gateway).await, 1);
    assert!(!mover.batch(None).await.unwrap(), "nothing is left");
    gateway.assert_books_are_right().await;
}

#[tokio::test]
async fn a_batch_has_a_limit_and_the_rest_follows() {
    let gateway = start().await;
    let (old, new) = (plan("2025-01", "professional"), plan("2025-06", "business"));
    let first = gateway.professional().await.account;
    // As many as two batches and one account, without waiting for each.
    let more = "with new as (
                    insert into account (id, name, email, edition, plan, state, anchored_at, created_at)
                    select gen_random_uuid(), 'Test', n || '@example.com', edition, plan, state, anchored_at, created_at
                      from account, generate_series(1, $2) n where id = $1 returning id
                )
                insert into ledger_account select (jsonb_populate_record(l, jsonb_build_object('account_id', new.id, 'balance', 0,
                    'open_lot', 0, 'open_lot_left', 0, 'open_lot_is_plan', false, 'last_lot', 0, 'last_entry', 0, 'plan_lot', 0,
                    'plan_left', 0, 'plan_credits', 0, 'period_ends_at', now()))).*
                  from ledger_account l, new where l.account_id = $1";
    let more = sqlx::query(more).bind(first.as_uuid()).bind(i32::try_from(AT_ONCE).unwrap() * 2);
    more.execute(gateway.database.pool()).await.unwrap();
    let id = begun(&gateway, &old, &new).await;
    let mover = mover(&gateway);
    let mut moved = Vec::new();
    while progress(&gateway, id).await.ended_at.is_none() {
        assert!(mover.batch(Some(id)).await.unwrap());
        moved.push(progress(&gateway, id).await.moved);
    }
    assert_eq!(moved, [AT_ONCE, 2 * AT_ONCE, 2 * AT_ONCE + 1]);
    assert_eq!((standing(&gateway, &old).await.0, most_moves(&gateway).await), (0, 1));
}

#[tokio::test]
async fn the_preview_counts_what_the_ledger_does() {
    let gateway = start().await;
    let (old, new) = (plan("2025-06", "business"), plan("2025-06", "essentials"));
    let (rich, poor) =
        (gateway.customer("2025-06", "business").await, gateway.customer("2025-06", "business").await);
    // What a correction takes counts as used: more than the new plan gives.
    gateway.leave(poor.account, 40_000).await;
    for _ in 0..3 {
        gateway.key(rich.account, |_| {}).await;
    }
    let said = preview(&gateway, &old, &new).await;
    assert_eq!((said.accounts, said.losing, said.credits_removed), (2, 2, 90_000 + 40_000));
    assert_eq!((said.gaining, said.without_plan_credits, said.environments_over), (0, 1, 1));
    let before = standing(&gateway, &old).await.1;
    let id = begun(&gateway, &old, &new).await;
    assert!(mover(&gateway).batch(Some(id)).await.unwrap());
    assert_eq!(standing(&gateway, &new).await, (2, before - said.credits_removed));
    assert_eq!(gateway.balance(poor.account).await, 0);
    gateway.assert_books_are_right().await;
}

#[tokio::test]
async fn an_account_that_another_session_has_locked_waits_and_holds_up_no_other() {
    let gateway = start().await;
    let (old, new) = (plan("2025-01", "professional"), plan("2025-06", "business"));
    let (held, free) = (gateway.professional().await.account, gateway.professional().await.account);
    let id = begun(&gateway, &old, &new).await;
    let mut session = gateway.database.pool().begin().await.unwrap();
    let lock = "select 1 from account where id = $1 for update";
    sqlx::query(lock).bind(held.as_uuid()).execute(&mut *session).await.unwrap();
    let mover = mover(&gateway);
    assert!(mover.batch(Some(id)).await.unwrap());
    let half = progress(&gateway, id).await;
    assert_eq!((half.moved, half.left), (1, 1), "{free}");
    session.rollback().await.unwrap();
    at_once(&gateway).await;
    assert!(mover.batch(Some(id)).await.unwrap());
    assert!(progress(&gateway, id).await.ended_at.is_some());
}

#[tokio::test]
async fn accounts_that_left_the_plan_are_skipped_and_a_stopped_run_moves_no_more() {
    let gateway = start().await;
    let (old, new) = (plan("2025-01", "professional"), plan("2025-06", "business"));
    let (closed, elsewhere) = (gateway.professional().await.account, gateway.professional().await.account);
    let id = begun(&gateway, &old, &new).await;
    let mut connection = gateway.database.pool().acquire().await.unwrap();
    accounts::close(&mut connection, &operator(), closed).await.unwrap();
    let enterprise = plan("2025-06", "enterprise");
    accounts::set_plan(&mut connection, &operator(), elsewhere, &enterprise).await.unwrap();
    assert!(mover(&gateway).batch(Some(id)).await.unwrap());
    let run = progress(&gateway, id).await;
    assert!(run.ended_at.is_some() && (run.skipped, run.moved) == (2, 0), "{run:?}");
    assert_eq!(standing(&gateway, &enterprise).await.0, 1);

    gateway.professional().await;
    let id = begun(&gateway, &old, &new).await;
    for _ in 0..2 {
        stop(&mut connection, &operator(), id).await.unwrap();
    }
    mover(&gateway).batch(Some(id)).await.unwrap();
    let run = progress(&gateway, id).await;
    assert!(run.ended_at.is_some() && run.stopped_at.is_some() && run.skipped == 1, "{run:?}");
    let stops: i64 =
        sqlx::query_scalar("select count(*) from audit_entry where action = 'plan_move.stopped'")
            .fetch_one(&mut *connection)
            .await
            .unwrap();
    assert_eq!(stops, 1);
}

#[tokio::test]
async fn one_run_moves_the_accounts_of_a_plan_and_only_operators_begin_one() {
    let gateway = start().await;
    let (old, new) = (plan("2025-01", "professional"), plan("2025-06", "business"));
    let account: AccountId = gateway.professional().await.account;
    let mut connection = gateway.database.pool().acquire().await.unwrap();
    let other = PlanMoveId::from_uuid(new_id());
    let owner = person(account, fluence::domain::member::Role::Admin);
    let refused = begin(&mut connection, &owner, other, (&old, &new), None).await;
    assert!(
        matches!(refused, Err(PlanMoveError::Change(ChangeError::MissingRight(MissingRight::Admin)))),
        "{refused:?}"
    );
    let seen = begin(&mut connection, &operator(), other, (&old, &new), Some(2)).await;
    assert!(matches!(seen, Err(PlanMoveError::Changed { accounts: 1 })), "{seen:?}");
    let same = begin(&mut connection, &operator(), other, (&old, &old), None).await;
    assert!(matches!(same, Err(PlanMoveError::SamePlan)), "{same:?}");
    let nobody = begin(&mut connection, &operator(), other, (&new, &old), None).await;
    assert!(matches!(nobody, Err(PlanMoveError::NoAccounts(_))), "{nobody:?}");
    let id = begun(&gateway, &old, &new).await;
    let second = begin(&mut connection, &operator(), other, (&old, &new), None).await;
    assert!(matches!(second, Err(PlanMoveError::Open { id: open, .. }) if open == id), "{second:?}");
    let stopped = stop(&mut connection, &owner, id).await;
    assert!(stopped.is_err() && progress(&gateway, id).await.stopped_at.is_none());
}

#[tokio::test]
async fn only_a_run_that_was_open_is_interrupted() {
    const INTERRUPTED: &str = "moving the accounts of a plan was interrupted";
    let gateway = start().await;
    let lines = Lines::default();
    let writer = lines.clone();
    let collector =
        tracing_subscriber::fmt().with_max_level(Level::DEBUG).with_writer(move || writer.clone());
    let _guard = tracing::subscriber::set_default(collector.finish());
    let mut away = mover(&gateway);
    away.desk.pool = PgPoolOptions::new().connect_lazy_with(gateway.database.options());
    away.desk.pool.close().await;
    away.run_due().await;
    let text = lines.text();
    assert!(text.contains("reading open plan moves failed") && !text.contains(INTERRUPTED), "{text}");
    let (from, to) = (plan("2025-06", "business"), plan("2025-06", "enterprise"));
    gateway.customer(&from.edition, &from.plan).await;
    begun(&gateway, &from, &to).await;
    broken(&gateway).run_due().await;
    assert!(lines.text().contains(INTERRUPTED), "{}", lines.text());
}
