//! The rules of one account's money.

use chrono::TimeDelta;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::domain::ids::{AccountId, KeyId};
use crate::ledger::entry::RouteNumber;

const CALL: CallRef = CallRef { key_id: KeyId::from_uuid(Uuid::nil()), route: RouteNumber(1) };

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn credits(amount: i64) -> Credits {
    amount.try_into().unwrap()
}

fn id(number: u128) -> CallId {
    CallId::from_uuid(Uuid::from_u128(number))
}

const ANCHOR: &str = "2026-01-31T12:00:00Z";

/// An account with 10 plan credits and 5 requests a period, in its first.
fn book() -> Book {
    let mut book = Book::open(utc(ANCHOR), PlanTerms { credits: credits(10), requests: 5 });
    book.advance(utc(ANCHOR), id(0)).unwrap();
    book
}

fn held(book: &Book, call: CallId, takes: Vec<Take>, at: DateTime<Utc>) -> Hold {
    let account_id = AccountId::from_uuid(Uuid::nil());
    Hold {
        call_id: call,
        account_id,
        call: CALL,
        takes,
        period: book.period.index,
        capped: false,
        held_at: at,
    }
}

#[test]
fn lots_are_spent_soonest_end_first_then_plan_before_pack_before_grant() {
    let mut book = book();
    let end = book.period.ends_at;
    let grant = book.grant(LotSource::Grant, credits(1), end, id(1)).unwrap();
    let pack = book.grant(LotSource::Pack, credits(1), end, id(2)).unwrap();
    let soon = book.grant(LotSource::Grant, credits(1), end - TimeDelta::days(1), id(3)).unwrap();
    let takes = book.hold(credits(13), id(4), CALL).unwrap();
    let order: Vec<LotNumber> = takes.iter().map(|take| take.lot).collect();
    assert_eq!(order, [soon, book.plan_lot, pack, grant]);
}

#[test]
fn a_hold_that_does_not_fit_changes_nothing() {
    let mut book = book();
    let before = book.clone();
    assert_eq!(book.hold(credits(11), id(1), CALL), Err(BookError::Insufficient { available: credits(10) }));
    assert_eq!(book, before);
}

#[test]
fn a_spent_quota_is_told_before_missing_credits() {
    let mut book = book();
    for call in 1..=5 {
        book.hold(credits(2), id(call), CALL).unwrap();
    }
    assert_eq!(book.hold(credits(1), id(6), CALL), Err(BookError::QuotaSpent));
}

#[test]
fn a_release_returns_credits_to_their_lots_and_the_request_to_the_quota() {
    let mut book = book();
    let pack = book.grant(LotSource::Pack, credits(5), utc("2027-01-31T12:00:00Z"), id(1)).unwrap();
    let takes = book.hold(credits(12), id(2), CALL).unwrap();
    let hold = held(&book, id(2), takes, utc(ANCHOR));
    book.release(&hold, credits(12), Outcome::Failed, true, utc(ANCHOR)).unwrap();
    assert_eq!((book.plan_left(), book.lot(pack).unwrap().left), (credits(10), credits(5)));
    assert_eq!(book.requests_used, 0);
}

#[test]
fn a_partial_release_gives_back_what_was_taken_last_and_keeps_the_request() {
    let mut book = book();
    let pack = book.grant(LotSource::Pack, credits(5), utc("2027-01-31T12:00:00Z"), id(1)).unwrap();
    let takes = book.hold(credits(12), id(2), CALL).unwrap();
    let hold = held(&book, id(2), takes, utc(ANCHOR));
    book.release(&hold, credits(1), Outcome::Answered, false, utc(ANCHOR)).unwrap();
    assert_eq!((book.plan_left(), book.lot(pack).unwrap().left), (credits(0), credits(4)));
    assert_eq!(book.requests_used, 1);
}

#[test]
fn credits_that_come_back_to_an_expired_lot_live_another_day() {
    let mut book = book();
    let takes = book.hold(credits(4), id(1), CALL).unwrap();
    let hold = held(&book, id(1), takes, utc(ANCHOR));
    let later = book.period.ends_at + TimeDelta::hours(1);
    book.advance(later, id(2)).unwrap();
    book.release(&hold, credits(4), Outcome::Abandoned, true, later).unwrap();
    assert_eq!(book.balance(), 14);
    assert_eq!(book.requests_used, 0, "the new period's quota is not touched");
    book.advance(later + EXPIRED_LOT_GRACE, id(3)).unwrap();
    assert_eq!(book.balance(), 10);
}

