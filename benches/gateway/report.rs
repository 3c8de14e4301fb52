//! The results, as a table and as ratios beside their targets.

use std::fmt;
use std::time::Duration;

/// One contender's turn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn {
    /// Calls answered.
    pub(crate) calls: u64,
    /// In how long.
    pub(crate) elapsed: Duration,
    /// Latencies of half and of 99 % of the calls, where they were taken.
    pub(crate) latency: Option<(Duration, Duration)>,
    /// CPU time of the server, of Postgres and of the load generator.
    pub(crate) cpu: Cpu,
    /// Flushes of the database's log, and bytes written to it.
    pub(crate) log: (i64, i64),
}

/// CPU time by process group.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cpu {
    pub(crate) server: Duration,
    pub(crate) postgres: Duration,
    pub(crate) load: Duration,
}

impl Turn {
    fn rate(&self) -> f64 {
        self.calls as f64 / self.elapsed.as_secs_f64()
    }

    fn us_a_call(&self, cpu: Duration) -> f64 {
        cpu.as_secs_f64() * 1e6 / self.calls as f64
    }
}

/// What is compared.
#[derive(Clone, Debug)]
pub(crate) struct Contender {
    /// Its name in the table.
    pub(crate) name: String,
    /// One for each round.
    pub(crate) turns: Vec<Turn>,
}

impl Contender {
    pub(crate) fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), turns: Vec::new() }
    }

    fn median(&self, figure: impl Fn(&Turn) -> f64) -> f64 {
        Spread::of(self.turns.iter().map(figure)).median
    }
}

/// A median with its range.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    least: f64,
    most: f64,
}

impl Spread {
    pub(crate) fn of(figures: impl Iterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = figures.collect();
        sorted.sort_by(f64::total_cmp);
        let at = |place: usize| sorted.get(place).copied().unwrap_or(f64::NAN);
        let (low, high) = (at(sorted.len().saturating_sub(1) / 2), at(sorted.len() / 2));
        Self {
            median: f64::midpoint(low, high),
            least: at(0),
            most: sorted.last().copied().unwrap_or(f64::NAN),
        }
    }
}

/// The target of a figure.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target {
    AtLeast(f64),
    AtMost(f64),
}

impl Target {
    fn is_met_by(self, figure: f64) -> bool {
        match self {
            Self::AtLeast(bound) => figure >= bound,
            Self::AtMost(bound) => figure <= bound,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(bound) => write!(f, ">= {bound}"),
            Self::AtMost(bound) => write!(f, "<= {bound}"),
        }
    }
}

/// A figure, with or without a target.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    what: String,
    spread: Spread,
    target: Option<Target>,
}

/// All results of a run.
#[derive(Debug, Default)]
pub(crate) struct Report {
    findings: Vec<Finding>,
}

impl Report {
    /// Compares two contenders round by round: both had their turns in the same seconds.
    pub(crate) fn ratio(&mut self, one: &Contender, other: &Contender, target: Option<Target>) {
        let pairs = one.turns.iter().zip(&other.turns).map(|(one, other)| one.rate() / other.rate());
        let what = format!("{} / {}", one.name, other.name);
        self.findings.push(Finding { what, spread: Spread::of(pairs), target });
    }

    /// A figure of one measurement.
    pub(crate) fn figure(&mut self, what: impl Into<String>, figure: f64, target: Option<Target>) {
        let spread = Spread { median: figure, least: figure, most: figure };
        self.findings.push(Finding { what: what.into(), spread, target });
    }

    /// Prints a table.
    pub(crate) fn table(title: &str, contenders: &[Contender]) {
        println!("\n{title}");
        println!(
            "  {:<44} {:>8} {:>17} {:>7} {:>7}  {:>6} {:>8} {:>6}  {:>7} {:>6}",
            "", "a second", "range", "p50 ms", "p99 ms", "server", "postgres", "load", "fsyncs", "log B"
        );
        for contender in contenders {
            println!("  {}", line(contender));
        }
    }

    /// Prints ratios and targets.
    pub(crate) fn print(&self) {
        println!("\nTargets");
        for Finding { what, spread, target } in &self.findings {
            let verdict = match target {
                Some(target) if target.is_met_by(spread.median) => format!("{target}: met"),
                Some(target) => format!("{target}: MISSED"),
                None => String::new(),
            };
            let range = format!("[{}-{}]", short(spread.least), short(spread.most));
            println!("  {what:<80} {:>6} {range:<14} {verdict}", short(spread.median));
        }
    }
}

/// A line of the table: rate and its range, latencies, microseconds of CPU a call, flushes and
/// bytes of the log a call.
fn line(contender: &Contender) -> String {
    let rate = Spread::of(contender.turns.iter().map(Turn::rate));
    let latency = |pick: fn((Duration, Duration)) -> Duration| {
        let figure =
            contender.median(|turn| turn.latency.map_or(f64::NAN, |both| pick(both).as_secs_f64() * 1e3));
        if figure.is_nan() { "-".to_owned() } else { format!("{figure:.1}") }
    };
    let cpu = |pick: fn(&Cpu) -> Duration| contender.median(|turn| turn.us_a_call(pick(&turn.cpu)));
    let log =
        |pick: fn((i64, i64)) -> i64| contender.median(|turn| pick(turn.log) as f64 / turn.calls as f64);
    format!(
        "{:<44} {:>8.0} {:>17} {:>7} {:>7}  {:>6.1} {:>8.1} {:>6.1}  {:>7.3} {:>6.0}",
        contender.name,
        rate.median,
        format!("[{:.0}-{:.0}]", rate.least, rate.most),
        latency(|both| both.0),
        latency(|both| both.1),
        cpu(|cpu| cpu.server),
        cpu(|cpu| cpu.postgres),
        cpu(|cpu| cpu.load),
        log(|log| log.0),
        log(|log| log.1),
    )
}

/// Rounds to three significant digits.
fn short(figure: f64) -> String {
    match figure.abs() {
        size if size >= 100.0 => format!("{figure:.0}"),
        size if size >= 10.0 => format!("{figure:.1}"),
        _ => format!("{figure:.2}"),
    }
}
