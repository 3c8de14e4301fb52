//! Accounts that are due to expire or to renew.

use fluence::background::sweep::Sweep;
use fluence::storage::ledger::due::{DUE_ACCOUNTS, due_accounts};
use sqlx::Row;

use super::world::{LEASE, WHOLE, World};

async fn due(world: &World) -> Vec<fluence::domain::ids::AccountId> {
    let mut connection = world.pool().acquire().await.unwrap();
    due_accounts(&mut connection, 10, &[]).await.unwrap()
}

#[tokio::test]
async fn a_new_account_is_due_until_it_has_its_first_plan_credits() {
    let world = World::new(10, 50).await;
    let customer = world.customer().await;
    assert_eq!(due(&world).await, [customer.account_id]);
    let mut hand = world.hand("sweep").await;
    hand.one(customer.advance()).await;
    assert_eq!(due(&world).await, []);
}

#[tokio::test]
async fn an_account_is_due_when_its_period_is_over_and_renewed_once() {
    let world = World::new(10, 50).await;
    let customer = world.customer().await;
    let mut hand = world.hand("sweep").await;
    hand.one(customer.advance()).await;
    world.months_pass(3).await;
    assert_eq!(due(&world).await, [customer.account_id]);
    for _ in 0..2 {
        hand.one(customer.advance()).await;
    }
    assert_eq!(due(&world).await, []);
    assert_eq!(world.value::<i64>("select count(*) from ledger_entry where kind = 3").await, 2);
    assert_eq!(world.value::<i32>("select period from ledger_account").await, 3);
    assert_eq!(world.books(&customer).await, (10, 10, 0));
    let report = world.verify(WHOLE).await;
    assert!(report.clean, "{:#?}", report.faults);
}

#[tokio::test]
async fn the_index_serves_the_search() {
    let world = World::new(10, 50).await;
    let mut connection = world.pool().acquire().await.unwrap();
    sqlx::raw_sql("set enable_seqscan = off").execute(&mut *connection).await.unwrap();
    let plan: Vec<String> = sqlx::query(sqlx::AssertSqlSafe(format!(
        "explain {}",
        DUE_ACCOUNTS.replace("$1", "10").replace("$2", "'{}'")
    )))
    .fetch_all(&mut *connection)
    .await
    .unwrap()
    .iter()
    .map(|row| row.get(0))
    .collect();
    let plan = plan.join("\n");
    assert!(plan.contains("using ledger_account_due") && !plan.contains("Sort"), "{plan}");
}

fn sweep_of(world: &World) -> Sweep {
    let (pool, database) = (world.pool().clone(), world.database.options());
    Sweep { pool, database, node: "test".into(), silence: LEASE }
}

#[tokio::test]
async fn a_locked_account_does_not_keep_others_from_their_renewal() {
    let world = World::new(10, 50).await;
    let (locked, free) = (world.customer().await, world.customer().await);
    let stray = world.lock(&locked).await;
    sweep_of(&world).tidy().await;
    assert_eq!(world.books(&free).await, (10, 10, 0));
    stray.rollback().await.unwrap();
    assert_eq!(due(&world).await, [locked.account_id]);
    sweep_of(&world).tidy().await;
    assert_eq!(world.books(&locked).await, (10, 10, 0));
}

#[tokio::test]
async fn an_account_that_the_store_refuses_does_not_keep_others_from_their_renewal() {
    let world = World::new(10, 50).await;
    let mut customers = Vec::new();
    for _ in 0..5 {
        customers.push(world.customer().await);
    }
    sqlx::query(
        "create function fault() returns trigger language plpgsql as $$
         begin raise exception 'at fault' using errcode = '23000'; end $$",
    )
    .execute(world.pool())
    .await
    .unwrap();
    let bad = customers.pop().unwrap();
    let trigger = format!(
        "create trigger fault before update on ledger_account for each row
         when (old.account_id = '{}') execute function fault()",
        bad.account_id.as_uuid()
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(trigger)).execute(world.pool()).await.unwrap();
    sweep_of(&world).tidy().await;
    for customer in &customers {
        assert_eq!(world.books(customer).await, (10, 10, 0));
    }
    assert_eq!(due(&world).await, [bad.account_id]);
}
