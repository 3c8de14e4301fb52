//! Why the body of a request ended before its end.

use crate::domain::refusal::{Malformed, Refusal};

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyFault {
    #[error("the body did not arrive for {timeout_s} s")]
    TooSlow { timeout_s: u64 },
    /// The client left, or sent what is no body.
    #[error("the body is broken")]
    Broken,
}

/// Bodies of connections fail with a [`BodyFault`].
impl From<axum::Error> for BodyFault {
    fn from(error: axum::Error) -> Self {
        error.into_inner().downcast_ref().copied().unwrap_or(Self::Broken)
    }
}

impl From<BodyFault> for Refusal {
    fn from(fault: BodyFault) -> Self {
        match fault {
            BodyFault::TooSlow { timeout_s } => Self::RequestTimeout { timeout_s },
            BodyFault::Broken => Self::BadRequest(Malformed::BrokenBody),
        }
    }
}
