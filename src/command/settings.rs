//! The settings of one run of the program: what the environment, the file and the command line say
//! together.

use std::fs::File;
use std::io::{self, Read};
use std::net::SocketAddr;

use crate::app;
use crate::config::{ConfigError, Fault, Settings, Sources, load};
use crate::local_postgres;
use crate::telemetry::settings::{LogFormat, LogSettings};

/// The variable that names the configuration file.
const FILE_VARIABLE: &str = "FLUENCE_CONFIG";
/// The setting of `--data-dir`.
const DATA_DIR: &str = "data_dir";
/// Bytes of the configuration file at most.
const MAX_FILE_BYTES: u64 = 1024 * 1024;

pub(super) fn for_serve(
    listen: Option<SocketAddr>,
    data_dir: Option<String>,
) -> Result<Settings, ConfigError> {
    let mut sources = Sources { needs_pepper: true, ..sources(data_dir) };
    sources.overrides.extend(listen.map(|listen| ("listen", listen.to_string())));
    read(sources)
}

/// Whether a command hashes with the pepper, which the settings of its own database must then have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PepperNeed {
    Needed,
    NotNeeded,
}

/// The settings of a command that neither logs nor hashes.
pub(super) fn for_command(data_dir: Option<String>) -> Result<Settings, ConfigError> {
    read(sources(data_dir))
}

/// The settings of a command, and how it logs: where nothing else was asked for, only what an
/// operator must know.
pub(super) fn for_command_with_log(
    data_dir: Option<String>,
    pepper: PepperNeed,
) -> Result<(Settings, LogSettings), ConfigError> {
    let sources = Sources { needs_pepper: pepper == PepperNeed::Needed, ..sources(data_dir) };
    let is_quiet = sources.variable("FLUENCE_LOG_LEVEL").is_none();
    let settings = read(sources)?;
    let mut log = settings.log.clone();
    if is_quiet {
        log.level = "warn".into();
    }
    if log.format == LogFormat::Auto {
        log.format = LogFormat::Pretty;
    }
    Ok((settings, log))
}

/// Variables that are set and ignored, because clients use them for programs of their own.
pub(super) fn ignored_variables() -> Vec<&'static str> {
    sources(None).ignored_variables()
}

/// The files that hold secrets, with the variables that name them.
pub(super) fn secret_files() -> Vec<(String, String)> {
    let sources = sources(None);
    sources.secret_files().into_iter().map(|(variable, path)| (variable, path.to_owned())).collect()
}

fn sources(data_dir: Option<String>) -> Sources {
    // A value that is not Unicode is faulty, but it is there: a gateway must not serve without its
    // `DATABASE_URL`.
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned())));
    let overrides = data_dir.map(|folder| (DATA_DIR, folder)).into_iter().collect();
    Sources { environment: environment.collect(), overrides, ..Sources::default() }
}

fn read_file(path: &str) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(MAX_FILE_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_FILE_BYTES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "larger than 1 MiB"));
    }
    Ok(text)
}

/// Reads all sources; a file that cannot be read is one fault among the others.
fn read(mut sources: Sources) -> Result<Settings, ConfigError> {
    let mut unreadable = None;
    if let Some(path) = sources.variable(FILE_VARIABLE) {
        match read_file(path) {
            Ok(text) => sources.file = Some((path.to_owned(), text)),
            Err(error) => {
                let advice = format!("{path} cannot be read: {error}");
                unreadable = Some(Fault { setting: FILE_VARIABLE.into(), advice });
            }
        }
    }
    let loaded = load(&sources);
    let names_data_dir = sources.overrides.iter().any(|(name, _)| *name == DATA_DIR);
    sources.wipe();
    match (loaded, unreadable) {
        // It would be ignored, and another ledger be shown or changed.
        (Ok(settings), None) if names_data_dir && settings.has_own_database() => {
            let advice = "names a private database, but DATABASE_URL is set: leave out one of them";
            Err(ConfigError(vec![Fault { setting: "--data-dir".into(), advice: advice.into() }]))
        }
        (Ok(settings), None) => Ok(resolved(settings)),
        (Ok(_), Some(fault)) => Err(ConfigError(vec![fault])),
        (Err(ConfigError(faults)), unreadable) => {
            Err(ConfigError(unreadable.into_iter().chain(faults).collect()))
        }
    }
}

/// Fills in what is left to the machine.
fn resolved(mut settings: Settings) -> Settings {
    if settings.data_dir.is_empty() {
        settings.data_dir = local_postgres::default_data_dir().to_string_lossy().into_owned();
    }
    settings.node = app::node_name(&settings);
    settings
}
