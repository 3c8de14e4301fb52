//! The last step of a start: connections are accepted, and metrics served.

use std::sync::Arc;

use super::{Entrance, Prepared, Tasks};
use crate::app::foundation::Foundation;
use crate::app::{App, metrics};
use crate::server::listener::{Server, accept_loop};
use crate::server::pipeline::Pipeline;

impl Foundation {
    /// Accepts connections, and serves the metrics.
    pub(super) fn serve(self, prepared: Prepared, entrance: Entrance, tasks: Tasks) -> App {
        let has_console = self.console_base().is_some();
        let Prepared { routing, health, reloads, operators, workers } = prepared;
        let Entrance { listeners, tls } = entrance;
        let Self {
            start,
            address,
            pool,
            vital,
            facts,
            readiness,
            refused,
            stop,
            stop_writer,
            stop_background,
            ..
        } = self;
        let settings = start.settings.server;
        let pipeline = Pipeline::following(routing.clone());
        let product = start.settings.product_name;
        let pipeline = if has_console { pipeline.with_pages("/console", product) } else { pipeline };
        let pipeline = if start.dev { pipeline.on_loopback_names_only() } else { pipeline };
        let server = Server::new(pipeline, settings.clone(), stop.clone()).on(workers.clone());
        let server = Arc::new(server.with_tls(tls));
        tokio::spawn(accept_loop(listeners.service, server.clone()));
        let operator_address = operators.map(|page| page.serve(listeners.operator, &settings, &stop));
        let metrics_address = metrics::Page {
            server: server.clone(),
            pool: pool.clone(),
            readiness: readiness.clone(),
            health,
            links: (*facts.links).clone(),
            stop: stop.clone(),
            stop_background: stop_background.clone(),
        }
        .serve(listeners.metrics, &settings);
        tracing::info!(%address, version = env!("CARGO_PKG_VERSION"), dev = start.dev, "serving");
        App {
            address,
            metrics_address,
            operator_address: operator_address.flatten(),
            reloads,
            routing,
            server,
            stop,
            timing: settings.stop_timing(),
            readiness,
            last_used: tasks.keyring.last_used().clone(),
            refused,
            pool,
            vital,
            workers,
            writer: tasks.writer,
            change_feed: tasks.change_feed,
            stop_writer,
            stop_background,
        }
    }
}
