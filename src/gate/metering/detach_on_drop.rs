//! Work that goes on when its client disconnects.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Runs in the task that awaits it, without the cost of another task. Dropped before its end, it
/// continues in a task of its own, unless its gateway cuts connections.
pub(super) struct DetachOnDrop<'t, T: Send + 'static> {
    /// `None` after its end.
    work: Option<Pin<Box<dyn Future<Output = T> + Send>>>,
    tasks: &'t TaskTracker,
    ends_by: Option<&'t CancellationToken>,
}

impl<'t, T: Send + 'static> DetachOnDrop<'t, T> {
    /// Work that continues among `tasks` when dropped, or ends if `ends_by` is cancelled.
    pub(super) fn new(
        tasks: &'t TaskTracker,
        ends_by: Option<&'t CancellationToken>,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Self {
        Self { work: Some(Box::pin(work)), tasks, ends_by }
    }
}

impl<T: Send + 'static> Future for DetachOnDrop<'_, T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        // Taken out while it is polled, so that work that panics is not polled again.
        let Some(mut work) = self.work.take() else { return Poll::Pending };
        let polled = work.as_mut().poll(cx);
        if polled.is_pending() {
            self.work = Some(work);
        }
        polled
    }
}

impl<T: Send + 'static> Drop for DetachOnDrop<'_, T> {
    fn drop(&mut self) {
        if self.ends_by.is_some_and(CancellationToken::is_cancelled) {
            return;
        }
        // Without a runtime the program is ending.
        if let (Some(work), Ok(runtime)) = (self.work.take(), Handle::try_current()) {
            self.tasks.spawn_on(work, &runtime);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;
    use tokio::sync::oneshot;

    fn poll_once<T: Send>(work: &mut DetachOnDrop<'_, T>) -> Poll<T> {
        Pin::new(work).poll(&mut Context::from_waker(std::task::Waker::noop()))
    }

    #[tokio::test]
    async fn work_that_is_waited_for_needs_no_task() {
        let tasks = TaskTracker::new();
        let mut work = DetachOnDrop::new(&tasks, None, async { 7 });
        assert_eq!(poll_once(&mut work), Poll::Ready(7));
        drop(work);
        assert!(tasks.is_empty());
    }

    #[tokio::test]
    async fn dropped_work_is_completed() {
        let tasks = TaskTracker::new();
        let (go, gone) = oneshot::channel();
        let (done, ended) = oneshot::channel();
        let mut work = DetachOnDrop::new(&tasks, None, async {
            gone.await.unwrap();
            done.send(7).unwrap();
        });
        assert!(poll_once(&mut work).is_pending());
        drop(work);
        go.send(()).unwrap();
        assert_eq!(ended.await, Ok(7));
        tasks.close();
        tasks.wait().await;
    }

    #[tokio::test]
    async fn work_that_is_left_after_the_cut_ends() {
        let (tasks, cut) = (TaskTracker::new(), CancellationToken::new());
        let mut work = DetachOnDrop::new(&tasks, Some(&cut), std::future::pending::<()>());
        assert!(poll_once(&mut work).is_pending());
        cut.cancel();
        drop(work);
        assert!(tasks.is_empty());
    }

    #[tokio::test]
    async fn work_that_panicked_is_not_resumed() {
        let tasks = TaskTracker::new();
        let fault = || panic!("as a fault of the gate might");
        let mut work = DetachOnDrop::new(&tasks, None, async move { fault() });
        assert!(catch_unwind(AssertUnwindSafe(|| poll_once(&mut work))).is_err());
        drop(work);
        assert!(tasks.is_empty());
    }
}
