//! What stands in the way of a change that would otherwise be right.

use super::error_code::ErrorCode;

/// Why a change cannot be made as things are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// The key has two live secrets already.
    RotationInProgress {
        /// After so many whole seconds the older one has ended.
        retry_after_s: u64,
    },
    /// The key has one secret only, so there is no overlap to end.
    NotRotating,
    /// The key is revoked, for good.
    KeyRevoked,
    /// The key has ended by itself.
    KeyExpired,
    /// The environment has as many keys as it may have.
    KeyLimitReached,
    /// The account has an environment of that name.
    EnvironmentExists,
    /// The account has as many environments as it may have.
    EnvironmentLimitReached,
}

impl Conflict {
    /// The stable code.
    pub const fn code(self) -> ErrorCode {
        match self {
            Self::RotationInProgress { .. } => ErrorCode::RotationInProgress,
            Self::NotRotating => ErrorCode::NotRotating,
            Self::KeyRevoked => ErrorCode::KeyRevoked,
            Self::KeyExpired => ErrorCode::KeyExpired,
            Self::KeyLimitReached => ErrorCode::KeyLimitReached,
            Self::EnvironmentExists => ErrorCode::EnvironmentExists,
            Self::EnvironmentLimitReached => ErrorCode::EnvironmentLimitReached,
        }
    }
}
