//! What a receipt says of a call, however its credits were captured.

use chrono::TimeDelta;
use fluence::clock::{id_of, now};
use fluence::domain::credits::Credits;
use fluence::domain::ids::CallId;
use fluence::domain::language::Language;
use fluence::domain::settlement::Outcome;
use fluence::ledger::rules::hold::{AnswerContent, HoldRequest};
use fluence::ledger::rules::operation::{Operation, Settle};
use fluence::ledger::store::Work;
use fluence::storage::explanation;
use fluence::storage::ledger::close_stale_epochs;
use fluence::storage::ledger::statement::receipt::{self, Receipt};

use super::fixture::{Customer, LedgerFixture, held};

async fn receipt(fixture: &LedgerFixture, customer: &Customer, call_id: CallId) -> Receipt {
    let mut connection = fixture.pool().acquire().await.unwrap();
    receipt::find(&mut connection, customer.account_id, call_id, Language::En).await.unwrap().unwrap()
}

fn figures(receipt: &Receipt) -> (&str, Option<&str>, [i64; 3]) {
    let paid = &receipt.payment;
    let credits = [paid.credits_held, paid.credits_captured, paid.credits_released];
    (receipt.label, receipt.outcome, credits)
}

#[tokio::test]
async fn a_receipt_shows_every_end_of_a_call() {
    let fixture = LedgerFixture::new(100, 50).await;
    let customer = fixture.customer().await;
    let writer = fixture.writer("a").await;
    let credits = Credits::from_u32;
    // It brings the first plan credits, which are no part of it, and it runs all the while.
    let slow = customer.request(1);
    let open = writer.hold(slow.clone()).await;
    let requests =
        [customer.request(5), customer.request(5), customer.request(5), customer.request_once(5, 1, 1)];
    let [whole, part, released, kept] = requests.clone();
    writer.hold(whole).await.capture(credits(5), Outcome::MultipleMatches);
    writer.hold(part).await.capture(credits(2), Outcome::Answered);
    writer.hold(released).await.release(Outcome::TimedOut);
    let kept = writer.hold(kept).await;
    kept.capture_and_store(credits(4), Outcome::Answered, AnswerContent::json(200, "{}")).await.unwrap();
    // Its commit comes after the capture of all the others.
    drop(writer.hold(customer.request_once(1, 2, 1)).await);
    let mut receipts = Vec::new();
    for request in &requests {
        receipts.push(receipt(&fixture, &customer, request.call_id).await);
    }
    let shown: Vec<_> = receipts.iter().map(figures).collect();
    assert_eq!(
        shown,
        [
            ("charged", Some("multiple_matches"), [5, 5, 0]),
            ("charged", Some("answered"), [5, 2, 3]),
            ("refunded", Some("timed_out"), [5, 0, 5]),
            ("charged", Some("answered"), [5, 4, 1]),
        ]
    );
    assert_eq!(
        receipts.iter().map(|shown| shown.status).collect::<Vec<_>>(),
        [Some(409), Some(200), Some(504), Some(200)]
    );
    for shown in &receipts {
        assert!(
            shown.entries.iter().all(|line| line.label == Some(shown.label) && line.outcome == shown.outcome)
        );
        assert_eq!(shown.plan_request_used, shown.state == "captured");
    }
    assert_eq!(figures(&receipt(&fixture, &customer, slow.call_id).await), ("pending", None, [1, 0, 0]));
    drop(open);
    writer.stop().await;
    let abandoned = receipt(&fixture, &customer, slow.call_id).await;
    assert_eq!(figures(&abandoned), ("refunded", Some("abandoned"), [1, 0, 1]));
}

#[tokio::test]
async fn a_capture_is_found_however_much_later_it_comes() {
    let fixture = LedgerFixture::new(100, 50).await;
    let customer = fixture.customer().await;
    let mut manual = fixture.manual_writer("a").await;
    let request = customer.request(1);
    manual.one(Operation::Hold(request.clone())).await;
    for _ in 0..80 {
        manual.commit(Work::holds(Vec::new()), Vec::new()).await;
    }
    manual.commit(Work::holds(Vec::new()), vec![(request.call_id, Outcome::ProfileNotFound)]).await;
    let shown = receipt(&fixture, &customer, request.call_id).await;
    assert_eq!(figures(&shown), ("charged", Some("profile_not_found"), [1, 1, 0]));
}

