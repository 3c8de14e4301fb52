//! Follows the change feed, so that caches are invalidated.
//!
//! The feed is read at every notification, and once a second. Each reading proves that no older
//! change was missed, so that caches know how current they are, however a connection is lost.

use std::time::{Duration, Instant};

use metrics::{gauge, histogram};
use sqlx::postgres::PgConnectOptions;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::clock::DatabaseClock;
use crate::domain::change::{FeedEvent, Invalidation};
use crate::storage::change_feed::ChangeFeed;
use crate::storage::error::StorageError;
use crate::storage::nodes::{self, Node};

/// Interval of reads without a notification.
const READ_EVERY: Duration = Duration::from_secs(1);
/// Timeout of a query; the connection is then considered dead.
const QUERY_TIMEOUT: Duration = Duration::from_secs(2);
/// Pause before the first reconnection. It doubles up to [`READ_EVERY`].
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// Follows the change feed for one gateway.
pub struct Listener<F> {
    pub database: PgConnectOptions,
    /// This gateway, as other gateways and operators see it.
    pub node: Node,
    /// Set to the database's time at every reading.
    pub clock: DatabaseClock,
    /// Called with every event of the feed.
    pub on_event: F,
}

#[derive(Debug, thiserror::Error)]
enum FeedError {
    #[error("no answer within {} s", QUERY_TIMEOUT.as_secs())]
    Silent,
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// What the connections to the feed have in common.
struct Progress {
    /// The last change that was read. `None` before the first one.
    seen: Option<i64>,
    /// Whether this machine's clock was last reported as differing from the database's.
    is_skewed: bool,
    pause: Duration,
}

impl Progress {
    const fn new() -> Self {
        Self { seen: None, is_skewed: false, pause: FIRST_PAUSE }
    }

    fn connected(&mut self) {
        self.pause = FIRST_PAUSE;
        gauge!("gateway_listener_connected").set(1.0);
        tracing::info!("change feed connected");
    }

    /// Returns the pause before the next connection.
    fn disconnected(&mut self, error: &FeedError) -> Duration {
        tracing::warn!(%error, "change feed disconnected");
        gauge!("gateway_listener_connected").set(0.0);
        let pause = self.pause;
        self.pause = (pause * 2).min(READ_EVERY);
        pause
    }

    /// Reports the skew of this machine's clock: as a metric, and in the log when it becomes large
    /// or small.
    fn watch_skew(&mut self, clock: &DatabaseClock) {
        gauge!("gateway_clock_skew_seconds").set(clock.skew().as_seconds_f64());
        let warning = clock.warning();
        match (&warning, self.is_skewed) {
            (Some(warning), false) => {
                tracing::warn!(%warning, "clock differs from the database's, which decides when keys expire")
            }
            (None, true) => tracing::info!("clock agrees with the database's again"),
            _ => {}
        }
        self.is_skewed = warning.is_some();
    }
}

impl<F: Fn(FeedEvent) + Send> Listener<F> {
    /// Follows the feed until `stop`, over as many connections as that takes.
    pub async fn run(self, stop: CancellationToken) {
        let mut progress = Progress::new();
        while let Err(lost) = self.follow(&mut progress, &stop).await {
            tokio::select! {
                () = sleep(progress.disconnected(&lost)) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    /// Follows the feed on one connection, until it is lost or until `stop`.
    async fn follow(&self, progress: &mut Progress, stop: &CancellationToken) -> Result<(), FeedError> {
        let mut feed = within(ChangeFeed::open(self.database.clone(), QUERY_TIMEOUT)).await?;
        let mut is_new = true;
        loop {
            self.read_changes(&mut feed, &mut progress.seen).await?;
            progress.watch_skew(&self.clock);
            if std::mem::take(&mut is_new) {
                progress.connected();
            }
            tokio::select! {
                notified = timeout(READ_EVERY, feed.notified()) => if let Ok(notified) = notified { notified?; },
                () = stop.cancelled() => {
                    return within(async { nodes::leave(feed.connection().await?, &self.node).await }).await;
                }
            }
        }
    }

    /// Reads changes and passes them on, reports progress to the other gateways, and proves that no
    /// change is missing.
    async fn read_changes(&self, feed: &mut ChangeFeed, seen: &mut Option<i64>) -> Result<(), FeedError> {
        loop {
            let asked_at = Instant::now();
            let page = within(feed.read_after(seen.unwrap_or(0))).await?;
            if page.has_gap || seen.is_none() {
                // Changes may be missing: at the first connection, after a long interruption, or
                // after a restored backup.
                (self.on_event)(FeedEvent::Invalidated(Invalidation::Everything));
                *seen = Some(page.newest);
            } else {
                for change in &page.changes {
                    (self.on_event)(FeedEvent::Invalidated(change.invalidation));
                    histogram!("gateway_invalidation_age_seconds").record(change.age + asked_at.elapsed());
                    *seen = Some(change.number);
                }
            }
            let seen = seen.unwrap_or(page.newest);
            let time = within(async {
                nodes::report(feed.connection().await?, &self.node, seen, Some(self.clock.skew())).await
            })
            .await?;
            self.clock.read(time);
            if seen >= page.newest {
                (self.on_event)(FeedEvent::Current(asked_at));
                return Ok(());
            }
        }
    }
}

async fn within<T>(query: impl Future<Output = Result<T, StorageError>>) -> Result<T, FeedError> {
    Ok(timeout(QUERY_TIMEOUT, query).await.map_err(|_| FeedError::Silent)??)
}
