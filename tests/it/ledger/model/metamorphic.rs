//! What must make no difference: the order of what happens to unrelated accounts, and asking for
//! the same twice.

use chrono::{DateTime, Utc};
use fluence::domain::ids::AccountId;
use fluence::ledger::rules::operation::Operation;
use proptest::prelude::*;
use proptest_state_machine::ReferenceStateMachine;

use super::config;
use super::machine::{Machine, Run, View};
use super::memory::Memory;
use super::postgres::Postgres;
use super::program::{ACCOUNTS, Program, Programs, Step, Turn, account_id};

/// A program written out, with the time of each turn, and its state at the end.
fn written_out(mut program: Program, steps: &[Step]) -> (Vec<(DateTime<Utc>, Turn)>, Program) {
    let mut turns = Vec::new();
    for step in steps {
        program = Programs::apply(program, step);
        turns.push((program.reference.now, program.turn.clone()));
    }
    (turns, program)
}

fn accounts_of(turn: &Turn) -> Option<Vec<AccountId>> {
    match turn {
        Turn::Commit { operations, .. } => {
            Some(operations.iter().map(|operation| operation.account_id()).collect())
        }
        _ => None,
    }
}

/// Whether a turn captures a call that another holds.
fn captures_of(turn: &Turn, holding: &Turn) -> bool {
    let (Turn::Commit { captured, .. }, Turn::Commit { operations, .. }) = (turn, holding) else {
        return false;
    };
    operations.iter().any(|held| captured.iter().any(|(call_id, _)| *call_id == held.id()))
}

/// Whether two turns that follow each other happen at one time to accounts that have nothing to do
/// with each other.
fn are_unrelated(one: &(DateTime<Utc>, Turn), other: &(DateTime<Utc>, Turn)) -> bool {
    let (Some(accounts), Some(others)) = (accounts_of(&one.1), accounts_of(&other.1)) else { return false };
    one.0 == other.0
        && accounts.iter().all(|account| !others.contains(account))
        && !captures_of(&other.1, &one.1)
}

/// Swaps neighbours that are unrelated, as often as the program allows and `choices` says.
fn swapped(mut turns: Vec<(DateTime<Utc>, Turn)>, choices: u64) -> Vec<(DateTime<Utc>, Turn)> {
    let mut at = 0;
    while at + 1 < turns.len() {
        if choices.rotate_right(at as u32) & 1 == 1 && are_unrelated(&turns[at], &turns[at + 1]) {
            turns.swap(at, at + 1);
            at += 1;
        }
        at += 1;
    }
    turns
}

fn run_swapped<M: Machine>(start: &Program, steps: &[Step], choices: u64) {
    let (turns, program) = written_out(start.clone(), steps);
    let mut run = Run::<M>::start(start);
    for (now, turn) in swapped(turns, choices) {
        run.take(now, &turn);
    }
    run.finish(program);
}

/// The operations of a turn that carry an id of the caller's by which they are known again.
fn repeatable(turn: &Turn) -> Vec<Operation> {
    let Turn::Commit { operations, .. } = turn else { return Vec::new() };
    let is_known = |operation: &&Operation| match operation {
        Operation::Hold(request) => request.idempotency.is_some(),
        Operation::Grant(_) | Operation::MovePlan { .. } | Operation::Advance { .. } => true,
        Operation::Settle(_) | Operation::Correct(_) => false,
    };
    operations.iter().filter(is_known).cloned().collect()
}

fn run_repeated<M: Machine>(start: &Program, steps: &[Step]) {
    let (turns, program) = written_out(start.clone(), steps);
    let mut run = Run::<M>::start(start);
    for (now, turn) in turns {
        run.take(now, &turn);
        let Turn::Commit { node, .. } = turn else { continue };
        let before: Vec<View> = (0..ACCOUNTS).map(|account| run.machine.view(account_id(account))).collect();
        run.repeat_last_batch(node);
        run.ask_again(node, &repeatable(&turn));
        let after: Vec<View> = (0..ACCOUNTS).map(|account| run.machine.view(account_id(account))).collect();
        assert_eq!(before, after);
    }
    run.finish(program);
}

fn programs() -> impl Strategy<Value = (Program, Vec<Step>)> {
    Programs::sequential_strategy(1..40).prop_map(|(program, steps, _)| (program, steps))
}

proptest! {
    #![proptest_config(config(150, 5_000))]

    #[test]
    fn the_rules_do_not_mind_the_order_of_unrelated_accounts((start, steps) in programs(), choices: u64) {
        run_swapped::<Memory>(&start, &steps, choices);
    }

    #[test]
    fn the_rules_count_what_is_asked_twice_once((start, steps) in programs()) {
        run_repeated::<Memory>(&start, &steps);
    }
}

proptest! {
    #![proptest_config(config(2, 50))]

    #[test]
    fn postgres_does_not_mind_the_order_of_unrelated_accounts((start, steps) in programs(), choices: u64) {
        run_swapped::<Postgres>(&start, &steps, choices);
    }

    #[test]
    fn postgres_counts_what_is_asked_twice_once((start, steps) in programs()) {
        run_repeated::<Postgres>(&start, &steps);
    }
}
