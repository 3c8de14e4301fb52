//! The ledger's writer without HTTP, against `pgbench` with the same two statements in a
//! transaction.

use std::fmt;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use chrono::TimeDelta;
use fluence::clock;
use fluence::config::{self, Sources};
use fluence::domain::credits::Credits;
use fluence::domain::ids::{CallId, KeyId};
use fluence::domain::settlement::Outcome;
use fluence::ledger::rules::caps::KeyCaps;
use fluence::ledger::rules::entry::{CallRef, RouteNumber};
use fluence::ledger::rules::hold::HoldRequest;
use fluence::ledger::writer::{self, Granted, Ledger};
use fluence::storage::ledger::PgLedgerStore;
use fluence::storage::pool;
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

use crate::customers::{ACCOUNTS, SEED, account_id};
use crate::machine;
use crate::options::Options;
use crate::postgres::Postgres;
use crate::report::{Contender, Cpu, Report, Turn};
use crate::servers::this_program;

/// Clients of pgbench, and its threads: one for each core of the machine the targets are for.
const PGBENCH_CLIENTS: u32 = 64;
const PGBENCH_THREADS: u32 = 2;
/// Not counted: connections are made, plans and caches fill.
const WARM_UP: Duration = Duration::from_millis(500);

/// A load on the writer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Holders {
    /// Tasks that each hold and capture, again and again.
    pub(crate) tasks: u32,
    /// Accounts they take turns with.
    pub(crate) accounts: u32,
}

impl fmt::Display for Holders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} tasks, {}", self.tasks, of_accounts(self.accounts))
    }
}

fn of_accounts(accounts: u32) -> String {
    if accounts == 1 { "one hot account".to_owned() } else { format!("{accounts} accounts") }
}

pub(crate) async fn run(
    options: &Options,
    postgres: &Postgres,
    folder: &Path,
    report: &mut Report,
) -> anyhow::Result<()> {
    for name in ["writer", "pgbench"] {
        postgres.create(name, SEED).await?;
    }
    let holders = [(64, ACCOUNTS), (64, 1), (256, ACCOUNTS), (256, 1)]
        .map(|(tasks, accounts)| Holders { tasks, accounts });
    let mut writers = holders.map(|holders| Contender::new(format!("writer, {holders}")));
    let mut pgbench = [ACCOUNTS, 1].map(|accounts| {
        Contender::new(format!("pgbench, {PGBENCH_CLIENTS} clients, {}", of_accounts(accounts)))
    });
    postgres.checkpoint().await?;
    for round in 1..=options.rounds {
        eprintln!("writer: round {round} of {}", options.rounds);
        for (holders, contender) in holders.into_iter().zip(&mut writers) {
            contender.turns.push(turn(postgres, "writer", holders, options.turn).await?);
        }
        for (accounts, contender) in [ACCOUNTS, 1].into_iter().zip(&mut pgbench) {
            contender.turns.push(pgbench_turn(postgres, folder, accounts, options.turn).await?);
        }
    }
    Report::table("The writer alone", &[writers.as_slice(), pgbench.as_slice()].concat());
    let ([thousand, hot, ..], [pgbench, pgbench_hot]) = (writers, pgbench);
    report.ratio(&thousand, &pgbench, None);
    report.ratio(&hot, &pgbench_hot, None);
    Ok(())
}

/// One turn of the writer, in a process of its own.
pub(crate) async fn turn(
    postgres: &Postgres,
    database: &str,
    holders: Holders,
    turn: Duration,
) -> anyhow::Result<Turn> {
    let log_before = postgres.log().await?;
    let cpu_before = machine::cpu_of_tree(postgres.process);
    let output = this_program("hold")?
        .args([holders.tasks, holders.accounts].map(|figure| figure.to_string()))
        .arg(turn.as_secs().to_string())
        .env("DATABASE_URL", postgres.url(database))
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .output()
        .await?;
    let cpu = machine::cpu_of_tree(postgres.process).saturating_sub(cpu_before);
    let log = postgres.log().await?;
    let text = String::from_utf8(output.stdout)?;
    let figures: Vec<u64> = text.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    let &[calls, elapsed_us, cpu_us, all_calls] = figures.as_slice() else {
        bail!("the writer's process failed: {text}");
    };
    // What Postgres did is known for the whole run of the process; its share of the turn is that of
    // the calls.
    let share = |figure: i64| (figure as f64 * calls as f64 / all_calls as f64) as i64;
    Ok(Turn {
        calls,
        elapsed: Duration::from_micros(elapsed_us),
        latency: None,
        cpu: Cpu {
            server: Duration::from_micros(cpu_us),
            postgres: cpu.mul_f64(calls as f64 / all_calls as f64),
            load: Duration::ZERO,
        },
        log: (share(log.syncs - log_before.syncs), share(log.bytes - log_before.bytes)),
    })
}

