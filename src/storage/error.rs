//! What can go wrong in the store, with constraints told apart by their names.

use sqlx::Error;

/// A failure of the store outside the ledger's writer.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The store is away, too slow or refuses to write: try again later.
    #[error("the database is not available: {}", plain(.0))]
    Unavailable(#[source] Error),
    /// Something of that name or number exists already.
    #[error("{0}")]
    Conflict(&'static str),
    /// What was named does not exist.
    #[error("{0}")]
    Missing(&'static str),
    /// A value outside its bounds.
    #[error("{0}")]
    Invalid(&'static str),
    /// A row that this program cannot read.
    #[error("a row of the database cannot be read: {0}")]
    Corrupt(&'static str),
}

/// An error in the server's own words. sqlx adds the line of the server's source, which tells nobody anything.
pub fn plain(error: &Error) -> String {
    match error {
        Error::Database(answer) => answer.message().to_owned(),
        other => other.to_string(),
    }
}

/// Constraints that a caller can run into, and what to tell.
fn told(constraint: &str) -> Option<StorageError> {
    Some(match constraint {
        "account_plan_exists" => StorageError::Missing("there is no such plan in that edition"),
        "account_name_length" => StorageError::Invalid("an account's name has 1 to 80 characters"),
        "account_email_length" => StorageError::Invalid("an e-mail address has 3 to 254 characters"),
        "api_key_name_length" => StorageError::Invalid("a key's name has 1 to 80 characters"),
        "api_key_daily_cap_positive" | "api_key_monthly_cap_positive" => {
            StorageError::Invalid("a cap is at least 1 credit")
        }
        "environment_name_unique" => StorageError::Conflict("the account has an environment of that name"),
        "environment_name_length" => StorageError::Invalid("an environment's name has 1 to 40 characters"),
        "key_digest_unique" => StorageError::Conflict("this key exists already"),
        "member_email_unique" => StorageError::Conflict("the account has a member with this e-mail address"),
        _ => return None,
    })
}

impl From<Error> for StorageError {
    fn from(error: Error) -> Self {
        let constraint = error.as_database_error().and_then(|answer| answer.constraint());
        constraint.and_then(told).unwrap_or(Self::Unavailable(error))
    }
}
