//! Why a request was not served. [`catalogue`] has every error with its code, status and texts;
//! inner code returns a [`Refusal`] with facts, and only `http` turns it into an answer.

mod catalogue;
mod declare;
mod fault;
mod malformed;
mod wording;

pub use catalogue::{ErrorCode, Refusal};
pub use fault::{Fault, FieldFault};
pub use malformed::Malformed;
pub use wording::{Addresses, Text};

use std::borrow::Cow;
use std::fmt::Display;

use super::credits::Credits;
use super::ids::ContactId;
use super::named_enum::named_enum;

impl ErrorCode {
    /// Further HTTP statuses of the code: a URL or headers that are too long.
    pub const fn statuses_of_heads(self) -> &'static [u16] {
        match self {
            Self::BadRequest => &[414, 431],
            _ => &[],
        }
    }
}

impl Refusal {
    /// Something that the gateway needs is unavailable; the client may try again in a second.
    pub const UNAVAILABLE: Self = Self::Unavailable { retry_after_s: 1 };
}

named_enum! {
    /// The class of an error, coarser than its code: `type` in the `fluence` dialect.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum ErrorKind {
        InvalidRequest = "invalid_request",
        Validation = "validation_error",
        Authentication = "authentication_error",
        InsufficientCredits = "insufficient_credits",
        Permission = "permission_error",
        NotFound = "not_found",
        MethodNotAllowed = "method_not_allowed",
        MultipleMatches = "multiple_matches",
        Conflict = "conflict",
        Idempotency = "idempotency_error",
        BodyTooLarge = "body_too_large",
        UnsupportedMediaType = "unsupported_media_type",
        InsufficientData = "insufficient_data",
        RateLimit = "rate_limit_exceeded",
        Internal = "internal_error",
        Upstream = "upstream_error",
        ServiceUnavailable = "service_unavailable",
        Timeout = "timeout",
    }
}

named_enum! {
    /// Whether to send the same request again.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Retry {
        /// Not before something has changed: the request, the key, the plan or the data.
        Never = "never",
        /// After the seconds in `retry_after`.
        AfterWait = "after_wait",
        /// After a pause of the client's choice, a few times at most.
        AfterPause = "after_pause",
    }
}

/// When to send the same request again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// After this many seconds.
    pub seconds: u64,
    /// Most seconds that are added for each client, because the wait ends for many of them at once.
    pub spread_s: u64,
}

/// A fact beside the sentences of an error.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact<'r> {
    Number(u64),
    Credits(Credits),
    Text(Cow<'r, str>),
    Fields(&'r [FieldFault]),
    Candidates(&'r [CandidateHint]),
    Contacts(&'r [ContactHint]),
    /// The operator's address for plans and credits.
    UpgradeUrl,
}

impl From<&u32> for Fact<'_> {
    fn from(number: &u32) -> Self {
        Self::Number((*number).into())
    }
}

impl From<&usize> for Fact<'_> {
    fn from(number: &usize) -> Self {
        Self::Number(u64::try_from(*number).unwrap_or(u64::MAX))
    }
}

impl From<&Credits> for Fact<'_> {
    fn from(credits: &Credits) -> Self {
        Self::Credits(*credits)
    }
}

impl<'r> From<&'r str> for Fact<'r> {
    fn from(text: &'r str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'r> From<&'r String> for Fact<'r> {
    fn from(text: &'r String) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl Fact<'_> {
    fn shown(value: impl Display) -> Self {
        Self::Text(Cow::Owned(value.to_string()))
    }
}

/// The texts of one case of a code, in English and Portuguese, with the names of the values in
/// braces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template {
    /// What happened.
    pub message: [&'static str; 2],
    /// What to do.
    pub action: [&'static str; 2],
}

impl Template {
    /// A text of a template as documentation shows it: without the parts that an answer may lack.
    pub fn documented(text: &str) -> String {
        let shown = ["{upgrade}", "{upgrade_to}", "{docs}"]
            .iter()
            .fold(text.to_owned(), |text, part| text.replace(part, ""));
        shown.replace("{{", "{").replace("}}", "}")
    }
}

/// Why the declared type of a body is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaFault {
    /// No media type, or another one than JSON.
    NotJson,
    /// JSON in another encoding than UTF-8.
    NotUtf8,
    /// A content encoding, such as gzip.
    Encoded,
}

/// The 403 of a plan without the endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessDenied {
    /// The plan's own name, such as `professional`.
    pub plan: String,
    /// The route, as its customers write it: `/crm`, or `POST /images/{id}`.
    pub call: Box<str>,
    pub upgrade_to: UpgradeTo,
    /// Tier id of the current plan.
    pub current_tier: String,
    /// Tier id of the cheapest plan of the same edition that includes the endpoint.
    pub required_tier: String,
}

impl AccessDenied {
    /// The end of the sentence that the contract fixes in every language.
    fn upgrade(&self) -> Cow<'_, str> {
        match &self.upgrade_to {
            UpgradeTo::CrmTier => Cow::Borrowed(" Upgrade to CRM tier for access."),
            UpgradeTo::Plan(plan) => Cow::Owned(format!(" Upgrade to the {plan} plan for access.")),
            UpgradeTo::CheaperPlan(plan) => Cow::Owned(format!(" The {plan} plan includes it.")),
            UpgradeTo::Nothing => Cow::Borrowed(""),
        }
    }
}

/// What the 403 of a plan without the endpoint suggests to upgrade to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UpgradeTo {
    /// The CRM plans, which the contract calls the CRM tier.
    CrmTier,
    Plan(Box<str>),
    /// A plan that costs less than the current one.
    CheaperPlan(Box<str>),
    /// The edition has no plan with the endpoint.
    Nothing,
}

/// Which cap of a key was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyCap {
    /// Credits per UTC day.
    Daily,
    /// Credits per UTC calendar month.
    Monthly,
}

/// A limit that refused a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitHit {
    pub limit: Limit,
    /// Requests per second, concurrent requests, requests per period, or attempts.
    pub size: u64,
    /// Seconds, at least 1, after which a request is admitted.
    pub retry_after_s: u64,
}

/// The limits that answer 429.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Requests per second, with burst.
    Rate,
    /// Requests in progress at once.
    Concurrency,
    /// Requests per second to one route, with burst.
    RouteRate,
    /// Requests to one route in progress at once.
    RouteConcurrency,
    /// Requests per billing period.
    Quota,
    /// Failed credentials from one network.
    FailedAttempts,
    /// Reports of leaked keys from one network, per minute.
    LeakReports,
}

/// A contact of the caller's own account that a call may mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactHint {
    pub id: ContactId,
    pub role: Option<String>,
}

/// What a 409 may reveal of a candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CandidateHint {
    pub role: Option<String>,
    pub city: Option<String>,
}
