//! Accounts that are due to expire or to renew.

use std::time::Duration;

use fluence::background::silent_epochs::SilentEpochs;
use fluence::background::sweep::Sweep;
use fluence::domain::credits::Credits;
use fluence::domain::settlement::Outcome;
use fluence::storage::ledger::due::{DUE_ACCOUNTS, due_accounts};
use sqlx::Row;

use super::fixture::{LEASE, LedgerFixture, limits};
use crate::support::gateway::eventually;

async fn due(fixture: &LedgerFixture) -> Vec<fluence::domain::ids::AccountId> {
    let mut connection = fixture.pool().acquire().await.unwrap();
    due_accounts(&mut connection, 10, &[]).await.unwrap()
}

#[tokio::test]
async fn a_new_account_is_due_until_it_has_its_first_plan_credits() {
    let fixture = LedgerFixture::new(10, 50).await;
    let customer = fixture.customer().await;
    assert_eq!(due(&fixture).await, [customer.account_id]);
    let mut manual = fixture.manual_writer("sweep").await;
    manual.one(customer.advance()).await;
    assert_eq!(due(&fixture).await, []);
}

#[tokio::test]
async fn an_account_is_due_when_its_period_is_over_and_renewed_once() {
    let fixture = LedgerFixture::new(10, 50).await;
    let customer = fixture.customer().await;
    let mut manual = fixture.manual_writer("sweep").await;
    manual.one(customer.advance()).await;
    fixture.months_pass(3).await;
    assert_eq!(due(&fixture).await, [customer.account_id]);
    for _ in 0..2 {
        manual.one(customer.advance()).await;
    }
    assert_eq!(due(&fixture).await, []);
    assert_eq!(fixture.value::<i64>("select count(*) from ledger_entry where kind = 3").await, 2);
    assert_eq!(fixture.value::<i32>("select period from ledger_account").await, 3);
    assert_eq!(fixture.books(&customer).await, (10, 10, 0));
    fixture.assert_verified().await;
}

