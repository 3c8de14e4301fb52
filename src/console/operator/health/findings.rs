//! What is wrong with the service, and what should be done soon.

use chrono::{DateTime, Utc};

use super::{Health, MAX_SKEW_MS, SILENT_WRITER_S, is_newest};
use crate::console::words::Words;

/// Holds older than this wait for a call that has ended long ago.
const OLD_HOLD_S: i64 = 600;
/// An e-mail that waits for so long is not on its way.
const LATE_EMAIL_S: i64 = 600;
/// Books that were not verified for so long should be.
const UNVERIFIED_DAYS: i64 = 7;

impl Health {
    /// What is wrong now, each with what to do.
    pub(super) fn alarms(&self, words: Words) -> Vec<String> {
        let mut alarms = Vec::new();
        if self.nodes.iter().all(|node| node.is_silent) {
            alarms.push(words.op_no_gateway().to_owned());
        }
        for node in &self.nodes {
            if node.is_silent {
                alarms.push(words.op_silent_gateway(&node.name, &words.ago(node.last_seen_at, self.now)));
            }
            if let Some(fault) = &node.offer_fault {
                alarms.push(words.op_set_fault(&node.name, fault));
            }
            if node.clock_ahead_ms.is_some_and(|ahead| ahead.abs() > MAX_SKEW_MS) {
                alarms.push(words.op_skewed_gateway(&node.name));
            }
        }
        for writer in &self.writers {
            if writer.silent_s > SILENT_WRITER_S {
                alarms.push(words.op_silent_writer(&writer.node, writer.epoch));
            }
            let is_old = |at: DateTime<Utc>| (self.now - at).num_seconds() > OLD_HOLD_S;
            if writer.oldest_hold_at.is_some_and(is_old) {
                alarms.push(words.op_old_hold(&writer.node));
            }
        }
        if let Some(last) = self.verification.as_ref().filter(|last| last.faults > 0) {
            alarms.push(words.op_wrong_books(last.faults));
        }
        alarms
    }

    /// What should be done soon.
    pub(super) fn reminders(&self, words: Words) -> Vec<String> {
        let mut reminders = Vec::new();
        match &self.verification {
            Some(last) if (self.now - last.verified_at).num_days() >= UNVERIFIED_DAYS => {
                reminders.push(words.op_old_verification(&words.ago(last.verified_at, self.now)));
            }
            Some(_) => {}
            None => reminders.push(words.op_never_verified().to_owned()),
        }
        for node in self.nodes.iter().filter(|node| !node.is_silent) {
            if node.change_seen < self.newest_change {
                reminders.push(words.op_late_gateway(&node.name, self.newest_change - node.change_seen));
            }
            if !is_newest(node, self.newest_sets) && node.offer_fault.is_none() {
                reminders.push(words.op_old_set(&node.name));
            }
        }
        if self.outbox.failed > 0 {
            reminders.push(words.op_failed_emails(self.outbox.failed));
        }
        if self.outbox.oldest_at.is_some_and(|at| (self.now - at).num_seconds() > LATE_EMAIL_S) {
            reminders.push(words.op_late_emails().to_owned());
        }
        reminders
    }
}
