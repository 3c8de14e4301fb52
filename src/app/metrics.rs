//! The metrics page: its listener, and the gauges that are sampled for each scrape.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use metrics::{counter, gauge};
use sqlx::PgPool;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::api::health::Health;
use crate::background;
use crate::background::readiness::Readiness;
use crate::http::public_links::PublicLinks;
use crate::server::listener::{Server, accept_loop};
use crate::server::metrics_page::{self, MetricsPage};
use crate::server::pipeline::Pipeline;
use crate::server::settings::ServerSettings;
use crate::server::stop::Stop;
use crate::telemetry::metrics::Metrics;
use crate::telemetry::process;

/// Interval at which recorded values are aggregated, with or without scrapes.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);

/// What the page shows, and how it is served.
pub(super) struct Page {
    pub(super) server: Arc<Server>,
    pub(super) pool: PgPool,
    pub(super) readiness: Readiness,
    pub(super) health: Health,
    pub(super) links: PublicLinks,
    pub(super) stop: Stop,
    pub(super) stop_background: CancellationToken,
}

impl Page {
    fn sample(&self) {
        process::sample();
        let stats = self.server.stats();
        gauge!("gateway_connections_open").set(self.server.open_connections() as f64);
        for (how, count) in [
            ("accepted", &stats.accepted),
            ("refused", &stats.refused),
            ("overflowed", &stats.overflowed),
            ("evicted", &stats.evicted),
            ("timed_out", &stats.timed_out),
            ("failed", &stats.accept_errors),
        ] {
            counter!("gateway_connections_total", "how" => how).absolute(count.load(Relaxed));
        }
        gauge!("gateway_unsent_bytes").set(self.server.unsent_bytes() as f64);
        counter!("gateway_answers_cut_total").absolute(self.server.answers_cut());
        gauge!("gateway_ready").set(f64::from(self.readiness.is_ready()));
        gauge!("gateway_db_pool_size").set(f64::from(self.pool.size()));
        gauge!("gateway_db_pool_idle").set(self.pool.num_idle() as f64);
        gauge!("gateway_db_pool_max").set(f64::from(self.pool.options().get_max_connections()));
    }

    /// Aggregates the metrics, and serves them if they have a listener. Returns its address.
    pub(super) fn serve(self, listener: Option<TcpListener>, service: &ServerSettings) -> Option<SocketAddr> {
        let metrics = Metrics::of_process();
        let upkept = metrics.clone();
        tokio::spawn(background::every("metrics", UPKEEP_EVERY, self.stop_background.clone(), move || {
            let metrics = upkept.clone();
            async move { metrics.upkeep() }
        }));
        let listener = listener?;
        let address = listener.local_addr().ok()?;
        let (links, stop, health) = (self.links.clone(), self.stop.clone(), self.health.clone());
        let page = MetricsPage { metrics, sample: Arc::new(move || self.sample()) };
        let pipeline = Pipeline::new(metrics_page::router(page, &health), links);
        let server = Server::new(pipeline, metrics_page::settings(service), stop);
        tokio::spawn(accept_loop(listener, Arc::new(server)));
        tracing::info!(%address, "serving metrics");
        Some(address)
    }
}