#[tokio::test]
async fn the_index_serves_the_search() {
    let fixture = LedgerFixture::new(10, 50).await;
    let mut connection = fixture.pool().acquire().await.unwrap();
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

fn sweep_of(fixture: &LedgerFixture) -> Sweep {
    let (pool, database) = (fixture.pool().clone(), fixture.database.options());
    let observed = SilentEpochs::shared(&limits());
    Sweep { pool, database, node: "test".into(), silence: LEASE, observed, deleting: Duration::MAX }
}

#[tokio::test]
async fn a_database_whose_clock_is_set_forward_refunds_no_call_of_a_living_gateway() {
    let fixture = LedgerFixture::new(100, 50).await;
    let customer = fixture.customer().await;
    let (writer, dead) = (fixture.writer("alive").await, fixture.manual_writer("dead").await);
    let hold = writer.hold(customer.request(2)).await;
    let sweep = sweep_of(&fixture);
    sweep.holds_and_usage().await;
    // All that the epochs know is as old as the step is long.
    fixture.run("update ledger_epoch set heartbeat_at = heartbeat_at - interval '1 hour'").await;
    let closed = "select count(*) from ledger_epoch where node = 'dead' and closed_at is not null";
    eventually("the dead gateway's epoch is closed", async || {
        sweep.holds_and_usage().await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        fixture.value::<i64>(closed).await == 1
    })
    .await;
    hold.capture(Credits::from_u32(2), Outcome::Answered);
    writer.stop().await;
    assert_eq!(fixture.books(&customer).await, (98, 98, 1));
    drop(dead);
}

#[tokio::test]
async fn one_sweep_deletes_all_records_that_have_expired() {
    let fixture = LedgerFixture::new(10, 50).await;
    let customer = fixture.customer().await;
    let records = "insert into ledger_idempotency
                          (account_id, environment_id, key_hash, fingerprint, call_id, state, lease_until, expires_at)
                   select $1, gen_random_uuid(), '\\x00', '\\x00', gen_random_uuid(), 'captured', now(),
                          now() + case n when 1 then interval '1 hour' else interval '-1 second' end
                     from generate_series(1, 120001) n";
    sqlx::query(records).bind(customer.account_id.as_uuid()).execute(fixture.pool()).await.unwrap();
    sweep_of(&fixture).tidy().await;
    assert_eq!(fixture.value::<i64>("select count(*) from ledger_idempotency").await, 1);
}

#[tokio::test]
async fn usage_is_added_up_where_many_batches_at_once_take_too_long() {
    let fixture = LedgerFixture::new(100, 50).await;
    let customer = fixture.customer().await;
    let writer = fixture.writer("a").await;
    for _ in 0..5 {
        writer.hold(customer.request(1)).await.capture(Credits::from_u32(1), Outcome::Answered);
    }
    writer.stop().await;
    let slow = "create function slow() returns trigger language plpgsql as $$
                begin raise exception 'canceling statement due to statement timeout' using errcode = '57014'; end $$;
                create trigger slow before update on ledger_usage_cursor for each row
                when (new.batch - old.batch > 1) execute function slow()";
    sqlx::raw_sql(slow).execute(fixture.pool()).await.unwrap();
    sweep_of(&fixture).holds_and_usage().await;
    assert_eq!(fixture.value::<i64>("select sum(calls)::bigint from ledger_usage").await, 5);
}

#[tokio::test]
async fn a_closed_account_gets_no_credits_of_its_plan() {
    let fixture = LedgerFixture::new(10, 50).await;
    let customer = fixture.customer().await;
    sweep_of(&fixture).due_accounts().await;
    assert_eq!(fixture.books(&customer).await, (10, 10, 0));
    for change in [
        "update account set state = 'suspended', closed_at = now()",
        // A period of which every day has passed.
        "update account set anchored_at = anchored_at - interval '40 days'",
        "update ledger_account set period_starts_at = period_starts_at - interval '40 days',
                                   period_ends_at = period_ends_at - interval '40 days',
                                   open_lot_expires_at = open_lot_expires_at - interval '40 days'",
        "update ledger_lot set expires_at = expires_at - interval '40 days'",
    ] {
        sqlx::query(change).execute(fixture.pool()).await.unwrap();
    }
    assert_eq!(due(&fixture).await, [customer.account_id]);
    sweep_of(&fixture).due_accounts().await;
    assert_eq!(fixture.books(&customer).await, (0, 0, 0));
    assert!(due(&fixture).await.is_empty());
}

#[tokio::test]
async fn a_locked_account_does_not_keep_others_from_their_renewal() {
    let fixture = LedgerFixture::new(10, 50).await;
    let (locked, free) = (fixture.customer().await, fixture.customer().await);
    let stray = fixture.lock(&locked).await;
    sweep_of(&fixture).due_accounts().await;
    assert_eq!(fixture.books(&free).await, (10, 10, 0));
    stray.rollback().await.unwrap();
    assert_eq!(due(&fixture).await, [locked.account_id]);
    sweep_of(&fixture).due_accounts().await;
    assert_eq!(fixture.books(&locked).await, (10, 10, 0));
}

#[tokio::test]
async fn an_account_that_the_store_refuses_does_not_keep_others_from_their_renewal() {
    let fixture = LedgerFixture::new(10, 50).await;
    let mut customers = Vec::new();
    for _ in 0..5 {
        customers.push(fixture.customer().await);
    }
    sqlx::query(
        "create function fault() returns trigger language plpgsql as $$
         begin raise exception 'at fault' using errcode = '23000'; end $$",
    )
    .execute(fixture.pool())
    .await
    .unwrap();
    let bad = customers.pop().unwrap();
    let trigger = format!(
        "create trigger fault before update on ledger_account for each row
         when (old.account_id = '{}') execute function fault()",
        bad.account_id.as_uuid()
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(trigger)).execute(fixture.pool()).await.unwrap();
    sweep_of(&fixture).due_accounts().await;
    for customer in &customers {
        assert_eq!(fixture.books(customer).await, (10, 10, 0));
    }
    assert_eq!(due(&fixture).await, [bad.account_id]);
}