#[test]
fn months_of_downtime_grant_one_period() {
    let mut book = book();
    book.hold(credits(3), id(1), CALL).unwrap();
    let now = utc("2026-06-30T12:00:00Z");
    book.advance(now, id(2)).unwrap();
    let again = book.clone();
    book.advance(now, id(3)).unwrap();
    assert_eq!(book, again);
    assert_eq!((book.balance(), book.requests_used, book.period.index), (10, 0, 5));
}

#[test]
fn a_plan_move_counts_what_was_used_against_the_new_allowance() {
    let mut book = book();
    book.hold(credits(3), id(1), CALL).unwrap();
    book.move_plan(PlanTerms { credits: credits(100), requests: 50 }, id(2)).unwrap();
    assert_eq!((book.balance(), book.requests_limit), (97, 50));
    book.move_plan(PlanTerms { credits: credits(2), requests: 50 }, id(3)).unwrap();
    assert_eq!(book.balance(), 0);
    book.move_plan(PlanTerms { credits: credits(10), requests: 5 }, id(4)).unwrap();
    assert_eq!(book.balance(), 7, "moving to and fro brings nothing");
}

#[derive(Clone, Debug)]
enum Act {
    Hold(i64),
    Release { which: usize, amount: i64 },
    Grant { amount: i64, days: i64 },
    Wait(i64),
    Move(i64),
    Correct(i64),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        4 => (1i64..8).prop_map(Act::Hold),
        3 => (any::<usize>(), 0i64..8).prop_map(|(which, amount)| Act::Release { which, amount }),
        2 => (0i64..20, 1i64..90).prop_map(|(amount, days)| Act::Grant { amount, days }),
        2 => (0i64..2_000).prop_map(Act::Wait),
        1 => (0i64..30).prop_map(Act::Move),
        1 => (1i64..5).prop_map(Act::Correct),
    ];
    proptest::collection::vec(act, 1..60)
}

proptest! {
    #[test]
    fn whatever_happens_entries_add_up_and_no_lot_goes_below_zero(acts in acts()) {
        let (mut book, mut now, mut open) = (book(), utc(ANCHOR), Vec::<Hold>::new());
        for (number, act) in (1u128..).zip(acts) {
            match act {
                Act::Hold(amount) => {
                    let before = book.balance();
                    if let Ok(takes) = book.hold(credits(amount), id(number), CALL) {
                        prop_assert_eq!(book.balance(), before - amount);
                        open.push(held(&book, id(number), takes, now));
                    }
                }
                Act::Release { which, amount } if !open.is_empty() => {
                    let hold = open.swap_remove(which % open.len());
                    let amount = credits(amount).min(hold.amount());
                    let before = book.balance();
                    book.release(&hold, amount, Outcome::Failed, amount == hold.amount(), now).unwrap();
                    prop_assert_eq!(book.balance(), before + amount.as_i64());
                }
                Act::Release { .. } => {}
                Act::Grant { amount, days } => {
                    book.grant(LotSource::Grant, credits(amount), now + TimeDelta::days(days), id(number)).unwrap();
                }
                Act::Wait(hours) => {
                    now += TimeDelta::hours(hours);
                    book.advance(now, id(number)).unwrap();
                    prop_assert!(book.lots.iter().all(|lot| lot.left == Credits::ZERO || !lot.has_expired(now)));
                }
                Act::Move(plan) => {
                    book.move_plan(PlanTerms { credits: credits(plan), requests: 20 }, id(number)).unwrap();
                }
                Act::Correct(amount) => drop(book.correct(credits(amount), id(number))),
            }
            let mut balance = 0;
            for (entry, expected) in book.entries.iter().zip(1..) {
                balance += entry.amount;
                prop_assert_eq!((entry.number, entry.balance_after), (expected, balance));
                prop_assert!(balance >= 0);
            }
            prop_assert_eq!(book.balance(), balance);
            prop_assert!(book.requests_used <= book.requests_limit);
        }
    }
}
