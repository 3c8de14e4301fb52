//! The commands of the program, one file for each noun.
//!
//! A command line becomes a [`Cli`]; [`run`] reads the settings, opens a [`context::Context`] if
//! the command needs a database, and runs the command. Everything that a command prints is an
//! [`output::Report`].

pub mod account;
mod actor;
pub mod audit;
pub mod backup;
pub mod config;
mod confirm;
mod consent;
pub mod context;
mod core_files;
pub mod credit;
pub mod demo;
pub mod directory;
pub mod doctor;
pub mod environment;
pub mod error;
mod explain;
pub mod healthcheck;
pub mod key;
pub mod leak;
pub mod ledger;
mod link;
pub mod migrate;
pub mod openapi;
pub mod operator;
pub mod output;
mod package_files;
pub mod pepper;
mod pepper_file;
pub mod person;
mod reload;
pub mod retention;
mod running;
pub mod serve;
mod service_manager;
pub mod sets;
mod settings;
mod stored;
mod usage;
mod values;
pub mod with_postgres;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use self::context::Context;
use self::output::Output;
use self::reload::Reloading;
use self::stored::StoredCommand;
use crate::telemetry;
use crate::telemetry::settings::LogFormat;

/// An HTTP gateway that sells calls by the credit.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, arg_required_else_help = true)]
#[command(
    after_help = "Precedence of settings: command line, FLUENCE_* variables, the file named by FLUENCE_CONFIG, defaults. \
    `fluence config show` prints the settings in force, `fluence config show --defaults` explains each. Without \
    DATABASE_URL the program runs its own PostgreSQL in --data-dir."
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
    /// Folder of the private PostgreSQL and the pepper. Same as FLUENCE_DATA_DIR.
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<String>,
    /// Your name in the audit log [default: FLUENCE_OPERATOR, or your user name].
    #[arg(long = "as", global = true, value_name = "NAME")]
    operator: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the gateway.
    Serve(serve::ServeArgs),
    #[command(flatten)]
    Stored(StoredCommand),
    /// Check settings, database, ledger and the services that the gateway needs, and say what to
    /// do. Changes nothing.
    Doctor,
    /// Show or check the settings.
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// Back up the private database, restore it, or rehearse the restore.
    #[command(subcommand)]
    Backup(backup::BackupCommand),
    /// Find and report leaked keys, and print rules for secret scanners.
    #[command(subcommand)]
    Leak(leak::LeakCommand),
    /// Print the OpenAPI document of the gateway.
    Openapi,
    /// Check whether the gateway on this machine is ready.
    Healthcheck(running::WhereArgs),
    /// Write man pages and shell completions, for packages.
    #[command(hide = true)]
    PackageFiles {
        /// The folder to write to.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// Run a command, such as the tests, with a temporary PostgreSQL.
    WithPostgres {
        /// The command and its arguments.
        #[arg(last = true, required = true, value_name = "COMMAND")]
        command: Vec<OsString>,
    },
}

/// Runs one command and returns the program's exit status.
///
/// # Errors
/// The reason why the command failed.
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
            let log = telemetry::init(&settings.log.directives(), settings.log.format)?;
            let is_json = settings.log.format == LogFormat::Json;
            let served = serve::run(settings, args.options(), Reloading { log: &log, read: &read }).await;
            match served {
                Err(error) if is_json => {
                    tracing::error!(error = error::one_line(&error), "the gateway has failed");
                    return Ok(ExitCode::FAILURE);
                }
                served => served?,
            }
        }
        Command::Doctor => {
            let _log = telemetry::init("error", LogFormat::Pretty)?;
            doctor::run(settings::for_serve(None, data_dir), output).await?;
        }
        Command::Config(command) => config::run(&command, data_dir, output)?,
        Command::Backup(command) => backup::run(command, data_dir, output).await?,
        Command::Leak(command) => leak::run(command, data_dir, operator, output).await?,
        Command::Openapi => openapi::run(&settings::for_command(data_dir)?, output)?,
        Command::PackageFiles { folder } => package_files::write(&folder)?,
        Command::Healthcheck(place) => {
            let settings = settings::for_command(data_dir)?;
            healthcheck::run(&place.probe_url(&settings)?, output).await?;
        }
        Command::Stored(command) => {
            let (settings, log) = settings::for_command_with_log(data_dir, command.pepper_need())?;
            let _log = telemetry::init(&log.directives(), log.format)?;
            let opened = match command.makes_database() {
                true => Context::open(settings).await?,
                false => Context::open_existing(settings).await?,
            };
            let context = opened.run_by(operator);
            let done = command.run(&context, output).await;
            let closed = context.close().await;
            done.and(closed)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints help, the version, or why a command line is refused, and returns the exit status.
///
/// # Errors
/// When help or the version cannot be printed.
pub fn print_usage(answer: &clap::Error) -> anyhow::Result<ExitCode> {
    let status = ExitCode::from(u8::try_from(answer.exit_code()).unwrap_or(1));
    if answer.use_stderr() {
        // If standard error is closed, the exit status remains.
        let _ = answer.print();
        return Ok(status);
    }
    answer.print()?;
    io::stdout().flush()?;
    Ok(status)
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
