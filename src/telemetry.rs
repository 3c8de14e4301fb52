//! Logs: one JSON object a line on standard error, or readable lines on a terminal.

mod lines;
pub mod metrics;
pub mod process;
mod queue;
pub mod request;
pub mod settings;

use std::io::{self, IsTerminal};
use std::panic::{self, PanicHookInfo};

use tracing_subscriber::filter::ParseError;
use tracing_subscriber::fmt::format::JsonFields;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};
use tracing_subscriber::{EnvFilter, Registry, fmt, reload};

use lines::WithRequestId;
use queue::{LogGuard, LogQueue};

use self::settings::LogFormat;

#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    #[error("log level `{level}`: {source}; use a level such as `info` or `info,fluence::request=warn`")]
    Level { level: String, source: ParseError },
    #[error("cannot start the thread that writes the log: {0}")]
    Thread(#[from] io::Error),
    #[error("cannot change the log level: {0}")]
    Reload(#[from] reload::Error),
    #[error("logging was already set up")]
    Twice(#[from] TryInitError),
}

/// Sets up logging for the process, until the guard is dropped. `level` is `error`, `warn`, `info`,
/// `debug` or `trace`, optionally with exceptions: `info,fluence::request=warn` omits the request
/// log.
pub fn init(level: &str, format: LogFormat) -> Result<Logging, TelemetryError> {
    let (filter, level) = reload::Layer::new(filter(level)?);
    let (queue, guard) = LogQueue::start(io::stderr())?;
    let lines = fmt::layer().with_writer(queue);
    let is_pretty = match format {
        LogFormat::Auto => io::stderr().is_terminal(),
        LogFormat::Json => false,
        LogFormat::Pretty => true,
    };
    let registry = tracing_subscriber::registry().with(filter);
    if is_pretty {
        let format = WithRequestId(fmt::format().with_target(false));
        registry.with(lines.with_ansi(io::stderr().is_terminal()).event_format(format)).try_init()?;
    } else {
        let json = fmt::format().json().flatten_event(true).with_current_span(false).with_span_list(false);
        let lines = lines.fmt_fields(JsonFields::new()).event_format(WithRequestId(json));
        registry.with(lines).try_init()?;
    }
    panic::set_hook(Box::new(log_panic));
    Ok(Logging { level, _guard: guard })
}

/// The log of the process. Dropping it writes all lines.
#[must_use = "logging ends when this is dropped"]
pub struct Logging {
    level: reload::Handle<EnvFilter, Registry>,
    _guard: LogGuard,
}

impl Logging {
    /// Changes the level.
    ///
    /// # Errors
    /// When the level is not valid.
    pub fn set_level(&self, level: &str) -> Result<(), TelemetryError> {
        Ok(self.level.reload(filter(level)?)?)
    }
}

/// Logs panics, so that readers of the log find them.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let message = panic.payload_as_str().unwrap_or("(no message)");
    let location = panic.location().map(tracing::field::display);
    tracing::error!(target: "fluence::panic", location, message);
}

/// Libraries are limited in any case: at their lowest levels they log values of statements and
/// bytes of requests. What the pool and the server say of a lost connection is in the gateway's own
/// lines.
const QUIET: [&str; 6] = [
    "hyper=info",
    "hyper_util=info",
    "sqlx=warn",
    "rustls=info",
    "sqlx_core::pool=error",
    "sqlx::postgres::notice=error",
];

/// Parses a level.
fn filter(level: &str) -> Result<EnvFilter, TelemetryError> {
    let faulty = |source| TelemetryError::Level { level: level.to_owned(), source };
    let mut filter = EnvFilter::builder().parse(level).map_err(faulty)?;
    for directive in QUIET {
        filter = filter.add_directive(directive.parse().map_err(faulty)?);
    }
    Ok(filter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_read_and_faulty_ones_named() {
        assert!(filter("info").is_ok());
        assert!(filter("warn,fluence::request=info").is_ok());
        let error = filter("fluence=loud").unwrap_err().to_string();
        assert!(error.contains("fluence=loud"), "{error}");
    }

    #[test]
    fn libraries_that_print_what_passes_are_held_back() {
        let filter = filter("trace").unwrap().to_string();
        assert!(QUIET.into_iter().all(|quiet| filter.contains(quiet)), "{filter}");
    }
}
