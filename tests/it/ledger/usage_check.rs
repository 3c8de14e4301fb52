//! The usage of some days is the sum of the entries of their calls, at every moment: while calls
//! run, after they have ended, and however far the usage is added up.

use chrono::{DateTime, TimeDelta, Utc};
use fluence::domain::credits::Credits;
use fluence::domain::ids::AccountId;
use fluence::domain::settlement::Outcome;
use fluence::storage::console::check::{self, CallEntries};
use fluence::storage::console::{range, statement, usage};
use fluence::storage::ledger::usage::roll_up;
use sqlx::PgConnection;

use super::fixture::LedgerFixture;

/// The days around now, long enough for every clock.
fn days() -> (DateTime<Utc>, DateTime<Utc>) {
    let midnight = fluence::clock::now().date_naive().and_hms_opt(0, 0, 0).unwrap().and_utc();
    (midnight - TimeDelta::days(2), midnight + TimeDelta::days(2))
}

/// What the usage shows and what the entries show, in one snapshot.
async fn both(connection: &mut PgConnection, account: AccountId) -> (i64, CallEntries) {
    let (from, until) = days();
    let charged = usage::total(connection, account, from.date_naive(), until.date_naive()).await.unwrap().0;
    let range = range::around(connection, account, from, until + TimeDelta::hours(25)).await.unwrap();
    (charged, check::calls(connection, account, range, (from, until)).await.unwrap())
}

async fn assert_equal(fixture: &LedgerFixture, account: AccountId, when: &str) {
    let mut snapshot =
        fixture.pool().begin_with("begin isolation level repeatable read read only").await.unwrap();
    let (charged, entries) = both(&mut snapshot, account).await;
    assert_eq!(charged, entries.charged(), "{when}: {entries:?}");
    let newest = statement::newest_entry(&mut snapshot, account).await.unwrap().unwrap();
    assert!(newest.is_balance(), "{when}: {newest:?}");
    let (from, until) = days();
    let range = range::around(&mut snapshot, account, from, until).await.unwrap();
    if let Some(moved) = statement::movements(&mut snapshot, account, range, (from, until)).await.unwrap() {
        assert!(moved.adds_up() && moved.closing == newest.balance, "{when}: {moved:?}");
    }
    let (count, sum) = statement::add_up(&mut snapshot, account).await.unwrap();
    assert_eq!((count, sum), (newest.number, newest.balance), "{when}");
}

/// The same numbers at every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

#[tokio::test]
async fn usage_ties_out() {
    let fixture = LedgerFixture::new(10_000, 10_000).await;
    let (customer, other) = (fixture.customer().await, fixture.customer().await);
    let mut chance = Chance(42);
    for round in 0..4 {
        // Two gateways write at once; the second one dies in the middle of its calls.
        let (writer, dies) = (fixture.writer("a").await, fixture.writer("b").await);
        let mut open = Vec::new();
        for step in 0..25 {
            let when = format!("round {round}, step {step}");
            let credits = Credits::from_u32;
            let by = if chance.below(2) == 0 { &writer } else { &dies };
            match chance.below(8) {
                0 => drop(by.hold(customer.request(2)).await.capture(credits(2), Outcome::Answered)),
                1 => drop(by.hold(customer.request(2)).await.capture(credits(1), Outcome::Answered)),
                2 => drop(by.hold(customer.request(3)).await.release(Outcome::TimedOut)),
                3 => drop(by.hold(other.request(1)).await.capture(credits(1), Outcome::ProfileNotFound)),
                4 => open.push(by.hold(customer.request(5)).await),
                5 => drop(open.pop()),
                6 => {
                    if let Some(call) = open.pop() {
                        let _ = call.capture(credits(5), Outcome::MultipleMatches);
                    }
                }
                _ => {
                    let mut connection = fixture.pool().acquire().await.unwrap();
                    let limit = 1 + chance.below(4) as i32;
                    roll_up(&mut connection, limit).await.unwrap();
                }
            }
            assert_equal(&fixture, customer.account_id, &when).await;
        }
        writer.stop().await;
        assert_equal(&fixture, customer.account_id, "one writer stopped").await;
        drop(open);
        dies.stop().await;
    }
    let mut connection = fixture.pool().acquire().await.unwrap();
    while roll_up(&mut connection, 1_000).await.unwrap() > 0 {}
    let (charged, entries) = both(&mut connection, customer.account_id).await;
    assert_eq!((entries.pending_calls, entries.pending, entries.charged()), (0, 0, charged));
    assert!(charged > 0 && entries.given_back > 0 && entries.calls > 20, "{entries:?}");
    assert_equal(&fixture, customer.account_id, "all is added up").await;
    assert_equal(&fixture, other.account_id, "the other account").await;
}
