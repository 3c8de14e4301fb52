//! The headers by which the gateway tells an upstream who calls. Clients cannot forge them.

use std::str::FromStr;

use hyper::header::{HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};

/// The prefix that no client's header has, whatever the gateway's own is.
const DEFAULT_PREFIX: &str = "fluence-";
const MAX_CHARS: usize = 32;
/// Headers that pass between clients and servers, or that the gateway has a meaning of its own for.
/// No prefix begins one.
const TAKEN: [&str; 33] = [
    "accept-encoding",
    "access-control-allow-origin",
    "alt-svc",
    "authentication-info",
    "cache-control",
    "client-cert",
    "content-type",
    "cross-origin-opener-policy",
    "early-data",
    "http2-settings",
    "idempotency-key",
    "if-match",
    "keep-alive",
    "last-modified",
    "max-forwards",
    "origin-agent-cluster",
    "permissions-policy",
    "proxy-authorization",
    "ratelimit-policy",
    "referrer-policy",
    "retry-after",
    "sec-fetch-mode",
    "server-timing",
    "set-cookie",
    "strict-transport-security",
    "transfer-encoding",
    "user-agent",
    "www-authenticate",
    "x-api-key",
    "x-credits-used",
    "x-forwarded-for",
    "x-ratelimit-limit",
    "x-request-id",
];

/// The names of the headers, which begin with the prefix of the settings: words of letters and
/// digits, each with a `-` behind it, such as `Acme-`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct IdentityHeaders {
    /// The prefix as it was written.
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderPrefixError {
    #[error(
        "must be letters, digits and single hyphens, begin with a letter and end with a hyphen, as Acme-; at most {MAX_CHARS} \
         characters"
    )]
    Malformed,
    #[error("is the beginning of a header that clients and servers use, such as {0}. Choose another prefix")]
    Taken(&'static str),
}

impl IdentityHeaders {
    /// The headers of a prefix. `None`: headers cannot be named so.
    fn of(prefix: &str) -> Option<Self> {
        let lowercase = prefix.to_ascii_lowercase();
        let name = |rest| HeaderName::try_from(format!("{lowercase}{rest}")).ok();
        Some(Self {
            via: HeaderValue::try_from(format!("1.1 {}", lowercase.trim_end_matches('-'))).ok()?,
            account: name("account")?,
            key: name("key")?,
            environment: name("environment")?,
            mode: name("mode")?,
            plan: name("plan")?,
            request_id: name("request-id")?,
            credits_held: name("credits-held")?,
            hops: name("hops")?,
            identity: name("identity")?,
            prefix: prefix.to_owned(),
        })
    }

    /// Whether a header is for the gateway to say. `name` is in lower case, with `-` for `_`.
    pub fn include(&self, name: &str) -> bool {
        let is_own = |start: &str| start.eq_ignore_ascii_case(&self.prefix);
        name.starts_with(DEFAULT_PREFIX) || name.get(..self.prefix.len()).is_some_and(is_own)
    }
}

impl Default for IdentityHeaders {
    fn default() -> Self {
        Self {
            prefix: "Fluence-".to_owned(),
            account: HeaderName::from_static("fluence-account"),
            key: HeaderName::from_static("fluence-key"),
            environment: HeaderName::from_static("fluence-environment"),
            mode: HeaderName::from_static("fluence-mode"),
            plan: HeaderName::from_static("fluence-plan"),
            request_id: HeaderName::from_static("fluence-request-id"),
            credits_held: HeaderName::from_static("fluence-credits-held"),
            hops: HeaderName::from_static("fluence-hops"),
            identity: HeaderName::from_static("fluence-identity"),
            via: HeaderValue::from_static("1.1 fluence"),
        }
    }
}

impl FromStr for IdentityHeaders {
    type Err = HeaderPrefixError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // A prefix that headers may have is not yet one that readers recognise: `_` and `!` are
        // allowed in names.
        let headers = Self::of(text).ok_or(HeaderPrefixError::Malformed)?;
        let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let words = text.strip_suffix('-').ok_or(HeaderPrefixError::Malformed)?;
        let is_formed = text.len() <= MAX_CHARS
            && text.starts_with(|first: char| first.is_ascii_alphabetic())
            && words.split('-').all(is_word);
        if !is_formed {
            return Err(HeaderPrefixError::Malformed);
        }
        let lowercase = text.to_ascii_lowercase();
        match TAKEN.iter().find(|header| header.starts_with(&lowercase)) {
            Some(header) => Err(HeaderPrefixError::Taken(header)),
            None => Ok(headers),
        }
    }
}

impl TryFrom<String> for IdentityHeaders {
    type Error = HeaderPrefixError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<IdentityHeaders> for String {
    fn from(headers: IdentityHeaders) -> Self {
        headers.prefix
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_a_word_of_the_seller() {
        for text in ["Fluence-", "Acme-", "acme2-", "X-Acme-"] {
            let headers: IdentityHeaders = text.parse().unwrap();
            assert_eq!(headers.request_id.as_str(), format!("{}request-id", text.to_lowercase()));
            assert_eq!(String::from(headers), text);
        }
        for text in [
            "",
            "-",
            "Acme",
            "2acme-",
            "Acme--",
            "-Acme-",
            "Ac me-",
            "Ac\nme-",
            "Acme_",
            "A_b-",
            "Ação-",
            &"a".repeat(40),
        ] {
            assert_eq!(text.parse::<IdentityHeaders>(), Err(HeaderPrefixError::Malformed), "{text}");
        }
        for text in ["X-", "x-forwarded-", "Content-", "User-", "X-Credits-", "X-Api-"] {
            assert!(matches!(text.parse::<IdentityHeaders>(), Err(HeaderPrefixError::Taken(_))), "{text}");
        }
    }

    #[test]
    fn the_default_is_what_its_prefix_says() {
        assert_eq!("Fluence-".parse(), Ok(IdentityHeaders::default()));
    }

    #[test]
    fn a_header_with_either_prefix_is_for_the_gateway_to_say() {
        let headers: IdentityHeaders = "Acme-".parse().unwrap();
        for (name, is_included) in [
            ("acme-account", true),
            ("fluence-anything", true),
            ("acme", false),
            ("acmé-x", false),
            ("x-acme-account", false),
        ] {
            assert_eq!(headers.include(name), is_included, "{name}");
        }
    }
}
