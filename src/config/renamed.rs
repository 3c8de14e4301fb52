//! Earlier names of settings, which the file and the environment may still use.

/// The earlier and the current name of each renamed setting.
pub(super) const RENAMED: [(&str, &str); 16] = [
    ("ledger.batch", "ledger.max_batch_holds"),
    ("ledger.queue", "ledger.max_queued_holds"),
    ("ledger.longest_wait_ms", "ledger.max_wait_ms"),
    ("keys.trust_ms", "keys.cache_ttl_ms"),
    ("keys.unheard_trust_ms", "keys.disconnected_cache_ttl_ms"),
    ("keys.unknown_cache_size", "keys.negative_cache_size"),
    ("keys.unknown_trust_ms", "keys.negative_cache_ttl_ms"),
    ("keys.standing_trust_ms", "keys.balance_max_age_ms"),
    ("keys.guesses", "keys.max_failed_attempts"),
    ("keys.guess_window_s", "keys.failed_attempts_window_s"),
    ("keys.guessing_networks", "keys.max_failing_networks"),
    ("console.confirmed_s", "console.step_up_ttl_s"),
    ("console.password_min", "console.min_password_chars"),
    ("console.max_at_once", "console.max_concurrent_pages"),
    ("operator.confirmed_s", "operator.step_up_ttl_s"),
    ("operator.max_at_once", "operator.max_concurrent_pages"),
];

/// Returns the current name of a setting that has been renamed.
pub(super) fn current_name(name: &str) -> Option<&'static str> {
    RENAMED.iter().find(|(earlier, _)| *earlier == name).map(|(_, current)| *current)
}

/// Returns what is wrong with a source that has both names.
pub(super) fn both_names(current: &str) -> String {
    format!("is the earlier name of {current}, and both are set. Set only {current}")
}
