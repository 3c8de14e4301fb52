//! The refusal of a paid call whose upstream did not answer.

use std::time::Duration;

use crate::domain::refusal::Refusal;
use crate::domain::wait::retry_after_s;
use crate::upstream::error::UpstreamError;

pub(super) fn upstream_refusal(error: &UpstreamError) -> Refusal {
    match error {
        UpstreamError::Unavailable { retry_after } | UpstreamError::Paused { retry_after } => {
            unavailable_for(*retry_after)
        }
        UpstreamError::Timeout => Refusal::Timeout,
        UpstreamError::Failed(_) | UpstreamError::Unusable(_) => Refusal::Upstream,
    }
}

/// A client that waits this long does not come too early.
pub(super) fn unavailable_for(wait: Duration) -> Refusal {
    Refusal::Unavailable { retry_after_s: retry_after_s(wait) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_rounded_up_and_never_nothing() {
        let told = |milliseconds| {
            upstream_refusal(&UpstreamError::Paused { retry_after: Duration::from_millis(milliseconds) })
        };
        for (milliseconds, retry_after_s) in [(0, 1), (1_000, 1), (4_000, 4), (4_001, 5), (4_700, 5)] {
            assert_eq!(told(milliseconds), Refusal::Unavailable { retry_after_s });
        }
    }
}
