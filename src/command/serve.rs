//! `fluence serve`: runs the gateway.

use std::net::SocketAddr;
use std::pin::pin;

use clap::Args;

use super::backup;
use super::context::{self, Context};
use super::demo::{self, Demo, Opened};
use super::directory;
use super::error;
use super::output::Output;
use super::reload::Reloading;
use super::running;
use super::service_manager::ServiceManager;
use super::sets;
use super::settings::ignored_variables;
use crate::app::{App, Ports, Start};
use crate::clock::DatabaseClock;
use crate::config::{Settings, address};
use crate::server::signals::{SignalAction, Signals, StopSignal};
use crate::storage::clock;
use crate::storage::runtime_role;
use crate::storage::schema::SchemaState;

#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Address and port to listen on. Same as FLUENCE_LISTEN.
    #[arg(long, value_name = "ADDR", value_parser = address::parse)]
    pub(super) listen: Option<SocketAddr>,
    /// Development mode: requests need no key and find sample people. Needs a loopback address.
    #[arg(long)]
    dev: bool,
    /// Create the demonstration account, and print its key and curl commands.
    #[arg(long)]
    demo: bool,
}

/// The options of `serve` that are not settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServeOptions {
    pub dev: bool,
    pub demo: bool,
}

impl ServeArgs {
    pub fn options(&self) -> ServeOptions {
        ServeOptions { dev: self.dev, demo: self.demo }
    }
}

/// Runs the gateway until a signal stops it.
///
/// # Errors
/// When it cannot start.
pub async fn run(settings: Settings, options: ServeOptions, reloading: Reloading<'_>) -> anyhow::Result<()> {
    // First: a signal during the start takes effect once the gateway serves.
    let mut signals = Signals::listen()?;
    let ports = Ports::take(&in_demonstration(&settings, &options), options.dev)?;
    if let Some(reason) = stopped_before_the_database_is_reached(&settings, &mut signals).await? {
        tracing::info!(signal = %reason, "stopped while waiting for the database");
        return Ok(());
    }
    let context = Context::open_for_gateway(settings).await?;
    let served = serve(&context, ports, options, signals, reloading).await;
    let closed = context.close().await;
    served.and(closed)
}

/// The settings with what `--demo` adds: the page of messages, and the operators' console on
/// loopback.
fn in_demonstration(settings: &Settings, options: &ServeOptions) -> Settings {
    let mut settings = settings.clone();
    settings.console.mailbox |= options.demo;
    if options.demo && settings.operator.listen.trim().is_empty() && settings.listen.ip().is_loopback() {
        // A free port: no program that runs already keeps the demonstration from starting.
        settings.operator.listen = SocketAddr::from((settings.listen.ip(), 0)).to_string();
    }
    settings
}

/// Waits for the database. Returns the signal that stopped the wait, if any.
async fn stopped_before_the_database_is_reached(
    settings: &Settings,
    signals: &mut Signals,
) -> anyhow::Result<Option<StopSignal>> {
    let mut reached = pin!(context::own_database::wait_for(settings));
    loop {
        tokio::select! {
            reached = &mut reached => return reached.map(|()| None),
            asked = signals.next() => match asked {
                SignalAction::Stop(reason) => return Ok(Some(reason)),
                // The settings were just read.
                SignalAction::Reload => {}
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
    sets::apply_files(context, context.settings()).await?;
    let start = Start {
        settings: in_demonstration(context.settings(), &options),
        database: context.options().clone(),
        peppers: context.peppers().await?,
        clock: DatabaseClock::default(),
        dev: options.dev,
    };
    let app = App::start_on(ports, start).await?;
    tell_of_settings(context.settings());
    let stopped = until_stopped(context, options, &app, signals, reloading).await;
    match stopped {
        // A gateway at a terminal has no load balancer.
        Ok(StopSignal::Interrupt | StopSignal::TerminalClosed) => app.unannounced().stop().await,
        Ok(StopSignal::Terminate) | Err(_) => app.stop().await,
    }
    stopped.map(drop)
}

async fn until_stopped(
    context: &Context,
    options: ServeOptions,
    app: &App,
    mut signals: Signals,
    reloading: Reloading<'_>,
) -> anyhow::Result<StopSignal> {
    let has_tls = context.settings().tls.is_on();
    if options.demo {
        let demo = demo::prepare(context).await?;
        // A closed standard output, as with `make run | head`, does not stop the gateway.
        let url = running::url_of(app.address, has_tls)?;
        let console = match context.settings().console_base(app.address) {
            Ok(Some(_)) => Some(demo.console_link(context, &url).await?),
            Ok(None) | Err(_) => None,
        };
        let operators = match app.operator_address.filter(|address| address.ip().is_loopback()) {
            Some(address) => Some(Demo::operator_access(context, address).await?),
            None => None,
        };
        if let Err(error) = demo.print(&url, Opened { console, operators }, Output::Text) {
            tracing::warn!(%error, "printing the demonstration failed");
        }
    }
    // Development mode charges nothing.
    if !options.dev && context.routes().await?.sells_analysis() {
        warn_of_shortage(context).await?;
    }
    let mut settings = context.settings().clone();
    let _backups = backup::state::watch(&settings);
    let _announced = running::announce(&settings, app.address, app.operator_address);
    let manager = ServiceManager::of_environment();
    manager.ready();
    loop {
        let asked = tokio::select! {
            asked = signals.next() => asked,
            () = manager.keep_alive(app.readiness()) => continue,
        };
        match asked {
            SignalAction::Reload => {
                manager.reloading();
                reloading.reload(&mut settings, context.set_peppers(), app).await;
                if let Err(error) = sets::apply_files(context, &settings).await {
                    let error = error::one_line(&error);
                    tracing::error!(error, "SIGHUP: file not applied; the gateway keeps the current sets");
                }
                manager.ready();
            }
            SignalAction::Stop(reason) => {
                manager.stopping();
                tracing::info!(signal = %reason, "stopping");
                return Ok(reason);
            }
        }
    }
}

/// Logs what an operator should know about valid settings.
fn tell_of_settings(settings: &Settings) {
    let placeholders = settings.placeholders().join(", ");
    if !placeholders.is_empty() && settings.listen.ip().is_loopback() {
        tracing::info!(settings = placeholders, "messages omit placeholder addresses");
    }
    for warning in settings.warnings() {
        tracing::warn!(%warning, "settings need attention");
    }
    for variable in ignored_variables() {
        tracing::debug!(variable, "environment variable ignored: the name belongs to client programs");
    }
}

/// Warns if the directory has no real people. It may be meant: contacts and an enrichment service
/// may be enough.
async fn warn_of_shortage(context: &Context) -> anyhow::Result<()> {
    let now = clock::now(&mut *context.connection().await?).await?;
    if let Some(shortage) = directory::shortage(context.pool(), now).await? {
        tracing::warn!(warning = directory::advice(shortage), "people directory needs attention");
    }
    Ok(())
}

/// Upgrades the private database or an empty one. A database that several gateways may share is
/// upgraded by its operator, and not by the first gateway that starts.
async fn prepare_schema(context: &Context) -> anyhow::Result<()> {
    if context.is_private() || context.schema_state().await? == SchemaState::Missing {
        let upgrade = context.bring_up_to_date().await?;
        tracing::info!(version = upgrade.version, applied = upgrade.applied, "database schema current");
    }
    context.require_current_schema().await?;
    Ok(runtime_role::warn_unless_there(&mut *context.connection().await?).await?)
}
