//! What a release returns to the plan.

use uuid::Uuid;

use super::*;
use crate::domain::ids::KeyId;
use crate::ledger::rules::entry::RouteNumber;

fn hold(takes: &[(u32, Payer)], took_request: bool) -> Hold {
    let take = |(lot, (amount, payer)): (i32, &(u32, Payer))| Take {
        lot: LotNumber(lot),
        amount: Credits::from_u32(*amount),
        payer: *payer,
    };
    Hold {
        call_id: CallId::from_uuid(Uuid::nil()),
        account_id: AccountId::from_uuid(Uuid::nil()),
        call: CallRef { key_id: KeyId::from_uuid(Uuid::nil()), route: RouteNumber(1) },
        takes: (1..).zip(takes).map(take).collect(),
        period: Some(0),
        took_request,
        is_capped: false,
        held_at: DateTime::UNIX_EPOCH,
    }
}

#[test]
fn plan_credits_are_refunded_only_if_the_plan_paid() {
    let hold = hold(&[(2, Payer::PackOrGrant), (5, Payer::Plan), (4, Payer::EarlierPlan)], true);
    let parts = [0, 4, 6, 9, 11, 99].map(|amount| hold.refund(Credits::from_u32(amount)));
    assert_eq!(parts.map(|part| part.credits.as_i64()), [0, 4, 6, 9, 11, 11]);
    assert_eq!(parts.map(|part| part.plan_credits.as_i64()), [0, 0, 2, 5, 5, 5]);
}

#[test]
fn the_request_unit_is_refunded_with_the_last_plan_credits() {
    let requests = |hold: &Hold, amounts: [u32; 4]| {
        amounts.map(|amount| hold.refund(Credits::from_u32(amount)).has_request)
    };
    let plan_last = hold(&[(2, Payer::PackOrGrant), (3, Payer::Plan)], true);
    assert_eq!(requests(&plan_last, [0, 2, 3, 5]), [false, false, true, true]);
    let plan_first = hold(&[(3, Payer::EarlierPlan), (2, Payer::PackOrGrant)], true);
    assert_eq!(requests(&plan_first, [0, 2, 4, 5]), [false, false, false, true]);
    let pack_alone = hold(&[(5, Payer::PackOrGrant)], false);
    assert_eq!(requests(&pack_alone, [0, 2, 4, 5]), [false; 4]);
}

#[test]
fn a_refund_in_two_parts_returns_the_request_once() {
    let hold = hold(&[(2, Payer::PackOrGrant), (3, Payer::Plan)], true);
    let (whole, part) = (hold.refund(Credits::from_u32(5)), hold.refund(Credits::from_u32(3)));
    let rest = whole.after(part);
    assert_eq!((rest.credits.as_i64(), rest.plan_credits.as_i64(), rest.has_request), (2, 0, false));
}
