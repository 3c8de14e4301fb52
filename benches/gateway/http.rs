//! The gateway over sockets, compared with a plain server and with one transaction for each call.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;

use crate::customers::{Keys, SEED};
use crate::keyring;
use crate::load::{Answers, Load, PATH};
use crate::machine;
use crate::nginx;
use crate::options::Options;
use crate::postgres::{Log, Postgres};
use crate::report::Target::AtLeast;
use crate::report::{Contender, Cpu, Report, Turn};
use crate::serve::{bare, one_transaction};
use crate::servers::{self, ServerProcess};

/// A contender's process and the keys that call it.
pub(crate) struct Entrant<'a> {
    pub(crate) server: &'a ServerProcess,
    pub(crate) keys: &'a Path,
    pub(crate) path: &'static str,
    /// Whether its calls reach the database.
    pub(crate) writes: bool,
    pub(crate) answers: Answers,
}

impl<'a> Entrant<'a> {
    pub(crate) fn free(server: &'a ServerProcess, keys: &'a Path) -> Self {
        Self { server, keys, path: PATH, writes: false, answers: Answers::Success }
    }

    fn paid(server: &'a ServerProcess, keys: &'a Path) -> Self {
        Self { writes: true, ..Self::free(server, keys) }
    }

    fn refused(server: &'a ServerProcess, keys: &'a Path) -> Self {
        Self { answers: Answers::Refusals, ..Self::free(server, keys) }
    }
}

/// A backend reports its statistics at most once a second, at the end of a transaction.
const REPORTED_AFTER: Duration = Duration::from_millis(1_100);
/// This number of concurrent calls uses every connection of any server here.
const REPORTING_CALLS: usize = 64;

pub(crate) async fn run(
    options: &Options,
    postgres: &Postgres,
    keys: &Keys,
    folder: &Path,
    report: &mut Report,
) -> anyhow::Result<()> {
    for name in ["gateway", "one_transaction", "settled"] {
        postgres.create(name, SEED).await?;
    }
    keyring::run(postgres, "gateway", keys, report).await?;
    let gateway = gateway(postgres, keys).await?;
    let one = one_transaction(postgres, "one_transaction", keys, false).await?;
    let settled = one_transaction(postgres, "settled", keys, true).await?;
    let answer = answer_of(&gateway, keys, folder).await?;
    let bare = bare_server(&answer, keys).await?;
    let nginx = nginx::start(&keys.of_all, &answer, folder).await?;
    let entrants = [
        ("bare axum", Entrant::free(&bare, &keys.of_all)),
        ("nginx and Lua: key check, counter, hop", Entrant::free(&nginx, &keys.of_all)),
        ("free: a test key, whole gate, no hold", Entrant::free(&gateway, &keys.of_tests)),
        ("refused: 429, the account is over its rate", Entrant::refused(&gateway, &keys.of_small_plan)),
        ("paid, 1,000 accounts", Entrant::paid(&gateway, &keys.of_all)),
        ("paid, one hot account", Entrant::paid(&gateway, &keys.of_one)),
        ("one transaction a call, 1,000 accounts", Entrant::paid(&one, &keys.of_all)),
        ("one transaction a call, one hot account", Entrant::paid(&one, &keys.of_one)),
        ("the same and a settled row, 1,000 accounts", Entrant::paid(&settled, &keys.of_all)),
    ];
    let load = Load::prepare(folder)?;
    for connections in &options.connections {
        let turns = Turns { options, postgres, load: &load, connections: *connections };
        let contenders = turns.rounds(&entrants).await?;
        Report::table(&format!("HTTP, {connections} connections"), &contenders);
        judge(&contenders, report);
    }
    Ok(())
}

fn judge(contenders: &[Contender], report: &mut Report) {
    let [bare, nginx, free, refused, paid, hot, one, one_hot, settled] = contenders else {
        panic!("the report names nine contenders, the run has {}", contenders.len())
    };
    report.ratio(free, bare, Some(AtLeast(0.7)));
    report.ratio(free, nginx, Some(AtLeast(1.0)));
    report.ratio(paid, nginx, None);
    report.ratio(refused, free, None);
    report.ratio(paid, bare, Some(AtLeast(0.4)));
    report.ratio(paid, one, Some(AtLeast(5.0)));
    report.ratio(paid, settled, None);
    report.ratio(hot, one_hot, Some(AtLeast(10.0)));
    report.ratio(hot, paid, Some(AtLeast(0.9)));
}

