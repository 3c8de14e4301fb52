//! Random programs of everything that can happen to money, run on a small reference and on the
//! ledger, which must agree after every step: on the pure rules over tables in memory, and on
//! Postgres.
//!
//! `TIMES=10 make test ARGS=ledger::model` runs ten times as many.

mod machine;
mod memory;
mod metamorphic;
mod postgres;
mod program;
mod reach;
mod reference;

use std::env;
use std::marker::PhantomData;

use fluence::ledger::rules::entry::GrantKind;
use proptest::test_runner::Config;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};

use machine::{Machine, Run};
use memory::Memory;
use postgres::Postgres;
use program::{ACCOUNTS, Call, End, Program, Programs, Step, Turn};

/// Runs `programs`, or `TIMES` as many. A failing program is printed whole, so no file is written.
fn config(programs: u32, most_shrinks: u32) -> Config {
    let times: u32 = env::var("TIMES").map_or(1, |text| text.parse().expect("TIMES must be a number"));
    Config {
        cases: programs * times,
        failure_persistence: None,
        max_shrink_iters: most_shrinks,
        ..Config::default()
    }
}

/// A ledger of this kind beside the reference.
struct Beside<M>(PhantomData<M>);

impl<M: Machine> StateMachineTest for Beside<M> {
    type SystemUnderTest = Run<M>;
    type Reference = Programs;

    fn init_test(program: &Program) -> Run<M> {
        Run::start(program)
    }

    fn apply(mut run: Run<M>, program: &Program, _: Step) -> Run<M> {
        run.take(program.reference.now, &program.turn);
        for account in touched(&program.turn) {
            run.assert_account(&program.reference, account);
        }
        run
    }

    fn teardown(mut run: Run<M>, program: Program) {
        run.finish(program);
    }
}

/// The accounts that a turn may have changed: all, after a crash or a late command.
fn touched(turn: &Turn) -> Vec<usize> {
    let accounts = 0..ACCOUNTS;
    match turn {
        Turn::Nothing => Vec::new(),
        Turn::Commit { operations, .. } => accounts
            .filter(|account| {
                operations.iter().any(|operation| operation.account_id() == program::account_id(*account))
            })
            .collect(),
        Turn::Late { .. } | Turn::Crash { .. } => accounts.collect(),
    }
}

prop_state_machine! {
    #![proptest_config(config(300, 20_000))]
    #[test]
    fn the_rules_agree_with_the_reference_after_every_step(sequential 1..60 => Beside<Memory>);
}

prop_state_machine! {
    #![proptest_config(config(8, 100))]
    #[test]
    fn postgres_agrees_with_the_reference_after_every_step_and_verifies(sequential 20..40 => Beside<Postgres>);
}

/// Chance seldom brings a plain call to the very instant at which the lot that pays for it ends, or
/// its period does.
#[test]
fn postgres_agrees_at_the_very_instants_at_which_lots_and_periods_end() {
    let start = Program::new("2027-04-15T08:30:00Z".parse().unwrap());
    let call = || {
        let call = Call { account: 2, key: 0, amount: 2, idempotency: None };
        Step::Round { node: 0, fast: true, ends: Vec::new(), calls: vec![call] }
    };
    let wait = |seconds| Step::Wait { seconds };
    let grant = |reference, amount, hours| {
        let kind = GrantKind::Grant;
        Step::Grant { node: 1, account: 2, reference, kind, amount, hours }
    };
    let steps = [
        vec![Step::Touch { node: 0, accounts: vec![0, 1, 2] }, grant(1, 7, 1)],
        vec![wait(3_599), call(), wait(1), call()],
        // The last second of the period of 30 days, and the first of the next; a grant that
        // outlives it pays for neither.
        vec![grant(2, 9, 24 * 90), wait(30 * 86_400 - 3_601), call(), wait(1), call()],
        // Back to a lot that ended a day ago, and the last second of the day that it lives.
        vec![Step::End { which: 0, end: End::Release }, wait(86_399), call(), wait(1), call()],
    ];
    let mut run = Run::<Postgres>::start(&start);
    let mut program = start;
    for step in steps.iter().flatten() {
        program = Programs::apply(program, step);
        run.take(program.reference.now, &program.turn);
        (0..ACCOUNTS).for_each(|account| run.assert_account(&program.reference, account));
    }
    run.finish(program);
}
