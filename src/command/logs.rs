//! Where logs go: standard error, so that standard output holds nothing but the answer.

use std::io::{self, IsTerminal};

use anyhow::anyhow;
use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};

/// Starts logging for the rest of the program's life.
///
/// # Errors
/// When `log.level` is no filter.
pub fn start(log: &Log) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&log.level).map_err(|error| anyhow!("log.level: {error}"))?;
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    let is_terminal = io::stderr().is_terminal();
    let started = match log.format {
        LogFormat::Auto if is_terminal => logs.compact().try_init(),
        LogFormat::Pretty => logs.with_ansi(is_terminal).compact().try_init(),
        LogFormat::Auto | LogFormat::Json => logs.json().flatten_event(true).try_init(),
    };
    started.map_err(|error| anyhow!("cannot start logging: {error}"))
}
