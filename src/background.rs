//! What is done every so often: looking after holds that a dead gateway left, forgetting idle limiters, asking whether the
//! store can write.

pub mod listener;
pub mod readiness;
pub mod sweep;

use std::time::Duration;

use tokio_util::sync::CancellationToken;

/// A run that takes longer is given up: it waits for a server that has vanished. Every statement has its own, far shorter
/// limit, but the server keeps it.
const LONGEST_RUN: Duration = Duration::from_secs(300);

/// Runs `job` every `period` until `stop`. The next run starts a period after the last one ended, so runs never pile up.
pub async fn every<F, Fut>(period: Duration, stop: CancellationToken, mut job: F)
where
    F: FnMut() -> Fut + Send,
    Fut: Future<Output = ()> + Send,
{
    loop {
        if tokio::time::timeout(LONGEST_RUN, job()).await.is_err() {
            tracing::warn!(?period, "a background job did not end and was given up; it will be tried again");
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
        let ended = tokio::time::timeout(hang, every(Duration::from_secs(1), stop, job)).await;
        assert!(ended.is_ok(), "the first run is still awaited after an hour");
        assert_eq!(runs.load(Ordering::Relaxed), 2);
    }
}
