//! The closed list of machine-readable error codes, each with its HTTP status.

/// Declares the codes once: variant, wire text, HTTP status.
macro_rules! error_codes {
    ($($variant:ident $text:literal $status:literal,)*) => {
        /// A stable code that a client may branch on. Codes are only ever added.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ErrorCode {
            $(#[doc = concat!("`", $text, "`, HTTP ", $status)] $variant,)*
        }

        impl ErrorCode {
            /// Every code, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The code as it stands on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// The HTTP status it is answered with.
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)* }
            }
        }
    };
}

error_codes! {
    InvalidJson "INVALID_JSON" 400,
    ValidationFailed "VALIDATION_FAILED" 400,
    ProfileUrlNotAccepted "PROFILE_URL_NOT_ACCEPTED" 400,
    MockDataNotAllowed "MOCK_DATA_NOT_ALLOWED" 400,
    KeyInQueryString "KEY_IN_QUERY_STRING" 400,
    BadRequest "BAD_REQUEST" 400,
    MissingAuth "MISSING_AUTH" 401,
    InvalidApiKey "INVALID_API_KEY" 401,
    ExpiredApiKey "EXPIRED_API_KEY" 401,
    RevokedApiKey "REVOKED_API_KEY" 401,
    DisabledApiKey "DISABLED_API_KEY" 401,
    ConflictingCredentials "CONFLICTING_CREDENTIALS" 401,
    InsufficientCredits "INSUFFICIENT_CREDITS" 402,
    KeyCapReached "KEY_CAP_REACHED" 402,
    AccessDenied "ACCESS_DENIED" 403,
    InsufficientScope "INSUFFICIENT_SCOPE" 403,
    PlanWithoutApi "PLAN_WITHOUT_API" 403,
    RegionNotAllowed "REGION_NOT_ALLOWED" 403,
    IpNotAllowed "IP_NOT_ALLOWED" 403,
    TestKeyNotAllowed "TEST_KEY_NOT_ALLOWED" 403,
    AccountSuspended "ACCOUNT_SUSPENDED" 403,
    EndpointNotFound "ENDPOINT_NOT_FOUND" 404,
    ProfileNotFound "PROFILE_NOT_FOUND" 404,
    NotFound "NOT_FOUND" 404,
    MethodNotAllowed "METHOD_NOT_ALLOWED" 405,
    MultipleMatches "MULTIPLE_MATCHES" 409,
    ContactExists "CONTACT_EXISTS" 409,
    ContactLimitReached "CONTACT_LIMIT_REACHED" 409,
    IdempotencyInProgress "IDEMPOTENCY_IN_PROGRESS" 409,
    AnswerNotKept "ANSWER_NOT_KEPT" 409,
    RotationInProgress "ROTATION_IN_PROGRESS" 409,
    NotRotating "NOT_ROTATING" 409,
    KeyRevoked "KEY_REVOKED" 409,
    KeyExpired "KEY_EXPIRED" 409,
    KeyLimitReached "KEY_LIMIT_REACHED" 409,
    EnvironmentExists "ENVIRONMENT_EXISTS" 409,
    EnvironmentLimitReached "ENVIRONMENT_LIMIT_REACHED" 409,
    BodyTooLarge "BODY_TOO_LARGE" 413,
    UnsupportedMediaType "UNSUPPORTED_MEDIA_TYPE" 415,
    InsufficientData "INSUFFICIENT_DATA" 422,
    IdempotencyKeyReused "IDEMPOTENCY_KEY_REUSED" 422,
    RateLimited "RATE_LIMITED" 429,
    ConcurrencyLimited "CONCURRENCY_LIMITED" 429,
    QuotaExceeded "QUOTA_EXCEEDED" 429,
    TooManyFailedAttempts "TOO_MANY_FAILED_ATTEMPTS" 429,
    InternalError "INTERNAL_ERROR" 500,
    UpstreamError "UPSTREAM_ERROR" 502,
    ServiceUnavailable "SERVICE_UNAVAILABLE" 503,
    Timeout "TIMEOUT" 504,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_code_has_its_own_wire_text() {
        let texts: HashSet<_> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(texts.len(), ErrorCode::ALL.len());
    }
}
