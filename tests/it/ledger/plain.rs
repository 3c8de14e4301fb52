//! Plain settlements: the fast path returns credits to the open lot, and writes what the ordered
//! path would have written.

use chrono::TimeDelta;
use fluence::domain::credits::Credits;
use fluence::domain::language::Language;
use fluence::domain::price::PriceDetail;
use fluence::domain::settlement::Outcome;
use fluence::ledger::rules::hold::{Hold, HoldRequest};
use fluence::ledger::rules::operation::{Effect, Operation, Settle};
use fluence::ledger::rules::plain::{PlainSettlement, PlainWork};
use fluence::ledger::store::{LedgerStore, Resolution, StoreError, Work};
use fluence::storage::ledger::statement::receipt::{self, Receipt};

use super::fixture::{Customer, LedgerFixture, ManualWriter, held};
use crate::support::proxy::{Fault, Proxy};

const YEAR: TimeDelta = TimeDelta::days(365);

/// Captures `captured` of a hold and releases the rest.
fn capture(hold: &Hold, captured: u32) -> Settle {
    let release = Settle::release(hold.clone(), Outcome::Answered, None);
    Settle { captured: Credits::from_u32(captured), ..release }
}

fn price(held: u32, charged: u32) -> Option<Box<PriceDetail>> {
    let (held, charged) = (Credits::from_u32(held), Credits::from_u32(charged));
    let (base, min) = (Credits::ZERO, Credits::ZERO);
    let computed = Some(charged);
    Some(Box::new(PriceDetail { base, counts: Vec::new(), min, held, computed, charged, missing: None }))
}

fn plain<const N: usize>(settlements: [Settle; N], holds: Vec<HoldRequest>) -> Work {
    let settlements = settlements.into_iter().map(|settle| PlainSettlement::new(settle).unwrap());
    Work::Fast(PlainWork { settlements: settlements.collect(), holds })
}

async fn hold(writer: &mut ManualWriter, customer: &Customer, amount: u32) -> Hold {
    held(&Some(writer.one(Operation::Hold(customer.request(amount))).await))
}

fn remaining(effect: &Option<Effect>) -> i64 {
    match effect {
        Some(Effect::Done(balance)) => balance.remaining.as_i64(),
        Some(Effect::Held(held)) => held.balance.remaining.as_i64(),
        other => panic!("{other:?}"),
    }
}

