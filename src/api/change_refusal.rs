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
        // The end of an account revokes all of its keys, including the one that asks.
        ChangeError::Closed => Refusal::RevokedApiKey,
        ChangeError::CannotRotate(CannotRotate::Revoked) | ChangeError::Revoked => Refusal::KeyRevoked,
        ChangeError::NotRotating => Refusal::NotRotating,
        ChangeError::MissingRight(missing) => of_missing_right(missing),
        ChangeError::KeyNoLongerValid(reason) => of_invalid_key(reason),
        ChangeError::Storage(error @ StorageError::Unavailable(_)) => {
            tracing::warn!(%error, "change failed");
            Refusal::UNAVAILABLE
        }
        // Rules of changes that the API does not offer, and failures.
        error @ (ChangeError::EmailTaken(_)
        | ChangeError::ReferenceUsed { .. }
        | ChangeError::TooManyMembers
        | ChangeError::LastAdmin(_)
        | ChangeError::KeyExists
        | ChangeError::PepperNeeded { .. }
        | ChangeError::PepperInUse { .. }
        | ChangeError::NoPepper(_)
        | ChangeError::NewestPepper(_)
        | ChangeError::WrongPepper(_)
        | ChangeError::MissingPepper { .. }
        | ChangeError::RetiredPepper(_)
        | ChangeError::Sealed(_)
        | ChangeError::NoOperator(_)
        | ChangeError::OperatorExists(_)
        | ChangeError::Seal(_)
        | ChangeError::Email(_)
        | ChangeError::NoSecret(_)
        | ChangeError::Storage(
            StorageError::Conflict(_)
            | StorageError::Missing(_)
            | StorageError::Invalid(_)
            | StorageError::Corrupt(_),
        )) => {
            tracing::error!(%error, "change failed");
            Refusal::Internal
        }
    }
}

const fn of_missing_right(missing: MissingRight) -> Refusal {
    match missing {
        MissingRight::Account => Refusal::NotFound,
        MissingRight::Scope(scope) => Refusal::InsufficientScope { needed: scope.as_str() },
        MissingRight::Admin => Refusal::InsufficientScope { needed: Scope::Manage.as_str() },
        MissingRight::Limit(field) => Refusal::BeyondOwnLimits { field },
        MissingRight::Uncapped => Refusal::CappedKey,
        MissingRight::LiveKey => Refusal::TestKeyNotAllowed,
    }
}

const fn of_invalid_key(reason: KeyNoLongerValid) -> Refusal {
    match reason {
        KeyNoLongerValid::Disabled => Refusal::DisabledApiKey,
        KeyNoLongerValid::Revoked => Refusal::RevokedApiKey,
        KeyNoLongerValid::Expired => Refusal::ExpiredApiKey,
        KeyNoLongerValid::Replaced => Refusal::ReplacedSecret,
        KeyNoLongerValid::Suspended => Refusal::AccountSuspended,
    }
}

fn faulty(field: &str, fault: Fault) -> Refusal {
    Refusal::ValidationFailed(vec![FieldFault { field: field.to_owned(), fault }])
}
