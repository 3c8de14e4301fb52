//! Waiting until every gateway has acted on a change.

use std::io::{self, Write};
use std::time::Duration;

use anyhow::bail;
use serde::Serialize;
use tokio::time::{Instant, sleep};

use super::context::Context;
use super::output::write_table;
use crate::storage::changes;
use crate::storage::nodes::{self, NodeView};

/// Longest wait: past it, no gateway trusts what it has not heard to be true still.
const LONGEST_WAIT: Duration = Duration::from_secs(6);
/// Between two looks at what the gateways have seen.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// What the gateways that run say of a change.
#[derive(Debug, Serialize)]
pub(super) struct Confirmation {
    /// The change's number; a gateway that has acted on a later one has acted on it too.
    change: i64,
    confirmed: bool,
    gateways: Vec<Gateway>,
}

#[derive(Debug, Serialize)]
struct Gateway {
    confirmed: bool,
    #[serde(flatten)]
    node: NodeView,
}

/// Waits until every gateway that runs has acted on all that was changed until now, but not for ever.
///
/// # Errors
/// When the database is away.
pub(super) async fn every_gateway(context: &Context) -> anyhow::Result<Confirmation> {
    let mut connection = context.connection().await?;
    let change = changes::newest(&mut connection).await?;
    let deadline = Instant::now() + LONGEST_WAIT;
    loop {
        let nodes = nodes::list(&mut connection).await?;
        let gateways: Vec<Gateway> =
            nodes.into_iter().map(|node| Gateway { confirmed: node.change_seen >= change, node }).collect();
        let confirmed = gateways.iter().all(|gateway| gateway.confirmed);
        if confirmed || Instant::now() >= deadline {
            return Ok(Confirmation { change, confirmed, gateways });
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
            let confirmed = if gateway.confirmed { "yes" } else { "no" };
            [node.name.clone(), node.id.to_string(), format!("{:.1} s", node.silent_s), confirmed.to_owned()]
        };
        let rows: Vec<_> = self.gateways.iter().map(row).collect();
        writeln!(out)?;
        write_table(out, ["GATEWAY", "ID", "SILENT FOR", "CONFIRMED"], &rows)
    }
}

fn described(gateway: &Gateway) -> String {
    format!("{} (silent for {:.0} s)", super::output::printable(&gateway.node.name), gateway.node.silent_s)
}
