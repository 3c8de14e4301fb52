//! Threads that serve connections, one for each core, each with a runtime of its own.
//!
//! A connection stays on its thread: what its requests wake is on the same thread, so that no work
//! is stolen and no other thread is woken. Long computations belong on the threads for blocking
//! work.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use tokio::runtime::{Builder, Handle};
use tokio_util::sync::CancellationToken;

/// The threads. They end with the last clone; tasks on them are dropped.
#[derive(Clone, Debug, Default)]
pub struct WorkerThreads(Arc<Threads>);

#[derive(Debug, Default)]
struct Threads {
    runtimes: Vec<Handle>,
    /// The thread of the next connection.
    next: AtomicUsize,
    ending: CancellationToken,
}

impl WorkerThreads {
    /// Starts `count` threads. With 0, the runtime that accepts connections serves them.
    pub fn start(count: usize) -> io::Result<Self> {
        let mut threads = Threads::default();
        for core in 0..count {
            let runtime = Builder::new_current_thread().enable_all().build()?;
            threads.runtimes.push(runtime.handle().clone());
            let ending = threads.ending.clone();
            let run = move || runtime.block_on(ending.cancelled());
            std::thread::Builder::new().name(format!("core-{core}")).spawn(run)?;
        }
        Ok(Self(Arc::new(threads)))
    }

    /// The runtime for the next connection, round robin.
    pub(super) fn next(&self) -> Handle {
        let Threads { runtimes, next, .. } = &*self.0;
        let turn = next.fetch_add(1, Relaxed).checked_rem(runtimes.len());
        turn.and_then(|turn| runtimes.get(turn)).cloned().unwrap_or_else(Handle::current)
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.ending.cancel();
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    #[tokio::test]
    async fn connections_go_to_each_thread_in_turn() {
        let workers = WorkerThreads::start(2).unwrap();
        let [first, second, third] = [(); 3].map(|()| workers.next().id());
        assert_ne!(first, second);
        assert_eq!(first, third);
        let name = workers.next().spawn(async { std::thread::current().name().map(str::to_owned) });
        assert_eq!(name.await.unwrap().as_deref(), Some("core-1"));
    }

    #[tokio::test]
    async fn without_threads_the_accepting_thread_serves() {
        let workers = WorkerThreads::start(0).unwrap();
        assert_eq!(workers.next().id(), Handle::current().id());
    }

    #[tokio::test]
    async fn what_still_runs_is_dropped_with_the_last_clone() {
        let workers = WorkerThreads::start(1).unwrap();
        let running = workers.next().spawn(pending::<()>());
        drop(workers.clone());
        assert!(!running.is_finished());
        drop(workers);
        assert!(running.await.unwrap_err().is_cancelled());
    }
}
