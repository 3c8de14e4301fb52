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

/// The store could not be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the store of keys cannot be asked")]
pub struct StoreInDoubt;

/// What answers.
pub(super) trait Load<K, V>: Send + 'static {
    /// Answers with one query; what is missing from the answer is in doubt.
    fn load(&self, asked: &[K]) -> impl Future<Output = Result<HashMap<K, V>, StorageError>> + Send;
}

/// Asks for many things with one query. While a query is under way the next one gathers. Cheap to clone.
#[derive(Debug)]
pub(super) struct Batcher<K, V> {
    questions: mpsc::Sender<Question<K, V>>,
}

impl<K, V> Clone for Batcher<K, V> {
    fn clone(&self) -> Self {
        Self { questions: self.questions.clone() }
    }
}

#[derive(Debug)]
struct Question<K, V> {
    asked: K,
    reply: oneshot::Sender<Result<V, StoreInDoubt>>,
}

impl<K: Copy + Eq + Hash + Send + Sync + 'static, V: Clone + Send + 'static> Batcher<K, V> {
    /// Starts the task that asks, and pauses after each query; it ends with the last clone.
    pub(super) fn start(loader: impl Load<K, V> + Sync, pause: Duration) -> Self {
        let (questions, inbox) = mpsc::channel(QUEUE);
        tokio::spawn(answer(loader, inbox, pause));
        Self { questions }
    }

    /// Asks for one thing and waits for the answer, but not longer than `wait`.
    pub(super) async fn ask(&self, asked: K, wait: Duration) -> Result<V, StoreInDoubt> {
        let (reply, answer) = oneshot::channel();
        self.questions.try_send(Question { asked, reply }).map_err(|_| StoreInDoubt)?;
        let answered = timeout(wait, answer).await.map_err(|_| StoreInDoubt)?;
        answered.unwrap_or(Err(StoreInDoubt))
    }
}

async fn answer<K, V>(loader: impl Load<K, V>, mut inbox: mpsc::Receiver<Question<K, V>>, pause: Duration)
where
    K: Copy + Eq + Hash,
    V: Clone,
{
    let mut waiting = Vec::new();
    while inbox.recv_many(&mut waiting, QUEUE).await > 0 {
        // Many requests may wait for one key: only different ones count.
        let different: HashSet<K> = waiting.iter().map(|question| question.asked).collect();
        let different: Vec<K> = different.into_iter().collect();
        for asked in different.chunks(ASKED_AT_ONCE) {
            let found = loader.load(asked).await.unwrap_or_else(|error| {
                tracing::warn!(%error, count = asked.len(), "the store of keys did not answer");
                HashMap::new()
            });
            let asked: HashSet<K> = asked.iter().copied().collect();
            for question in waiting.extract_if(.., |question| asked.contains(&question.asked)) {
                let _ = question.reply.send(found.get(&question.asked).cloned().ok_or(StoreInDoubt));
            }
            if !pause.is_zero() {
                sleep(pause).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[derive(Default)]
    struct Counting {
        queries: AtomicUsize,
        never_answers: bool,
    }

    impl Load<u32, (u32, usize)> for Counting {
        async fn load(&self, asked: &[u32]) -> Result<HashMap<u32, (u32, usize)>, StorageError> {
            if self.never_answers {
                std::future::pending::<()>().await;
            }
            let query = self.queries.fetch_add(1, Ordering::Relaxed);
            Ok(asked.iter().filter(|asked| **asked != 13).map(|asked| (*asked, (asked * 2, query))).collect())
        }
    }

    const LONG: Duration = Duration::from_secs(5);

    #[tokio::test]
    async fn many_requests_for_one_thing_are_one_query() {
        let batcher = Batcher::start(Counting::default(), Duration::ZERO);
        let asking = (0..3000).map(|_| batcher.ask(7, LONG));
        for answer in futures_util::future::join_all(asking).await {
            assert_eq!(answer, Ok((14, 0)));
        }
    }

    #[tokio::test]
    async fn everybody_gets_the_own_answer_however_many_ask() {
        let batcher = Batcher::start(Counting::default(), Duration::ZERO);
        let asking = (1000..2000).map(|number| batcher.ask(number, LONG));
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
            Batcher::start(Counting::default(), Duration::ZERO).ask(13, LONG).await,
            Err(StoreInDoubt)
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_that_never_answers_does_not_hang_its_callers() {
        let batcher = Batcher::start(Counting { never_answers: true, ..Counting::default() }, Duration::ZERO);
        let asked = timeout(Duration::from_secs(60), batcher.ask(1, LONG)).await;
        assert_eq!(asked, Ok(Err(StoreInDoubt)), "still waiting after a minute");
    }
}
