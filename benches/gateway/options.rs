//! What to measure, and for how long: from the environment, because `cargo bench` passes arguments
//! of its own.

use std::env;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};

/// The parts of a run, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Requests over sockets.
    Http,
    /// The ledger's writer without HTTP.
    Writer,
    /// Limits that gateways share.
    Limits,
    /// A ledger that is already full.
    Growth,
    /// Forwarded calls.
    Upstream,
}

/// How a run is made.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// How often each contender has its turn.
    pub(crate) rounds: usize,
    /// How long a turn lasts.
    pub(crate) turn: Duration,
    /// Connections of the load generator, one run for each figure.
    pub(crate) connections: Vec<usize>,
    /// The number of old entries in the full ledger.
    pub(crate) old_entries: i64,
    /// What is measured.
    pub(crate) parts: Vec<Part>,
    /// The program of another build, which takes turns with this one where calls are forwarded.
    pub(crate) against: Option<PathBuf>,
}

impl Options {
    /// Reads `BENCH_QUICK`, `BENCH_ROUNDS`, `BENCH_SECONDS`, `BENCH_CONNECTIONS` (`64,256`),
    /// `BENCH_ENTRIES`, `BENCH_AGAINST`, and the parts from the command line: `http`, `writer`,
    /// `limits`, `growth`, `upstream`; none means all.
    pub(crate) fn read(words: &[String]) -> anyhow::Result<Self> {
        let is_quick = env::var("BENCH_QUICK").is_ok_and(|value| value != "0");
        let (seconds, old_entries) = if is_quick { (1, 500_000) } else { (3, 5_000_000) };
        let connections = env::var("BENCH_CONNECTIONS").unwrap_or_else(|_| "64".to_owned());
        let connections = connections
            .split(',')
            .map(|figure| figure.trim().parse().context("BENCH_CONNECTIONS must be such as `64` or `64,256`"))
            .collect::<Result<_, _>>()?;
        let options = Self {
            rounds: usize::try_from(number("BENCH_ROUNDS", 3)?)?,
            turn: Duration::from_secs(u64::try_from(number("BENCH_SECONDS", seconds)?)?),
            connections,
            old_entries: number("BENCH_ENTRIES", old_entries)?,
            parts: parts(words)?,
            against: env::var_os("BENCH_AGAINST").map(PathBuf::from),
        };
        if options.rounds == 0 || options.turn.is_zero() {
            bail!("BENCH_ROUNDS and BENCH_SECONDS must be at least 1");
        }
        Ok(options)
    }
}

fn number(name: &str, default: i64) -> anyhow::Result<i64> {
    match env::var(name) {
        Ok(text) => text.parse().with_context(|| format!("{name} must be a whole number")),
        Err(_) => Ok(default),
    }
}

fn parts(words: &[String]) -> anyhow::Result<Vec<Part>> {
    if words.is_empty() {
        return Ok(vec![Part::Http, Part::Writer, Part::Limits, Part::Growth, Part::Upstream]);
    }
    let part = |word: &String| match word.as_str() {
        "http" => Ok(Part::Http),
        "writer" => Ok(Part::Writer),
        "limits" => Ok(Part::Limits),
        "growth" => Ok(Part::Growth),
        "upstream" => Ok(Part::Upstream),
        other => bail!("there is no benchmark `{other}`: http, writer, limits, growth, upstream"),
    };
    words.iter().map(part).collect()
}
