//! The rules of one account's money.

mod moved;
mod properties;

use chrono::TimeDelta;
use uuid::Uuid;

use super::*;
use crate::domain::ids::{AccountId, KeyId};
use crate::ledger::rules::entry::RouteNumber;
use crate::ledger::rules::hold::Payer;
use crate::ledger::rules::lot::EXPIRED_LOT_GRACE;

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
fn account() -> LedgerAccount {
    let mut account = LedgerAccount::open(utc(ANCHOR), PlanTerms { credits: credits(10), requests: 5 });
    account.advance(utc(ANCHOR), id(0)).unwrap();
    account
}

fn held(account: &LedgerAccount, call: CallId, takes: Vec<Take>, at: DateTime<Utc>) -> Hold {
    let account_id = AccountId::from_uuid(Uuid::nil());
    Hold {
        call_id: call,
        account_id,
        call: CALL,
        took_request: takes.iter().any(|take| take.payer.is_plan()),
        takes,
        period: Some(account.period.index),
        is_capped: false,
        held_at: at,
    }
}

fn left(account: &LedgerAccount) -> i64 {
    account.credits_left().as_i64()
}

fn left_in(account: &LedgerAccount, number: LotNumber) -> Credits {
    account.left_in(|lot| lot.number == number)
}

/// Of the account above.
fn quota_exhausted() -> NotHeld {
    NotHeld::Declined(DeclineReason::QuotaExhausted { limit: 5 })
}

fn only(available: i64) -> NotHeld {
    NotHeld::Declined(DeclineReason::InsufficientCredits { available: credits(available) })
}

#[test]
fn lots_are_spent_soonest_end_first_then_plan_before_pack_before_grant() {
    let mut account = account();
    let end = account.period.ends_at;
    let grant = account.grant(GrantKind::Grant, credits(1), end, id(1)).unwrap();
    let pack = account.grant(GrantKind::Pack, credits(1), end, id(2)).unwrap();
    let soon = account.grant(GrantKind::Grant, credits(1), end - TimeDelta::days(1), id(3)).unwrap();
    let takes = account.hold(credits(13), id(4), CALL).unwrap();
    let order: Vec<LotNumber> = takes.iter().map(|take| take.lot).collect();
    assert_eq!(order, [soon, account.plan_lot.unwrap(), pack, grant]);
}

#[test]
fn a_hold_that_does_not_fit_changes_nothing() {
    let mut account = account();
    let before = account.clone();
    assert_eq!(account.hold(credits(11), id(1), CALL), Err(only(10)));
    assert_eq!(account, before);
}

#[test]
fn a_spent_quota_precedes_missing_credits() {
    let mut account = account();
    for call in 1..=5 {
        account.hold(credits(2), id(call), CALL).unwrap();
    }
    assert_eq!(account.hold(credits(1), id(6), CALL), Err(quota_exhausted()));
}

#[test]
fn a_release_returns_credits_to_their_lots_and_the_request_to_the_quota() {
    let mut account = account();
    let pack = account.grant(GrantKind::Pack, credits(5), utc("2027-01-31T12:00:00Z"), id(1)).unwrap();
    let takes = account.hold(credits(12), id(2), CALL).unwrap();
    let hold = held(&account, id(2), takes, utc(ANCHOR));
    account.release(&hold, credits(12), Outcome::Failed, utc(ANCHOR)).unwrap();
    assert_eq!((account.plan_left(), left_in(&account, pack)), (credits(10), credits(5)));
    assert_eq!(account.requests_used, 0);
}

#[test]
fn a_partial_release_gives_back_what_was_taken_last_and_keeps_the_request() {
    let mut account = account();
    let pack = account.grant(GrantKind::Pack, credits(5), utc("2027-01-31T12:00:00Z"), id(1)).unwrap();
    let takes = account.hold(credits(12), id(2), CALL).unwrap();
    let hold = held(&account, id(2), takes, utc(ANCHOR));
    account.release(&hold, credits(1), Outcome::Answered, utc(ANCHOR)).unwrap();
    assert_eq!((account.plan_left(), left_in(&account, pack)), (credits(0), credits(4)));
    assert_eq!(account.requests_used, 1);
}

