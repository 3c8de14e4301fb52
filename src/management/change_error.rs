//! Why a change was not made.

use crate::domain::ids::AccountId;
use crate::domain::key::rotation::CannotRotate;
use crate::domain::key::{KeyFormat, Mode};
use crate::domain::member::LastAdmin;
use crate::domain::rights::MissingRight;
use crate::mail::outbox::OutboxError;
use crate::secret::NewKeyError;
use crate::secret::seal::SealError;
use crate::storage::error::StorageError;

/// Why a change was rejected. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// Unknown, or of another account.
    #[error("there is no such account")]
    NoAccount,
    #[error("the account is closed, for good")]
    Closed,
    #[error(
        "account {0} has this e-mail address already; `--allow-duplicate-email` makes another one all the same"
    )]
    EmailTaken(AccountId),
    /// The caller's id belongs to another operation.
    #[error("id `{reference}` was used before, for account {account_id}; nothing was done now")]
    ReferenceUsed { reference: String, account_id: AccountId },
    /// Unknown, or of another account.
    #[error("there is no such key")]
    NoKey,
    /// Unknown, or of another account.
    #[error("there is no such environment")]
    NoEnvironment,
    /// Unknown, or of another account.
    #[error("there is no such member")]
    NoMember,
    /// The environment in which a key was to be made.
    #[error("the account has no environment `{name}`; it has {}", known.join(", "))]
    UnknownEnvironment {
        name: String,
        /// The account's environments.
        known: Vec<String>,
    },
    /// A key that says `test` or `live` must be what it says.
    #[error("environment `{environment}` is a {} one, and a `{}` key says otherwise", mode.as_str(), format.as_str())]
    WrongMode {
        environment: String,
        mode: Mode,
        /// The format that was asked for.
        format: KeyFormat,
    },
    /// A key that would have ended already.
    #[error("its end lies in the past")]
    EndsInPast,
    #[error("the environment has reached its limit of keys; revoke one first")]
    TooManyKeys,
    #[error("the account has as many environments as it may have")]
    TooManyEnvironments,
    #[error("the account has as many members as it may have")]
    TooManyMembers,
    /// There is one of that name.
    #[error("the account has an environment of that name")]
    EnvironmentExists,
    /// There is one with that secret.
    #[error("this key exists already; nothing was imported")]
    KeyExists,
    /// The key's secret cannot be replaced.
    #[error(transparent)]
    CannotRotate(#[from] CannotRotate),
    /// The key has one live secret only.
    #[error("the key is not being rotated: it has one secret only")]
    NotRotating,
    /// The key is revoked, for good.
    #[error("the key is revoked, and revocation cannot be undone")]
    Revoked,
    #[error(
        "{needed_by} live secret(s) are hashed under no newer pepper than version {version}; they are hashed again when \
         they are used, so wait for that, or rotate or revoke their keys"
    )]
    PepperNeeded { version: i32, needed_by: i64 },
    /// No pepper of that version was ever used.
    #[error("there is no pepper of version {0}; `fluence pepper status` shows them")]
    NoPepper(i32),
    /// New keys are hashed under it.
    #[error("version {0} is the newest pepper, under which new keys are hashed; add a newer one first")]
    NewestPepper(i32),
    #[error(
        "the pepper of version {0} is not the one that keys were hashed under; put the right one back, or give a new one \
         a new version"
    )]
    WrongPepper(i32),
    /// What people log in with is sealed under a pepper that the settings do not have.
    #[error(
        "passwords are sealed under the pepper of version {0}; set it as the previous pepper until it is retired"
    )]
    Sealed(i32),
    #[error("there is no operator with the address {0}; `fluence operator list` lists all")]
    NoOperator(String),
    #[error("there is an operator with the address {0} already; `fluence operator link` makes a new link")]
    OperatorExists(String),
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The key of the request has become invalid.
    #[error(transparent)]
    KeyNoLongerValid(#[from] KeyNoLongerValid),
    #[error(transparent)]
    MissingRight(#[from] MissingRight),
    #[error(transparent)]
    LastAdmin(#[from] LastAdmin),
    /// The e-mail about it could not be written.
    #[error(transparent)]
    Email(#[from] OutboxError),
    #[error(transparent)]
    NoSecret(#[from] NewKeyError),
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Why a key that was valid at the start of the request no longer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyNoLongerValid {
    #[error("the key that asks was switched off")]
    Disabled,
    #[error("the key that asks was revoked")]
    Revoked,
    #[error("the key that asks has expired")]
    Expired,
    #[error("the secret that was used was replaced by a rotation")]
    Replaced,
    #[error("the account of the key that asks was suspended")]
    Suspended,
}

impl From<sqlx::Error> for ChangeError {
    fn from(error: sqlx::Error) -> Self {
        Self::Storage(error.into())
    }
}
