//! Metrics: one recorder for each process, read as Prometheus text. This file has the names and
//! meanings; events are counted where they occur. Labels are bounded sets: templates of routes,
//! never paths, keys or accounts.

use std::sync::OnceLock;

use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge};
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
            describe();
            // Rates begin at 0: a counter that appears with its first event has no increase.
            counter!("gateway_log_lines_dropped_total").increment(0);
            counter!("gateway_refused_calls_uncounted_total").increment(0);
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

fn describe() {
    describe_counter!("gateway_http_requests_total", "Requests answered, by route, method and status.");
    describe_histogram!(
        "gateway_http_request_duration_seconds",
        Unit::Seconds,
        "From a request's head to its answer, by route and status class."
    );
    describe_gauge!("gateway_connections_open", "Connections open.");
    describe_counter!("gateway_connections_total", "Connections, by how they began or ended.");
    describe_counter!("gateway_tls_handshakes_total", "TLS handshakes: ok, failed, timeout, refused.");
    describe_gauge!(
        "gateway_tls_expires_at_seconds",
        Unit::Seconds,
        "When the certificate in force expires, in Unix time."
    );
    describe_gauge!(
        "gateway_config_applied_timestamp_seconds",
        Unit::Seconds,
        "When the files of a part were last read and valid, in Unix time."
    );
    describe_gauge!(
        "gateway_config_faulty",
        "1 while the files of a part are faulty and older ones stay in force."
    );
    describe_gauge!("gateway_unsent_bytes", Unit::Bytes, "Bytes of answers that clients have not read yet.");
    describe_counter!(
        "gateway_answers_cut_total",
        "Answers cut off because too many bytes were already waiting for their clients."
    );
    describe_counter!("gateway_log_lines_dropped_total", "Log lines dropped because the queue was full.");
    describe_gauge!("gateway_ready", "1 while paid calls can be taken.");
    describe_gauge!(
        "gateway_ledger_silent_seconds",
        Unit::Seconds,
        "Time since the ledger's writer last committed a batch or, while none fails, sent a heartbeat. Infinite once it \
         has stopped."
    );
    describe_counter!("gateway_ledger_batches_total", "Batches, by path (fast, ordered) or failed.");
    describe_counter!("gateway_ledger_commands_total", "Holds and settlements that were committed.");
    describe_histogram!(
        "gateway_ledger_commit_duration_seconds",
        Unit::Seconds,
        "From the decision of a batch to its commit."
    );
    describe_gauge!("gateway_ledger_holds_waiting", "Holds that wait for the next commit.");
    describe_gauge!(
        "gateway_ledger_oldest_hold_seconds",
        Unit::Seconds,
        "Age of the oldest open hold of this gateway. 0 without one."
    );
    describe_counter!(
        "gateway_credits_total",
        "Credits of ended holds, by plan: captured (charged) or released (returned)."
    );
    describe_counter!(
        "gateway_refused_calls_total",
        "Calls with a valid key that were refused, by error code and plan."
    );
    describe_gauge!("gateway_schema_newer", "1 after a newer program has migrated the database.");
    describe_gauge!("gateway_db_pool_size", "Connections of the pool.");
    describe_gauge!("gateway_db_pool_max", "Maximum number of connections of the pool.");
    describe_gauge!("gateway_db_pool_idle", "Idle connections of the pool.");
    describe_counter!(
        "gateway_leak_reports_total",
        "Reports of leaked keys, by source and by what was done; `refused`: a list without a valid signature."
    );
    describe_counter!("gateway_auth_total", "Credentials, by `ok` or the error code they were refused with.");
    describe_counter!("gateway_auth_cache_total", "Lookups in the key cache, by result.");
    describe_gauge!("gateway_listener_connected", "1 while the change feed is connected.");
    describe_histogram!(
        "gateway_invalidation_age_seconds",
        Unit::Seconds,
        "From a change of a key, account or plan to the moment this gateway acted on it."
    );
    describe_counter!("gateway_upstream_requests_total", "Requests to an upstream, by outcome.");
    describe_histogram!(
        "gateway_upstream_duration_seconds",
        Unit::Seconds,
        "From a request to an upstream to the end of its answer."
    );
    describe_gauge!("gateway_breaker_state", "0 closed, 1 half-open (one probe), 2 open.");
    describe_counter!(
        "gateway_ratelimit_decisions_total",
        "Requests admitted or refused, by the limit that decided and by who did: local, shared, ledger."
    );
    describe_gauge!("gateway_redis_up", "1 while the store of shared limits answers in time.");
    describe_gauge!("gateway_degraded", "1 while the gateway runs without a dependency, by reason.");
    describe_counter!("gateway_redis_errors_total", "Failed commands to the shared store, by kind.");
    describe_counter!("gateway_redis_keys_rebuilt_total", "Keys of shared limits that held something else.");
    describe_gauge!(
        "gateway_clock_skew_seconds",
        Unit::Seconds,
        "How far this machine's clock is ahead of the database's."
    );
    describe_counter!(
        "gateway_refused_calls_uncounted_total",
        "Refused calls that are missing in usage reports, because the database was unavailable for too long."
    );
    describe_gauge!(
        "gateway_backup_timestamp_seconds",
        Unit::Seconds,
        "When the private database was last backed up, and a restore rehearsed, in Unix time. 0: never."
    );
    describe_gauge!("process_cpu_seconds_total", Unit::Seconds, "Processor time that the process has used.");
    describe_gauge!("process_resident_memory_bytes", Unit::Bytes, "Memory of the process.");
    describe_gauge!("process_start_time_seconds", Unit::Seconds, "When the process started, in Unix time.");
    describe_gauge!("process_open_fds", "Open files and sockets.");
    describe_gauge!("process_max_fds", "The limit of open files and sockets.");
    describe_gauge!(
        "gateway_offer_current",
        "1 while the newest catalogue and routes are in force; 0 while this gateway keeps older ones."
    );
    describe_gauge!("gateway_upstream_targets_down", "Targets of an upstream whose health checks fail.");
    describe_counter!(
        "gateway_price_over_hold_total",
        "Calls whose figures came to more than was held: the hold of the route is too low."
    );
    describe_counter!(
        "gateway_figures_missing_total",
        "Answers without the figure of their price, but for those whose client left."
    );
    describe_counter!(
        "gateway_streams_not_finished_total",
        "Streams of routes with `left = \"finish\"` that were not read on, because no place was free."
    );
    describe_gauge!("gateway_offer_set", "Number of the set in force, by kind; 0 is the shipped one.");
    describe_gauge!("gateway_build_info", "Always 1; the version is a label.");
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
