//! The current request, for the log lines of its task.

use std::future::Future;

use crate::domain::ids::CallId;

tokio::task_local! {
    static REQUEST_ID: CallId;
}

/// Runs a future for a request. Tasks that it spawns do not belong to the request automatically.
pub fn serving<F: Future>(id: CallId, future: F) -> impl Future<Output = F::Output> {
    REQUEST_ID.scope(id, future)
}

/// The request of this task.
pub(super) fn current() -> Option<CallId> {
    REQUEST_ID.try_get().ok()
}
