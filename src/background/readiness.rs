//! Whether the gateway accepts paid calls. Checked in the background, so that probes cost nothing
//! and cannot pile up.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::Duration;

use metrics::gauge;
use sqlx::PgPool;
use tokio::time::timeout;

use crate::ledger::writer::liveness::Liveness;
use crate::storage::ledger::LONGEST_CALL;
use crate::storage::pool::can_write;
use crate::storage::schema::{SchemaState, state_of};

/// The result of the last check. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Readiness(Arc<Checked>);

#[derive(Debug, Default)]
struct Checked {
    state: AtomicU8,
    /// Whether a newer version has migrated the database.
    is_schema_newer: AtomicBool,
}

/// Why the gateway accepts no paid calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Starting,
    Ready,
    StoreAway,
    SchemaOlder,
    BatchesFail,
    WriterStuck,
    WriterStopped,
    Stopping,
}

const STATES: [(State, &str); 8] = [
    (State::Starting, "starting"),
    (State::Ready, ""),
    (State::StoreAway, "the database cannot be written"),
    (State::SchemaOlder, "the database schema is older than this version; run `fluence migrate`"),
    (State::BatchesFail, "the database takes nothing that the ledger writes; see the log"),
    (State::WriterStuck, "the ledger's writer is stuck; restart this gateway"),
    (State::WriterStopped, "the ledger's writer has stopped; restart this gateway"),
    (State::Stopping, "stopping"),
];

/// What every paid call needs.
#[derive(Clone, Debug)]
pub struct Needed {
    pub pool: PgPool,
    /// The ledger's writer, which has a connection of its own.
    pub writer: Liveness,
    /// Longest time without a commit or heartbeat of a working writer, and longest time of failing
    /// batches.
    pub writer_silence: Duration,
}

/// A writer that works ends every attempt to write within this time.
const LONGEST_ATTEMPT: Duration = LONGEST_CALL.saturating_add(Duration::from_secs(5));
/// Timeout of a check: a connection whose server has gone silent never answers.
const CHECK_TIMEOUT: Duration = Duration::from_secs(2);

impl Readiness {
    /// Whether the gateway accepts paid calls.
    pub fn is_ready(&self) -> bool {
        self.state().0 == State::Ready
    }

    /// Why it does not, in words for operators.
    pub fn trouble(&self) -> Option<&'static str> {
        let (state, words) = self.state();
        (state != State::Ready).then_some(words)
    }

    /// Whether the ledger's writer has stopped or is stuck. Only a restart helps. Not a writer that
    /// the database refuses: a restart would give back the answered calls that it still keeps.
    pub fn is_stuck(&self) -> bool {
        matches!(self.state().0, State::WriterStuck | State::WriterStopped)
    }

    /// Ends readiness for good: the gateway is stopping.
    pub fn stopping(&self) {
        self.0.state.store(State::Stopping as u8, Ordering::Release);
    }

    /// Checks the database and the writer.
    pub async fn probe(&self, needed: &Needed) {
        let state = timeout(CHECK_TIMEOUT, self.state_of_store(&needed.pool)).await;
        report_writer(&needed.writer);
        let state = match state.unwrap_or(State::StoreAway) {
            State::Ready => state_of_writer(needed),
            state => state,
        };
        let previous = self.0.state.load(Ordering::Acquire);
        if previous == State::Stopping as u8 {
            return;
        }
        if previous != state as u8 {
            match state {
                State::Ready => tracing::info!("ready"),
                _ => tracing::warn!(reason = STATES[state as usize].1, "not ready"),
            }
        }
        // A check in progress must not undo the stop.
        let _ = self.0.state.compare_exchange(previous, state as u8, Ordering::AcqRel, Ordering::Acquire);
    }

    fn state(&self) -> (State, &'static str) {
        let number = usize::from(self.0.state.load(Ordering::Acquire));
        STATES.get(number).copied().unwrap_or(STATES[0])
    }

    async fn state_of_store(&self, pool: &PgPool) -> State {
        let schema = state_of(pool).await;
        if let Ok(schema) = schema {
            self.note_newer(schema == SchemaState::Newer);
        }
        match (schema, can_write(pool).await) {
            // The previous version works on the new schema, so that gateways can be replaced one by
            // one.
            (Ok(SchemaState::Current | SchemaState::Newer), Ok(true)) => State::Ready,
            (Ok(SchemaState::Current | SchemaState::Newer) | Err(_), _) => State::StoreAway,
            (Ok(SchemaState::Missing | SchemaState::Older), _) => State::SchemaOlder,
        }
    }

    /// Logs once that the schema is newer than this program.
    fn note_newer(&self, is_newer: bool) {
        gauge!("gateway_schema_newer").set(f64::from(u8::from(is_newer)));
        if is_newer && !self.0.is_schema_newer.swap(true, Ordering::AcqRel) {
            tracing::warn!(
                "database was migrated by a newer version; this gateway serves until it stops and cannot start again"
            );
        }
    }
}

/// One that has stopped never commits again.
fn state_of_writer(Needed { writer, writer_silence, .. }: &Needed) -> State {
    match writer.silent_for() {
        None => State::WriterStopped,
        Some(_) if writer.stuck_for() > LONGEST_ATTEMPT.max(*writer_silence) => State::WriterStuck,
        Some(silence) if silence.max(writer.batches_fail_for()) > *writer_silence => State::BatchesFail,
        Some(_) => State::Ready,
    }
}

/// The time without anything committed counts heartbeats only while batches do not fail.
fn report_writer(writer: &Liveness) {
    let silence = writer.silent_for().map(|silence| silence.max(writer.batches_fail_for()));
    gauge!("gateway_ledger_silent_seconds")
        .set(silence.map_or(f64::INFINITY, |silence| silence.as_secs_f64()));
    gauge!("gateway_ledger_oldest_hold_seconds").set(writer.oldest_hold_age().as_secs_f64());
}
