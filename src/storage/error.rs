//! Failures of the store. A violated constraint becomes an error by its name.

use std::borrow::Cow;
use std::fmt::Display;

use sqlx::Error;

/// A failure of the store outside the ledger's writer.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The database is unreachable, too slow, locked or read-only: try again later.
    #[error("{}: {}", what_is_missing(.0), server_message(.0))]
    Unavailable(#[source] Error),
    /// The name or number is taken.
    #[error("{0}")]
    Conflict(&'static str),
    /// The named thing does not exist.
    #[error("{0}")]
    Missing(&'static str),
    /// A value is out of range.
    #[error("{0}")]
    Invalid(&'static str),
    /// A row that this program cannot read.
    #[error(transparent)]
    Corrupt(#[from] CorruptRow),
}

/// A row that this program cannot read: another version wrote it, or it was changed by hand.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("row {id} of table `{table}` cannot be read: `{column}` is out of range or unknown")]
pub struct CorruptRow {
    pub table: &'static str,
    pub id: String,
    /// What cannot be read.
    pub column: &'static str,
}

/// Names the row that is being read, for error messages.
#[derive(Clone, Copy)]
pub(super) struct RowRef<Id> {
    table: &'static str,
    id: Id,
}

impl<Id: Display> RowRef<Id> {
    pub(super) const fn new(table: &'static str, id: Id) -> Self {
        Self { table, id }
    }

    /// Returns a column's value. `None` is a value that this program does not know.
    pub(super) fn read<T>(&self, column: &'static str, value: Option<T>) -> Result<T, CorruptRow> {
        value.ok_or_else(|| self.corrupt(column))
    }

    /// Returns a column's value in the type of the program.
    pub(super) fn convert<N, T: TryFrom<N>>(&self, column: &'static str, value: N) -> Result<T, CorruptRow> {
        self.read(column, T::try_from(value).ok())
    }

    pub(super) fn corrupt(&self, column: &'static str) -> CorruptRow {
        CorruptRow { table: self.table, id: self.id.to_string(), column }
    }
}

/// Returns the server's message without the source line that sqlx adds.
pub fn server_message(error: &Error) -> String {
    match error {
        Error::Database(answer) => answer.message().to_owned(),
        other => other.to_string(),
    }
}

/// What a statement lacked. Locks and a full pool are no failure of the server.
fn what_is_missing(error: &Error) -> &'static str {
    let code = error.as_database_error().and_then(|answer| answer.code());
    match (error, code.as_deref()) {
        (Error::PoolTimedOut, _) => "all connections of the pool are in use",
        (_, Some("55P03")) => "another session holds a lock",
        _ => "the database is not available",
    }
}

/// Returns the error of a constraint that a caller can violate.
fn constraint_error(constraint: &str) -> Option<StorageError> {
    Some(match constraint {
        "account_plan_exists" => StorageError::Missing("there is no such plan in that edition"),
        "account_name_length" => StorageError::Invalid("an account's name has 1 to 80 characters"),
        "account_email_length" => StorageError::Invalid("an e-mail address has 3 to 254 characters"),
        "api_key_name_length" => StorageError::Invalid("a key's name has 1 to 80 characters"),
        "api_key_daily_cap_positive" | "api_key_monthly_cap_positive" => {
            StorageError::Invalid("a cap is at least 1 credit")
        }
        "environment_name_unique" => {
            StorageError::Conflict("the account already has an environment with this name")
        }
        "environment_name_length" => StorageError::Invalid("an environment's name has 1 to 40 characters"),
        "key_digest_unique" => StorageError::Conflict("this key already exists"),
        "identity_email_unique" => StorageError::Conflict("another person logs in with this e-mail address"),
        "member_identity_unique" => StorageError::Conflict("the person is already a member of the account"),
        "plan_move_open" => StorageError::Conflict("the accounts of this plan are already being moved"),
        "member_email_unique" => {
            StorageError::Conflict("the account already has a member with this e-mail address")
        }
        _ => return None,
    })
}

impl StorageError {
    /// Returns the server's code of the failure (SQLSTATE), if the server answered.
    pub fn sql_state(&self) -> Option<Cow<'_, str>> {
        let Self::Unavailable(error) = self else { return None };
        error.as_database_error().and_then(|answer| answer.code())
    }

    /// Whether the server cancelled the statement, because it took longer than `statement_timeout`.
    pub fn is_timeout(&self) -> bool {
        self.sql_state().as_deref() == Some("57014")
    }
}

impl From<Error> for StorageError {
    fn from(error: Error) -> Self {
        let constraint = error.as_database_error().and_then(|answer| answer.constraint());
        constraint.and_then(constraint_error).unwrap_or(Self::Unavailable(error))
    }
}
