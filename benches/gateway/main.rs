//! `make bench`: what a call costs, compared with what, in one run on one machine.
//! docs/performance.md explains the figures.
//!
//! The gateway is the release program, in a process of its own. This program plays every other
//! part: it starts itself again as each server that the gateway is compared with, so that their CPU
//! times are separate.

mod customers;
mod events;
mod growth;
mod http;
mod in_turn;
mod keyring;
mod limits;
mod load;
mod machine;
mod nginx;
mod options;
mod postgres;
mod proxies;
mod report;
mod serve;
mod servers;
mod steady;
mod upstream;
mod writer;

use std::env;

use fluence::server::signals::{SignalAction, Signals, StopSignal};

use crate::machine::Steal;
use crate::options::{Options, Part};
use crate::postgres::Postgres;
use crate::report::Report;

/// The gateway's allocator, for everything that it is compared with.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // `cargo bench` adds an argument for its own harness.
    let words: Vec<String> = env::args().skip(1).filter(|word| word != "--bench").collect();
    match words.split_first() {
        Some((part, [])) if part == "serve-bare" => serve::bare::serve().await,
        Some((part, [])) if part == "serve-events" => serve::events::serve().await,
        Some((part, [])) if part == "serve-one-transaction" => serve::one_transaction::serve().await,
        Some((part, rest)) if part == "hold" => writer::hold(rest).await,
        _ => measure(&Options::read(&words)?).await,
    }
}

/// Starts the private PostgreSQL, measures, and stops it again, even when interrupted.
async fn measure(options: &Options) -> anyhow::Result<()> {
    let folder = Postgres::folder()?;
    let mut signals = Signals::listen()?;
    let postgres = Postgres::start(&folder).await?;
    let outcome = tokio::select! {
        outcome = run(options, &postgres) => outcome,
        signal = stopped(&mut signals) => Err(anyhow::anyhow!("stopped by {signal}")),
    };
    postgres.stop().await?;
    outcome
}

/// Waits until the system asks this program to stop.
async fn stopped(signals: &mut Signals) -> StopSignal {
    loop {
        if let SignalAction::Stop(signal) = signals.next().await {
            return signal;
        }
    }
}

async fn run(options: &Options, postgres: &Postgres) -> anyhow::Result<()> {
    let files = postgres.scratch()?;
    let cores = std::thread::available_parallelism()?;
    println!(
        "{cores} cores, load {}, PostgreSQL {}, fdatasync of 8 KiB {:.0} us, {} rounds of {} s",
        machine::load(),
        postgres.version().await?,
        machine::sync_time(&files)?.as_secs_f64() * 1e6,
        options.rounds,
        options.turn.as_secs(),
    );
    let steal = Steal::now();
    let keys = customers::seed(postgres, &files).await?;
    let mut report = Report::default();
    for part in &options.parts {
        match part {
            Part::Http => http::run(options, postgres, &keys, &files, &mut report).await?,
            Part::Writer => writer::run(options, postgres, &files, &mut report).await?,
            Part::Limits => limits::run(options, &files, &mut report).await?,
            Part::Growth => growth::run(options, postgres, &mut report).await?,
            Part::Upstream => upstream::run(options, postgres, &keys, &files, &mut report).await?,
        }
    }
    report.print();
    println!(
        "\nload now {}; the host gave {:.1} % of the machine to others",
        machine::load(),
        Steal::now().percent_since(steal)
    );
    Ok(())
}
