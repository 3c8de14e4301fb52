//! Reads the command line, runs the command, turns an error into an exit status.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use fluence::command::{self, Cli, error};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Cli::try_parse() {
        Ok(cli) => command::run(cli).await,
        Err(answer) => command::print_usage(&answer),
    };
    match done {
        Ok(status) => status,
        Err(error) if error::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // If standard error is closed, the exit status remains.
            let _ = writeln!(std::io::stderr(), "fluence: {}", error::one_line(&error));
            ExitCode::FAILURE
        }
    }
}
