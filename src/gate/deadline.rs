//! The bounds of a handler: a deadline, and a panic guard that limits a panic to its own call.

use std::future::Future;
use std::time::Duration;

use crate::domain::refusal::Refusal;
use crate::panic_guard::unless_panicking;

/// Returns the answer, or the refusal of a call that panicked or took too long.
pub(super) async fn answer_within<A, E: From<Refusal>>(
    deadline: Duration,
    answering: impl Future<Output = Result<A, E>>,
) -> Result<A, E> {
    match tokio::time::timeout(deadline, unless_panicking(answering)).await {
        Ok(Some(answered)) => answered,
        // The panic hook has logged it.
        Ok(None) => Err(Refusal::Internal.into()),
        Err(_) => Err(Refusal::Timeout.into()),
    }
}
