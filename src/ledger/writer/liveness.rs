//! Whether the writer is alive, readable without waiting for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// When the store last took something from the writer. Cheap to clone and to hold.
#[derive(Clone, Debug)]
pub struct Liveness {
    began: Instant,
    /// Milliseconds since then, or [`STOPPED`].
    shown_ms: Arc<AtomicU64>,
}

const STOPPED: u64 = u64::MAX;

impl Liveness {
    /// How long ago the store last took a batch or a heartbeat. `None`: the writer has stopped, and will take no more calls.
    pub fn silent_for(&self) -> Option<Duration> {
        let shown_ms = self.shown_ms.load(Ordering::Relaxed);
        let shown = Duration::from_millis(shown_ms);
        (shown_ms != STOPPED).then(|| self.began.elapsed().saturating_sub(shown))
    }
}

/// The writer's own end of it. Dropped, however that comes about, the writer has stopped.
#[derive(Debug)]
pub(crate) struct Heartbeat(Liveness);

impl Heartbeat {
    /// A writer whose epoch the store has just opened.
    pub(crate) fn new() -> Self {
        Self(Liveness { began: Instant::now(), shown_ms: Arc::default() })
    }

    pub(crate) fn liveness(&self) -> Liveness {
        self.0.clone()
    }

    /// The store took something.
    pub(crate) fn beat(&self) {
        let since = self.0.began.elapsed().as_millis();
        self.0.shown_ms.store(u64::try_from(since).unwrap_or(STOPPED - 1), Ordering::Relaxed);
    }
}

impl Drop for Heartbeat {
    fn drop(&mut self) {
        self.0.shown_ms.store(STOPPED, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_is_known_how_long_the_store_took_nothing() {
        let heartbeat = Heartbeat::new();
        let liveness = heartbeat.liveness();
        tokio::time::advance(Duration::from_secs(7)).await;
        assert_eq!(liveness.silent_for(), Some(Duration::from_secs(7)));
        heartbeat.beat();
        assert_eq!(liveness.silent_for(), Some(Duration::ZERO));
        tokio::time::advance(Duration::from_secs(2)).await;
        assert_eq!(liveness.silent_for(), Some(Duration::from_secs(2)));
    }

    #[tokio::test]
    async fn a_writer_that_panicked_has_stopped() {
        let heartbeat = Heartbeat::new();
        let liveness = heartbeat.liveness();
        let writer = tokio::spawn(async move {
            heartbeat.beat();
            panic!("as a test wants it");
        });
        assert!(writer.await.unwrap_err().is_panic());
        assert_eq!(liveness.silent_for(), None);
    }
}
