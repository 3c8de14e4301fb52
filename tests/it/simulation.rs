//! The ledger's writers over an unreliable database, with gateways that crash and customers that
//! disconnect. Everything follows from a seed, so every run is repeatable.
//!
//! `SEEDS=1000 cargo nextest run simulation` runs more seeds; `SEED=17` runs one.

pub(crate) mod check;
mod client;
pub(crate) mod database;
mod store;
mod upstream;
mod world;

use std::env;

/// Seeds of a run without `SEEDS`.
const SEEDS: u64 = 24;

fn number(variable: &str) -> Option<u64> {
    env::var(variable).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{variable} must be a number")))
}

#[test]
fn every_rule_holds_after_every_step_and_customers_pay_for_what_they_got() {
    let seeds = match number("SEED") {
        Some(seed) => seed..=seed,
        None => 1..=number("SEEDS").unwrap_or(SEEDS),
    };
    for seed in seeds {
        println!("seed {seed}");
        let run = world::run(seed);
        println!("{run:?}");
        assert_eq!(run, world::run(seed), "seed {seed} did not repeat itself");
    }
}
