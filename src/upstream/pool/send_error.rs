//! Why a client has no answer.

use std::fmt::Write as _;

/// Why a request has no answer.
#[derive(Debug)]
pub(super) enum SendError {
    /// There is no connection.
    Connect(String),
    /// The connection was lost before a byte of the request was written.
    Unsent(String),
    /// The connection was lost before a byte of an answer came.
    Unanswered(String),
    Failed(String),
}

/// An error with its causes.
pub(super) fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        // Writing to a string never fails.
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    text
}
