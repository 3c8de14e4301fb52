//! What the database itself refuses, and the partitions of the entries.

use fluence::domain::settlement::Outcome;

use super::fixture::LedgerFixture;

/// The name of the constraint that a statement runs into.
async fn refused_by(fixture: &LedgerFixture, statement: &'static str) -> Option<String> {
    let error = sqlx::raw_sql(statement).execute(fixture.pool()).await.err()?;
    Some(error.as_database_error()?.constraint()?.to_owned())
}

#[tokio::test]
async fn entries_and_batches_cannot_be_changed_deleted_or_truncated_not_even_by_partition() {
    let fixture = LedgerFixture::new(100, 50).await;
    let customer = fixture.customer().await;
    let writer = fixture.writer("a").await;
    writer.hold(customer.request(1)).await.release(Outcome::Failed);
    writer.stop().await;
    fixture
        .run(
            "do $$ begin
                 execute format('create view this_month as select * from %s',
                                (select tableoid::regclass from ledger_entry limit 1));
             end $$",
        )
        .await;
    for statement in [
        "update ledger_entry set amount = amount",
        "delete from ledger_entry",
        "truncate ledger_entry",
        "update this_month set amount = amount",
        "delete from this_month",
        "do $$ begin execute format('truncate %s', (select tableoid::regclass from ledger_entry limit 1)); end $$",
        "truncate ledger_entry_other",
        "update ledger_batch set at = at",
        "delete from ledger_batch",
        "truncate ledger_batch",
    ] {
        assert_eq!(
            refused_by(&fixture, statement).await.as_deref(),
            Some("ledger_append_only"),
            "{statement}"
        );
    }
}

#[tokio::test]
async fn no_update_takes_requests_beyond_the_plan_and_a_move_to_a_smaller_one_keeps_those_used() {
    let fixture = LedgerFixture::new(100, 5).await;
    fixture.customer().await;
    fixture.run("update ledger_account set requests_used = 5").await;
    fixture.run("update ledger_account set requests_limit = 2").await;
    fixture.run("update ledger_account set requests_used = 4").await;
    for beyond in [
        "update ledger_account set requests_used = 6",
        "update ledger_account set requests_used = 5",
        "update ledger_account set requests_limit = 3, requests_used = 5",
    ] {
        let refusal = refused_by(&fixture, beyond).await;
        assert_eq!(refusal.as_deref(), Some("ledger_requests_within_limit"), "{beyond}");
    }
    fixture.run("update ledger_account set requests_limit = 6, requests_used = 6").await;
}

#[tokio::test]
async fn partitions_are_made_for_this_month_and_three_more_and_only_once() {
    let fixture = LedgerFixture::new(100, 50).await;
    assert_eq!(
        fixture
            .value::<i64>("select count(*) from pg_inherits where inhparent = 'ledger_entry'::regclass")
            .await,
        5
    );
    assert_eq!(fixture.value::<i32>("select ledger_make_partitions(3)").await, 0);
    assert_eq!(fixture.value::<i32>("select ledger_make_partitions(5)").await, 2);
}

#[tokio::test]
async fn a_month_whose_entries_had_to_go_elsewhere_does_not_stop_the_months_after_it() {
    let fixture = LedgerFixture::new(100, 50).await;
    let customer = fixture.customer().await;
    fixture
        .run(
            "do $$ begin
                 execute format('drop table ledger_entry_%s', to_char(now() at time zone 'utc', 'YYYY_MM'));
             end $$",
        )
        .await;
    let writer = fixture.writer("a").await;
    writer.hold(customer.request(1)).await.release(Outcome::Failed);
    writer.stop().await;
    assert_eq!(fixture.value::<i64>("select count(*) from ledger_entry_other").await, 3);
    assert_eq!(fixture.value::<i32>("select ledger_make_partitions(4)").await, 1);
}

/// As a dump that reads all entries at the beginning of a month, when the sweeps of all gateways
/// make a partition.
#[tokio::test]
async fn a_missing_partition_waits_for_a_reader_and_no_call_waits_for_the_partition() {
    let fixture = LedgerFixture::new(100, 50).await;
    let customer = fixture.customer().await;
    let writer = fixture.writer("a").await;
    writer.hold(customer.request(1)).await.release(Outcome::Failed);
    let mut dump = fixture.pool().begin().await.unwrap();
    sqlx::query("select count(*) from ledger_entry").execute(&mut *dump).await.unwrap();
    for _ in 0..5 {
        let (made, hold) = tokio::join!(
            fixture.value::<i32>("select ledger_make_partitions(5)"),
            writer.hold(customer.request(1)),
        );
        assert_eq!(made, 0);
        hold.release(Outcome::Failed);
    }
    dump.rollback().await.unwrap();
    assert_eq!(fixture.value::<i32>("select ledger_make_partitions(5)").await, 2);
    // As the others.
    assert_eq!(
        refused_by(
            &fixture,
            "do $$ begin execute format('truncate ledger_entry_%s',
                 to_char(now() at time zone 'utc' + interval '5 months', 'YYYY_MM')); end $$"
        )
        .await
        .as_deref(),
        Some("ledger_append_only")
    );
    writer.stop().await;
}
