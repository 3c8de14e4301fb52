//! The names and meanings of all metrics.

use metrics::{KeyName, SharedString, Unit, with_recorder};

const COUNTERS: &[(&str, &str)] = &[
    ("gateway_http_requests_total", "Requests answered, by route, method and status."),
    ("gateway_connections_total", "Connections, by how they began or ended."),
    ("gateway_tls_handshakes_total", "TLS handshakes: ok, failed, timeout, refused."),
    (
        "gateway_answers_cut_total",
        "Answers cut off because too many bytes were already waiting for their clients.",
    ),
    ("gateway_log_lines_dropped_total", "Log lines dropped because the queue was full."),
    ("gateway_emails_total", "Attempts to send an e-mail, by result: sent or failed."),
    ("gateway_ledger_batches_total", "Batches, by path (fast, ordered) or failed."),
    ("gateway_ledger_commands_total", "Holds and settlements that were committed."),
    ("gateway_credits_total", "Credits of ended holds, by plan: captured (charged) or released (returned)."),
    ("gateway_refused_calls_total", "Calls with a valid key that were refused, by error code and plan."),
    (
        "gateway_leak_reports_total",
        "Reports of leaked keys, by source and by what was done; `refused`: a list without a valid signature.",
    ),
    ("gateway_auth_total", "Credentials, by `ok` or the error code they were refused with."),
    ("gateway_auth_cache_total", "Lookups in the key cache, by result."),
    ("gateway_upstream_requests_total", "Requests to an upstream, by outcome."),
    (
        "gateway_ratelimit_decisions_total",
        "Requests admitted or refused, by the limit that decided and by who did: local, shared, ledger.",
    ),
    ("gateway_redis_errors_total", "Failed commands to the shared store, by kind."),
    ("gateway_redis_keys_rebuilt_total", "Keys of shared limits that held something else."),
    (
        "gateway_refused_calls_uncounted_total",
        "Refused calls that are missing in usage reports, because the database was unavailable for too long.",
    ),
    (
        "gateway_price_over_hold_total",
        "Calls whose figures came to more than was held: the hold of the route is too low.",
    ),
    (
        "gateway_figures_missing_total",
        "Answers without the figure of their price, but for those whose client left.",
    ),
    (
        "gateway_streams_not_finished_total",
        "Streams of routes with `left = \"finish\"` that were not read to the end, because too many were being read.",
    ),
];
const GAUGES: &[(&str, &str)] = &[
    ("gateway_connections_open", "Connections open."),
    ("gateway_tls_expires_at_seconds", "When the certificate in force expires, in Unix time."),
    (
        "gateway_config_applied_timestamp_seconds",
        "When the files of a part were last read and valid, in Unix time.",
    ),
    ("gateway_config_faulty", "1 while the files of a part are faulty and older ones stay in force."),
    ("gateway_unsent_bytes", "Bytes of answers that clients have not read yet."),
    ("gateway_ready", "1 while paid calls can be taken."),
    (
        "gateway_ledger_silent_seconds",
        "Time since the ledger's writer last committed a batch or, while none fails, sent a heartbeat. Infinite once it has stopped.",
    ),
    ("gateway_ledger_holds_waiting", "Holds that wait for the next commit."),
    ("gateway_ledger_oldest_hold_seconds", "Age of the oldest open hold of this gateway. 0 without one."),
    ("gateway_schema_newer", "1 after a newer program has migrated the database."),
    ("gateway_db_pool_size", "Connections of the pool."),
    ("gateway_db_pool_max", "Maximum number of connections of the pool."),
    ("gateway_db_pool_idle", "Idle connections of the pool."),
    ("gateway_listener_connected", "1 while the change feed is connected."),
    ("gateway_breaker_state", "0 closed, 1 half-open (one probe), 2 open."),
    ("gateway_redis_up", "1 while the store of shared limits answers in time."),
    ("gateway_degraded", "1 while the gateway runs without a dependency, by reason."),
    ("gateway_clock_skew_seconds", "How far this machine's clock is ahead of the database's."),
    (
        "gateway_backup_timestamp_seconds",
        "When the private database was last backed up, and a restore rehearsed, in Unix time. 0: never.",
    ),
    ("process_cpu_seconds_total", "Processor time that the process has used."),
    ("process_resident_memory_bytes", "Memory of the process."),
    ("process_start_time_seconds", "When the process started, in Unix time."),
    ("process_open_fds", "Open files and sockets."),
    ("process_max_fds", "The limit of open files and sockets."),
    (
        "gateway_offer_current",
        "1 while the newest catalogue and routes are in force; 0 while this gateway keeps older ones.",
    ),
    ("gateway_upstream_targets_down", "Targets of an upstream whose health checks fail."),
    ("gateway_offer_set", "Number of the set in force, by kind; 0 is the shipped one."),
    ("gateway_build_info", "Always 1; the version is a label."),
];
const HISTOGRAMS: &[(&str, &str)] = &[
    (
        "gateway_http_request_duration_seconds",
        "From a request's head to its answer, by route and status class.",
    ),
    ("gateway_ledger_commit_duration_seconds", "From the decision of a batch to its commit."),
    (
        "gateway_invalidation_age_seconds",
        "From a change of a key, account or plan to the moment this gateway acted on it.",
    ),
    ("gateway_upstream_duration_seconds", "From a request to an upstream to the end of its answer."),
];

/// Describes every metric to the recorder.
pub(super) fn describe() {
    with_recorder(|recorder| {
        let texts = |(name, text): &(&'static str, &'static str)| {
            (KeyName::from_const_str(name), unit_of(name), SharedString::const_str(text))
        };
        for (name, unit, text) in COUNTERS.iter().map(texts) {
            recorder.describe_counter(name, unit, text);
        }
        for (name, unit, text) in GAUGES.iter().map(texts) {
            recorder.describe_gauge(name, unit, text);
        }
        for (name, unit, text) in HISTOGRAMS.iter().map(texts) {
            recorder.describe_histogram(name, unit, text);
        }
    });
}

/// The unit that a name ends with.
fn unit_of(name: &str) -> Option<Unit> {
    match name.trim_end_matches("_total") {
        name if name.ends_with("_seconds") => Some(Unit::Seconds),
        name if name.ends_with("_bytes") => Some(Unit::Bytes),
        _ => None,
    }
}
