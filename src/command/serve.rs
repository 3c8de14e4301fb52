//! `fluence serve`: runs the gateway.

use std::net::SocketAddr;

use anyhow::bail;
use clap::Args;

use crate::config::Settings;

/// `fluence serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Address and port to serve on, as FLUENCE_LISTEN.
    #[arg(long, value_name = "ADDR")]
    pub(super) listen: Option<SocketAddr>,
    /// Development: needs no key and works on sample people; on a loopback address only.
    #[arg(long)]
    dev: bool,
    /// Make the demonstration account and print its key and ready curl lines.
    #[arg(long)]
    demo: bool,
}

/// What `serve` is told besides the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServeOptions {
    /// The development mode.
    pub dev: bool,
    /// Whether to make the demonstration account.
    pub demo: bool,
}

impl ServeArgs {
    /// The part that is no setting.
    pub fn options(&self) -> ServeOptions {
        ServeOptions { dev: self.dev, demo: self.demo }
    }
}

/// Runs the gateway until it is told to stop.
///
/// # Errors
/// When it cannot start.
pub async fn run(_settings: Settings, _options: ServeOptions) -> anyhow::Result<()> {
    bail!("not built yet")
}
