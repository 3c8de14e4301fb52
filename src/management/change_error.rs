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
    #[error("the account does not exist")]
    NoAccount,
    #[error("the account is closed permanently")]
    Closed,
    #[error("account {0} already has this e-mail address")]
    EmailTaken(AccountId),
    /// The caller's id belongs to another operation.
    #[error("id `{reference}` was already used for account {account_id}; nothing was changed")]
    ReferenceUsed { reference: String, account_id: AccountId },
    /// Unknown, or of another account.
    #[error("the key does not exist")]
    NoKey,
    /// Unknown, or of another account.
    #[error("the environment does not exist")]
    NoEnvironment,
    /// Unknown, or of another account.
    #[error("the member does not exist")]
    NoMember,
    /// The environment in which a key was to be made.
    #[error("the account has no environment `{name}`; it has {}", known.join(", "))]
    UnknownEnvironment {
        name: String,
        /// The account's environments.
        known: Vec<String>,
    },
    /// A key that says `test` or `live` must be what it says.
    #[error("environment `{environment}` is a {} environment; format `{}` is for the other mode", mode.as_str(), format.as_str())]
    WrongMode {
        environment: String,
        mode: Mode,
        /// The format that was asked for.
        format: KeyFormat,
    },
    /// A key that would already have ended.
    #[error("the expiry is in the past")]
    EndsInPast,
    #[error("the environment has reached its limit of keys; revoke one first")]
    TooManyKeys,
    #[error("the account has reached its limit of environments")]
    TooManyEnvironments,
    #[error("the account has reached its limit of members")]
    TooManyMembers,
    #[error("the account already has an environment with this name")]
    EnvironmentExists,
    /// There is one with that secret.
    #[error("this key already exists; nothing was imported")]
    KeyExists,
    /// The key's secret cannot be replaced.
    #[error(transparent)]
    CannotRotate(#[from] CannotRotate),
    /// The key has one live secret only.
    #[error("the key is not being rotated: it has one secret only")]
    NotRotating,
    /// The key is revoked permanently.
    #[error("the key is revoked, and revocation cannot be undone")]
    Revoked,
    #[error(
        "pepper version {version} or an older one is still needed by valid secrets ({needed_by}). Secrets are rehashed at \
         their next use: wait, or rotate or revoke their keys"
    )]
    PepperNeeded { version: i32, needed_by: i64 },
    #[error(
        "gateway {gateway} has no pepper newer than version {version} and would reject every key. Restart it with the \
         newer pepper, then retire this one"
    )]
    PepperInUse { version: i32, gateway: String },
    /// No pepper of that version was ever used.
    #[error("pepper version {0} does not exist")]
    NoPepper(i32),
    /// New keys are hashed under it.
    #[error("version {0} is the newest pepper, under which new keys are hashed; add a newer one first")]
    NewestPepper(i32),
    #[error(
        "the pepper of version {0} is not the one that keys were hashed under; put the right one back, or give a new one \
         a new version"
    )]
    WrongPepper(i32),
    /// Live secrets can be checked only with it.
    #[error(
        "the pepper of version {version} is missing, and valid secrets ({needed_by}) need it; set it as the previous \
         pepper, or restore it from its backup"
    )]
    MissingPepper { version: i32, needed_by: i64 },
    /// No key can be verified with it.
    #[error(
        "the pepper of version {0} is retired: no key is hashed under it. Use the pepper that replaced it"
    )]
    RetiredPepper(i32),
    /// What people log in with is sealed under a pepper that the settings do not have.
    #[error(
        "passwords are sealed under the pepper of version {0}; set it as the previous pepper until it is retired"
    )]
    Sealed(i32),
    #[error("operator {0} does not exist")]
    NoOperator(String),
    #[error("operator {0} already exists")]
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
    #[error("the calling key is disabled")]
    Disabled,
    #[error("the calling key is revoked")]
    Revoked,
    #[error("the calling key has expired")]
    Expired,
    #[error("the secret that was used was replaced by a rotation")]
    Replaced,
    #[error("the account of the calling key is suspended")]
    Suspended,
}

impl From<sqlx::Error> for ChangeError {
    fn from(error: sqlx::Error) -> Self {
        Self::Storage(error.into())
    }
}
