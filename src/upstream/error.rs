//! Why another server gave no answer.

use std::error::Error as _;
use std::time::Duration;

use hyper_util::client::legacy::Error;

/// Why there is no answer. None of these texts contains the request or the response.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UpstreamError {
    /// Not sent: the circuit breaker is open, or no permit is free.
    #[error("was not asked: it keeps failing, or too many requests wait for it")]
    Unavailable { retry_after: Duration },
    /// The server sent `Retry-After`. No request is sent before it.
    #[error("asked for a pause of {} s", .retry_after.as_secs())]
    Paused { retry_after: Duration },
    /// No complete answer in time.
    #[error("did not answer in time")]
    Timeout,
    /// Cannot be reached, broke off or answered wrongly, as it would for any request. Counts as a
    /// failure.
    #[error("{0}")]
    Failed(String),
    /// An unusable answer to this request, which does not mean that the server fails.
    #[error("{0}")]
    Unusable(String),
}

impl UpstreamError {
    /// Whether the server is failing for every request.
    pub(super) fn is_failure(&self) -> bool {
        matches!(self, Self::Timeout | Self::Failed(_) | Self::Paused { .. })
    }

    pub(super) fn of(error: &Error) -> Self {
        let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
        Self::Failed(format!("{error}{cause}"))
    }
}
