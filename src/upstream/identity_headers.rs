//! The headers by which the gateway tells an upstream who calls. Clients cannot forge them.

use hyper::header::{HeaderName, HeaderValue};

use crate::domain::header_prefix::HeaderPrefix;

/// The prefix that no client's header has, whatever the gateway's own is.
const DEFAULT_PREFIX: &str = "fluence-";

/// The names of the headers, which begin with the prefix of the settings.
#[derive(Clone, Debug)]
pub struct IdentityHeaders {
    prefix: String,
    pub account: HeaderName,
    pub key: HeaderName,
    pub environment: HeaderName,
    pub mode: HeaderName,
    pub plan: HeaderName,
    pub request_id: HeaderName,
    pub credits_held: HeaderName,
    pub hops: HeaderName,
    pub identity: HeaderName,
    /// `Via`, with the prefix as the gateway's name.
    pub via: HeaderValue,
}

impl IdentityHeaders {
    pub fn new(prefix: &HeaderPrefix) -> Self {
        let prefix = prefix.to_lowercase();
        // A prefix has letters, digits and hyphens, so that the names are valid.
        let name = |rest: &'static str| {
            HeaderName::try_from(format!("{prefix}{rest}")).unwrap_or(HeaderName::from_static(rest))
        };
        let via = HeaderValue::try_from(format!("1.1 {}", prefix.trim_end_matches('-')));
        Self {
            account: name("account"),
            key: name("key"),
            environment: name("environment"),
            mode: name("mode"),
            plan: name("plan"),
            request_id: name("request-id"),
            credits_held: name("credits-held"),
            hops: name("hops"),
            identity: name("identity"),
            via: via.unwrap_or(HeaderValue::from_static("1.1 fluence")),
            prefix,
        }
    }

    /// Whether a header is for the gateway to say. `name` is in lower case, with `-` for `_`.
    pub fn include(&self, name: &str) -> bool {
        name.starts_with(DEFAULT_PREFIX) || name.starts_with(&self.prefix)
    }
}

impl Default for IdentityHeaders {
    fn default() -> Self {
        Self::new(&HeaderPrefix::default())
    }
}
