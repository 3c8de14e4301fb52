//! Metrics: one recorder for each process, read as Prometheus text. Events are counted where they
//! occur. Labels are bounded sets: templates of routes, never paths, keys or accounts.

mod descriptions;

use std::sync::OnceLock;

use metrics::{counter, gauge};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

/// Upper bounds of the buckets of durations, in seconds: from a cached refusal to a call at its
/// deadline.
const BUCKETS_S: [f64; 14] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 20.0];

/// A handle to the metrics. Cheap to clone.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// The metrics of the process. The first call installs the recorder.
    pub fn of_process() -> Self {
        static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
        let handle = HANDLE.get_or_init(|| {
            // Without buckets, durations become summaries, which is no reason not to start.
            let builder = PrometheusBuilder::new();
            let recorder = builder.set_buckets(&BUCKETS_S).unwrap_or_default().build_recorder();
            let handle = recorder.handle();
            if metrics::set_global_recorder(recorder).is_err() {
                tracing::warn!("metrics were already installed; /metrics stays empty");
            }
            descriptions::describe();
            // Rates begin at 0: a counter that appears with its first event has no increase.
            counter!("gateway_log_lines_dropped_total").increment(0);
            counter!("gateway_refused_calls_uncounted_total").increment(0);
            counter!("gateway_emails_total", "result" => "failed").increment(0);
            gauge!("gateway_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
            handle
        });
        Self(handle.clone())
    }

    pub fn text(&self) -> String {
        self.0.render()
    }

    /// Aggregates recorded durations, which otherwise accumulate between scrapes.
    pub fn upkeep(&self) {
        self.0.run_upkeep();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_has_a_description() {
        let metrics = Metrics::of_process();
        metrics::counter!("gateway_http_requests_total", "route" => "/test", "method" => "GET", "status" => "200")
            .increment(2);
        let text = Metrics::of_process().text();
        assert!(text.contains("# HELP gateway_http_requests_total Requests answered"), "{text}");
        assert!(
            text.contains(r#"gateway_http_requests_total{route="/test",method="GET",status="200"} 2"#),
            "{text}"
        );
        metrics.upkeep();
    }
}