#[test]
fn credits_that_come_back_to_an_expired_lot_live_another_day() {
    let mut account = account();
    let takes = account.hold(credits(4), id(1), CALL).unwrap();
    let hold = held(&account, id(1), takes, utc(ANCHOR));
    let later = account.period.ends_at + TimeDelta::hours(1);
    account.advance(later, id(2)).unwrap();
    account.release(&hold, credits(4), Outcome::Abandoned, later).unwrap();
    assert_eq!(left(&account), 14);
    assert_eq!(account.requests_used, 0, "the new period's quota is not touched");
    account.advance(later + EXPIRED_LOT_GRACE, id(3)).unwrap();
    assert_eq!(left(&account), 10);
}

#[test]
fn months_of_downtime_grant_one_period() {
    let mut account = account();
    account.hold(credits(3), id(1), CALL).unwrap();
    let now = utc("2026-06-30T12:00:00Z");
    account.advance(now, id(2)).unwrap();
    let again = account.clone();
    account.advance(now, id(3)).unwrap();
    assert_eq!(account, again);
    assert_eq!((left(&account), account.requests_used, account.period.index), (10, 0, 5));
}

#[test]
fn a_plan_move_counts_what_was_used_against_the_new_allowance() {
    let mut account = account();
    account.hold(credits(3), id(1), CALL).unwrap();
    account.move_plan(PlanTerms { credits: credits(100), requests: 50 }, id(2)).unwrap();
    assert_eq!((left(&account), account.requests_limit), (97, 50));
    account.move_plan(PlanTerms { credits: credits(2), requests: 50 }, id(3)).unwrap();
    assert_eq!(left(&account), 0);
    account.move_plan(PlanTerms { credits: credits(10), requests: 5 }, id(4)).unwrap();
    assert_eq!(left(&account), 7, "moving to and fro brings nothing");
}

/// The account with a pack of 4 credits that outlives the period, and its requests used up by calls
/// of 1 credit.
fn account_without_requests() -> (LedgerAccount, LotNumber) {
    let mut account = account();
    let pack = account.grant(GrantKind::Pack, credits(4), utc("2027-01-31T12:00:00Z"), id(100)).unwrap();
    for call in 101..=105 {
        account.hold(credits(1), id(call), CALL).unwrap();
    }
    assert_eq!((account.requests_used, account.plan_left()), (5, credits(5)));
    (account, pack)
}

#[test]
fn a_pack_pays_when_the_plans_requests_are_used_up() {
    let (mut account, pack) = account_without_requests();
    assert_eq!(account.open_lot().map(|lot| lot.number), Some(pack));
    let takes = account.hold(credits(3), id(1), CALL).unwrap();
    assert_eq!(takes, [Take { lot: pack, amount: credits(3), payer: Payer::PackOrGrant }]);
    assert_eq!((account.requests_used, account.plan_left()), (5, credits(5)));
    assert_eq!(account.hold(credits(2), id(2), CALL), Err(quota_exhausted()), "the pack has 1 left");
}

#[test]
fn a_call_paid_only_by_a_pack_takes_no_request_and_a_mixed_one_takes_one() {
    let mut account = account();
    let ends = account.period.ends_at;
    account.grant(GrantKind::Pack, credits(2), ends - TimeDelta::days(1), id(1)).unwrap();
    account.grant(GrantKind::Pack, credits(9), ends + TimeDelta::days(1), id(2)).unwrap();
    account.hold(credits(2), id(3), CALL).unwrap();
    assert_eq!(account.requests_used, 0);
    assert_eq!(account.hold(credits(12), id(4), CALL).unwrap().len(), 2);
    assert_eq!(account.requests_used, 1);
}

