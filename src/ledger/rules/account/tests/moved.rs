//! Moves to a plan with fewer requests than were used.

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
