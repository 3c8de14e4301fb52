//! Whether random programs come to everything that can come of an operation: rules that none of
//! them meets are not tested.

use std::collections::BTreeMap;

use fluence::domain::billing::AccountBalance;
use fluence::domain::credits::Credits;
use fluence::domain::refusal::KeyCap;
use fluence::ledger::rules::caps::CapReached;
use fluence::ledger::rules::entry::EntryKind;
use fluence::ledger::rules::hold::{DeclineReason, Declined, Held};
use fluence::ledger::rules::operation::{Effect, Operation};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use proptest_state_machine::ReferenceStateMachine;

use super::program::{ACCOUNTS, Programs, Turn, account_id};

/// What all programs together must come to.
const EVERYTHING: [&str; 27] = [
    "held",
    "held from two lots",
    "held beside a plan without requests",
    "partial release that returns the request",
    "insufficient",
    "insufficient beside a plan without requests",
    "quota",
    "daily cap",
    "monthly cap",
    "replay",
    "in progress",
    "key reused",
    "unknown account",
    "done",
    "superseded",
    "granted",
    "granted before",
    "refused",
    "late",
    "crash with open holds",
    "back to an ended lot",
    "expiry",
    "renewal",
    "renewal on a shorter month's last day",
    "correction",
    "plan move up",
    "plan move down",
];

fn has_plan_credits(balance: &AccountBalance) -> bool {
    balance.plan_credits_used < balance.plan_credits
}

/// A capture of a part that leaves none of the plan's credits taken.
fn returns_the_request(operation: &Operation) -> bool {
    match operation {
        Operation::Settle(settle) if settle.response.is_none() && settle.captured > Credits::ZERO => {
            settle.hold.refund(settle.released()).has_request
        }
        _ => false,
    }
}

fn of_effect(effect: &Effect) -> &'static str {
    match effect {
        Effect::Held(Held { hold, balance })
            if !hold.took_request && balance.requests_remaining() == 0 && has_plan_credits(balance) =>
        {
            "held beside a plan without requests"
        }
        Effect::Held(Held { hold, .. }) if hold.takes.len() > 1 => "held from two lots",
        Effect::Held(_) => "held",
        Effect::Declined(Declined { reason, balance }) => match reason {
            DeclineReason::InsufficientCredits { available } if *available < balance.remaining => {
                "insufficient beside a plan without requests"
            }
            DeclineReason::InsufficientCredits { .. } => "insufficient",
            DeclineReason::QuotaExhausted { .. } => "quota",
            DeclineReason::CapReached(CapReached { cap: KeyCap::Daily, .. }) => "daily cap",
            DeclineReason::CapReached(CapReached { cap: KeyCap::Monthly, .. }) => "monthly cap",
            DeclineReason::Replay(_) => "replay",
            DeclineReason::InProgress { .. } => "in progress",
            DeclineReason::KeyReused => "key reused",
        },
        Effect::UnknownAccount => "unknown account",
        Effect::Done(_) => "done",
        Effect::Superseded(_) => "superseded",
        Effect::Granted { repeated: false, .. } => "granted",
        Effect::Granted { repeated: true, .. } => "granted before",
        Effect::Refused(_) => "refused",
    }
}

#[test]
fn random_programs_come_to_everything_that_can_happen() {
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeMap<&str, u32> = EVERYTHING.map(|what| (what, 0)).into();
    let mut see = |what: &'static str| *seen.get_mut(what).expect("it is among everything") += 1;
    for _ in 0..400 {
        let (mut program, steps, _) =
            Programs::sequential_strategy(1..60).new_tree(&mut runner).unwrap().current();
        for step in &steps {
            program = Programs::apply(program, step);
            match &program.turn {
                Turn::Nothing => {}
                Turn::Commit { operations, effects, .. } => {
                    effects.iter().for_each(|effect| see(of_effect(effect)));
                    if operations.iter().any(returns_the_request) {
                        see("partial release that returns the request");
                    }
                }
                Turn::Late { .. } => see("late"),
                Turn::Crash { released, .. } if *released > 0 => see("crash with open holds"),
                Turn::Crash { .. } => {}
            }
        }
        for account in (0..ACCOUNTS).map(|account| &program.reference.accounts[&account_id(account)]) {
            let mut ended = Vec::new();
            for entry in &account.entries {
                match entry.kind {
                    EntryKind::Expiry => {
                        ended.push(entry.lot);
                        see("expiry");
                    }
                    EntryKind::Release if ended.contains(&entry.lot) => see("back to an ended lot"),
                    EntryKind::Renewal => see("renewal"),
                    EntryKind::Correction => see("correction"),
                    EntryKind::PlanMove if entry.amount > 0 => see("plan move up"),
                    EntryKind::PlanMove => see("plan move down"),
                    _ => {}
                }
            }
            let starts = account.month.map(|month| super::reference::renewal(account.anchor, month));
            if starts.is_some_and(|starts| {
                starts.format("%d").to_string() != account.anchor.format("%d").to_string()
            }) {
                see("renewal on a shorter month's last day");
            }
        }
    }
    println!("{seen:#?}");
    let missed: Vec<_> = seen.iter().filter(|(_, times)| **times == 0).map(|(what, _)| what).collect();
    assert!(missed.is_empty(), "no program came to {missed:?}");
}
