//! Waiting until every gateway has acted on a change.

use std::io::{self, Write};
use std::time::Duration;

use anyhow::bail;
use serde::Serialize;
use tokio::time::{Instant, sleep};

use super::context::Context;
use super::output::{count, write_table};
use crate::config::MOST_UNHEARD_TRUST_MS;
use crate::storage::changes;
use crate::storage::nodes::{self, NodeView, SILENT_AFTER_S};

/// After so long, no gateway trusts what it has not heard to be true still; a second more than the settings allow.
const TRUST_IS_OVER: Duration = Duration::from_millis(MOST_UNHEARD_TRUST_MS + 1_000);
/// Longest wait, for gateways that were heard of a moment ago.
const LONGEST_WAIT: Duration = Duration::from_secs(6);
/// Gateways that have been silent for longer are counted in one line.
const LONG_GONE_AFTER_S: f64 = 3_600.0;
/// Between two looks at what the gateways have seen.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// What the gateways that run say of a change.
#[derive(Debug, Serialize)]
pub(super) struct Confirmation {
    /// The change's number; a gateway that has acted on a later one has acted on it too.
    change: i64,
    /// Whether every gateway has acted on it that is not silent. The trust of those that are silent was waited for.
    confirmed: bool,
    /// How many gateways are silent, did not leave, and have not acted on it.
    silent: usize,
    gateways: Vec<Gateway>,
}

#[derive(Debug, Serialize)]
struct Gateway {
    confirmed: bool,
    #[serde(flatten)]
    node: NodeView,
}

/// Waits until every gateway that runs has acted on all that was changed until now, but not for ever. One that has been
/// silent for long is not expected to; it may serve though, so the longest trust in what it read is waited for.
///
/// # Errors
/// When the database is away.
pub(super) async fn every_gateway(context: &Context) -> anyhow::Result<Confirmation> {
    let mut connection = context.connection().await?;
    let change = changes::newest(&mut connection).await?;
    let began = Instant::now();
    loop {
        let nodes = nodes::list(&mut connection).await?;
        let gateways: Vec<Gateway> =
            nodes.into_iter().map(|node| Gateway { confirmed: node.change_seen >= change, node }).collect();
        let missing = |gateway: &&Gateway| !gateway.confirmed;
        let silent = gateways.iter().filter(missing).filter(|gateway| gateway.node.is_silent).count();
        let confirmed = gateways.iter().filter(missing).count() == silent;
        let long_enough = match (confirmed, silent) {
            (true, 0) => Duration::ZERO,
            (true, _) => TRUST_IS_OVER,
            (false, _) => LONGEST_WAIT,
        };
        if began.elapsed() >= long_enough {
            return Ok(Confirmation { change, confirmed, silent, gateways });
        }
        sleep(LOOK_AGAIN).await;
    }
}

impl Confirmation {
    /// An error that names the gateways that did not confirm what was `done`.
    pub(super) fn require(&self, done: &str) -> anyhow::Result<()> {
        if self.confirmed {
            return Ok(());
        }
        let missing: Vec<String> =
            self.gateways.iter().filter(|gateway| !gateway.confirmed).map(described).collect();
        bail!(
            "{done}, but not every gateway confirmed it: {}; one that is cut off from the database lets nobody in by \
             what it read more than 4 s ago",
            missing.join(", ")
        )
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
        let (long_gone, shown): (Vec<_>, Vec<_>) =
            self.gateways.iter().partition(|gateway| gateway.is_long_gone());
        let rows: Vec<_> = shown.into_iter().map(row).collect();
        writeln!(out)?;
        write_table(out, ["GATEWAY", "ID", "SILENT FOR", "CONFIRMED"], &rows)?;
        if !long_gone.is_empty() {
            writeln!(
                out,
                "{} silent for more than an hour, not shown",
                count(long_gone.len() as u64, "gateway")
            )?;
        }
        if self.silent > 0 {
            let (silent_s, waited_s) = (SILENT_AFTER_S, TRUST_IS_OVER.as_secs());
            writeln!(
                out,
                "\nA gateway that has been silent for {silent_s} s died or does not hear of changes. If it still serves, it \
                 lets nobody in by what it read before: that is over after 4 s, and {waited_s} s were waited."
            )?;
        }
        Ok(())
    }
}

impl Gateway {
    /// Whether it has most likely died: it is counted, and forgotten after a day.
    fn is_long_gone(&self) -> bool {
        !self.confirmed && self.node.silent_s > LONG_GONE_AFTER_S
    }
}

fn described(gateway: &Gateway) -> String {
    format!("{} (silent for {:.0} s)", super::output::printable(&gateway.node.name), gateway.node.silent_s)
}
