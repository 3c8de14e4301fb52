//! The request that is being served, so that every line logged meanwhile can name it.

use std::future::Future;

use crate::domain::ids::CallId;

tokio::task_local! {
    static REQUEST_ID: CallId;
}

/// Runs a future on behalf of a request. A task that it spawns does not belong to the request by itself.
pub fn serving<F: Future>(id: CallId, future: F) -> impl Future<Output = F::Output> {
    REQUEST_ID.scope(id, future)
}

/// The request that is being served by this task.
pub(super) fn current() -> Option<CallId> {
    REQUEST_ID.try_get().ok()
}
