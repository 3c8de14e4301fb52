//! What others see of the writer without waiting for it: whether it lives, whether the store takes
//! its batches, and since when its oldest hold is open.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

/// The state of a writer. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Liveness(Arc<Mutex<Seen>>);

#[derive(Debug)]
struct Seen {
    /// The last batch or heartbeat that the store committed. `None`: the writer has stopped.
    last_write: Option<Instant>,
    /// The end of the last attempt to write, whether or not the store took it.
    last_attempt: Instant,
    failures: Option<Failures>,
    oldest_hold: Option<Instant>,
}

impl Seen {
    fn note_write(&mut self, now: Instant) {
        (self.last_write, self.last_attempt) = (Some(now), now);
    }
}

/// Batches that failed, without one in between that was committed.
#[derive(Clone, Copy, Debug)]
struct Failures {
    first: Instant,
    last: Instant,
}

/// How long a failed batch counts, whatever heartbeats say. Then the gateway becomes ready again
/// and the next call shows whether batches succeed.
const FAILED_BATCH_COUNTS_FOR: Duration = Duration::from_secs(10);
/// Failures at most this far apart are one outage.
const MAX_GAP_WITHIN_OUTAGE: Duration = Duration::from_secs(60);

impl Liveness {
    /// Returns the time since the last batch or heartbeat, or `None` if the writer has stopped.
    pub fn silent_for(&self) -> Option<Duration> {
        self.0.lock().last_write.map(|at| at.elapsed())
    }

    /// Returns how long the writer has not ended an attempt to write.
    pub fn stuck_for(&self) -> Duration {
        self.0.lock().last_attempt.elapsed()
    }

    /// Returns how long the store has refused every batch, although it may take heartbeats. Zero if
    /// it takes batches, or if none was tried lately.
    pub fn batches_fail_for(&self) -> Duration {
        let failures = self.0.lock().failures;
        let current = failures.filter(|failures| failures.last.elapsed() < FAILED_BATCH_COUNTS_FOR);
        current.map_or(Duration::ZERO, |failures| failures.first.elapsed())
    }

    /// Returns how long the oldest hold is open. Zero without one.
    pub fn oldest_hold_age(&self) -> Duration {
        self.0.lock().oldest_hold.map_or(Duration::ZERO, |at| at.elapsed())
    }
}

/// The writer's side of [`Liveness`]. Dropping it marks the writer as stopped.
#[derive(Debug)]
pub(crate) struct LivenessRecorder(Liveness);

impl LivenessRecorder {
    /// Starts with the epoch, which the store has just opened.
    pub(crate) fn new() -> Self {
        let now = Instant::now();
        let seen = Seen { last_write: Some(now), last_attempt: now, failures: None, oldest_hold: None };
        Self(Liveness(Arc::new(Mutex::new(seen))))
    }

    pub(crate) fn liveness(&self) -> Liveness {
        self.0.clone()
    }

    /// Records a heartbeat that the store took.
    pub(crate) fn record(&self) {
        self.0.0.lock().note_write(Instant::now());
    }

    /// Records a heartbeat that the store did not take.
    pub(crate) fn refused(&self) {
        self.0.0.lock().last_attempt = Instant::now();
    }

    /// Records a batch that was committed.
    pub(crate) fn batch_committed(&self) {
        let mut seen = self.0.0.lock();
        seen.note_write(Instant::now());
        seen.failures = None;
    }

    /// Records a batch that the store did not take.
    pub(crate) fn batch_failed(&self) {
        let (mut seen, last) = (self.0.0.lock(), Instant::now());
        let before = seen.failures.filter(|failures| failures.last.elapsed() < MAX_GAP_WITHIN_OUTAGE);
        let first = before.map_or(last, |failures| failures.first);
        seen.failures = Some(Failures { first, last });
        seen.last_attempt = last;
    }

    /// Records since when the oldest hold is open.
    pub(crate) fn oldest_hold(&self, since: Option<Instant>) {
        self.0.0.lock().oldest_hold = since;
    }
}

impl Drop for LivenessRecorder {
    fn drop(&mut self) {
        self.0.0.lock().last_write = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn the_time_since_the_last_write_is_known() {
        let recorder = LivenessRecorder::new();
        let liveness = recorder.liveness();
        tokio::time::advance(7 * SECOND).await;
        assert_eq!(liveness.silent_for(), Some(7 * SECOND));
        recorder.record();
        assert_eq!(liveness.silent_for(), Some(Duration::ZERO));
        tokio::time::advance(2 * SECOND).await;
        assert_eq!(liveness.silent_for(), Some(2 * SECOND));
    }

    #[tokio::test(start_paused = true)]
    async fn a_writer_that_is_refused_is_not_stuck() {
        let recorder = LivenessRecorder::new();
        let liveness = recorder.liveness();
        let fail: [fn(&LivenessRecorder); 2] = [LivenessRecorder::refused, LivenessRecorder::batch_failed];
        for fails in fail {
            tokio::time::advance(7 * SECOND).await;
            assert_eq!(liveness.stuck_for(), 7 * SECOND);
            fails(&recorder);
            assert_eq!(liveness.stuck_for(), Duration::ZERO);
        }
        assert_eq!(liveness.silent_for(), Some(14 * SECOND));
    }

    #[tokio::test(start_paused = true)]
    async fn heartbeats_do_not_make_up_for_failed_batches_and_a_committed_one_does() {
        let recorder = LivenessRecorder::new();
        let liveness = recorder.liveness();
        for _ in 0..3 {
            recorder.batch_failed();
            tokio::time::advance(5 * SECOND).await;
            recorder.record();
        }
        assert_eq!(liveness.silent_for(), Some(Duration::ZERO));
        assert_eq!(liveness.batches_fail_for(), 15 * SECOND);
        recorder.batch_committed();
        assert_eq!(liveness.batches_fail_for(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_without_batches_is_tried_again_and_the_next_failure_counts_from_the_first() {
        let recorder = LivenessRecorder::new();
        let liveness = recorder.liveness();
        recorder.batch_failed();
        tokio::time::advance(FAILED_BATCH_COUNTS_FOR).await;
        assert_eq!(liveness.batches_fail_for(), Duration::ZERO);
        recorder.batch_failed();
        assert_eq!(liveness.batches_fail_for(), FAILED_BATCH_COUNTS_FOR);
        tokio::time::advance(MAX_GAP_WITHIN_OUTAGE).await;
        recorder.batch_failed();
        assert_eq!(liveness.batches_fail_for(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn the_age_of_the_oldest_hold_grows_while_the_writer_does_nothing() {
        let recorder = LivenessRecorder::new();
        let liveness = recorder.liveness();
        recorder.oldest_hold(Some(Instant::now()));
        tokio::time::advance(90 * SECOND).await;
        assert_eq!(liveness.oldest_hold_age(), 90 * SECOND);
        recorder.oldest_hold(None);
        assert_eq!(liveness.oldest_hold_age(), Duration::ZERO);
    }

    #[tokio::test]
    async fn a_writer_that_panicked_has_stopped() {
        let recorder = LivenessRecorder::new();
        let liveness = recorder.liveness();
        let writer = tokio::spawn(async move {
            recorder.record();
            panic!("planted");
        });
        assert!(writer.await.unwrap_err().is_panic());
        assert_eq!(liveness.silent_for(), None);
    }
}
