//! Questions of many requests to the store, asked together.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::{sleep, timeout};

use crate::storage::error::StorageError;

/// Questions that may wait for an answer; more are refused. There are not more connections by default.
const QUEUE: usize = 4096;
/// Different things that one query asks for at most.
const ASKED_AT_ONCE: usize = 256;

/// What the store says of a key is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreInDoubt {
    /// It could not be asked, or did not answer.
    #[error("the store of keys does not answer")]
    Silent,
    /// Every answer was outdated when it came.
    #[error("the key or its account changes faster than it can be read")]
    Changing,
}

/// What answers.
pub(super) trait Load<K, V>: Send + 'static {
    /// Answers with one query; what is missing from the answer is in doubt.
    fn load(&self, asked: &[K]) -> impl Future<Output = Result<HashMap<K, V>, StorageError>> + Send;
}

/// Asks for many things with one query. While a query is under way the next one gathers. Cheap to clone.
#[derive(Debug)]
pub(super) struct Batcher<K, V> {
    questions: mpsc::Sender<Question<K, V>>,
    wait: Duration,
}

impl<K, V> Clone for Batcher<K, V> {
    fn clone(&self) -> Self {
        Self { questions: self.questions.clone(), wait: self.wait }
    }
}

#[derive(Debug)]
struct Question<K, V> {
    asked: K,
    reply: oneshot::Sender<Result<V, StoreInDoubt>>,
}

impl<K: Copy + Eq + Hash + Send + Sync + 'static, V: Clone + Send + 'static> Batcher<K, V> {
    /// Starts the task that asks, and pauses after each query; it ends with the last clone. Neither who asks nor the task
    /// waits longer than `wait` for an answer.
    pub(super) fn start(loader: impl Load<K, V> + Sync, wait: Duration, pause: Duration) -> Self {
        let (questions, inbox) = mpsc::channel(QUEUE);
        tokio::spawn(answer(loader, inbox, wait, pause));
        Self { questions, wait }
    }

    /// Asks for one thing and waits for the answer.
    pub(super) async fn ask(&self, asked: K) -> Result<V, StoreInDoubt> {
        let (reply, answer) = oneshot::channel();
        self.questions.try_send(Question { asked, reply }).map_err(|_| StoreInDoubt::Silent)?;
        let answered = timeout(self.wait, answer).await.map_err(|_| StoreInDoubt::Silent)?;
        answered.unwrap_or(Err(StoreInDoubt::Silent))
    }
}

async fn answer<K, V>(
    loader: impl Load<K, V>,
    mut inbox: mpsc::Receiver<Question<K, V>>,
    wait: Duration,
    pause: Duration,
) where
    K: Copy + Eq + Hash,
    V: Clone,
{
    let mut waiting = Vec::new();
    while inbox.recv_many(&mut waiting, QUEUE).await > 0 {
        // Many requests may wait for one key: only different ones count.
        let different: HashSet<K> = waiting.iter().map(|question| question.asked).collect();
        let different: Vec<K> = different.into_iter().collect();
        for asked in different.chunks(ASKED_AT_ONCE) {
            let found = answer_of(&loader, asked, wait).await;
            let asked: HashSet<K> = asked.iter().copied().collect();
            for question in waiting.extract_if(.., |question| asked.contains(&question.asked)) {
                let _ = question.reply.send(found.get(&question.asked).cloned().ok_or(StoreInDoubt::Silent));
            }
            if !pause.is_zero() {
                sleep(pause).await;
            }
        }
    }
}

/// What the store answers; nothing if it does not within `wait`, because everybody else waits behind this query.
async fn answer_of<K, V>(loader: &impl Load<K, V>, asked: &[K], wait: Duration) -> HashMap<K, V> {
    let error = match timeout(wait, loader.load(asked)).await {
        Ok(Ok(found)) => return found,
        Ok(Err(error)) => error.to_string(),
        Err(elapsed) => elapsed.to_string(),
    };
    tracing::warn!(%error, count = asked.len(), "keys could not be looked up in the database");
    HashMap::new()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[derive(Default)]
    struct Counting {
        queries: AtomicUsize,
        /// So many queries at first are never answered.
        unanswered: usize,
    }

    impl Load<u32, (u32, usize)> for Counting {
        async fn load(&self, asked: &[u32]) -> Result<HashMap<u32, (u32, usize)>, StorageError> {
            let query = self.queries.fetch_add(1, Ordering::Relaxed);
            if query < self.unanswered {
                std::future::pending::<()>().await;
            }
            Ok(asked.iter().filter(|asked| **asked != 13).map(|asked| (*asked, (asked * 2, query))).collect())
        }
    }

    const LONG: Duration = Duration::from_secs(5);

    #[tokio::test]
    async fn many_requests_for_one_thing_are_one_query() {
        let batcher = Batcher::start(Counting::default(), LONG, Duration::ZERO);
        let asking = (0..3000).map(|_| batcher.ask(7));
        for answer in futures_util::future::join_all(asking).await {
            assert_eq!(answer, Ok((14, 0)));
        }
    }

    #[tokio::test]
    async fn everybody_gets_the_own_answer_however_many_ask() {
        let batcher = Batcher::start(Counting::default(), LONG, Duration::ZERO);
        let asking = (1000..2000).map(|number| batcher.ask(number));
        let answers: Vec<_> = futures_util::future::join_all(asking).await;
        for (number, answer) in (1000..2000).zip(answers) {
            let (double, query) = answer.unwrap();
            assert_eq!(double, number * 2);
            assert!(query < 4, "1000 different things in {query} queries");
        }
    }

    #[tokio::test]
    async fn what_the_store_does_not_answer_is_in_doubt() {
        assert_eq!(
            Batcher::start(Counting::default(), LONG, Duration::ZERO).ask(13).await,
            Err(StoreInDoubt::Silent)
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_that_never_answers_does_not_hang_its_callers() {
        let store = Counting { unanswered: usize::MAX, ..Counting::default() };
        let batcher = Batcher::start(store, LONG, Duration::ZERO);
        let asked = timeout(Duration::from_secs(60), batcher.ask(1)).await;
        assert_eq!(asked, Ok(Err(StoreInDoubt::Silent)), "still waiting after a minute");
    }

    #[tokio::test(start_paused = true)]
    async fn a_query_that_is_never_answered_does_not_hold_the_next_up() {
        let store = Counting { unanswered: 1, ..Counting::default() };
        let batcher = Batcher::start(store, LONG, Duration::ZERO);
        assert_eq!(batcher.ask(1).await, Err(StoreInDoubt::Silent));
        assert_eq!(batcher.ask(2).await, Ok((4, 1)));
    }
}
