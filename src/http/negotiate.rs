//! What a client asks for in `Accept` and `Accept-Language` (RFC 9110, sections 12.4.2, 12.5.1 and
//! 12.5.4).

use axum::http::{HeaderMap, HeaderName, header};

use super::dialect::Dialect;
use super::public_links::PublicLinks;
use crate::domain::ids::CallId;
use crate::domain::language::Language;

/// Media type of RFC 9457.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// How one request wants its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RenderContext {
    /// The request's id.
    pub request_id: CallId,
    /// The dialect of its route.
    pub dialect: Dialect,
    /// Whether errors are wanted as RFC 9457 problems.
    pub problem_json: bool,
    /// The language of sentences for people.
    pub language: Language,
}

impl RenderContext {
    /// Reads what a request asks for.
    pub fn of(path: &str, headers: &HeaderMap, request_id: CallId, links: &PublicLinks) -> Self {
        Self {
            request_id,
            dialect: links.dialect_of(path),
            problem_json: wants_problem_json(headers),
            language: preferred_language(headers).unwrap_or_else(|| links.language_of(path)),
        }
    }
}

/// Whether errors are wanted as RFC 9457 problems: the media type is named, whatever else is. A
/// client that names it beside `application/json` means the latter for answers that are no errors.
pub fn wants_problem_json(headers: &HeaderMap) -> bool {
    items(headers, header::ACCEPT)
        .any(|(range, quality)| quality > 0 && range.eq_ignore_ascii_case(PROBLEM_JSON))
}

/// The language of sentences for people: the most wanted one of those we write; none where any will
/// do.
pub fn preferred_language(headers: &HeaderMap) -> Option<Language> {
    let mut preferred = (None, 0);
    for (range, quality) in items(headers, header::ACCEPT_LANGUAGE) {
        let language = match primary_subtag(range) {
            tag if tag.eq_ignore_ascii_case("pt") => Some(Language::Pt),
            tag if tag.eq_ignore_ascii_case("en") => Some(Language::En),
            "*" => None,
            _ => continue,
        };
        if quality > preferred.1 {
            preferred = (language, quality);
        }
    }
    preferred.0
}

/// `pt` of `pt-BR`.
fn primary_subtag(range: &str) -> &str {
    range.split_once('-').map_or(range, |(primary, _)| primary)
}

/// The items of a list header with their quality in thousandths; unreadable lines and items are
/// skipped.
fn items(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = (&str, u16)> {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(','))
        .filter_map(|item| {
            let mut parts = item.split(';').map(str::trim);
            let range = parts.next().filter(|range| !range.is_empty())?;
            let quality =
                parts.find_map(|parameter| parameter.strip_prefix("q=").or(parameter.strip_prefix("Q=")));
            Some((range, quality.map_or(Some(1000), thousandths)?))
        })
}

/// A `qvalue` in thousandths: `0.8` is 800. Anything else than 0 to 1 with three digits is none.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let parts: u16 = format!("{fraction:0<3}").parse().ok()?;
    match (whole, parts) {
        ("0", parts) => Some(parts),
        ("1", 0) => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, lines: &[&str]) -> HeaderMap {
        lines.iter().map(|line| (name.clone(), line.parse().unwrap())).collect()
    }

    fn language(line: &str) -> Language {
        preferred_language(&headers(header::ACCEPT_LANGUAGE, &[line])).unwrap_or(Language::En)
    }

    #[test]
    fn the_most_wanted_language_wins() {
        for line in [
            "pt",
            "pt-BR",
            "PT-br",
            "pt-BR,pt;q=0.9,en;q=0.8",
            "en;q=0.5, pt;q=0.7",
            "fr, pt;q=0.1",
            "pt, en",
        ] {
            assert_eq!(language(line), Language::Pt, "{line}");
        }
        for line in
            ["", "en", "en-US,en;q=0.9,pt;q=0.8", "*", "fr", "pt;q=0", "ptx", "en, pt", "pt;q=0.3,*;q=0.9"]
        {
            assert_eq!(language(line), Language::En, "{line}");
        }
        assert_eq!(preferred_language(&HeaderMap::new()), None);
        assert_eq!(preferred_language(&headers(header::ACCEPT_LANGUAGE, &["pt;q=0.3,*;q=0.9"])), None);
    }

    #[test]
    fn broken_quality_values_are_skipped() {
        for line in ["pt;q=2", "pt;q=0.1234", "pt;q=-1", "pt;q=", "pt;q=1.001", "pt;q=0.+1", ";;;,,,"] {
            assert_eq!(language(line), Language::En, "{line}");
        }
    }

    #[test]
    fn a_problem_is_wanted_when_it_is_named() {
        let wants = |line| wants_problem_json(&headers(header::ACCEPT, &[line]));
        assert!(wants("application/problem+json"));
        assert!(wants("application/json, Application/Problem+JSON;q=0.5"));
        assert!(!wants("application/json"));
        assert!(!wants("*/*"));
        assert!(!wants("application/problem+json;q=0"));
        assert!(wants_problem_json(&headers(header::ACCEPT, &["text/html", "application/problem+json"])));
    }
}
