//! Where logs go: one JSON object a line on stderr, or readable lines on a terminal.

mod lines;
pub mod metrics;
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

/// Why logging could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The level is not one.
    #[error("log level `{level}`: {source}; write one such as `info` or `info,fluence::request=warn`")]
    Level {
        /// What was configured.
        level: String,
        /// What is wrong with it.
        source: ParseError,
    },
    /// The thread that writes could not be started.
    #[error("the log cannot be written: {0}")]
    Thread(#[from] io::Error),
    /// Logging has ended.
    #[error("the log level cannot be changed: {0}")]
    Reload(#[from] reload::Error),
    /// Logging was set up before.
    #[error("logging was set up twice")]
    Twice(#[from] TryInitError),
}

/// Sets logging up for the whole process, until the guard is dropped. `level` is `error`, `warn`, `info`, `debug`
/// or `trace`, optionally followed by exceptions: `info,fluence::request=warn` leaves out the line of each request.
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

/// The log of the process. When it is dropped, all lines so far are written.
#[must_use = "logging ends when this is dropped"]
pub struct Logging {
    level: reload::Handle<EnvFilter, Registry>,
    _guard: LogGuard,
}

impl Logging {
    /// Logs at another level from now on.
    ///
    /// # Errors
    /// When the level is none.
    pub fn set_level(&self, level: &str) -> Result<(), TelemetryError> {
        Ok(self.level.reload(filter(level)?)?)
    }
}

/// A panic is a log line like any other, so that whatever reads the log finds it.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let message = panic.payload_as_str().unwrap_or("(no message)");
    let location = panic.location().map(tracing::field::display);
    tracing::error!(target: "fluence::panic", location, message);
}

/// Reads a level. Libraries that print what passes through them are held back whatever is asked: at their lowest
/// levels they would write statements' values and request bytes.
fn filter(level: &str) -> Result<EnvFilter, TelemetryError> {
    const QUIET: [&str; 4] = ["hyper=info", "hyper_util=info", "sqlx=warn", "rustls=info"];
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
        assert!(filter.contains("sqlx=warn") && filter.contains("hyper=info"), "{filter}");
    }
}
