//! Why a request was not served. Inner code says what happened; the edge alone says it in HTTP.

use chrono::{DateTime, Utc};

use super::conflict::Conflict;
use super::credits::Credits;
use super::error_code::ErrorCode;
use super::ids::ContactId;
use super::text::TextError;

/// Every way in which a request can be refused or fail, with the facts its answer states.
///
/// No variant carries a cause meant for operators: that is logged where it is handled.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// No credential at all.
    MissingAuth,
    /// Unknown, malformed or with a wrong checksum: never told apart.
    InvalidApiKey,
    /// The key's expiry has passed.
    ExpiredApiKey,
    /// The key was revoked, for good.
    RevokedApiKey,
    /// The key is switched off for now.
    DisabledApiKey,
    /// Two different credentials in one request.
    ConflictingCredentials,
    /// A key in the URL; `parameter` is the name of the parameter, never its value.
    KeyInQueryString {
        /// Name of the offending query parameter.
        parameter: &'static str,
    },
    /// The account's plan does not include the endpoint.
    AccessDenied(AccessDenied),
    /// The key lacks a scope.
    InsufficientScope {
        /// The scope that is needed.
        needed: &'static str,
    },
    /// The key would bring about one that is limited less than itself.
    BeyondOwnLimits {
        /// The field of a key that says the limit.
        field: &'static str,
    },
    /// The plan sells no API access.
    PlanWithoutApi,
    /// The key may not be used in this region.
    RegionNotAllowed,
    /// The key may not be used from this address.
    IpNotAllowed,
    /// A key of a test environment, where something that spends credits would be made or changed.
    TestKeyNotAllowed,
    /// The account is suspended.
    AccountSuspended,
    /// The body is not JSON; `line` and `column` count from 1.
    InvalidJson {
        /// Line of the first fault.
        line: usize,
        /// Column of the first fault.
        column: usize,
    },
    /// Every faulty field at once.
    ValidationFailed(Vec<FieldFault>),
    /// A profile URL where a person's name was expected.
    ProfileUrlNotAccepted {
        /// The field it stood in.
        field: String,
    },
    /// `allow_mock_data` outside a test environment.
    MockDataNotAllowed,
    /// Malformed beyond the reach of a better code: framing, target or headers.
    BadRequest {
        /// What is wrong, in fixed words.
        reason: &'static str,
    },
    /// No such path.
    EndpointNotFound,
    /// No such thing under a path that exists.
    NotFound,
    /// The path exists, the method does not.
    MethodNotAllowed {
        /// The methods that do, as the `Allow` header lists them.
        allow: &'static str,
    },
    /// The body is larger than the route takes.
    BodyTooLarge {
        /// The largest accepted size.
        limit_bytes: usize,
    },
    /// The body is not declared as JSON in UTF-8 without encoding.
    UnsupportedMediaType,
    /// Too many requests for one of the limits.
    Limited(LimitHit),
    /// Not enough credits; the answer says what to buy.
    InsufficientCredits {
        /// Price of the call.
        needed: Credits,
        /// What the account has.
        available: Credits,
    },
    /// The key's own cap is spent.
    KeyCapReached {
        /// Which cap.
        cap: KeyCap,
        /// Its size.
        limit: Credits,
        /// When it starts anew.
        resets_at: DateTime<Utc>,
    },
    /// The search found nobody.
    ProfileNotFound,
    /// The search found several people it cannot tell apart.
    MultipleMatches {
        /// How many.
        total: usize,
        /// Some of them, by role and city only.
        candidates: Vec<CandidateHint>,
    },
    /// The person's text does not support what was asked.
    InsufficientData {
        /// Words of the person's own that could be used.
        words: u32,
        /// Words needed.
        words_needed: u32,
        /// Whether there were words enough, but in a language that is not analysed.
        unsupported_language: bool,
    },
    /// The account has such a contact already.
    ContactExists {
        /// The one it has.
        id: ContactId,
    },
    /// The account has as many contacts as it may have.
    ContactLimitReached {
        /// How many that is.
        limit: u64,
    },
    /// A change that cannot be made as things are.
    Conflict(Conflict),
    /// The same idempotency key is being served right now.
    IdempotencyInProgress {
        /// When to try again, in whole seconds.
        retry_after_s: u64,
    },
    /// The same idempotency key came with another request before.
    IdempotencyKeyReused,
    /// A fault of ours.
    Internal,
    /// A server behind us failed.
    Upstream,
    /// Cannot take the call now.
    Unavailable {
        /// When to try again, in whole seconds.
        retry_after_s: u64,
    },
    /// The deadline of the call passed.
    Timeout,
}

/// The 403 of a plan without the endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessDenied {
    /// The plan's own name, such as `professional`.
    pub plan: String,
    /// The endpoint's path.
    pub path: &'static str,
    /// How the plan family to upgrade to is called, such as `CRM`.
    pub upgrade_to: String,
    /// Tier id of the present plan.
    pub current_tier: String,
    /// Tier id of the cheapest plan of the same edition that has the endpoint.
    pub required_tier: String,
}

/// A field and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldFault {
    /// Name of the field as the client sent it.
    pub field: String,
    /// What is wrong.
    pub fault: Fault,
}