async fn receipt(fixture: &LedgerFixture, customer: &Customer, hold: &Hold) -> Receipt {
    let mut connection = fixture.pool().acquire().await.unwrap();
    receipt::find(&mut connection, customer.account_id, hold.call_id, Language::En).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_part_is_captured_with_its_price_and_the_rest_pays_for_a_hold_of_the_same_batch() {
    let fixture = LedgerFixture::new(10, 50).await;
    let customer = fixture.customer().await;
    let mut writer = fixture.manual_writer("a").await;
    let first = hold(&mut writer, &customer, 7).await;
    let second = hold(&mut writer, &customer, 2).await;
    assert_eq!(fixture.books(&customer).await, (1, 1, 2));

    let work = plain(
        [
            Settle { price: price(7, 3), ..capture(&first, 3) },
            Settle { price: price(2, 2), ..capture(&second, 2) },
        ],
        vec![customer.request(4)],
    );
    let effects = writer.commit(work, Vec::new()).await;
    assert_eq!(effects.iter().map(remaining).collect::<Vec<_>>(), [5, 5, 1]);
    assert_eq!(fixture.books(&customer).await, (1, 1, 3));
    let shown = receipt(&fixture, &customer, &first).await;
    let payment = &shown.payment;
    assert_eq!((payment.credits_held, payment.credits_captured, payment.credits_released), (7, 3, 4));
    assert_eq!((shown.outcome, shown.price.unwrap().charged.as_i64()), (Some("answered"), 3));
    let shown = receipt(&fixture, &customer, &second).await;
    assert_eq!((shown.label, shown.price.unwrap().charged.as_i64()), ("charged", 2));
    fixture.assert_verified().await;
}

#[tokio::test]
async fn a_release_returns_the_request_unit_and_captures_nothing() {
    let fixture = LedgerFixture::new(10, 50).await;
    let customer = fixture.customer().await;
    let mut writer = fixture.manual_writer("a").await;
    let first = hold(&mut writer, &customer, 8).await;
    let release = Settle::release(first.clone(), Outcome::Failed, None);
    assert_eq!(remaining(&writer.commit(plain([release], Vec::new()), Vec::new()).await[0]), 10);
    assert_eq!(fixture.books(&customer).await, (10, 10, 0));
    assert_eq!(receipt(&fixture, &customer, &first).await.label, "refunded");
    fixture.assert_verified().await;
}

#[tokio::test]
async fn other_lots_and_lots_that_must_grow_are_left_to_the_ordered_path() {
    let fixture = LedgerFixture::new(10, 50).await;
    let customer = fixture.customer().await;
    let mut writer = fixture.manual_writer("a").await;
    writer.one(customer.grant(10, YEAR)).await;
    let of_plan = hold(&mut writer, &customer, 10).await;
    let of_pack = hold(&mut writer, &customer, 6).await;
    let before = fixture.books(&customer).await;
    for settlements in [vec![capture(&of_plan, 1)], vec![capture(&of_pack, 1), capture(&of_plan, 1)]] {
        let settlements =
            settlements.into_iter().map(|settle| PlainSettlement::new(settle).unwrap()).collect();
        let work = PlainWork { settlements, holds: vec![customer.request(1)] };
        let effects = writer.commit(Work::Fast(work), Vec::new()).await;
        assert!(effects.iter().all(Option::is_none), "{effects:?}");
        assert_eq!(fixture.books(&customer).await, before);
    }
    fixture.assert_verified().await;
}

#[tokio::test]
async fn a_plan_lot_that_must_grow_and_a_request_that_is_not_there_are_left_to_the_ordered_path() {
    let fixture = LedgerFixture::new(10, 50).await;
    let customer = fixture.customer().await;
    let mut writer = fixture.manual_writer("a").await;
    let of_plan = hold(&mut writer, &customer, 8).await;
    let release = Settle::release(of_plan.clone(), Outcome::Failed, None);
    fixture.run("update ledger_account set plan_credits = 9").await;
    let effects = writer.commit(plain([release.clone()], Vec::new()), Vec::new()).await;
    assert_eq!(effects, [None]);
    fixture.run("update ledger_account set plan_credits = 10, requests_used = 0").await;
    let effects = writer.commit(plain([release], vec![customer.request(1)]), Vec::new()).await;
    assert_eq!(effects, [None, None]);
    assert_eq!(fixture.books(&customer).await, (2, 2, 0));
}

#[tokio::test]
async fn a_settlement_that_the_store_refuses_leaves_the_others_of_its_batch_settled() {
    let fixture = LedgerFixture::new(10, 50).await;
    let customer = fixture.customer().await;
    let writer = fixture.writer("a").await;
    let requests = [customer.request(3), customer.request(3)];
    let mut refused = writer.hold(requests[0].clone()).await;
    let mut other = writer.hold(requests[1].clone()).await;
    sqlx::query("insert into call_price (call_id, account_id, detail) values ($1, $2, '{}')")
        .bind(requests[0].call_id.as_uuid())
        .bind(customer.account_id.as_uuid())
        .execute(fixture.pool())
        .await
        .unwrap();
    refused.explain(price(3, 1));
    other.explain(price(3, 1));
    refused.capture(Credits::from_u32(1), Outcome::Answered);
    other.capture(Credits::from_u32(1), Outcome::Answered);
    writer.stop().await;
    assert_eq!(fixture.books(&customer).await, (9, 9, 1), "one is charged, the other given back");
    fixture.assert_verified().await;
}

#[tokio::test]
async fn a_settlement_with_other_records_is_not_plain() {
    let fixture = LedgerFixture::new(10, 50).await;
    let customer = fixture.customer().await;
    let mut writer = fixture.manual_writer("a").await;
    writer.one(customer.grant(10, YEAR)).await;
    let both = hold(&mut writer, &customer, 12).await;
    assert_eq!(both.takes.len(), 2);
    assert!(PlainSettlement::new(capture(&both, 1)).is_err(), "two lots");
    let one = hold(&mut writer, &customer, 2).await;
    assert!(PlainSettlement::new(capture(&Hold { is_capped: true, ..one.clone() }, 1)).is_err(), "caps");
    let claim = customer.request_once(2, 1, 1).idempotency;
    assert!(PlainSettlement::new(Settle { claim, ..capture(&one, 1) }).is_err(), "an idempotency key");
    assert!(PlainSettlement::new(capture(&one, 1)).is_ok());
}

#[tokio::test]
async fn a_settlement_whose_answer_was_lost_is_found_if_it_was_decided() {
    let fixture = LedgerFixture::new(10, 50).await;
    let proxy = Proxy::start(fixture.database.options()).await;
    let (customer, other) = (fixture.customer().await, fixture.customer().await);
    let mut writer = fixture.manual_writer_through("a", proxy.options()).await;
    let first = hold(&mut writer, &customer, 7).await;
    let whole = hold(&mut writer, &customer, 1).await;
    let failed = hold(&mut writer, &customer, 1).await;
    let of_plan = hold(&mut writer, &other, 10).await;
    writer.one(other.grant(10, YEAR)).await;
    writer.commit(plain([], vec![customer.request(9)]), Vec::new()).await;

    let release = Settle::release(failed, Outcome::Failed, None);
    let settlements = [
        Settle { price: price(1, 1), ..capture(&whole, 1) },
        capture(&first, 3),
        release,
        capture(&of_plan, 1),
    ];
    let batch = writer.batch(plain(settlements, Vec::new()), Vec::new());
    proxy.arm(Fault::LoseAnswer(""));
    let Err(StoreError::Unknown(_)) = writer.store.commit(&batch).await else { panic!() };
    let Resolution::Committed(effects) = writer.store.resolve(&batch).await.unwrap() else { panic!() };
    let decided: Vec<_> = effects.iter().map(Option::is_some).collect();
    assert_eq!(decided, [true, true, true, false]);
    fixture.assert_verified().await;
}
