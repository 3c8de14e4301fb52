//! Waits until every gateway has applied a change.

use std::io::{self, Write};
use std::time::Duration;

use anyhow::bail;
use serde::Serialize;
use tokio::time::{Instant, sleep};

use super::context::Context;
use super::output::{count, printable, write_table};
use crate::domain::offer_set::SetKind;
use crate::gate::settings::KeySettings;
use crate::storage::change_feed;
use crate::storage::nodes::{self, NodeView, SILENT_AFTER_S};

/// After this time no gateway uses what it cached before the change: a second more than the
/// settings allow.
const CACHED_KEYS_END_AFTER: Duration =
    KeySettings::MAX_DISCONNECTED_CACHE_TTL.saturating_add(Duration::from_secs(1));
/// Longest wait for gateways that reported recently.
const MAX_WAIT: Duration = Duration::from_secs(6);
/// The table only counts gateways that are silent for longer.
const HIDE_SILENT_AFTER_S: f64 = 3_600.0;
const POLL_EVERY: Duration = Duration::from_millis(20);

/// Which gateways have applied a change.
#[derive(Debug, Serialize)]
pub(super) struct Confirmation {
    /// The number of the change. A gateway that has applied a later one has applied it too.
    change: i64,
    /// Whether every gateway that is not silent has applied it. For silent ones, the wait covered
    /// their longest trust in cached keys.
    confirmed: bool,
    /// Number of silent gateways that did not sign off and have not applied it.
    silent: usize,
    gateways: Vec<Gateway>,
    #[serde(skip)]
    about: About,
}

/// What gateways are to apply.
#[derive(Clone, Copy, Debug)]
enum About {
    Keys,
    Offers,
}

impl About {
    /// What a gateway without a connection to the database still does, if it serves.
    fn of_silent(self) -> String {
        match self {
            Self::Keys => format!(
                "If it still serves, it uses cached keys for at most {} s; this command waited {} s.",
                KeySettings::MAX_DISCONNECTED_CACHE_TTL.as_secs(),
                CACHED_KEYS_END_AFTER.as_secs()
            ),
            Self::Offers => {
                "If it still serves, it sells by its old set until it is connected to the database again."
                    .to_owned()
            }
        }
    }
}

#[derive(Debug, Serialize)]
struct Gateway {
    confirmed: bool,
    #[serde(flatten)]
    node: NodeView,
}

/// Waits, with a limit, until every running gateway has applied all changes so far. A silent
/// gateway is not expected to confirm, but it may still serve, so the wait covers its longest trust
/// in cached keys.
///
/// # Errors
/// When the database cannot be reached.
pub(super) async fn every_gateway(context: &Context) -> anyhow::Result<Confirmation> {
    let change = change_feed::newest(&mut *context.connection().await?).await?;
    wait(context, About::Keys, change, |node| node.change_seen >= change).await
}

/// Waits, with a limit, until every running gateway sells by this set or a newer one.
///
/// # Errors
/// When the database cannot be reached.
pub(super) async fn every_gateway_sells_by(
    context: &Context,
    kind: SetKind,
    number: i32,
) -> anyhow::Result<Confirmation> {
    let change = change_feed::newest(&mut *context.connection().await?).await?;
    wait(context, About::Offers, change, |node| node.offer_set(kind).is_some_and(|set| set >= number)).await
}

async fn wait(
    context: &Context,
    about: About,
    change: i64,
    has_applied: impl Fn(&NodeView) -> bool,
) -> anyhow::Result<Confirmation> {
    let mut connection = context.connection().await?;
    let began = Instant::now();
    loop {
        let nodes = nodes::list(&mut connection).await?;
        let gateways: Vec<Gateway> =
            nodes.into_iter().map(|node| Gateway { confirmed: has_applied(&node), node }).collect();
        let missing = |gateway: &&Gateway| !gateway.confirmed;
        let silent = gateways.iter().filter(missing).filter(|gateway| gateway.node.is_silent).count();
        let confirmed = gateways.iter().filter(missing).count() == silent;
        let wait = match (confirmed, silent) {
            (true, 0) => Duration::ZERO,
            (true, _) => CACHED_KEYS_END_AFTER,
            (false, _) => MAX_WAIT,
        };
        if began.elapsed() >= wait {
            return Ok(Confirmation { change, confirmed, silent, gateways, about });
        }
        sleep(POLL_EVERY).await;
    }
}

impl Confirmation {
    /// Returns an error with the gateways that did not confirm what was `done`.
    pub(super) fn require(&self, done: &str) -> anyhow::Result<()> {
        if self.confirmed {
            return Ok(());
        }
        let missing: Vec<String> = self.missing().map(describe).collect();
        bail!(
            "{done}, but not every gateway confirmed it: {}; a gateway without a connection to the database uses cached keys \
             for at most {} s",
            missing.join(", "),
            KeySettings::MAX_DISCONNECTED_CACHE_TTL.as_secs()
        )
    }

    /// Returns an error with the gateways that do not sell by a set, and why.
    pub(super) fn require_offer(&self, kind: SetKind, number: i32) -> anyhow::Result<()> {
        if self.confirmed {
            return Ok(());
        }
        let missing = self.missing().map(|gateway| {
            let fault = gateway.node.offer_fault.as_deref().unwrap_or("no reason reported");
            format!("{}: {}", describe(gateway), printable(fault))
        });
        bail!(
            "{} {number} is applied, but not every gateway has activated it; those keep what they had: {}",
            kind.as_str(),
            missing.collect::<Vec<_>>().join("; ")
        )
    }

    /// The gateways that should have confirmed. A silent one may have died, and is not waited for.
    fn missing(&self) -> impl Iterator<Item = &Gateway> {
        self.gateways.iter().filter(|gateway| !gateway.confirmed && !gateway.node.is_silent)
    }

    pub(super) fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let row = |gateway: &Gateway| {
            let node = &gateway.node;
            let confirmed = match (gateway.confirmed, node.is_silent) {
                (true, _) => "yes",
                (false, true) => "no, silent",
                (false, false) => "no",
            };
            [node.name.clone(), node.id.to_string(), format!("{:.1} s", node.silent_s), confirmed.to_owned()]
        };
        let (hidden, shown): (Vec<_>, Vec<_>) = self.gateways.iter().partition(|gateway| gateway.is_hidden());
        let rows: Vec<_> = shown.into_iter().map(row).collect();
        writeln!(out)?;
        write_table(out, ["GATEWAY", "ID", "SILENT FOR", "CONFIRMED"], &rows)?;
        if !hidden.is_empty() {
            writeln!(
                out,
                "{} silent for more than an hour not shown",
                count(hidden.len() as u64, "gateway")
            )?;
        }
        if self.silent > 0 {
            writeln!(
                out,
                "\nA gateway that is silent for {SILENT_AFTER_S} s has died or receives no changes. {}",
                self.about.of_silent()
            )?;
        }
        Ok(())
    }
}

impl Gateway {
    /// Whether the table omits it, because it has most likely died. It is deleted after a day.
    fn is_hidden(&self) -> bool {
        !self.confirmed && self.node.silent_s > HIDE_SILENT_AFTER_S
    }
}

fn describe(gateway: &Gateway) -> String {
    let NodeView { name, id, silent_s, .. } = &gateway.node;
    format!("{} ({id}, silent for {silent_s:.0} s)", printable(name))
}
