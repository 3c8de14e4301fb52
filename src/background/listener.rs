//! Follows the log of changes, so that no gateway goes on trusting what is no longer true.
//!
//! The log is read whenever the database says that it has grown, and every second anyway. Each reading proves that nothing
//! older has been missed, so that whoever remembers keys knows how long ago that was, however the connection was lost.

use std::time::{Duration, Instant};

use metrics::{gauge, histogram};
use sqlx::postgres::PgConnectOptions;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::clock::DatabaseClock;
use crate::domain::change::{FeedEvent, Invalidation};
use crate::storage::changes::ChangeFeed;
use crate::storage::error::StorageError;
use crate::storage::nodes::{self, Node};

/// How often the log is read when nothing wakes the listener.
const BEAT: Duration = Duration::from_secs(1);
/// A connection that takes longer to answer is taken for dead.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);
/// The first wait before a lost connection is made anew; doubled up to [`BEAT`].
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// Listens for one gateway, and tells it what has changed.
pub struct Listener<F> {
    /// How to reach the database.
    pub database: PgConnectOptions,
    /// The gateway, as the others are to see it.
    pub node: Node,
    /// What learns the database's time.
    pub clock: DatabaseClock,
    /// Whom to tell.
    pub tell: F,
}

#[derive(Debug, thiserror::Error)]
enum Lost {
    #[error("no answer within 2 s")]
    Silent,
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl<F: Fn(FeedEvent) + Send> Listener<F> {
    /// Listens until `stop`, whatever happens to connections.
    pub async fn run(self, stop: CancellationToken) {
        let mut seen = None;
        let mut is_skewed = false;
        let mut pause = FIRST_PAUSE;
        loop {
            let listening = self.listen(&mut seen, &mut is_skewed, &mut pause, &stop);
            match listening.await {
                Ok(()) => return,
                Err(lost) => tracing::warn!(
                    error = %lost,
                    "no connection for changes of keys: until it is back, each key is looked up again every few seconds"
                ),
            }
            gauge!("gateway_listener_connected").set(0.0);
            tokio::select! {
                () = sleep(pause) => pause = (pause * 2).min(BEAT),
                () = stop.cancelled() => return,
            }
        }
    }

    /// Listens on one connection until it is lost, or until `stop`.
    async fn listen(
        &self,
        seen: &mut Option<i64>,
        is_skewed: &mut bool,
        pause: &mut Duration,
        stop: &CancellationToken,
    ) -> Result<(), Lost> {
        let mut feed = within(ChangeFeed::open(self.database.clone(), ANSWER_WITHIN)).await?;
        let mut is_new = true;
        loop {
            self.catch_up(&mut feed, seen).await?;
            self.watch_skew(is_skewed);
            if std::mem::take(&mut is_new) {
                *pause = FIRST_PAUSE;
                gauge!("gateway_listener_connected").set(1.0);
                tracing::info!("connected for changes of keys: revocations take effect at once");
            }
            tokio::select! {
                woken = timeout(BEAT, feed.woken()) => if let Ok(woken) = woken { woken?; },
                () = stop.cancelled() => {
                    return within(async { nodes::leave(feed.connection().await?, &self.node).await }).await;
                }
            }
        }
    }

    /// Says how far this machine's clock is off: in a metric always, in the log when that becomes large or small.
    fn watch_skew(&self, is_skewed: &mut bool) {
        gauge!("gateway_clock_skew_seconds").set(self.clock.skew().as_seconds_f64());
        let warning = self.clock.warning();
        match (&warning, *is_skewed) {
            (Some(warning), false) => tracing::warn!("{warning}; keys end by the database's"),
            (None, true) => tracing::info!("the clock of this machine agrees with the database's again"),
            _ => {}
        }
        *is_skewed = warning.is_some();
    }

    /// Reads and tells what has changed, lets the others know, and says that nothing is missing.
    async fn catch_up(&self, feed: &mut ChangeFeed, seen: &mut Option<i64>) -> Result<(), Lost> {
        loop {
            let asked_at = Instant::now();
            let since = within(feed.since(seen.unwrap_or(0))).await?;
            if since.has_gap || seen.is_none() {
                // Not known what happened: before the first connection, while cut off for long, or since a backup.
                (self.tell)(FeedEvent::Invalidated(Invalidation::Everything));
                *seen = Some(since.newest);
            } else {
                for change in &since.changes {
                    (self.tell)(FeedEvent::Invalidated(change.invalidation));
                    histogram!("gateway_invalidation_age_seconds").record(change.age + asked_at.elapsed());
                    *seen = Some(change.number);
                }
            }
            let seen = seen.unwrap_or(since.newest);
            let time =
                within(async { nodes::report(feed.connection().await?, &self.node, seen).await }).await?;
            self.clock.read(time);
            if seen >= since.newest {
                (self.tell)(FeedEvent::Current(asked_at));
                return Ok(());
            }
        }
    }
}

async fn within<T>(asking: impl Future<Output = Result<T, StorageError>>) -> Result<T, Lost> {
    Ok(timeout(ANSWER_WITHIN, asking).await.map_err(|_| Lost::Silent)??)
}