#[tokio::test]
async fn a_receipt_tells_of_requests_by_the_rule_of_its_writer() {
    let fixture = LedgerFixture::new(100, 50).await;
    let customer = fixture.customer().await;
    let mut manual = fixture.manual_writer("a").await;
    manual.one(customer.grant(5, TimeDelta::days(1))).await;
    let request = customer.request(1);
    manual.one(Operation::Hold(request.clone())).await;
    let shown = receipt(&fixture, &customer, request.call_id).await;
    assert_eq!((shown.payment.lots[0].source.as_str(), shown.plan_request_used), ("grant", false));
    fixture.run("update ledger_epoch set requests_by_plan = false").await;
    assert!(receipt(&fixture, &customer, request.call_id).await.plan_request_used);
}

/// A call whose id was made at another instant than its hold.
fn begun(customer: &Customer, ago: TimeDelta) -> HoldRequest {
    HoldRequest { call_id: CallId::from_uuid(id_of(now() - ago)), ..customer.request(5) }
}

/// Lets all holds so far be made three days before.
async fn three_days_pass(fixture: &LedgerFixture) {
    fixture
        .run(
            "begin; set local session_replication_role = replica;
             update ledger_entry set at = at - interval '3 days' where kind = 4; commit",
        )
        .await;
}

#[tokio::test]
async fn a_receipt_shows_a_release_that_comes_days_later() {
    let fixture = LedgerFixture::new(100, 50).await;
    let customer = fixture.customer().await;
    let mut manual = fixture.manual_writer("a").await;
    let [part, whole] = [begun(&customer, TimeDelta::days(3)), begun(&customer, TimeDelta::days(3))];
    let hold = held(&Some(manual.one(Operation::Hold(part.clone())).await));
    manual.one(Operation::Hold(whole.clone())).await;
    three_days_pass(&fixture).await;
    let (captured, outcome) = (Credits::from_u32(2), Outcome::Answered);
    manual
        .one(Operation::Settle(Settle {
            hold,
            captured,
            outcome,
            claim: None,
            response: None,
            price: None,
            status: None,
        }))
        .await;
    let mut connection = fixture.pool().acquire().await.unwrap();
    assert_eq!(close_stale_epochs(&mut connection, TimeDelta::seconds(-1)).await.unwrap(), 1);
    let part = receipt(&fixture, &customer, part.call_id).await;
    assert_eq!(figures(&part), ("charged", Some("answered"), [5, 2, 3]));
    let whole = receipt(&fixture, &customer, whole.call_id).await;
    assert_eq!(figures(&whole), ("refunded", Some("abandoned"), [5, 0, 5]));
    assert_eq!(whole.summary, "Refunded: 5 credits given back, because the gateway lost the call.");
    assert!(!whole.plan_request_used);
    let kinds = |shown: &Receipt| shown.entries.iter().map(|line| line.kind).collect::<Vec<_>>();
    assert_eq!((kinds(&part), kinds(&whole)), (vec!["hold", "release"], vec!["hold", "release"]));
}

#[tokio::test]
async fn a_receipt_is_found_although_the_gateways_clock_was_wrong() {
    let fixture = LedgerFixture::new(100, 50).await;
    let (customer, other) = (fixture.customer().await, fixture.customer().await);
    let mut manual = fixture.manual_writer("a").await;
    for ago in [TimeDelta::hours(-2), TimeDelta::days(-20), TimeDelta::days(2), TimeDelta::days(20)] {
        let request = begun(&customer, ago);
        let hold = held(&Some(manual.one(Operation::Hold(request.clone())).await));
        let shown = receipt(&fixture, &customer, request.call_id).await;
        assert_eq!(figures(&shown), ("pending", None, [5, 0, 0]), "{ago}");
        manual.one(Operation::Settle(Settle::release(hold, Outcome::TimedOut, None))).await;
        let shown = receipt(&fixture, &customer, request.call_id).await;
        assert_eq!(figures(&shown), ("refunded", Some("timed_out"), [5, 0, 5]), "{ago}");
        let mut connection = fixture.pool().acquire().await.unwrap();
        let explained =
            explanation::of_request(&mut connection, request.call_id, Language::En).await.unwrap().unwrap();
        assert_eq!((explained.account_id, explained.call), (Some(customer.account_id), Some(shown)));
        let others = receipt::find(&mut connection, other.account_id, request.call_id, Language::En).await;
        assert_eq!(others.unwrap(), None);
    }
}