#[test]
fn a_request_comes_back_once_no_plan_credit_stays_taken() {
    let mut account = account();
    let sooner = account.period.ends_at - TimeDelta::days(1);
    account.grant(GrantKind::Grant, credits(2), sooner, id(1)).unwrap();
    let takes = account.hold(credits(5), id(2), CALL).unwrap();
    let hold = held(&account, id(2), takes, utc(ANCHOR));
    let mut of_grant = account.clone();
    of_grant.release(&hold, credits(3), Outcome::Answered, utc(ANCHOR)).unwrap();
    assert_eq!(
        (of_grant.requests_used, of_grant.plan_left()),
        (0, credits(10)),
        "only the grant was charged"
    );
    account.release(&hold, credits(2), Outcome::Answered, utc(ANCHOR)).unwrap();
    assert_eq!((account.requests_used, account.plan_left()), (1, credits(9)));
}

#[test]
fn a_request_that_comes_back_lets_the_plan_pay_again() {
    let (mut account, pack) = account_without_requests();
    let take = Take { lot: account.plan_lot.unwrap(), amount: credits(1), payer: Payer::Plan };
    let hold = held(&account, id(105), vec![take], utc(ANCHOR));
    account.release(&hold, credits(1), Outcome::Failed, utc(ANCHOR)).unwrap();
    assert_eq!(account.open_lot().map(|lot| lot.number), account.plan_lot);
    let takes = account.hold(credits(1), id(1), CALL).unwrap();
    assert_eq!((takes[0].payer, account.requests_used), (Payer::Plan, 5));
    assert_eq!(account.hold(credits(1), id(2), CALL).unwrap()[0].lot, pack);
}

#[test]
fn a_balance_too_low_even_after_the_renewal_advises_to_buy() {
    let (mut account, _) = account_without_requests();
    assert_eq!(account.hold(credits(10), id(1), CALL), Err(quota_exhausted()));
    assert_eq!(account.hold(credits(11), id(2), CALL), Err(only(4)));
    account.move_plan(PlanTerms { credits: credits(10), requests: 0 }, id(3)).unwrap();
    assert_eq!(account.hold(credits(5), id(4), CALL), Err(only(4)));
}

#[test]
fn a_correction_takes_plan_credits_whatever_requests_are_left() {
    let (mut account, _) = account_without_requests();
    account.correct(credits(9), id(1)).unwrap();
    assert_eq!((left(&account), account.requests_used), (0, 5));
}

#[test]
fn a_correction_of_a_grant_takes_the_grant_and_leaves_the_plan_unused() {
    let mut account = account();
    let plan_left = account.plan_left();
    account.grant(GrantKind::Grant, credits(20), utc("2027-01-31T12:00:00Z"), id(1)).unwrap();
    account.correct(credits(20), id(2)).unwrap();
    assert_eq!((account.plan_left(), account.balance().plan_credits_used), (plan_left, Credits::ZERO));
    account.grant(GrantKind::Grant, credits(2), utc("2027-01-31T12:00:00Z"), id(3)).unwrap();
    account.correct(credits(3), id(4)).unwrap();
    assert_eq!(account.balance().plan_credits_used, credits(1), "then the plan's");
}

#[test]
fn the_credits_of_an_account_stay_within_64_bits() {
    let mut account = account();
    let (all, ends) = (credits(i64::MAX), utc("2027-01-31T12:00:00Z"));
    assert_eq!(account.grant(GrantKind::Grant, all, ends, id(1)), Err(RuleError::Overflow));
    account.grant(GrantKind::Grant, credits(i64::MAX - 10), ends, id(2)).unwrap();
    let before = account.clone();
    let larger = PlanTerms { credits: credits(11), requests: 5 };
    assert_eq!(account.move_plan(larger, id(3)), Err(RuleError::Overflow));
    assert_eq!(account, before);
    account.lots[0].left = all;
    assert_eq!(left(&account), i64::MAX, "an account that was read with too much has the most there can be");
    assert_eq!(account.grant(GrantKind::Grant, credits(1), ends, id(4)), Err(RuleError::Overflow));
}
