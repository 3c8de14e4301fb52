//! What the store says about a commit, by its SQLSTATE, and how often the writer asks again.

use fluence::domain::credits::Credits;
use fluence::domain::settlement::Outcome;
use fluence::ledger::writer::{HoldError, LedgerUnavailable};
use sqlx::AssertSqlSafe;

use super::fixture::{Customer, LedgerFixture, Writer};
use crate::support::gateway::eventually;

/// Conflicts that pass: serialisation failure, deadlock, lock not available.
const CONFLICTS: [&str; 3] = ["40001", "40P01", "55P03"];
/// How often a batch is tried.
const TRIES: i64 = 5;

/// The next `times` commits fail with `code`.
async fn plant(fixture: &LedgerFixture, code: &str, times: u32) {
    let statements = format!(
        "create sequence tries;
         create function fault() returns trigger language plpgsql security definer as $$
         begin
             if nextval('tries') <= {times} then raise exception 'planted' using errcode = '{code}'; end if;
             return new;
         end $$;
         create trigger fault before update on ledger_epoch for each row when (new.batches > old.batches)
            execute function fault()"
    );
    sqlx::raw_sql(AssertSqlSafe(statements)).execute(fixture.pool()).await.unwrap();
}

async fn ready() -> (LedgerFixture, Customer, Writer) {
    let fixture = LedgerFixture::new(100, 100).await;
    let customer = fixture.customer().await;
    let writer = fixture.writer("a").await;
    writer.hold(customer.request(1)).await.capture(Credits::from_u32(1), Outcome::Answered);
    // The capture is on its way no more.
    eventually("the first call has ended", async || {
        fixture.value::<i64>("select count(*) from ledger_batch where cardinality(captured) = 1").await == 1
    })
    .await;
    (fixture, customer, writer)
}

/// A plain hold, or one that is decided in order.
fn request(customer: &Customer, is_keyed: bool) -> fluence::ledger::rules::hold::HoldRequest {
    if is_keyed { customer.request_once(1, 1, 1) } else { customer.request(1) }
}

#[tokio::test]
async fn a_conflict_is_tried_again_until_it_has_passed() {
    for code in CONFLICTS {
        for is_keyed in [false, true] {
            let (fixture, customer, writer) = ready().await;
            plant(&fixture, code, 2).await;
            let hold = writer.hold(request(&customer, is_keyed)).await;
            assert_eq!(fixture.value::<i64>("select last_value from tries").await, 3, "{code}");
            hold.release(Outcome::Failed);
            writer.stop().await;
        }
    }
}

#[tokio::test]
async fn a_conflict_that_does_not_pass_is_given_up_and_nothing_is_charged() {
    for code in CONFLICTS {
        let (fixture, customer, writer) = ready().await;
        plant(&fixture, code, u32::MAX).await;
        let refused = writer.ledger.hold(customer.request(1)).await;
        assert!(
            matches!(refused, Err(HoldError::Unavailable(LedgerUnavailable::Store))),
            "{code}: {refused:?}"
        );
        assert_eq!(fixture.value::<i64>("select last_value from tries").await, TRIES, "{code}");
        fixture.run("drop trigger fault on ledger_epoch").await;
        writer.stop().await;
        assert_eq!(fixture.books(&customer).await, (99, 99, 1));
    }
}

/// Server processes that work for writers.
async fn writers_backends(fixture: &LedgerFixture) -> Vec<i32> {
    let backends = "select pid from pg_stat_activity
                     where application_name = 'fluence-ledger' and datname = current_database()";
    sqlx::query_scalar(backends).fetch_all(fixture.pool()).await.unwrap()
}

#[tokio::test]
async fn a_connection_to_a_primary_that_was_demoted_in_place_is_closed() {
    for is_keyed in [false, true] {
        let (fixture, customer, writer) = ready().await;
        let before = writers_backends(&fixture).await;
        assert_eq!(before.len(), 1);
        plant(&fixture, "25006", 1).await;
        let refused = writer.ledger.hold(request(&customer, is_keyed)).await;
        assert!(matches!(refused, Err(HoldError::Unavailable(LedgerUnavailable::Store))), "{refused:?}");
        writer.hold(request(&customer, is_keyed)).await.release(Outcome::Failed);
        eventually("the old connection is gone, and there is one other", async || {
            let now = writers_backends(&fixture).await;
            now.len() == 1 && now != before
        })
        .await;
        writer.stop().await;
        assert_eq!(fixture.books(&customer).await, (99, 99, 1));
    }
}
