//! Routes that are forwarded to servers of the seller: what they cost, what is charged, and their
//! limits.

mod captured_statuses;
mod changes;
mod description;
mod ending;
mod path_pattern;
mod secret_template;

use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use super::credits::Credits;
use super::named_enum::named_enum;
use super::plan::Access;
use super::price::RoutePrice;

pub use captured_statuses::{CapturedStatuses, CapturedStatusesError};
pub use changes::{Changes, HeaderChanges, MemberChanges};
pub use description::{ExampleCall, Translated};
pub use ending::{Due, StreamEnd};
pub use path_pattern::{PathPattern, PathPatternError};
pub use secret_template::{SecretTemplate, SecretTemplateError};

named_enum! {
    /// A method that a route lists.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum RouteMethod {
        Get = "GET",
        Head = "HEAD",
        Post = "POST",
        Put = "PUT",
        Patch = "PATCH",
        Delete = "DELETE",
    }
}

impl RouteMethod {
    /// Whether the example of a route has a body with this method.
    pub const fn takes_example_body(self) -> bool {
        match self {
            Self::Post | Self::Put | Self::Patch => true,
            Self::Get | Self::Head | Self::Delete => false,
        }
    }
}

/// Servers of the seller that answer the same requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UpstreamServers {
    /// Its name in routes, metrics and logs.
    pub upstream: String,
    /// Base URLs. A call goes to one of them.
    pub targets: Vec<String>,
    /// Base URLs for keys of test environments. Empty: such keys are refused.
    pub test_targets: Vec<String>,
    /// Sent as `Host`, and expected in certificates, instead of the target's own.
    pub host: Option<String>,
    /// Authorities that are trusted instead of the public ones: a PEM file of each gateway.
    pub ca_file: Option<PathBuf>,
    /// The certificate that the gateway presents.
    pub client: Option<ClientCertificate>,
    /// Whether the gateway speaks HTTP/2 to the targets.
    pub http2: bool,
    pub identity: UpstreamIdentity,
    /// Whether targets may have private addresses and need no TLS.
    pub is_private: bool,
    pub credential: Option<UpstreamCredential>,
    pub connect_timeout_ms: u64,
    /// Most calls in progress. One account has at most half of them, rounded up.
    pub max_concurrent: usize,
    /// Consecutive failures that open the circuit breaker, and for how long it stays open.
    pub breaker: BreakerTerms,
    /// Health checks of the targets. `None`: only calls show whether a target works.
    pub health: Option<HealthTerms>,
}

/// PEM files of each gateway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClientCertificate {
    pub cert_file: PathBuf,
    pub key_file: PathBuf,
}

named_enum! {
    /// How an upstream learns who calls.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum UpstreamIdentity {
        /// Only by headers.
        Plain = "plain",
        /// Also by a token with a signature.
        Signed = "signed",
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct BreakerTerms {
    pub failures: u32,
    pub open_ms: u64,
}

/// Each gateway asks each target by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HealthTerms {
    /// Asked with GET. A 2xx means that the target is healthy.
    pub path: String,
    pub every_ms: u64,
    /// Consecutive failed checks that mark a target down, and successful ones that mark it healthy.
    pub down_after: u32,
    pub up_after: u32,
}

/// A header that proves the gateway to the upstream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UpstreamCredential {
    pub header: String,
    pub value: SecretTemplate,
}

named_enum! {
    /// What a call costs whose upstream ends its answer too early.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum WhenBrokeOff {
        Release = "release",
        /// What its figures come to so far.
        Counted = "counted",
    }
}

named_enum! {
    /// What becomes of a call whose client leaves before its answer has ended.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum WhenLeft {
        /// The upstream is stopped. What was sent is charged.
        Stop = "stop",
        /// The answer is read to its end and charged.
        Finish = "finish",
    }
}

named_enum! {
    /// How the body of a request reaches the upstream.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum RequestBody {
        /// It is read whole before.
        Read = "read",
        /// It is streamed.
        Pass = "pass",
    }
}

named_enum! {
    /// What is sent again, once, if the connection was lost before a byte of an answer came. The
    /// upstream may have acted on it.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum RetryRule {
        Off = "off",
        /// Methods that may be acted on twice: not POST or PATCH.
        Safe = "safe",
        /// Every method. The upstream gets an `Idempotency-Key`.
        Keyed = "keyed",
    }
}

/// Limits of an account's calls to one route, within those of its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RouteLimits {
    pub rate_per_s: u32,
    /// Requests that may arrive at once.
    pub burst: u32,
    /// Requests in progress at once. `None`: only the plan limits them.
    pub concurrency: Option<u32>,
}

/// How an answer is streamed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct StreamTerms {
    /// Interval of comments in a silent event stream, for proxies that close silent connections.
    pub ping_s: Option<u64>,
}

/// A route whose calls are forwarded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ForwardedRoute {
    /// Its permanent name in ledger, statements and usage.
    pub name: &'static str,
    /// The text of [`Self::pattern`].
    pub path: &'static str,
    #[serde(skip)]
    pub pattern: PathPattern,
    pub methods: Vec<RouteMethod>,
    /// For the documentation: what it does, in a few words and in a few sentences.
    pub title: Option<Translated>,
    pub about: Option<Translated>,
    pub example: ExampleCall,
    pub upstream: String,
    /// The path that the upstream gets.
    pub to: PathPattern,
    pub access: Access,
    #[serde(rename = "credits")]
    pub price: RoutePrice,
    pub capture: CapturedStatuses,
    /// What a call costs whose upstream ends its answer too early.
    pub broke_off: WhenBrokeOff,
    /// What becomes of a call whose client leaves.
    pub left: WhenLeft,
    /// Set for routes whose answers are streamed.
    pub stream: Option<StreamTerms>,
    pub limits: Option<RouteLimits>,
    pub body: RequestBody,
    /// Changes of the request on its way to the upstream.
    pub request: Changes,
    /// Changes of the answer on its way to the client.
    pub answer: Changes,
    pub retry: RetryRule,
    /// Timeout of the head of an answer.
    pub first_byte_ms: u64,
    /// Longest silence of an upstream within its answer.
    pub idle_ms: u64,
    /// Deadline of a call.
    pub total_s: u64,
    pub max_request_bytes: usize,
    /// Longest answer that is read whole before any of it is sent.
    pub whole_bytes: usize,
    pub max_answer_bytes: u64,
}

impl ForwardedRoute {
    /// Whether it never meets the ledger.
    pub fn is_free(&self) -> bool {
        self.price.most() == Credits::ZERO
    }

    /// Whether a repeated `Idempotency-Key` gets the same answer.
    pub fn keeps_answers(&self) -> bool {
        !self.is_free() && self.body == RequestBody::Read
    }

    /// Its methods and its path: `GET, POST /images/{id}`.
    pub fn call(&self) -> String {
        let methods: Vec<&str> = self.methods.iter().map(|method| method.as_str()).collect();
        format!("{} {}", methods.join(", "), self.path)
    }

    /// The path and query string of its example. `None`: a parameter of the path has no value.
    pub fn example_address(&self) -> Option<String> {
        let mut address = self.path.to_owned();
        for name in self.pattern.parameters() {
            let value = self.example.path.get(name)?;
            address = address.replace(&format!("{{{name}}}"), value).replace(&format!("{{*{name}}}"), value);
        }
        let query: Vec<String> =
            self.example.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        Some(if query.is_empty() { address } else { format!("{address}?{}", query.join("&")) })
    }

    pub fn total(&self) -> Duration {
        Duration::from_secs(self.total_s)
    }
}
