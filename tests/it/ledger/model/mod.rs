//! Random programs of everything that can happen to money, run on a small reference and on the ledger, which must agree
//! after every step: on the pure rules over tables in memory, and on Postgres.
//!
//! `PROGRAMS=2000 cargo nextest run ledger::model` runs more of them.

mod machine;
mod memory;
mod metamorphic;
mod postgres;
mod program;
mod reach;
mod reference;

use std::env;
use std::marker::PhantomData;

use proptest::test_runner::Config;
use proptest_state_machine::{StateMachineTest, prop_state_machine};

use machine::{Machine, Run};
use memory::Memory;
use postgres::Postgres;
use program::{ACCOUNTS, Program, Programs, Step, Turn};

/// So many programs, unless `PROGRAMS` says otherwise. A program that fails is printed whole, so nothing is kept in files.
fn config(programs: u32, most_shrinks: u32) -> Config {
    let asked = env::var("PROGRAMS").ok().map(|text| text.parse().expect("PROGRAMS must be a number"));
    Config {
        cases: asked.unwrap_or(programs),
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

/// The accounts that a turn may have changed: all, where a gateway died or somebody came too late.
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
