//! Any sequence of operations keeps the sums, the lots and the requests of an account right.

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
enum Act {
    Hold(i64),
    Release { which: usize, amount: i64 },
    Grant { amount: i64, days: i64 },
    Wait(i64),
    Move { credits: i64, requests: u64 },
    Correct(i64),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        4 => (1i64..8).prop_map(Act::Hold),
        3 => (any::<usize>(), 0i64..8).prop_map(|(which, amount)| Act::Release { which, amount }),
        2 => (0i64..20, 1i64..90).prop_map(|(amount, days)| Act::Grant { amount, days }),
        2 => (0i64..2_000).prop_map(Act::Wait),
        1 => (0i64..30, 0u64..12).prop_map(|(credits, requests)| Act::Move { credits, requests }),
        1 => (1i64..5).prop_map(Act::Correct),
    ];
    proptest::collection::vec(act, 1..60)
}

/// Calls of the current period, which began with this entry, whose charge contains plan credits.
fn paid_by_plan(account: &LedgerAccount, (_, began): &(u32, usize)) -> u64 {
    let mut charged: HashMap<CallId, i64> = HashMap::new();
    for entry in &account.entries[*began..] {
        let of_plan = account.lots.iter().any(|lot| lot.number == entry.lot && lot.source == LotSource::Plan);
        match entry.kind {
            EntryKind::Hold if of_plan => *charged.entry(entry.call_id).or_default() -= entry.amount,
            EntryKind::Release if of_plan => {
                // A call of an earlier period has no part in this one's requests.
                charged.entry(entry.call_id).and_modify(|left| *left -= entry.amount);
            }
            _ => {}
        }
    }
    charged.values().filter(|left| **left > 0).count() as u64
}

proptest! {
    #[test]
    fn whatever_happens_entries_add_up_and_no_lot_goes_below_zero(acts in acts()) {
        let (mut account, mut now, mut open) = (account(), utc(ANCHOR), Vec::<Hold>::new());
        // The entry with which the current period began.
        let mut in_period = (account.period.index, 0);
        let mut used_before = 0;
        for (number, act) in (1u128..).zip(acts) {
            match act {
                Act::Hold(amount) => {
                    let before = account.clone();
                    let plan_pays = account.requests_used < account.requests_limit;
                    let beside_plan = account.left_in(|lot| lot.source != LotSource::Plan);
                    match account.hold(credits(amount), id(number), CALL) {
                        Ok(takes) => {
                            prop_assert_eq!(left(&account), left(&before) - amount);
                            let by_plan = takes.iter().any(|take| take.payer.is_plan());
                            prop_assert_eq!(account.requests_used, before.requests_used + u64::from(by_plan));
                            prop_assert!(plan_pays || !by_plan);
                            open.push(held(&account, id(number), takes, now));
                        }
                        Err(error) => {
                            prop_assert_eq!(&account, &before, "a refusal changes nothing");
                            prop_assert!(beside_plan < credits(amount), "a pack is spendable whenever it has credits");
                            prop_assert!(!plan_pays || left(&account) < amount);
                            if matches!(error, NotHeld::Declined(DeclineReason::QuotaExhausted { .. })) {
                                let mut renewed = account.clone();
                                renewed.advance(account.period.ends_at, id(number)).unwrap();
                                prop_assert!(renewed.hold(credits(amount), id(number), CALL).is_ok(), "waiting is enough");
                            }
                        }
                    }
                }
                Act::Release { which, amount } if !open.is_empty() => {
                    let hold = open.swap_remove(which % open.len());
                    let amount = credits(amount).min(hold.amount());
                    let before = account.clone();
                    account.release(&hold, amount, Outcome::Failed, now).unwrap();
                    let of_smaller_plan: i64 = account.entries[before.entries.len()..]
                        .iter()
                        .filter(|entry| entry.kind == EntryKind::PlanMove)
                        .map(|entry| entry.amount)
                        .sum();
                    prop_assert!(of_smaller_plan <= 0);
                    prop_assert_eq!(left(&account), left(&before) + amount.as_i64() + of_smaller_plan);
                }
                Act::Release { .. } => {}
                Act::Grant { amount, days } => {
                    account.grant(GrantKind::Grant, credits(amount), now + TimeDelta::days(days), id(number)).unwrap();
                }
                Act::Wait(hours) => {
                    now += TimeDelta::hours(hours);
                    account.advance(now, id(number)).unwrap();
                    prop_assert!(account.lots.iter().all(|lot| lot.left == Credits::ZERO || !lot.has_expired(now)));
                }
                Act::Move { credits: amount, requests } => {
                    account.move_plan(PlanTerms { credits: credits(amount), requests }, id(number)).unwrap();
                }
                Act::Correct(amount) => drop(account.correct(credits(amount), id(number))),
            }
            if account.period.index != in_period.0 {
                let renewal = account.entries.iter().rposition(|entry| entry.kind == EntryKind::Renewal);
                in_period = (account.period.index, renewal.unwrap_or(0));
            }
            let mut balance = 0;
            for (entry, expected) in account.entries.iter().zip(1..) {
                balance += entry.amount;
                prop_assert_eq!((entry.number, entry.balance_after), (expected, balance));
                prop_assert!(balance >= 0);
            }
            prop_assert_eq!(left(&account), balance);
            prop_assert!(account.plan_left() <= account.plan_credits, "a plan leaves no more than it gives");
            prop_assert_eq!(account.requests_limit, account.plan.requests, "the limit is the plan's");
            let bound = used_before.max(account.requests_limit);
            prop_assert!(account.requests_used <= bound, "no call takes a request beyond the plan's");
            used_before = account.requests_used;
            prop_assert_eq!(account.requests_used, paid_by_plan(&account, &in_period));
            let in_row = account.open_lot().map(|lot| (Some(lot.number) == account.plan_lot, lot.burn_order()));
            prop_assert_eq!(in_row.is_some(), balance > 0);
        }
    }

    #[test]
    fn taking_and_releasing_restores_lots_and_requests(
        (plan_credits, requests, used) in (0i64..12, 0u64..4, 0u64..4),
        lots in proptest::collection::vec((1i64..6, -20i64..40, any::<bool>()), 0..4),
        amount in 1i64..20,
    ) {
        let terms = PlanTerms { credits: credits(plan_credits), requests };
        let mut account = LedgerAccount::open(utc(ANCHOR), terms);
        account.advance(utc(ANCHOR), id(0)).unwrap();
        account.requests_used = used.min(requests);
        for (number, (amount, days, is_pack)) in (1u128..).zip(lots) {
            let kind = if is_pack { GrantKind::Pack } else { GrantKind::Grant };
            let ends = account.period.ends_at + TimeDelta::days(days);
            account.grant(kind, credits(amount), ends, id(number)).unwrap();
        }
        let before = account.clone();
        if let Ok(takes) = account.hold(credits(amount), id(99), CALL) {
            let hold = held(&account, id(99), takes, utc(ANCHOR));
            account.release(&hold, credits(amount), Outcome::Failed, utc(ANCHOR)).unwrap();
            prop_assert_eq!(&account.lots, &before.lots);
            prop_assert_eq!((account.requests_used, account.balance()), (before.requests_used, before.balance()));
        }
    }
}