/// What can be wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It must be there.
    Missing,
    /// The request has no such field.
    Unknown,
    /// It stands there twice.
    Repeated,
    /// Two spellings of it hold different values.
    Contradicts,
    /// It must be text.
    NotText,
    /// It must be `true` or `false`.
    NotBoolean,
    /// Empty after trimming.
    Empty,
    /// Longer than the largest number of characters.
    TooLong {
        /// The largest number of characters.
        max_chars: usize,
    },
    /// It holds a control character.
    ControlCharacter,
    /// Not one of the values that it may have.
    NotOneOf(&'static [&'static str]),
    /// It must be a list.
    NotList,
    /// It must be an object.
    NotObject,
    /// More items than it may have.
    TooMany {
        /// The most items.
        max_items: usize,
    },
    /// Not an e-mail address.
    NotAddress,
    /// It must be a date or an instant.
    NotDate,
    /// Not an instant.
    NotInstant,
    /// It must be a whole number within bounds.
    NotWhole {
        /// The least.
        least: i64,
        /// The most.
        most: i64,
    },
    /// An instant that must lie ahead.
    InPast,
    /// A value that is no region.
    NotARegion,
    /// A value that is no network in CIDR notation.
    NotANetwork,
    /// The account has nothing of that name.
    NotThere,
    /// A key format that says `live` or `test`, in an environment of the other mode.
    OtherMode,
}

impl From<TextError> for Fault {
    fn from(error: TextError) -> Self {
        match error {
            TextError::Empty => Self::Empty,
            TextError::TooLong { max_chars } => Self::TooLong { max_chars },
            TextError::ControlCharacter => Self::ControlCharacter,
            TextError::NotAnAddress => Self::NotAddress,
        }
    }
}

/// Which cap of a key was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyCap {
    /// Credits per UTC day.
    Daily,
    /// Credits per UTC calendar month.
    Monthly,
}

/// A limit that refused a request, and the true wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitHit {
    /// Which limit.
    pub limit: Limit,
    /// Its size: requests per second, requests at once, requests per period, or attempts.
    pub size: u64,
    /// After so many whole seconds, at least 1, a request is admitted.
    pub retry_after_s: u64,
}

/// The limits that answer 429.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Requests per second, with burst.
    Rate,
    /// Requests at once.
    Concurrency,
    /// Requests per billing period.
    Quota,
    /// Failed credentials from one network address.
    FailedAttempts,
}

/// What a 409 may tell of a candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CandidateHint {
    /// Job title.
    pub role: Option<String>,
    /// City.
    pub city: Option<String>,
}

impl Refusal {
    /// The stable code of this refusal.
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::MissingAuth => ErrorCode::MissingAuth,
            Self::InvalidApiKey => ErrorCode::InvalidApiKey,
            Self::ExpiredApiKey => ErrorCode::ExpiredApiKey,
            Self::RevokedApiKey => ErrorCode::RevokedApiKey,
            Self::DisabledApiKey => ErrorCode::DisabledApiKey,
            Self::ConflictingCredentials => ErrorCode::ConflictingCredentials,
            Self::KeyInQueryString { .. } => ErrorCode::KeyInQueryString,
            Self::AccessDenied(_) => ErrorCode::AccessDenied,
            Self::InsufficientScope { .. } | Self::BeyondOwnLimits { .. } => ErrorCode::InsufficientScope,
            Self::PlanWithoutApi => ErrorCode::PlanWithoutApi,
            Self::RegionNotAllowed => ErrorCode::RegionNotAllowed,
            Self::IpNotAllowed => ErrorCode::IpNotAllowed,
            Self::TestKeyNotAllowed => ErrorCode::TestKeyNotAllowed,
            Self::AccountSuspended => ErrorCode::AccountSuspended,
            Self::InvalidJson { .. } => ErrorCode::InvalidJson,
            Self::ValidationFailed(_) => ErrorCode::ValidationFailed,
            Self::ProfileUrlNotAccepted { .. } => ErrorCode::ProfileUrlNotAccepted,
            Self::MockDataNotAllowed => ErrorCode::MockDataNotAllowed,
            Self::BadRequest { .. } => ErrorCode::BadRequest,
            Self::EndpointNotFound => ErrorCode::EndpointNotFound,
            Self::NotFound => ErrorCode::NotFound,
            Self::MethodNotAllowed { .. } => ErrorCode::MethodNotAllowed,
            Self::BodyTooLarge { .. } => ErrorCode::BodyTooLarge,
            Self::UnsupportedMediaType => ErrorCode::UnsupportedMediaType,
            Self::Limited(hit) => match hit.limit {
                Limit::Rate => ErrorCode::RateLimited,
                Limit::Concurrency => ErrorCode::ConcurrencyLimited,
                Limit::Quota => ErrorCode::QuotaExceeded,
                Limit::FailedAttempts => ErrorCode::TooManyFailedAttempts,
            },
            Self::InsufficientCredits { .. } => ErrorCode::InsufficientCredits,
            Self::KeyCapReached { .. } => ErrorCode::KeyCapReached,
            Self::ProfileNotFound => ErrorCode::ProfileNotFound,
            Self::MultipleMatches { .. } => ErrorCode::MultipleMatches,
            Self::InsufficientData { .. } => ErrorCode::InsufficientData,
            Self::ContactExists { .. } => ErrorCode::ContactExists,
            Self::ContactLimitReached { .. } => ErrorCode::ContactLimitReached,
            Self::Conflict(conflict) => conflict.code(),
            Self::IdempotencyInProgress { .. } => ErrorCode::IdempotencyInProgress,
            Self::IdempotencyKeyReused => ErrorCode::IdempotencyKeyReused,
            Self::Internal => ErrorCode::InternalError,
            Self::Upstream => ErrorCode::UpstreamError,
            Self::Unavailable { .. } => ErrorCode::ServiceUnavailable,
            Self::Timeout => ErrorCode::Timeout,
        }
    }
}
