//! `fluence serve`: runs the gateway.

use std::net::SocketAddr;
use std::pin::pin;

use clap::Args;

use super::context::{self, Context};
use super::demo;
use super::directory;
use super::output::Output;
use super::reload::Reloading;
use super::running;
use super::settings::ignored_variables;
use crate::app::{App, Ports, Start};
use crate::clock::DatabaseClock;
use crate::config::{Settings, address};
use crate::server::signals::{Asked, Signals, StopSignal};
use crate::storage::clock;
use crate::storage::runtime_role;
use crate::storage::schema::SchemaState;

/// `fluence serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Address and port to serve on, as FLUENCE_LISTEN.
    #[arg(long, value_name = "ADDR", value_parser = address::parse)]
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
pub async fn run(settings: Settings, options: ServeOptions, reloading: Reloading<'_>) -> anyhow::Result<()> {
    // Before anything is started: a signal during the start is kept, and acted on once the gateway is up.
    let mut signals = Signals::listen()?;
    let ports = Ports::take(&settings, options.dev)?;
    if let Some(reason) = stopped_before_the_database_is_reached(&settings, &mut signals).await? {
        tracing::info!(signal = %reason, "stopped while waiting for the database");
        return Ok(());
    }
    let context = Context::open(settings).await?;
    let served = serve(&context, ports, options, signals, reloading).await;
    let closed = context.close().await;
    served.and(closed)
}

/// Waits for the database; returns the reason of a signal to stop that came before.
async fn stopped_before_the_database_is_reached(
    settings: &Settings,
    signals: &mut Signals,
) -> anyhow::Result<Option<StopSignal>> {
    let mut reached = pin!(context::wait_for_database(settings));
    loop {
        tokio::select! {
            reached = &mut reached => return reached.map(|()| None),
            asked = signals.next() => match asked {
                Asked::Stop(reason) => return Ok(Some(reason)),
                // The settings were read a moment ago.
                Asked::Reload => {}
            },
        }
    }
}

async fn serve(
    context: &Context,
    ports: Ports,
    options: ServeOptions,
    signals: Signals,
    reloading: Reloading<'_>,
) -> anyhow::Result<()> {
    prepare_schema(context).await?;
    let start = Start {
        settings: context.settings().clone(),
        database: context.options().clone(),
        pepper: context.peppers().await?,
        clock: DatabaseClock::default(),
        dev: options.dev,
    };
    let app = App::start_on(ports, start).await?;
    tell_of_settings(context.settings());
    let stopped = until_stopped(context, options, app.address, signals, reloading).await;
    match stopped {
        // At a terminal no load balancer waits to be told.
        Ok(StopSignal::Interrupt | StopSignal::TerminalClosed) => app.unannounced().stop().await,
        Ok(StopSignal::Terminate) | Err(_) => app.stop().await,
    }
    stopped.map(drop)
}

async fn until_stopped(
    context: &Context,
    options: ServeOptions,
    address: SocketAddr,
    mut signals: Signals,
    reloading: Reloading<'_>,
) -> anyhow::Result<StopSignal> {
    if options.demo {
        let demo = demo::prepare(context).await?;
        // A closed standard output, as of `make run | head`, is no reason to end.
        if let Err(error) = demo.print(&running::url_of(address)?, Output::Text) {
            tracing::warn!(%error, "the demonstration's lines could not be printed");
        }
    }
    // In the development mode nobody is sold anything.
    if !options.dev {
        warn_of_shortage(context).await?;
    }
    let mut settings = context.settings().clone();
    let _announced = running::announce(&settings, address);
    loop {
        match signals.next().await {
            Asked::Reload => reloading.reload(&mut settings),
            Asked::Stop(reason) => {
                tracing::info!(signal = %reason, "stopping");
                return Ok(reason);
            }
        }
    }
}

/// What an operator should know of the settings, though they are valid.
fn tell_of_settings(settings: &Settings) {
    let placeholders = settings.placeholders().join(", ");
    if !placeholders.is_empty() && settings.listen.ip().is_loopback() {
        tracing::info!(settings = placeholders, "answers omit these addresses: they are placeholders");
    }
    for warning in settings.warnings() {
        tracing::warn!("{warning}");
    }
    for variable in ignored_variables() {
        tracing::debug!(variable, "ignored: clients use this name for their own programs");
    }
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
