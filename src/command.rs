//! What the program can be told to do, one file a noun.
//!
//! A command line becomes a [`Cli`]; [`run`] reads the settings, opens a [`context::Context`] where the command needs a
//! database, and lets the noun do its work. Everything a command says is an [`output::Report`].

pub mod account;
mod actor;
pub mod audit;
pub mod config;
mod confirm;
pub mod context;
mod core_files;
pub mod credit;
mod csv;
pub mod demo;
pub mod directory;
pub mod environment;
pub mod error;
pub mod healthcheck;
pub mod key;
pub mod ledger;
pub mod migrate;
pub mod output;
pub mod pepper;
mod pepper_file;
pub mod person;
mod reload;
mod running;
pub mod serve;
mod settings;
mod values;
pub mod with_postgres;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use self::context::Context;
use self::output::Output;
use self::reload::Reloading;
use crate::telemetry;

/// An HTTP gateway that sells calls by the credit.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
#[command(
    after_help = "Settings come from the command line, then FLUENCE_* variables, then the file named by \
    FLUENCE_CONFIG, then the defaults; `fluence config show` prints those in force, `fluence config show --defaults` \
    explains each. Without DATABASE_URL the program runs a PostgreSQL of its own in --data-dir."
)]
pub struct Cli {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Command,
}

/// Flags of every command.
#[derive(Debug, Args)]
struct Globals {
    /// Print one JSON object instead of text.
    #[arg(long, global = true)]
    json: bool,
    /// Folder of the private PostgreSQL and its pepper, as FLUENCE_DATA_DIR.
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<String>,
    /// Your name in the audit log [default: FLUENCE_OPERATOR, or the user's name].
    #[arg(long = "as", global = true, value_name = "NAME")]
    operator: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the gateway.
    Serve(serve::ServeArgs),
    #[command(flatten)]
    Stored(StoredCommand),
    /// The settings in force.
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// Ask the gateway on this machine whether it is ready.
    Healthcheck(running::WhereArgs),
    /// Run a command, such as the tests, beside a throw-away PostgreSQL.
    WithPostgres {
        /// The command and its arguments.
        #[arg(last = true, required = true, value_name = "COMMAND")]
        command: Vec<OsString>,
    },
}

/// The commands that work on the database.
#[derive(Debug, Subcommand)]
enum StoredCommand {
    /// Bring the database up to date: schema, plans, packs, the ledger's partitions.
    Migrate,
    /// Accounts: who holds the credits.
    #[command(subcommand)]
    Account(account::AccountCommand),
    /// API keys.
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// Environments: named sets of keys, live or test.
    #[command(subcommand)]
    Environment(environment::EnvironmentCommand),
    /// Grant credits, or correct a balance.
    #[command(subcommand)]
    Credit(credit::CreditCommand),
    /// The ledger: verify it, print statements.
    #[command(subcommand)]
    Ledger(ledger::LedgerCommand),
    /// The shared people directory.
    #[command(subcommand)]
    Directory(directory::DirectoryCommand),
    /// The rights of a person in the directory: export, erasure, opt-out.
    #[command(subcommand)]
    Person(person::PersonCommand),
    /// The secrets that keys are hashed under.
    #[command(subcommand)]
    Pepper(pepper::PepperCommand),
    /// Who changed what, on what, from where.
    Audit(audit::AuditArgs),
    /// Make a demonstration account, and print its key and ready curl lines.
    Demo(running::WhereArgs),
}

impl StoredCommand {
    fn needs_pepper(&self) -> bool {
        match self {
            Self::Key(command) => command.needs_pepper(),
            Self::Migrate | Self::Pepper(_) | Self::Demo(_) => true,
            _ => false,
        }
    }

    async fn run(self, context: &Context, output: Output) -> anyhow::Result<()> {
        if !matches!(self, Self::Migrate | Self::Demo(_)) {
            context.require_current_schema().await?;
        }
        match self {
            Self::Migrate => migrate::run(context, output).await,
            Self::Account(command) => command.run(context, output).await,
            Self::Key(command) => command.run(context, output).await,
            Self::Environment(command) => command.run(context, output).await,
            Self::Credit(command) => command.run(context, output).await,
            Self::Ledger(command) => command.run(context, output).await,
            Self::Directory(command) => command.run(context, output).await,
            Self::Person(command) => command.run(context, output).await,
            Self::Pepper(command) => command.run(context, output).await,
            Self::Audit(args) => audit::run(args, context, output).await,
            Self::Demo(place) => demo::run(&place, context, output).await,
        }
    }
}

/// Runs one command and returns the program's exit status.
///
/// # Errors
/// Whatever keeps the command from doing what it was told.
pub async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let Globals { json, data_dir, operator } = cli.globals;
    let output = if json { Output::Json } else { Output::Text };
    if !matches!(cli.command, Command::WithPostgres { .. }) {
        core_files::forbid()?;
    }
    match cli.command {
        Command::WithPostgres { command } => {
            let status = with_postgres::run(command).await?;
            return Ok(ExitCode::from(u8::try_from(status).unwrap_or(1)));
        }
        Command::Serve(args) => {
            let read = || settings::for_serve(args.listen, data_dir.clone());
            let settings = read()?;
            let log = telemetry::init(&settings.log.level, settings.log.format)?;
            serve::run(settings, args.options(), Reloading { log: &log, read: &read }).await?;
        }
        Command::Config(command) => config::run(&command, data_dir, output)?,
        Command::Healthcheck(place) => {
            let settings = settings::for_command(data_dir, false)?.0;
            healthcheck::run(&place.url(&settings)?, output).await?;
        }
        Command::Stored(command) => {
            let (settings, log) = settings::for_command(data_dir, command.needs_pepper())?;
            let _log = telemetry::init(&log.level, log.format)?;
            let context = Context::open(settings).await?.run_by(operator);
            let done = command.run(&context, output).await;
            let closed = context.close().await;
            done.and(closed)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }
}
