//! Whether the writer is alive, for readers that must not wait for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// The time of the last batch or heartbeat that the store committed. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Liveness {
    started_at: Instant,
    /// Milliseconds from the start to the last write, or [`STOPPED`].
    last_write_ms: Arc<AtomicU64>,
}

const STOPPED: u64 = u64::MAX;

impl Liveness {
    /// Returns the time since the last batch or heartbeat, or `None` if the writer has stopped.
    pub fn silent_for(&self) -> Option<Duration> {
        let last_write_ms = self.last_write_ms.load(Ordering::Relaxed);
        let last_write = Duration::from_millis(last_write_ms);
        (last_write_ms != STOPPED).then(|| self.started_at.elapsed().saturating_sub(last_write))
    }
}

/// The writer's side of [`Liveness`]. Dropping it marks the writer as stopped.
#[derive(Debug)]
pub(crate) struct Heartbeat(Liveness);

impl Heartbeat {
    /// Starts with the epoch, which the store has just opened.
    pub(crate) fn new() -> Self {
        Self(Liveness { started_at: Instant::now(), last_write_ms: Arc::default() })
    }

    pub(crate) fn liveness(&self) -> Liveness {
        self.0.clone()
    }

    /// Records a successful write.
    pub(crate) fn record(&self) {
        let since = self.0.started_at.elapsed().as_millis();
        self.0.last_write_ms.store(u64::try_from(since).unwrap_or(STOPPED - 1), Ordering::Relaxed);
    }
}

impl Drop for Heartbeat {
    fn drop(&mut self) {
        self.0.last_write_ms.store(STOPPED, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_time_since_the_last_write_is_known() {
        let heartbeat = Heartbeat::new();
        let liveness = heartbeat.liveness();
        tokio::time::advance(Duration::from_secs(7)).await;
        assert_eq!(liveness.silent_for(), Some(Duration::from_secs(7)));
        heartbeat.record();
        assert_eq!(liveness.silent_for(), Some(Duration::ZERO));
        tokio::time::advance(Duration::from_secs(2)).await;
        assert_eq!(liveness.silent_for(), Some(Duration::from_secs(2)));
    }

    #[tokio::test]
    async fn a_writer_that_panicked_has_stopped() {
        let heartbeat = Heartbeat::new();
        let liveness = heartbeat.liveness();
        let writer = tokio::spawn(async move {
            heartbeat.record();
            panic!("planted");
        });
        assert!(writer.await.unwrap_err().is_panic());
        assert_eq!(liveness.silent_for(), None);
    }
}
