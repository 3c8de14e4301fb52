//! Stopping without losing requests in progress, in three stages.
//!
//! Announced: the gateway is not ready and still serves, so that load balancers turn away; every
//! answer closes its connection. Draining: no new connections; open ones end after their current
//! answer. Cut: open connections are closed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The stages of a stop, and the tasks that it waits for. Clones share one state.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    announced: Arc<AtomicBool>,
    draining: CancellationToken,
    cut: CancellationToken,
    tasks: TaskTracker,
}

/// How long each stage of a stop lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StopTiming {
    /// From the signal until connections are no longer accepted.
    pub announce_delay: Duration,
    /// From then until open connections are closed.
    pub drain_deadline: Duration,
}

/// Time for tasks to notice the cut.
const CUT_GRACE: Duration = Duration::from_secs(1);

impl Stop {
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether the gateway accepts new work. Once it does not, `/readyz` is 503 and every answer
    /// closes its connection.
    pub fn is_ready(&self) -> bool {
        !self.announced.load(Relaxed)
    }

    /// Resolves once connections must stop accepting requests. Each caller gets a token of its own,
    /// so that many waiters do not contend for one lock.
    pub fn draining(&self) -> CancellationToken {
        self.draining.child_token()
    }

    /// Resolves once open connections must close.
    pub fn cut(&self) -> &CancellationToken {
        &self.cut
    }

    /// What a stop waits for: connections, and calls whose clients have disconnected.
    pub fn tasks(&self) -> &TaskTracker {
        &self.tasks
    }

    /// Runs the stages. Returns whether all tasks ended before the cut.
    pub async fn run(&self, timing: StopTiming) -> bool {
        self.announced.store(true, Relaxed);
        tokio::time::sleep(timing.announce_delay).await;
        self.draining.cancel();
        self.tasks.close();
        let drained = tokio::time::timeout(timing.drain_deadline, self.tasks.wait()).await.is_ok();
        self.cut.cancel();
        if !drained {
            tracing::warn!(open = self.tasks.len(), "drain deadline passed; closing open connections");
            let _ = tokio::time::timeout(CUT_GRACE, self.tasks.wait()).await;
        }
        drained
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMING: StopTiming =
        StopTiming { announce_delay: Duration::from_secs(5), drain_deadline: Duration::from_secs(30) };

    #[tokio::test(start_paused = true)]
    async fn the_stages_come_in_their_order() {
        let stop = Stop::new();
        let draining = stop.draining();
        let run = tokio::spawn({
            let stop = stop.clone();
            async move { stop.run(TIMING).await }
        });
        let working = stop.tasks().spawn({
            let stop = stop.clone();
            async move {
                tokio::time::sleep(Duration::from_secs(1)).await;
                assert!(!stop.is_ready() && !draining.is_cancelled());
                tokio::time::sleep(Duration::from_secs(10)).await;
                assert!(draining.is_cancelled() && !stop.cut().is_cancelled());
            }
        });
        assert!(run.await.unwrap());
        working.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn what_does_not_end_is_cut_at_the_deadline() {
        let stop = Stop::new();
        let cut = stop.cut().clone();
        stop.tasks().spawn(async move { cut.cancelled().await });
        let start = tokio::time::Instant::now();
        assert!(!stop.run(TIMING).await);
        assert_eq!(start.elapsed().as_secs(), 35);
    }
}
