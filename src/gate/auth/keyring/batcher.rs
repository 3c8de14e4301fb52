//! Groups the lookups of many requests into one query.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::time::Duration;

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{sleep, timeout};

use crate::storage::error::StorageError;

/// Lookups that may wait; further ones are refused. No lower than the default limit of connections.
const QUEUE: usize = 4096;
/// The most distinct keys in one query.
const QUERY_KEYS: usize = 256;

/// Why a lookup has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LookupError {
    /// The database cannot be reached or did not answer.
    #[error("the database does not answer")]
    NoAnswer,
    /// As many lookups as may wait are waiting.
    #[error("too many key lookups are waiting")]
    QueueFull,
    /// Every result was outdated when it arrived.
    #[error("the key or its account changes faster than it can be read")]
    KeepsChanging,
}

pub(super) trait Load<K, V>: Send + 'static {
    /// Looks the keys up with one query. A key that is missing from the result counts as not looked
    /// up.
    fn load(&self, keys: &[K]) -> impl Future<Output = Result<HashMap<K, V>, StorageError>> + Send;
}

/// Looks up many keys with one query. While a query runs, the next one gathers. Cheap to clone.
#[derive(Debug)]
pub(super) struct Batcher<K, V> {
    lookups: mpsc::Sender<Lookup<K, V>>,
    wait: Duration,
}

impl<K, V> Clone for Batcher<K, V> {
    fn clone(&self) -> Self {
        Self { lookups: self.lookups.clone(), wait: self.wait }
    }
}

#[derive(Debug)]
struct Lookup<K, V> {
    key: K,
    reply: oneshot::Sender<Result<V, LookupError>>,
}

impl<K: Copy + Eq + Hash + Send + Sync + 'static, V: Clone + Send + 'static> Batcher<K, V> {
    /// Starts the task that runs the queries and pauses after each. It ends with the last clone.
    /// Neither the callers nor the task wait longer than `wait` for an answer.
    pub(super) fn start(loader: impl Load<K, V> + Sync, wait: Duration, pause: Duration) -> Self {
        let (lookups, inbox) = mpsc::channel(QUEUE);
        tokio::spawn(answer(loader, inbox, wait, pause));
        Self { lookups, wait }
    }

    /// Looks up one key and waits for the result.
    pub(super) async fn load(&self, key: K) -> Result<V, LookupError> {
        let (reply, answer) = oneshot::channel();
        self.lookups.try_send(Lookup { key, reply }).map_err(|refused| match refused {
            TrySendError::Full(_) => LookupError::QueueFull,
            TrySendError::Closed(_) => LookupError::NoAnswer,
        })?;
        let answered = timeout(self.wait, answer).await.map_err(|_| LookupError::NoAnswer)?;
        answered.unwrap_or(Err(LookupError::NoAnswer))
    }
}

async fn answer<K, V>(
    loader: impl Load<K, V>,
    mut inbox: mpsc::Receiver<Lookup<K, V>>,
    wait: Duration,
    pause: Duration,
) where
    K: Copy + Eq + Hash,
    V: Clone,
{
    let mut waiting = Vec::new();
    while inbox.recv_many(&mut waiting, QUEUE).await > 0 {
        // Many requests may wait for one key: only distinct keys count.
        let distinct: HashSet<K> = waiting.iter().map(|lookup| lookup.key).collect();
        let distinct: Vec<K> = distinct.into_iter().collect();
        for keys in distinct.chunks(QUERY_KEYS) {
            let values = answer_of(&loader, keys, wait).await;
            let keys: HashSet<K> = keys.iter().copied().collect();
            for lookup in waiting.extract_if(.., |lookup| keys.contains(&lookup.key)) {
                let _ = lookup.reply.send(values.get(&lookup.key).cloned().ok_or(LookupError::NoAnswer));
            }
            if !pause.is_zero() {
                sleep(pause).await;
            }
        }
    }
}

/// Runs one query. Returns an empty map if the database does not answer within `wait`, because all
/// other lookups wait behind this query.
async fn answer_of<K, V>(loader: &impl Load<K, V>, keys: &[K], wait: Duration) -> HashMap<K, V> {
    let error = match timeout(wait, loader.load(keys)).await {
        Ok(Ok(values)) => return values,
        Ok(Err(error)) => error.to_string(),
        Err(elapsed) => elapsed.to_string(),
    };
    tracing::warn!(%error, count = keys.len(), "keyring query failed");
    HashMap::new()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[derive(Default)]
    struct Counting {
        queries: AtomicUsize,
        /// The first queries of this number are never answered.
        unanswered: usize,
    }

    impl Load<u32, (u32, usize)> for Counting {
        async fn load(&self, keys: &[u32]) -> Result<HashMap<u32, (u32, usize)>, StorageError> {
            let query = self.queries.fetch_add(1, Ordering::Relaxed);
            if query < self.unanswered {
                std::future::pending::<()>().await;
            }
            Ok(keys.iter().filter(|key| **key != 13).map(|key| (*key, (key * 2, query))).collect())
        }
    }

    const LONG: Duration = Duration::from_secs(5);

    #[tokio::test]
    async fn many_requests_for_one_key_are_one_query() {
        let batcher = Batcher::start(Counting::default(), LONG, Duration::ZERO);
        let lookups = (0..3000).map(|_| batcher.load(7));
        for answer in futures_util::future::join_all(lookups).await {
            assert_eq!(answer, Ok((14, 0)));
        }
    }

    #[tokio::test]
    async fn every_caller_gets_its_own_answer_however_many_wait() {
        let batcher = Batcher::start(Counting::default(), LONG, Duration::ZERO);
        let lookups = (1000..2000).map(|number| batcher.load(number));
        let answers: Vec<_> = futures_util::future::join_all(lookups).await;
        for (number, answer) in (1000..2000).zip(answers) {
            let (double, query) = answer.unwrap();
            assert_eq!(double, number * 2);
            assert!(query < 4, "1000 distinct keys in {query} queries");
        }
    }

    #[tokio::test]
    async fn a_key_that_is_missing_from_the_result_is_an_error() {
        assert_eq!(
            Batcher::start(Counting::default(), LONG, Duration::ZERO).load(13).await,
            Err(LookupError::NoAnswer)
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_that_never_answers_does_not_hang_its_callers() {
        let store = Counting { unanswered: usize::MAX, ..Counting::default() };
        let batcher = Batcher::start(store, LONG, Duration::ZERO);
        let answer = timeout(Duration::from_secs(60), batcher.load(1)).await;
        assert_eq!(answer, Ok(Err(LookupError::NoAnswer)), "still waiting after a minute");
    }

    #[tokio::test(start_paused = true)]
    async fn a_query_that_is_never_answered_does_not_delay_the_next() {
        let store = Counting { unanswered: 1, ..Counting::default() };
        let batcher = Batcher::start(store, LONG, Duration::ZERO);
        assert_eq!(batcher.load(1).await, Err(LookupError::NoAnswer));
        assert_eq!(batcher.load(2).await, Ok((4, 1)));
    }
}
