//! What is done every so often: looking after holds that a dead gateway left, forgetting idle limiters, asking whether the
//! store can write.

pub mod listener;
pub mod readiness;
pub mod sweep;

use std::time::Duration;

use tokio_util::sync::CancellationToken;

/// Runs `job` every `period` until `stop`. The next run starts a period after the last one ended, so runs never pile up.
pub async fn every<F, Fut>(period: Duration, stop: CancellationToken, mut job: F)
where
    F: FnMut() -> Fut + Send,
    Fut: Future<Output = ()> + Send,
{
    loop {
        job().await;
        tokio::select! {
            () = tokio::time::sleep(period) => {}
            () = stop.cancelled() => return,
        }
    }
}