/// The process of one turn: holds and captures as fast as they are granted, and prints what it did.
pub(crate) async fn hold(words: &[String]) -> anyhow::Result<()> {
    let figures: Vec<u32> = words.iter().map(|word| word.parse()).collect::<Result<_, _>>()?;
    let &[tasks, accounts, seconds] = figures.as_slice() else { bail!("tasks, accounts, seconds") };
    let database = pool::options(&std::env::var("DATABASE_URL")?)?;
    let store = PgLedgerStore::new(database, "bench".into(), TimeDelta::seconds(60));
    let stop = CancellationToken::new();
    let (ledger, writer) =
        writer::start(store, config::load(&Sources::default())?.ledger, stop.clone()).await?;

    let started = Instant::now();
    let end = started + WARM_UP + Duration::from_secs(seconds.into());
    let mut cpu_before = Duration::ZERO;
    let holders: Vec<_> = (0..tasks)
        .map(|task| tokio::spawn(hold_until(ledger.clone(), task, tasks, accounts, started + WARM_UP, end)))
        .collect();
    tokio::time::sleep(WARM_UP).await;
    cpu_before += machine::cpu_of_us();
    let (mut calls, mut all) = (0, 0);
    for holder in holders {
        let (counted, early) = holder.await??;
        calls += counted;
        all += counted + early;
    }
    let cpu = machine::cpu_of_us() - cpu_before;
    println!("{calls} {} {} {all}", (started.elapsed() - WARM_UP).as_micros(), cpu.as_micros());
    stop.cancel();
    writer.await?;
    Ok(())
}

/// Calls that ended within the turn, and those before it.
async fn hold_until(
    ledger: Ledger,
    task: u32,
    tasks: u32,
    accounts: u32,
    counted_from: Instant,
    end: Instant,
) -> anyhow::Result<(u64, u64)> {
    let (mut counted, mut early) = (0, 0);
    let mut account = task;
    while Instant::now() < end {
        let request = HoldRequest {
            call_id: CallId::from_uuid(clock::new_id()),
            account_id: account_id(1 + account % accounts),
            call: CallRef { key_id: KeyId::from_uuid(uuid::Uuid::nil()), route: RouteNumber(1) },
            amount: Credits::try_from(1)?,
            caps: KeyCaps::default(),
            idempotency: None,
        };
        let Granted { hold, .. } = ledger.hold(request).await?;
        hold.capture(Credits::try_from(1)?, Outcome::Answered);
        if Instant::now() >= counted_from {
            counted += 1
        } else {
            early += 1
        }
        account = account.wrapping_add(tasks);
    }
    Ok((counted, early))
}

/// The equivalent transaction: the same row updated, the same entry inserted.
const PGBENCH_SCRIPT: &str = r"\set account random(1, :accounts)
begin;
update ledger_account
   set balance = balance - 1, open_lot_left = open_lot_left - 1,
       plan_left = plan_left - case when open_lot_is_plan then 1 else 0 end,
       last_entry = last_entry + 1, requests_used = requests_used + 1
 where account_id = ('00000000-0000-7000-8000-' || lpad(to_hex(:account::int), 12, '0'))::uuid
   and open_lot_left >= 1 and open_lot_expires_at > now() and period_ends_at > now() and requests_used < requests_limit
returning balance, open_lot, last_entry \gset
insert into ledger_entry (account_id, number, at, amount, balance_after, call_id, key_id, epoch, batch, lot, kind, route)
values (('00000000-0000-7000-8000-' || lpad(to_hex(:account::int), 12, '0'))::uuid, :last_entry, now(), -1, :balance,
        gen_random_uuid(), '00000000-0000-0000-0000-000000000000', 0, 0, :open_lot, 4, 1);
commit;
";

async fn pgbench_turn(
    postgres: &Postgres,
    folder: &Path,
    accounts: u32,
    turn: Duration,
) -> anyhow::Result<Turn> {
    let script = folder.join("transaction.sql");
    std::fs::write(&script, PGBENCH_SCRIPT)?;
    let log_before = postgres.log().await?;
    let load_before = machine::cpu_of_ended_children();
    let cpu_before = machine::cpu_of_tree(postgres.process);
    let output = Command::new(postgres.programs.join("pgbench"))
        .args(["--no-vacuum", "--protocol=prepared", &format!("--time={}", turn.as_secs())])
        .args([format!("--client={PGBENCH_CLIENTS}"), format!("--jobs={PGBENCH_THREADS}")])
        .arg(format!("--define=accounts={accounts}"))
        .arg(format!("--file={}", script.display()))
        .arg(postgres.plain_url("pgbench"))
        .kill_on_drop(true)
        .output()
        .await
        .context("cannot run pgbench")?;
    let cpu = Cpu {
        server: Duration::ZERO,
        postgres: machine::cpu_of_tree(postgres.process).saturating_sub(cpu_before),
        load: machine::cpu_of_ended_children() - load_before,
    };
    let log = postgres.log().await?;
    let text = String::from_utf8_lossy(&output.stdout);
    ensure!(output.status.success(), "pgbench failed: {text}{}", String::from_utf8_lossy(&output.stderr));
    let after = |label: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(label));
        line.and_then(|rest| rest.split([' ', '/']).find(|word| !word.is_empty()))
            .with_context(|| format!("pgbench did not print `{label}`: {text}"))
    };
    let calls: u64 = after("number of transactions actually processed:")?.parse()?;
    let rate: f64 = after("tps =")?.parse()?;
    Ok(Turn {
        calls,
        elapsed: Duration::from_secs_f64(calls as f64 / rate),
        latency: None,
        cpu,
        log: (log.syncs - log_before.syncs, log.bytes - log_before.bytes),
    })
}
