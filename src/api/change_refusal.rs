//! Why a change was not made, as a client sees it.

use crate::domain::key::Scope;
use crate::domain::key::rotation::CannotRotate;
use crate::domain::refusal::{Fault, FieldFault, Refusal};
use crate::domain::rights::MissingRight;
use crate::domain::wait::retry_after_s_until;
use crate::management::{ChangeError, KeyNoLongerValid};
use crate::storage::error::StorageError;

/// The refusal that an error of a change means.
pub fn refusal(error: ChangeError) -> Refusal {
    match error {
        ChangeError::NoAccount | ChangeError::NoKey | ChangeError::NoEnvironment | ChangeError::NoMember => {
            Refusal::NotFound
        }
        ChangeError::UnknownEnvironment { .. } => faulty("environment", Fault::NotThere),
        ChangeError::WrongMode { .. } => faulty("format", Fault::OtherMode),
        ChangeError::EndsInPast => faulty("expires_at", Fault::InPast),
        ChangeError::TooManyKeys => Refusal::KeyLimitReached,
        ChangeError::TooManyEnvironments => Refusal::EnvironmentLimitReached,
        ChangeError::EnvironmentExists => Refusal::EnvironmentExists,
        ChangeError::CannotRotate(CannotRotate::InProgress { wait, .. }) => {
            Refusal::RotationInProgress { retry_after_s: retry_after_s_until(wait) }
        }
        ChangeError::CannotRotate(CannotRotate::Expired) => Refusal::KeyExpired,
        // The end of an account revokes all of its keys, also the one that asks.
        ChangeError::Closed => Refusal::RevokedApiKey,
        ChangeError::CannotRotate(CannotRotate::Revoked) | ChangeError::Revoked => Refusal::KeyRevoked,
        ChangeError::NotRotating => Refusal::NotRotating,
        ChangeError::MissingRight(MissingRight::Account) => Refusal::NotFound,
        ChangeError::MissingRight(MissingRight::Scope(scope)) => {
            Refusal::InsufficientScope { needed: scope.as_str() }
        }
        ChangeError::MissingRight(MissingRight::Admin) => {
            Refusal::InsufficientScope { needed: Scope::Manage.as_str() }
        }
        ChangeError::MissingRight(MissingRight::Limit(field)) => Refusal::BeyondOwnLimits { field },
        ChangeError::MissingRight(MissingRight::Uncapped) => Refusal::CappedKey,
        ChangeError::KeyNoLongerValid(KeyNoLongerValid::Disabled) => Refusal::DisabledApiKey,
        ChangeError::KeyNoLongerValid(KeyNoLongerValid::Revoked) => Refusal::RevokedApiKey,
        ChangeError::KeyNoLongerValid(KeyNoLongerValid::Expired) => Refusal::ExpiredApiKey,
        ChangeError::KeyNoLongerValid(KeyNoLongerValid::Replaced) => Refusal::ReplacedSecret,
        ChangeError::KeyNoLongerValid(KeyNoLongerValid::Suspended) => Refusal::AccountSuspended,
        ChangeError::MissingRight(MissingRight::LiveKey) => Refusal::TestKeyNotAllowed,
        ChangeError::Storage(error @ StorageError::Unavailable(_)) => {
            tracing::warn!(%error, "change failed");
            Refusal::UNAVAILABLE
        }
        error => {
            tracing::error!(%error, "change failed");
            Refusal::Internal
        }
    }
}

fn faulty(field: &str, fault: Fault) -> Refusal {
    Refusal::ValidationFailed(vec![FieldFault { field: field.to_owned(), fault }])
}
