//! What is done every so often while the gateway serves.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::background::every;
use crate::background::readiness::{Needed, Readiness};
use crate::background::sweep::{RETENTION_EVERY, Sweep, TIDY_EVERY};
use crate::config::Settings;
use crate::gate::auth::last_used::LastUsed;
use crate::gate::limits::limiter::RateLimits;
use crate::gate::refused::RefusedCalls;
use crate::ledger::writer::liveness::Liveness;

/// How often readiness is asked for.
const PROBE_EVERY: Duration = Duration::from_secs(1);
/// How often refused calls are counted in the store.
const COUNT_REFUSED_EVERY: Duration = Duration::from_secs(5);
/// A gateway whose ledger's writer has missed so many heartbeats is not ready.
const HEARTBEATS_MISSED: u64 = 2;

/// What the jobs work on.
pub(super) struct Jobs {
    pub(super) sweep: Sweep,
    pub(super) readiness: Readiness,
    pub(super) writer: Liveness,
    pub(super) limits: RateLimits,
    pub(super) last_used: LastUsed,
    pub(super) refused: RefusedCalls,
}

impl Jobs {
    /// Starts them all, until `stop`. Returns once it is known whether the store can be written.
    pub(super) async fn start(self, settings: &Settings, stop: &CancellationToken) {
        let Self { sweep, readiness, writer, limits, last_used, refused } = self;
        let writer_silence = Duration::from_secs(settings.ledger.heartbeat_s * HEARTBEATS_MISSED);
        let needed = Needed { pool: sweep.pool.clone(), writer, writer_silence };
        readiness.probe(&needed).await;
        tokio::spawn(every(PROBE_EVERY, stop.clone(), move || {
            let (readiness, needed) = (readiness.clone(), needed.clone());
            async move { readiness.probe(&needed).await }
        }));
        let pool = sweep.pool.clone();
        let written_every = Duration::from_millis(settings.keys.last_used_every_ms);
        tokio::spawn(every(written_every, stop.clone(), move || {
            let (last_used, pool) = (last_used.clone(), pool.clone());
            async move { last_used.flush(&pool).await }
        }));
        let pool = sweep.pool.clone();
        tokio::spawn(every(COUNT_REFUSED_EVERY, stop.clone(), move || {
            let (refused, pool) = (refused.clone(), pool.clone());
            async move { refused.flush(&pool).await }
        }));
        let of_holds = sweep.clone();
        let sweep_every = Duration::from_secs(settings.ledger.sweep_every_s);
        tokio::spawn(every(sweep_every, stop.clone(), move || {
            let sweep = of_holds.clone();
            async move { sweep.holds_and_usage().await }
        }));
        let of_people = sweep.clone();
        tokio::spawn(every(RETENTION_EVERY, stop.clone(), move || {
            let sweep = of_people.clone();
            async move { sweep.retention().await }
        }));
        tokio::spawn(every(TIDY_EVERY, stop.clone(), move || {
            let sweep = sweep.clone();
            limits.forget_idle();
            async move { sweep.tidy().await }
        }));
    }
}
