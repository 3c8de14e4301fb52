//! Can paid calls be taken? Asked in the background, so that a probe costs nothing and cannot pile up.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use sqlx::PgPool;

use crate::storage::pool::can_write;
use crate::storage::schema::{SchemaState, state_of};

/// What was last found out. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Readiness(Arc<AtomicU8>);

/// What keeps the gateway from taking paid calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Starting,
    Ready,
    StoreAway,
    SchemaOutdated,
    Stopping,
}

const STATES: [(State, &str); 5] = [
    (State::Starting, "starting"),
    (State::Ready, ""),
    (State::StoreAway, "the database cannot be written"),
    (State::SchemaOutdated, "the database schema is not the one of this version; run `fluence migrate`"),
    (State::Stopping, "stopping"),
];

impl Readiness {
    /// Whether paid calls can be taken.
    pub fn is_ready(&self) -> bool {
        self.state().0 == State::Ready
    }

    /// Why they cannot, in words for operators.
    pub fn trouble(&self) -> Option<&'static str> {
        let (state, words) = self.state();
        (state != State::Ready).then_some(words)
    }

    /// From now on, for good: the gateway is going away.
    pub fn stopping(&self) {
        self.0.store(State::Stopping as u8, Ordering::Release);
    }

    /// Asks the store.
    pub async fn probe(&self, pool: &PgPool) {
        let state = match (state_of(pool).await, can_write(pool).await) {
            (Ok(SchemaState::Current), Ok(true)) => State::Ready,
            (Ok(SchemaState::Current) | Err(_), _) => State::StoreAway,
            (Ok(_), _) => State::SchemaOutdated,
        };
        let previous = self.0.load(Ordering::Acquire);
        if previous == State::Stopping as u8 {
            return;
        }
        if previous != state as u8 {
            tracing::info!(?state, "readiness changed");
        }
        // Stopping is for good, whatever a probe finds that was under way.
        let _ = self.0.compare_exchange(previous, state as u8, Ordering::AcqRel, Ordering::Acquire);
    }

    fn state(&self) -> (State, &'static str) {
        let number = usize::from(self.0.load(Ordering::Acquire));
        STATES.get(number).copied().unwrap_or(STATES[0])
    }
}
