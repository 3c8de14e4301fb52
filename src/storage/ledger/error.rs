//! Classifies failures of PostgreSQL: whether the batch may have been committed, and whether it may
//! be retried.

use sqlx::Error;

use crate::ledger::store::StoreError;
use crate::storage::error::{CorruptRow, StorageError};

/// Classifies a failure by its SQLSTATE. Anything but an answer of the server leaves the outcome
/// unknown.
pub(super) fn classify(error: Error) -> StoreError {
    let Error::Database(answer) = &error else {
        return StoreError::Unknown(error.to_string());
    };
    let code = answer.code().unwrap_or_default().into_owned();
    let text = format!("SQLSTATE {code}: {}", answer.message());
    match (code.get(..2).unwrap_or(""), code.as_str()) {
        // Serialisation failure, deadlock.
        (_, "40001" | "40P01") => StoreError::Conflict(text),
        // Lock not available.
        (_, "55P03") => StoreError::Locked(text),
        // The statement was completed, but the server then went away.
        (_, "40003") | ("08", _) | ("57", "57P01" | "57P02" | "57P03") => StoreError::Unknown(text),
        // Invalid data, constraint violations.
        ("22" | "23", _) => StoreError::Refused(text),
        // Read-only server, out of resources, cancelled, internal; a missing right or table.
        _ => StoreError::Unavailable(text),
    }
}

/// A batch that needs an unreadable row is refused: trying again cannot help.
impl From<CorruptRow> for StoreError {
    fn from(error: CorruptRow) -> Self {
        Self::Refused(error.to_string())
    }
}

impl From<StorageError> for StoreError {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Unavailable(error) => classify(error),
            refused => Self::Refused(refused.to_string()),
        }
    }
}

/// Whether the connection must not be used again: the server is gone, or no longer takes writes
/// (25006: a primary that was demoted in place keeps its connections).
pub(super) fn poisons_connection(error: &StoreError) -> bool {
    match error {
        StoreError::Unknown(_) | StoreError::Unavailable(_) => true,
        StoreError::Fenced | StoreError::Conflict(_) | StoreError::Locked(_) | StoreError::Refused(_) => {
            false
        }
    }
}
