//! Reads the command line, runs the command, turns an error into an exit status.

use std::env;
use std::ffi::OsString;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let mut words = env::args_os().skip(1);
    if words.next().is_none_or(|word| word != "with-postgres") {
        eprintln!("usage: fluence with-postgres -- COMMAND...");
        return ExitCode::from(2);
    }
    let command: Vec<OsString> = words.skip_while(|word| word == "--").collect();
    match fluence::command::with_postgres::run(command).await {
        Ok(status) => ExitCode::from(u8::try_from(status).unwrap_or(1)),
        Err(error) => {
            eprintln!("fluence: {error:#}");
            ExitCode::FAILURE
        }
    }
}
