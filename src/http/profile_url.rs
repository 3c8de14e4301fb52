//! Profile URLs in a request: people are found by name and company.

use super::fields::{Fields, shown_name};
use super::json::Json;
use crate::domain::refusal::Refusal;

/// The names of people under both spellings.
const OWN_NAMES: [&str; 6] =
    ["first_name", "last_name", "company", "primeiro_nome", "ultimo_nome", "empresa"];

/// Rejects a profile URL in any field, and any field named like one: people are found by name and
/// company.
pub(super) fn refuse_profile_urls(fields: &Fields) -> Result<(), Refusal> {
    let is_suspect = |name: &str| !OWN_NAMES.contains(&name) && is_named_like_url(name);
    match fields.rest().find(|(name, value)| is_suspect(name) || holds_url(value)) {
        Some((name, _)) => Err(Refusal::ProfileUrlNotAccepted { field: shown_name(name) }),
        None => Ok(()),
    }
}

/// `url`, `link`, `linkedin`, `profileUrl`, `perfil_linkedin` and their like.
fn is_named_like_url(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let is_word = |word: &str| matches!(word, "uri" | "link" | "links" | "href" | "website" | "site");
    name.contains("url") || name.contains("linkedin") || name.split(['_', '-', ' ', '.']).any(is_word)
}

/// Whether a text is a web address or holds one. A company named like its domain, such as
/// `Booking.com`, is not one.
fn holds_url(value: &Json) -> bool {
    match value {
        Json::Text(text) => text.split_whitespace().any(is_url),
        Json::List(items) => items.iter().any(holds_url),
        Json::Object(members) => members.iter().any(|(_, value)| holds_url(value)),
        Json::Null | Json::Bool(_) | Json::Number(_) => false,
    }
}

/// A scheme, a `www.`, or a host name with a path behind it.
fn is_url(word: &str) -> bool {
    if !word.contains(['/', ':', '.']) {
        return false;
    }
    let word = word.to_ascii_lowercase();
    let starts = |prefix: &str| word.trim_start_matches(['(', '<', '"', '\'']).starts_with(prefix);
    word.contains("://")
        || starts("http:")
        || starts("https:")
        || starts("www.")
        || word.split_once('/').is_some_and(|(host, path)| !path.is_empty() && is_host(host))
}

/// A host name that ends in two letters or more, such as `linkedin.com`.
fn is_host(text: &str) -> bool {
    text.rsplit_once('.').is_some_and(|(labels, top)| {
        labels.bytes().any(|byte| byte.is_ascii_alphanumeric())
            && labels.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
            && top.len() >= 2
            && top.bytes().all(|byte| byte.is_ascii_alphabetic())
    })
}
