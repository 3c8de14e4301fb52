//! Finds the key of a request: in `X-API-Key` or in `Authorization: Bearer`, never in the URL.

use axum::http::{HeaderMap, HeaderName, Uri, header};
use percent_encoding::percent_decode_str;

use crate::domain::key::KeySecret;
use crate::domain::key::query_parameter::key_parameter;
use crate::domain::refusal::Refusal;

const BEARER: &[u8] = b"Bearer";
pub const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Returns the key of a request, or `None` if it has no credential.
///
/// A header without a value, or with `Bearer` and no token, counts as absent. An `Authorization` of
/// one other word lacks its scheme: it is refused with an error of its own and does not pass as
/// anonymous. A key sent in both headers, or in a repeated header, must be the same everywhere.
pub fn credential(headers: &HeaderMap, uri: &Uri) -> Result<Option<KeySecret>, Refusal> {
    if let Some(parameter) = key_in_query(uri.query().unwrap_or_default()) {
        return Err(Refusal::KeyInQueryString { parameter });
    }
    let bare = only(values(headers, X_API_KEY))?;
    let bearer = only(authorizations(headers).map(bearer_token))?.flatten();
    let found = only(bare.into_iter().chain(bearer))?;
    if found.is_none() && authorizations(headers).any(has_no_scheme) {
        return Err(Refusal::NotBearer);
    }
    found.map(|text| KeySecret::parse(text).map_err(|_| Refusal::InvalidApiKey)).transpose()
}

/// Whether a request has an `Authorization` of another scheme than `Bearer`.
pub fn has_other_scheme(headers: &HeaderMap) -> bool {
    authorizations(headers).any(|value| bearer_token(value).is_none())
}

/// The values of `Authorization`, without those that have no more than the scheme `Bearer`.
fn authorizations(headers: &HeaderMap) -> impl Iterator<Item = &[u8]> {
    values(headers, header::AUTHORIZATION).filter(|value| !value.eq_ignore_ascii_case(BEARER))
}

