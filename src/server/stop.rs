//! Stopping without losing what is under way.
//!
//! Three stages: announced (not ready, still serving, so that load balancers can turn away, and every answer tells its
//! client that the connection ends), draining (no new connections, the open ones end after their present answer), cut (what
//! is left is closed).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The stages of a stop, and the tasks it waits for. Clones share one state.
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
    /// From the signal to the end of accepting.
    pub announce_delay: Duration,
    /// From then to the cut.
    pub drain_deadline: Duration,
}

/// After the cut, tasks only have to notice it.
const CUT_GRACE: Duration = Duration::from_secs(1);

impl Stop {
    /// A service that is not stopping.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether new work is welcome; `/readyz` says so, and once it is not, every answer ends its connection.
    pub fn is_ready(&self) -> bool {
        !self.announced.load(Relaxed)
    }

    /// Ends when connections should take no further request. Each call has a token of its own, so that many
    /// waiters do not meet at one lock.
    pub fn draining(&self) -> CancellationToken {
        self.draining.child_token()
    }

    /// Ends when whatever is left must go.
    pub fn cut(&self) -> &CancellationToken {
        &self.cut
    }

    /// What a stop waits for: connections, and calls that outlive theirs.
    pub fn tasks(&self) -> &TaskTracker {
        &self.tasks
    }

    /// Goes through the stages; true when all tasks ended by themselves before the cut.
    pub async fn run(&self, timing: StopTiming) -> bool {
        self.announced.store(true, Relaxed);
        tokio::time::sleep(timing.announce_delay).await;
        self.draining.cancel();
        self.tasks.close();
        let drained = tokio::time::timeout(timing.drain_deadline, self.tasks.wait()).await.is_ok();
        self.cut.cancel();
        if !drained {
            tracing::warn!(left = self.tasks.len(), "the drain deadline passed, cutting what is left");
            // Whether they make it in time changes nothing any more.
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