pub(crate) struct Turns<'a> {
    pub(crate) options: &'a Options,
    pub(crate) postgres: &'a Postgres,
    pub(crate) load: &'a Load,
    pub(crate) connections: usize,
}

impl Turns<'_> {
    /// One turn for each to warm up, then the rounds, always in the same order.
    pub(crate) async fn rounds(&self, entrants: &[(&str, Entrant<'_>)]) -> anyhow::Result<Vec<Contender>> {
        let mut contenders: Vec<_> = entrants.iter().map(|(name, _)| Contender::new(*name)).collect();
        for (_, entrant) in entrants {
            self.turn(entrant, Duration::from_secs(1)).await?;
        }
        self.postgres.checkpoint().await?;
        for round in 1..=self.options.rounds {
            eprintln!("HTTP, {} connections: round {round} of {}", self.connections, self.options.rounds);
            for ((name, entrant), contender) in entrants.iter().zip(&mut contenders) {
                let turn = self.turn(entrant, self.options.turn).await;
                contender.turns.push(turn.with_context(|| (*name).to_owned())?);
            }
        }
        Ok(contenders)
    }

    async fn turn(&self, entrant: &Entrant<'_>, turn: Duration) -> anyhow::Result<Turn> {
        let server = entrant.server;
        let log_before = self.postgres.log().await?;
        let before = self.cpu(server);
        let answered = self
            .load
            .run((server.address, entrant.path), entrant.keys, entrant.answers, self.connections, turn)
            .await?;
        let after = self.cpu(server);
        let log = if entrant.writes { self.reported(entrant, log_before).await? } else { (0, 0) };
        Ok(Turn {
            calls: answered.requests,
            elapsed: answered.elapsed,
            latency: Some((answered.p50, answered.p99)),
            // A process that ends meanwhile may be in neither reading of its tree.
            cpu: Cpu {
                server: after.0.saturating_sub(before.0),
                postgres: after.1.saturating_sub(before.1),
                load: answered.cpu,
            },
            log,
        })
    }

    fn cpu(&self, server: &ServerProcess) -> (Duration, Duration) {
        (machine::cpu_of_tree(server.process), machine::cpu_of_tree(self.postgres.process))
    }

    /// Flushes and bytes of the log since `before`, once every backend has reported them.
    async fn reported(&self, entrant: &Entrant<'_>, before: Log) -> anyhow::Result<(i64, i64)> {
        tokio::time::sleep(REPORTED_AFTER).await;
        let keys = std::fs::read_to_string(entrant.keys)?;
        let keys: Vec<String> = keys.lines().cycle().take(REPORTING_CALLS).map(str::to_owned).collect();
        servers::ask_all(entrant.server.address, entrant.path, &keys).await?;
        let after = self.postgres.log().await?;
        Ok((after.syncs - before.syncs, after.bytes - before.bytes))
    }
}

async fn gateway(postgres: &Postgres, keys: &Keys) -> anyhow::Result<ServerProcess> {
    let mut command = servers::gateway(servers::GATEWAY);
    servers::environment(&mut command, &postgres.url("gateway"), &keys.pepper);
    servers::start(command, &keys.of_all).await.context("the gateway")
}

async fn one_transaction(
    postgres: &Postgres,
    database: &str,
    keys: &Keys,
    settles: bool,
) -> anyhow::Result<ServerProcess> {
    let mut command = servers::this_program("serve-one-transaction")?;
    servers::environment(&mut command, &postgres.url(database), &keys.pepper);
    if settles {
        command.env(one_transaction::SETTLES, "1");
    }
    servers::start(command, &keys.of_all).await.with_context(|| format!("the server of {database}"))
}

/// Writes the bytes of a paid answer to a file, for the servers that only repeat them.
async fn answer_of(gateway: &ServerProcess, keys: &Keys, folder: &Path) -> anyhow::Result<PathBuf> {
    let all = std::fs::read_to_string(&keys.of_all)?;
    let answer = servers::ask(gateway.address, all.lines().next().unwrap_or_default()).await?;
    println!("an answer has {} bytes", answer.len());
    let file = folder.join("answer.json");
    std::fs::write(&file, answer)?;
    Ok(file)
}

async fn bare_server(answer: &Path, keys: &Keys) -> anyhow::Result<ServerProcess> {
    let mut command = servers::this_program("serve-bare")?;
    command.env(bare::ANSWER_FILE, answer);
    servers::start(command, &keys.of_all).await.context("the bare server")
}
