//! What operators see of the writer: batches, their holds and time, the queue.

use std::time::Duration;

use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};

/// Handles, looked up once.
pub(super) struct WriterMetrics {
    fast: Counter,
    ordered: Counter,
    failed: Counter,
    commands: Counter,
    duration: Histogram,
    waiting: Gauge,
}

impl WriterMetrics {
    pub(super) fn new() -> Self {
        let batches = |result: &'static str| {
            let batches = counter!("gateway_ledger_batches_total", "result" => result);
            // Rates begin at 0.
            batches.increment(0);
            batches
        };
        Self {
            fast: batches("fast"),
            ordered: batches("ordered"),
            failed: batches("failed"),
            commands: counter!("gateway_ledger_commands_total"),
            duration: histogram!("gateway_ledger_commit_duration_seconds"),
            waiting: gauge!("gateway_ledger_holds_waiting"),
        }
    }

    /// Counts a batch that was committed, with its holds and settlements.
    pub(super) fn committed(&self, is_fast: bool, commands: usize, took: Duration) {
        if is_fast { &self.fast } else { &self.ordered }.increment(1);
        self.commands.increment(commands as u64);
        self.duration.record(took.as_secs_f64());
    }

    pub(super) fn failed(&self) {
        self.failed.increment(1);
    }

    /// Holds that wait for a commit after this one.
    pub(super) fn waiting(&self, holds: usize) {
        self.waiting.set(holds as f64);
    }
}
