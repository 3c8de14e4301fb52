//! Why a change was not made, as a client sees it.

use crate::domain::conflict::Conflict;
use crate::domain::key::Scope;
use crate::domain::key::rotation::CannotRotate;
use crate::domain::refusal::{Fault, FieldFault, Refusal};
use crate::domain::rights::Lacks;
use crate::domain::wait::whole_seconds;
use crate::management::{NotDone, NotThemselves};
use crate::storage::error::StorageError;

/// The refusal that an error of a change means.
pub(super) fn refusal(error: NotDone) -> Refusal {
    match error {
        NotDone::NoAccount | NotDone::NoKey | NotDone::NoEnvironment | NotDone::NoMember => Refusal::NotFound,
        NotDone::UnknownEnvironment { .. } => faulty("environment", Fault::NotThere),
        NotDone::WrongMode { .. } => faulty("format", Fault::OtherMode),
        NotDone::EndsInPast => faulty("expires_at", Fault::InPast),
        NotDone::TooManyKeys => Refusal::Conflict(Conflict::KeyLimitReached),
        NotDone::TooManyEnvironments => Refusal::Conflict(Conflict::EnvironmentLimitReached),
        NotDone::EnvironmentExists => Refusal::Conflict(Conflict::EnvironmentExists),
        NotDone::CannotRotate(CannotRotate::InProgress { wait, .. }) => {
            let retry_after_s = whole_seconds(wait.to_std().unwrap_or_default()).max(1);
            Refusal::Conflict(Conflict::RotationInProgress { retry_after_s })
        }
        NotDone::CannotRotate(CannotRotate::Expired) => Refusal::Conflict(Conflict::KeyExpired),
        NotDone::CannotRotate(CannotRotate::Revoked) | NotDone::Revoked => {
            Refusal::Conflict(Conflict::KeyRevoked)
        }
        NotDone::NotRotating => Refusal::Conflict(Conflict::NotRotating),
        NotDone::Lacks(Lacks::Account) => Refusal::NotFound,
        NotDone::Lacks(Lacks::Scope(scope)) => Refusal::InsufficientScope { needed: scope.as_str() },
        NotDone::Lacks(Lacks::Admin) => Refusal::InsufficientScope { needed: Scope::Manage.as_str() },
        NotDone::Lacks(Lacks::Limit(field)) => Refusal::BeyondOwnLimits { field },
        NotDone::Lacks(Lacks::Uncapped) => Refusal::CappedKey,
        NotDone::NotThemselves(NotThemselves::Disabled) => Refusal::DisabledApiKey,
        NotDone::NotThemselves(NotThemselves::Revoked) => Refusal::RevokedApiKey,
        NotDone::NotThemselves(NotThemselves::Expired) => Refusal::ExpiredApiKey,
        NotDone::NotThemselves(NotThemselves::Suspended) => Refusal::AccountSuspended,
        NotDone::Lacks(Lacks::LiveKey) => Refusal::TestKeyNotAllowed,
        NotDone::Storage(error @ StorageError::Unavailable(_)) => {
            tracing::warn!(%error, "a change could not be made");
            Refusal::Unavailable { retry_after_s: 1 }
        }
        error => {
            tracing::error!(%error, "a change could not be made");
            Refusal::Internal
        }
    }
}

fn faulty(field: &str, fault: Fault) -> Refusal {
    Refusal::ValidationFailed(vec![FieldFault { field: field.to_owned(), fault }])
}
