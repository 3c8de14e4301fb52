//! What it costs to share limits: a decision through Redis, against one of this process only.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use fluence::domain::ids::AccountId;
use fluence::gate::limits::limiter::{LimitSizes, RateLimits};
use fluence::gate::limits::shared_limits::{SharedLimitSettings, SharedLimits};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::customers::{ACCOUNTS, account_id};
use crate::options::Options;
use crate::report::Report;

/// Limits that never bite.
const SIZES: LimitSizes = LimitSizes { rate_per_s: 1_000_000, burst: 1_000_000, concurrency: 1_000_000 };
/// Long enough that a busy machine is not taken for a store that is away: the cost is asked for,
/// not the fallback.
const CONFIG: SharedLimitSettings = SharedLimitSettings {
    budget: Duration::from_secs(5),
    lease_life: Duration::from_secs(30),
    watch_every: Duration::from_millis(50),
};
/// Looks for the server before it is given up.
const START_TRIES: u32 = 100;
/// Decisions of this process only, which are too quick to look at the clock for each.
const LOCAL_DECISIONS: u32 = 1_000_000;

pub(crate) async fn run(options: &Options, folder: &Path, report: &mut Report) -> anyhow::Result<()> {
    let accounts: Arc<Vec<AccountId>> = Arc::new((0..ACCOUNTS).map(account_id).collect());
    let local = local(&accounts);
    report.figure("us a local decision on the rate", local.as_secs_f64() * 1e6, None);
    let (_server, url) = server(folder).await?;
    let stop = CancellationToken::new();
    let limits = found(&url, &stop).await?;
    for tasks in [1, 64] {
        eprintln!("limits: {tasks} tasks");
        let (decisions, elapsed) = shared(&limits, &accounts, tasks, options.turn).await?;
        let rate = decisions as f64 / elapsed.as_secs_f64();
        report.figure(format!("shared decisions a second, {tasks} tasks"), rate, None);
        let each = f64::from(tasks) * 1e6 / rate;
        report.figure(format!("us that a request waits for one, {tasks} tasks"), each, None);
    }
    stop.cancel();
    Ok(())
}

fn local(accounts: &[AccountId]) -> Duration {
    let limit = RateLimits::default().of(SIZES.rate_per_s, SIZES.burst);
    let started = Instant::now();
    for account in accounts.iter().cycle().take(LOCAL_DECISIONS as usize) {
        std::hint::black_box(limit.check(*account));
    }
    started.elapsed() / LOCAL_DECISIONS
}

/// Tasks that each decide and give the lease back, again and again.
async fn shared(
    limits: &Arc<SharedLimits>,
    accounts: &Arc<Vec<AccountId>>,
    tasks: u32,
    turn: Duration,
) -> anyhow::Result<(u64, Duration)> {
    let started = Instant::now();
    let mut running = JoinSet::new();
    for task in 0..tasks {
        let (limits, accounts) = (limits.clone(), accounts.clone());
        running.spawn(async move {
            let mut decided = 0;
            for account in accounts.iter().cycle().skip(task as usize) {
                if started.elapsed() >= turn {
                    break;
                }
                let ruling = limits.decide(*account, SIZES).await.ok().context("the store went away")?;
                drop(ruling);
                decided += 1;
            }
            anyhow::Ok(decided)
        });
    }
    let mut decisions = 0;
    while let Some(decided) = running.join_next().await {
        decisions += decided??;
    }
    Ok((decisions, started.elapsed()))
}

async fn server(folder: &Path) -> anyhow::Result<(Child, String)> {
    let port = TcpListener::bind("127.0.0.1:0").await?.local_addr()?.port();
    let mut command = Command::new("redis-server");
    command.args([
        "--port",
        &port.to_string(),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--appendonly",
        "no",
        "--dir",
    ]);
    command.arg(folder).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let child = command.spawn().context("cannot start redis-server: scripts/need.sh redis installs it")?;
    Ok((child, format!("redis://127.0.0.1:{port}/")))
}

async fn found(url: &str, stop: &CancellationToken) -> anyhow::Result<Arc<SharedLimits>> {
    let limits = SharedLimits::start(url, CONFIG, stop).await?;
    for _ in 0..START_TRIES {
        if limits.away_since().is_none() {
            return Ok(limits);
        }
        tokio::time::sleep(CONFIG.watch_every).await;
    }
    bail!("redis-server did not start")
}
