//! Which errors an operation can answer with.

use super::operation::{Access, Operation};
use crate::domain::depth::Depth;
use crate::domain::refusal::ErrorCode;
use crate::domain::route::Endpoint;

/// Errors of every request.
const ALWAYS: [ErrorCode; 3] =
    [ErrorCode::BadRequest, ErrorCode::InternalError, ErrorCode::ServiceUnavailable];
/// Errors of every request with a key.
const WITH_KEY: [ErrorCode; 15] = [
    ErrorCode::KeyInQueryString,
    ErrorCode::ValidationFailed,
    ErrorCode::MissingAuth,
    ErrorCode::InvalidApiKey,
    ErrorCode::ExpiredApiKey,
    ErrorCode::RevokedApiKey,
    ErrorCode::DisabledApiKey,
    ErrorCode::KeyExposed,
    ErrorCode::ConflictingCredentials,
    ErrorCode::AccountSuspended,
    ErrorCode::RegionNotAllowed,
    ErrorCode::IpNotAllowed,
    ErrorCode::RateLimited,
    ErrorCode::ConcurrencyLimited,
    ErrorCode::TooManyFailedAttempts,
];
const WITH_SCOPE: [ErrorCode; 2] = [ErrorCode::InsufficientScope, ErrorCode::PlanWithoutApi];
/// Errors of the routes that are sold.
const SOLD: [ErrorCode; 3] = [ErrorCode::AccessDenied, ErrorCode::UpstreamError, ErrorCode::Timeout];
const PAID: [ErrorCode; 4] = [
    ErrorCode::InsufficientCredits,
    ErrorCode::KeyCapReached,
    ErrorCode::QuotaExceeded,
    ErrorCode::AnswerNotKept,
];
const ANALYSIS: [ErrorCode; 3] =
    [ErrorCode::ProfileUrlNotAccepted, ErrorCode::ProfileNotFound, ErrorCode::MultipleMatches];
const FORWARDED: [ErrorCode; 5] = [
    ErrorCode::TestKeyNotAllowed,
    ErrorCode::RequestTimeout,
    ErrorCode::BodyTooLarge,
    ErrorCode::EndpointNotFound,
    ErrorCode::LoopDetected,
];
const WITH_BODY: [ErrorCode; 4] = [
    ErrorCode::InvalidJson,
    ErrorCode::RequestTimeout,
    ErrorCode::BodyTooLarge,
    ErrorCode::UnsupportedMediaType,
];
const IDEMPOTENT: [ErrorCode; 3] =
    [ErrorCode::IdempotencyInProgress, ErrorCode::IdempotencyKeyReused, ErrorCode::AnswerNotKept];

impl Operation {
    /// Every error that it can answer with, in the order of the catalogue.
    pub fn error_codes(&self) -> Vec<ErrorCode> {
        ErrorCode::ALL.iter().copied().filter(|code| self.can_answer(*code)).collect()
    }

    fn can_answer(&self, code: ErrorCode) -> bool {
        let of_access = match &self.access {
            Access::Open | Access::KeyOptional | Access::AnyKey => false,
            Access::Scoped(_) => WITH_SCOPE.contains(&code),
            Access::Paid(route) => {
                WITH_SCOPE.contains(&code)
                    || SOLD.contains(&code)
                    || ANALYSIS.contains(&code)
                    || match code {
                        ErrorCode::InsufficientData => route.endpoint.depth() != Some(Depth::Basic),
                        ErrorCode::MockDataNotAllowed => route.endpoint == Endpoint::AnalyzeComprehensive,
                        _ => false,
                    }
            }
            Access::Forwarded(_) => {
                WITH_SCOPE.contains(&code) || SOLD.contains(&code) || FORWARDED.contains(&code)
            }
        };
        ALWAYS.contains(&code)
            || of_access
            || (self.access.is_paid() && PAID.contains(&code))
            || (self.access.takes_key() && WITH_KEY.contains(&code))
            || (self.body.is_some() && WITH_BODY.contains(&code))
            || (self.is_idempotent && IDEMPOTENT.contains(&code))
            || self.errors.contains(&code)
    }
}

/// Whether only the analysis and its contacts answer with an error.
pub fn is_of_analysis(code: ErrorCode) -> bool {
    const MORE: [ErrorCode; 4] = [
        ErrorCode::InsufficientData,
        ErrorCode::MockDataNotAllowed,
        ErrorCode::ContactExists,
        ErrorCode::ContactLimitReached,
    ];
    ANALYSIS.contains(&code) || MORE.contains(&code)
}

/// The operations that can answer with an error.
pub fn operations_with(operations: &[Operation], code: ErrorCode) -> Vec<&Operation> {
    operations.iter().filter(|operation| operation.can_answer(code)).collect()
}
