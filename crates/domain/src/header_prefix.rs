//! The prefix of the headers by which the gateway tells an upstream who calls.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

const MAX_CHARS: usize = 32;
/// Headers that pass between clients and servers, or that the gateway has a meaning of its own for. No prefix begins one.
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

/// Words of letters and digits, each with a `-` behind it, such as `Acme-`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HeaderPrefix(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderPrefixError {
    #[error(
        "must be letters, digits and single hyphens, begin with a letter and end with a hyphen, as Acme-; at most 32 characters"
    )]
    Malformed,
    #[error("is the beginning of a header that clients and servers use, such as {0}. Choose another prefix")]
    Taken(&'static str),
}

impl HeaderPrefix {
    /// In lower case.
    pub fn to_lowercase(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl Default for HeaderPrefix {
    fn default() -> Self {
        Self("Fluence-".to_owned())
    }
}

impl fmt::Display for HeaderPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for HeaderPrefix {
    type Err = HeaderPrefixError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
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
            None => Ok(Self(text.to_owned())),
        }
    }
}

impl TryFrom<String> for HeaderPrefix {
    type Error = HeaderPrefixError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<HeaderPrefix> for String {
    fn from(prefix: HeaderPrefix) -> Self {
        prefix.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_a_word_of_the_seller() {
        for text in ["Fluence-", "Acme-", "acme2-", "X-Acme-"] {
            assert_eq!(text.parse::<HeaderPrefix>().unwrap().to_string(), text);
        }
        for text in
            ["", "-", "Acme", "2acme-", "Acme--", "-Acme-", "Ac me-", "Acme_", "Ação-", &"a".repeat(40)]
        {
            assert_eq!(text.parse::<HeaderPrefix>(), Err(HeaderPrefixError::Malformed), "{text}");
        }
        for text in ["X-", "x-forwarded-", "Content-", "User-", "X-Credits-", "X-Api-"] {
            assert!(matches!(text.parse::<HeaderPrefix>(), Err(HeaderPrefixError::Taken(_))), "{text}");
        }
    }
}