/// The values of a header that are not empty.
fn values(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &[u8]> {
    let values = headers.get_all(name).into_iter().map(|value| value.as_bytes().trim_ascii());
    values.filter(|value| !value.is_empty())
}

/// Returns the value that all items share, or `None` without items.
fn only<T: PartialEq>(mut values: impl Iterator<Item = T>) -> Result<Option<T>, Refusal> {
    let Some(first) = values.next() else {
        return Ok(None);
    };
    if values.all(|value| value == first) { Ok(Some(first)) } else { Err(Refusal::ConflictingCredentials) }
}

/// The token of a `Bearer` credential, whose scheme may be in any letter case (RFC 9110, section
/// 11.1). Other schemes count as no credential.
fn bearer_token(value: &[u8]) -> Option<&[u8]> {
    let (scheme, token) = value.split_at_checked(BEARER.len())?;
    let is_bearer = scheme.eq_ignore_ascii_case(BEARER) && matches!(token.first(), Some(b' ' | b'\t'));
    is_bearer.then(|| token.trim_ascii())
}

fn has_no_scheme(authorization: &[u8]) -> bool {
    !authorization.iter().any(u8::is_ascii_whitespace)
}

/// Returns the first query parameter whose name is that of a key, even if percent-encoded or in
/// capitals.
fn key_in_query(query: &str) -> Option<&'static str> {
    let names = query.split(['&', ';']).map(|pair| pair.split('=').next().unwrap_or_default());
    names.map(|name| percent_decode_str(name).collect::<Vec<u8>>()).find_map(|name| key_parameter(&name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use proptest::prelude::*;

    const ONE: &str = "an-imported-key-for-tests-1";
    const TWO: &str = "an-imported-key-for-tests-2";

    fn of(headers: &[(&str, &str)], uri: &str) -> Result<Option<String>, Refusal> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(
                HeaderName::from_bytes(name.as_bytes()).unwrap(),
                HeaderValue::from_str(value).unwrap(),
            );
        }
        Ok(credential(&map, &uri.parse().unwrap())?.map(|key| key.expose().to_owned()))
    }

    #[test]
    fn both_headers_work_in_any_letter_case() {
        assert_eq!(of(&[("X-Api-KEY", ONE)], "/crm").unwrap().unwrap(), ONE);
        assert_eq!(of(&[("authorization", &format!("bEARER  {ONE}"))], "/crm").unwrap().unwrap(), ONE);
    }

    #[test]
    fn the_same_key_twice_is_one_key_and_two_keys_are_a_conflict() {
        let bearer = format!("Bearer {ONE}");
        assert_eq!(of(&[("x-api-key", ONE), ("authorization", &bearer)], "/").unwrap().unwrap(), ONE);
        let conflict = Err(Refusal::ConflictingCredentials);
        assert_eq!(of(&[("x-api-key", TWO), ("authorization", &bearer)], "/"), conflict);
        assert_eq!(of(&[("x-api-key", ONE), ("x-api-key", TWO)], "/"), conflict);
        let basic = ("authorization", "Basic QWxhZGRpbjpvcGVu");
        assert_eq!(of(&[basic, ("authorization", &bearer)], "/"), conflict);
        assert_eq!(of(&[("x-api-key", ONE), basic], "/").unwrap().unwrap(), ONE);
    }

    #[test]
    fn other_schemes_and_no_header_are_no_credential() {
        assert_eq!(of(&[], "/"), Ok(None));
        assert_eq!(of(&[("authorization", "Basic QWxhZGRpbjpvcGVu")], "/"), Ok(None));
    }

    #[test]
    fn a_key_without_a_scheme_is_refused_by_name() {
        assert_eq!(of(&[("authorization", ONE)], "/"), Err(Refusal::NotBearer));
        assert_eq!(of(&[("authorization", ONE), ("x-api-key", TWO)], "/").unwrap().unwrap(), TWO);
    }

    #[test]
    fn a_malformed_key_is_invalid() {
        assert_eq!(of(&[("x-api-key", "so short")], "/"), Err(Refusal::InvalidApiKey));
        assert_eq!(of(&[("authorization", "Bearer so short")], "/"), Err(Refusal::InvalidApiKey));
    }

    #[test]
    fn a_header_without_a_key_is_an_absent_one() {
        let bearer = format!("Bearer {ONE}");
        for empty in [
            ("x-api-key", ""),
            ("x-api-key", " \t"),
            ("authorization", ""),
            ("authorization", "bearer"),
            ("authorization", "Bearer  "),
        ] {
            assert_eq!(of(&[empty], "/"), Ok(None), "{empty:?}");
            for key in [("x-api-key", ONE), ("authorization", bearer.as_str())] {
                assert_eq!(of(&[empty, key], "/").unwrap().unwrap(), ONE, "{empty:?} {key:?}");
            }
        }
    }

    #[test]
    fn a_key_in_the_url_is_refused_even_beside_a_good_header() {
        for uri in ["/crm?api_key=x", "/crm?a=1&Token=x", "/crm?%61pi_key=x", "/crm?a=1;access_token=x"] {
            let refused = of(&[("x-api-key", ONE)], uri);
            assert!(matches!(refused, Err(Refusal::KeyInQueryString { .. })), "{uri}");
        }
        assert!(of(&[("x-api-key", ONE)], "/crm?monkey=x").is_ok());
    }

    proptest! {
        /// For any headers and URL: never a panic, and only a key that one header holds in full.
        #[test]
        fn no_bytes_make_it_panic_or_give_a_key_that_was_not_sent(
            lines in proptest::collection::vec(
                (any::<bool>(), prop_oneof![".{0,80}", "[Bb]earer +[A-Za-z0-9_-]{0,70}", "[A-Za-z0-9_-]{18,66}"]), 0..5),
            bytes in proptest::collection::vec(any::<u8>(), 0..80),
            query in "[ -~]{0,40}",
        ) {
            let mut headers = HeaderMap::new();
            let texts = lines.iter().map(|(is_bare, text)| (*is_bare, text.as_bytes()));
            for (is_bare, value) in texts.chain([(false, &bytes[..]), (true, &bytes[..])]) {
                if let Ok(value) = HeaderValue::from_bytes(value) {
                    headers.append(if is_bare { X_API_KEY } else { header::AUTHORIZATION }, value);
                }
            }
            let uri = format!("/crm?{query}").parse().unwrap_or(Uri::from_static("/"));
            if let Ok(Some(key)) = credential(&headers, &uri) {
                let is_in = |value: &HeaderValue| value.as_bytes().trim_ascii().ends_with(key.expose().as_bytes());
                prop_assert!(headers.values().any(is_in));
            }
            let _ = key_in_query(&String::from_utf8_lossy(&bytes));
        }
    }
}
