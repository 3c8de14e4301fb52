//! Periodic jobs: the sweep, readiness, and the change feed.

pub mod listener;
pub mod readiness;
pub mod sign_up_grants;
pub mod silent_epochs;
pub mod sweep;

use std::time::Duration;

use tokio_util::sync::CancellationToken;

/// A run that takes longer waits for a server that has gone silent, and is cancelled. Statements
/// have far shorter timeouts, but the server enforces those.
const RUN_TIMEOUT: Duration = Duration::from_secs(300);

/// Runs `job` every `period` until `stop`. The next run starts a period after the previous one
/// ended, so runs never pile up.
pub async fn every<F, Fut>(name: &'static str, period: Duration, stop: CancellationToken, mut job: F)
where
    F: FnMut() -> Fut + Send,
    Fut: Future<Output = ()> + Send,
{
    loop {
        if tokio::time::timeout(RUN_TIMEOUT, job()).await.is_err() {
            tracing::warn!(job = name, timeout_s = RUN_TIMEOUT.as_secs(), "background job timed out");
        }
        tokio::select! {
            () = tokio::time::sleep(period) => {}
            () = stop.cancelled() => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_run_that_never_ends_is_not_the_last() {
        let (runs, stop) = (Arc::<AtomicUsize>::default(), CancellationToken::new());
        let (counted, stopping) = (runs.clone(), stop.clone());
        let job = move || {
            let (run, stopping) = (counted.fetch_add(1, Ordering::Relaxed), stopping.clone());
            async move {
                if run == 0 {
                    std::future::pending::<()>().await;
                }
                stopping.cancel();
            }
        };
        let hang = Duration::from_secs(3_600);
        let ended = tokio::time::timeout(hang, every("test", Duration::from_secs(1), stop, job)).await;
        assert!(ended.is_ok(), "the first run is still awaited after an hour");
        assert_eq!(runs.load(Ordering::Relaxed), 2);
    }
}
