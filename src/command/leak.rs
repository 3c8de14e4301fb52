//! `fluence leak`: rules by which secret scanners find the keys of this service, and a scanner of
//! its own.

mod patterns;
mod reports;

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;

use super::context::Context;
use super::output::{Output, Report, count, printable};
use super::settings::{self, PepperNeed};
use crate::config::Settings;
use crate::domain::ids::AccountId;
use crate::domain::key::KeyFormat;
use crate::domain::key::found::find_keys;
use crate::secret::generate_key;
use crate::telemetry;

/// A larger file is not read: keys are in texts.
const MAX_FILE_BYTES: u64 = 256 * 1024 * 1024;

#[derive(Debug, Subcommand)]
pub enum LeakCommand {
    /// Print the rules of a secret scanner for the keys of this service.
    Patterns {
        /// The scanner.
        #[arg(long = "for", value_name = "SCANNER")]
        scanner: Scanner,
    },
    /// Find keys of this service in files or standard input. Exits with status 1 if there are any.
    /// Needs no database.
    Check(CheckArgs),
    /// Print keys that look real and are not, one of each format, to try a scanner with.
    Test {
        /// Keys of each format.
        #[arg(long, value_name = "N", default_value_t = 1, allow_negative_numbers = true, value_parser = clap::value_parser!(u32).range(1..=100_000))]
        count: u32,
    },
    #[command(flatten)]
    Reports(ReportsCommand),
}

/// The commands that need the database.
#[derive(Debug, Subcommand)]
pub enum ReportsCommand {
    /// Report leaked keys from standard input, one a line, and do what `leaks.on_leak` says.
    Report {
        /// Where they were found.
        #[arg(long, default_value = "")]
        url: String,
    },
    /// List the latest reports of leaked keys.
    List {
        /// Account id [default: all accounts].
        #[arg(long)]
        account: Option<AccountId>,
    },
}

#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Files; `-` is standard input.
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Scanner {
    /// A rule for `.gitleaks.toml`.
    Gitleaks,
    /// A custom detector of TruffleHog.
    Trufflehog,
    /// A plugin in Python.
    DetectSecrets,
    /// A rule for `.secretlintrc.json`.
    Secretlint,
    /// What the form of GitHub's secret scanning partner program asks for.
    Github,
}

/// Runs a command.
///
/// # Errors
/// When a file cannot be read, or contains a key, or the database cannot be reached.
pub async fn run(
    command: LeakCommand,
    data_dir: Option<String>,
    operator: Option<String>,
    output: Output,
) -> anyhow::Result<()> {
    match command {
        LeakCommand::Patterns { scanner } => {
            let settings = settings::for_command(data_dir)?;
            output.print(&Rules { rules: patterns::rules(scanner, &settings.keys.prefix) })
        }
        LeakCommand::Check(args) => check(&args.files, output),
        LeakCommand::Test { count } => test(count, &settings::for_command(data_dir)?, output),
        LeakCommand::Reports(command) => {
            let (settings, log) = settings::for_command_with_log(data_dir, PepperNeed::Needed)?;
            let _log = telemetry::init(&log.directives(), log.format)?;
            let context = Context::open_existing(settings).await?.run_by(operator);
            let done = command.run(&context, output).await;
            let closed = context.close().await;
            done.and(closed)
        }
    }
}

impl ReportsCommand {
    async fn run(self, context: &Context, output: Output) -> anyhow::Result<()> {
        context.require_current_schema().await?;
        match self {
            Self::Report { url } => reports::report(&url, context, output).await,
            Self::List { account } => reports::list(account, context, output).await,
        }
    }
}

#[derive(Serialize)]
struct Rules {
    rules: String,
}

impl Report for Rules {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(self.rules.as_bytes())
    }
}

#[derive(Serialize)]
struct Found {
    file: String,
    line: usize,
    format: KeyFormat,
    prefix: String,
    last_four: String,
}

#[derive(Serialize)]
struct CheckReport {
    files: usize,
    found: Vec<Found>,
}

fn check(files: &[PathBuf], output: Output) -> anyhow::Result<()> {
    let mut found = Vec::new();
    for path in files {
        let text = read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let (mut line, mut counted) = (1, 0);
        for key in find_keys(&text) {
            // Keys come in the order of the text, so each byte is counted once.
            line += text[counted..key.at].iter().filter(|byte| **byte == b'\n').count();
            counted = key.at;
            let file = path.display().to_string();
            let (prefix, last_four) = (key.prefix, key.last_four);
            found.push(Found { file, line, format: key.format, prefix, last_four });
        }
    }
    let keys = found.len();
    output.print(&CheckReport { files: files.len(), found })?;
    match keys {
        0 => Ok(()),
        keys => bail!("{} found; revoke what is live: fluence key revoke", count(keys as u64, "key")),
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    if path == Path::new("-") {
        io::stdin().lock().take(MAX_FILE_BYTES + 1).read_to_end(&mut text)?;
    } else {
        File::open(path)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut text)?;
    }
    if text.len() as u64 > MAX_FILE_BYTES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "larger than 256 MiB"));
    }
    Ok(text)
}

impl Report for CheckReport {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        for Found { file, line, format, prefix, last_four } in &self.found {
            let format = format.as_str();
            writeln!(out, "{}:{line}  {format}  {prefix}…{last_four}", printable(file))?;
        }
        match self.found.len() {
            0 => writeln!(out, "no key in {}", count(self.files as u64, "file")),
            _ => Ok(()),
        }
    }
}

#[derive(Serialize)]
struct TestKeys {
    keys: Vec<String>,
}

impl Report for TestKeys {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        self.keys.iter().try_for_each(|key| writeln!(out, "{key}"))
    }
}

/// Prints keys whose checksum is wrong.
fn test(count: u32, settings: &Settings, output: Output) -> anyhow::Result<()> {
    let mut keys = Vec::new();
    for format in KeyFormat::ISSUED.into_iter().filter(|format| patterns::has_pattern(*format)) {
        for _ in 0..count {
            let secret = generate_key(format, &settings.keys.prefix)?;
            let (body, last) = secret.expose().split_at(secret.expose().len() - 1);
            keys.push(format!("{body}{}", if last == "x" { "y" } else { "x" }));
        }
    }
    output.print(&TestKeys { keys })
}
