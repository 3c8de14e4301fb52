//! Why the body of a request ended before its end.

use crate::domain::refusal::{Malformed, Refusal};

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestBodyFault {
    #[error("the body did not arrive for {timeout_s} s")]
    TooSlow { timeout_s: u64 },
    /// The client left, or sent what is no body.
    #[error("the body is broken")]
    Broken,
}

/// Bodies of connections fail with a [`RequestBodyFault`].
impl From<axum::Error> for RequestBodyFault {
    fn from(error: axum::Error) -> Self {
        error.into_inner().downcast_ref().copied().unwrap_or(Self::Broken)
    }
}

impl From<RequestBodyFault> for Refusal {
    fn from(fault: RequestBodyFault) -> Self {
        match fault {
            RequestBodyFault::TooSlow { timeout_s } => Self::RequestTimeout { timeout_s },
            RequestBodyFault::Broken => Self::BadRequest(Malformed::BrokenBody),
        }
    }
}
