//! Whether the gateway accepts paid calls. Checked in the background, so that probes cost nothing
//! and cannot pile up.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use metrics::gauge;
use parking_lot::RwLock;
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
    state: RwLock<State>,
    /// Whether a newer version has migrated the database.
    is_schema_newer: AtomicBool,
}

/// Why the gateway accepts no paid calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Starting,
    Ready,
    StoreAway,
    SchemaOlder,
    BatchesFail,
    WriterStuck,
    WriterStopped,
    Stopping,
}

impl State {
    /// Why it accepts none, in words for operators. `None`: it accepts them.
    const fn reason(self) -> Option<&'static str> {
        Some(match self {
            Self::Ready => return None,
            Self::Starting => "starting",
            Self::StoreAway => "the database cannot be written",
            Self::SchemaOlder => "the database schema is older than this version; run `fluence migrate`",
            Self::BatchesFail => "the database takes nothing that the ledger writes; see the log",
            Self::WriterStuck => "the ledger's writer is stuck; restart this gateway",
            Self::WriterStopped => "the ledger's writer has stopped; restart this gateway",
            Self::Stopping => "stopping",
        })
    }
}

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

/// A gateway whose ledger writer misses this many heartbeats is not ready.
pub const HEARTBEATS_UNTIL_NOT_READY: u32 = 2;
/// A writer that works ends every attempt to write within this time.
const LONGEST_ATTEMPT: Duration = LONGEST_CALL.saturating_add(Duration::from_secs(5));
/// Timeout of a check: a connection whose server has gone silent never answers.
const CHECK_TIMEOUT: Duration = Duration::from_secs(2);

impl Readiness {
    /// Whether the gateway accepts paid calls.
    pub fn is_ready(&self) -> bool {
        self.state() == State::Ready
    }

    /// Why it does not, in words for operators.
    pub fn trouble(&self) -> Option<&'static str> {
        self.state().reason()
    }

    /// Whether the ledger's writer has stopped or is stuck. Only a restart helps. Not a writer that
    /// the database refuses: a restart would give back the answered calls that it still keeps.
    pub fn is_stuck(&self) -> bool {
        matches!(self.state(), State::WriterStuck | State::WriterStopped)
    }

    /// Ends readiness for good: the gateway is stopping.
    pub fn stopping(&self) {
        *self.0.state.write() = State::Stopping;
    }

    /// Checks the database and the writer.
    pub async fn probe(&self, needed: &Needed) {
        let state = timeout(CHECK_TIMEOUT, self.state_of_store(&needed.pool)).await;
        report_writer(&needed.writer);
        let state = match state.unwrap_or(State::StoreAway) {
            State::Ready => state_of_writer(needed),
            state => state,
        };
        self.note(state);
    }

    /// Keeps the result of a check. A check in progress does not undo the stop.
    fn note(&self, state: State) {
        let mut current = self.0.state.write();
        if *current == State::Stopping || *current == state {
            return;
        }
        *current = state;
        drop(current);
        match state.reason() {
            None => tracing::info!("ready"),
            Some(reason) => tracing::warn!(reason, "not ready"),
        }
    }

    fn state(&self) -> State {
        *self.0.state.read()
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
        gauge!("gateway_schema_newer").set(f64::from(is_newer));
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
