//! Moves to a plan with fewer requests or credits than were used.

use super::*;

#[test]
fn a_plan_with_fewer_requests_than_were_used_has_its_own_number_and_none_left() {
    let mut account = account();
    let holds: Vec<_> = (1..=3)
        .map(|call| {
            let takes = account.hold(credits(1), id(call), CALL).unwrap();
            held(&account, id(call), takes, utc(ANCHOR))
        })
        .collect();
    account.move_plan(PlanTerms { credits: credits(10), requests: 2 }, id(4)).unwrap();
    let shown = |account: &LedgerAccount| {
        let balance = account.balance();
        (balance.requests_limit, balance.requests_used, balance.requests_remaining())
    };
    assert_eq!(shown(&account), (2, 3, 0));
    let refused = account.hold(credits(1), id(5), CALL).unwrap_err();
    assert_eq!(refused, NotHeld::Declined(DeclineReason::QuotaExhausted { limit: 2 }));
    account.release(&holds[0], credits(1), Outcome::Failed, utc(ANCHOR)).unwrap();
    assert_eq!(shown(&account), (2, 2, 0), "as if the call had not been made");
    account.release(&holds[1], credits(1), Outcome::Failed, utc(ANCHOR)).unwrap();
    assert_eq!(shown(&account), (2, 1, 1));
    account.advance(account.period.ends_at, id(6)).unwrap();
    assert_eq!(shown(&account), (2, 0, 2));
}

/// Moves to a plan of 10 credits while calls hold credits, lets them cost `costs`, and returns what
/// is left of the plan and what was used.
fn left_after_a_move(given: i64, holds: &[i64], costs: &[i64]) -> (i64, i64) {
    let mut account = LedgerAccount::open(utc(ANCHOR), PlanTerms { credits: credits(given), requests: 1000 });
    account.advance(utc(ANCHOR), id(0)).unwrap();
    let held: Vec<_> = (1..)
        .zip(holds)
        .map(|(call, amount)| {
            let takes = account.hold(credits(*amount), id(call), CALL).unwrap();
            held(&account, id(call), takes, utc(ANCHOR))
        })
        .collect();
    account.move_plan(PlanTerms { credits: credits(10), requests: 1000 }, id(100)).unwrap();
    for (hold, cost) in held.iter().zip(costs) {
        let rest = hold.amount().saturating_sub(credits(*cost));
        account.release(hold, rest, Outcome::Answered, utc(ANCHOR)).unwrap();
    }
    let balance = account.credits_left().as_i64();
    let sum: i64 = account.entries.iter().map(|entry| entry.amount).sum();
    assert_eq!(sum, balance);
    account.move_plan(PlanTerms { credits: credits(10), requests: 1000 }, id(101)).unwrap();
    assert_eq!(account.credits_left().as_i64(), balance, "a move that is repeated changes nothing");
    (balance, account.balance().plan_credits_used.as_i64())
}

#[test]
fn a_call_that_runs_during_a_move_leaves_no_more_than_the_new_plan_gives() {
    assert_eq!(left_after_a_move(100, &[60], &[1]), (9, 1));
    assert_eq!(left_after_a_move(100, &[60], &[0]), (10, 0));
    assert_eq!(left_after_a_move(100, &[60], &[60]), (0, 10));
    assert_eq!(left_after_a_move(100, &[3, 3, 3, 3], &[3, 0, 0, 3]), (4, 6));
    assert_eq!(left_after_a_move(10, &[3], &[1]), (9, 1));
}
