//! `fluence serve`: runs the gateway.

use std::io;
use std::net::SocketAddr;

use clap::Args;
use tokio::task::JoinHandle;

use super::context::Context;
use super::demo;
use super::directory;
use super::output::Output;
use crate::app::{App, Start};
use crate::config::Settings;
use crate::server::stop;
use crate::storage::clock;
use crate::storage::runtime_role;
use crate::storage::schema::SchemaState;

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
pub async fn run(settings: Settings, options: ServeOptions) -> anyhow::Result<()> {
    // Before anything is started: a signal during the start is kept, and stops the gateway once it is up.
    let signal = tokio::spawn(stop::signalled());
    let context = Context::open(settings).await?;
    let served = serve(&context, options, signal).await;
    let closed = context.close().await;
    served.and(closed)
}

async fn serve(
    context: &Context,
    options: ServeOptions,
    signal: JoinHandle<io::Result<&'static str>>,
) -> anyhow::Result<()> {
    prepare_schema(context).await?;
    let start = Start {
        settings: context.settings().clone(),
        database: context.options().clone(),
        pepper: context.peppers().await?,
        dev: options.dev,
    };
    let app = App::start(start).await?;
    let served = until_signalled(context, options, app.address, signal).await;
    app.stop().await;
    served
}

async fn until_signalled(
    context: &Context,
    options: ServeOptions,
    address: SocketAddr,
    signal: JoinHandle<io::Result<&'static str>>,
) -> anyhow::Result<()> {
    if options.demo {
        demo::prepare(context).await?.print(address, Output::Text)?;
    }
    // In the development mode nobody is sold anything.
    if !options.dev {
        warn_of_shortage(context).await?;
    }
    let signal = signal.await??;
    tracing::info!(signal, "stopping");
    Ok(())
}

/// Warns where customers would find nobody real. Contacts and an enrichment service may be all that a seller needs.
async fn warn_of_shortage(context: &Context) -> anyhow::Result<()> {
    let now = clock::now(&mut *context.connection().await?).await?;
    if let Some(shortage) = directory::shortage(context.pool(), now).await? {
        tracing::warn!("{}", directory::advice(shortage));
    }
    Ok(())
}

/// The private database is brought up to date, and so is an empty one. A database that several gateways may share is
/// migrated by whoever upgrades them, and not by the first of them that starts.
async fn prepare_schema(context: &Context) -> anyhow::Result<()> {
    if context.is_private() || context.schema_state().await? == SchemaState::Missing {
        let upgrade = context.bring_up_to_date().await?;
        tracing::info!(version = upgrade.version, applied = upgrade.applied, "the schema is up to date");
    }
    context.require_current_schema().await?;
    Ok(runtime_role::warn_unless_there(&mut *context.connection().await?).await?)
}
