//! Texts that a client chose, as a log line shows them.

use std::borrow::Cow;

use axum::http::{HeaderMap, HeaderValue, Method, header};

use crate::domain::key::KeyFormat;
use crate::gate::auth::credential::X_API_KEY;

/// Maximum length of a text that a client chose.
const MAX_CHARS: usize = 64;
/// The length of the shortest key.
const KEY_CHARS: usize = 20;
/// Separators of the segments of a path and the words of a user agent.
const SEPARATORS: [char; 2] = ['/', ' '];

/// A text that a client chose, with `…` for each segment or word that could be a key, and for what
/// exceeds the maximum length.
pub(super) fn without_keys(text: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_ascii_graphic() || c == ' ';
    let is_short = text.len() <= MAX_CHARS && text.split(SEPARATORS).all(|word| word.len() < KEY_CHARS);
    if is_short && text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::new();
    for piece in text.split_inclusive(SEPARATORS) {
        let word = piece.strip_suffix(SEPARATORS).unwrap_or(piece);
        match word.len() {
            ..KEY_CHARS => shown.extend(word.chars().map(|c| if is_plain(c) { c } else { '?' })),
            _ => shown.push('…'),
        }
        shown.push_str(&piece[word.len()..]);
        // A character takes at most three bytes.
        if shown.len() > 3 * MAX_CHARS {
            break;
        }
    }
    if let Some((end, _)) = shown.char_indices().nth(MAX_CHARS) {
        shown.truncate(end);
        shown.push('…');
    }
    Cow::Owned(shown)
}

/// The name of a standard method; others may have any length.
pub(super) fn shown_method(method: &Method) -> &str {
    if method.as_str().len() <= 16 { method.as_str() } else { "(long)" }
}

/// The request id of the client, if it is short visible ASCII and no part of it can be a key that
/// this service issued.
pub(super) fn shown_id(value: &HeaderValue) -> Option<&str> {
    let text = value.to_str().ok()?;
    let is_plain = !text.is_empty() && text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_graphic());
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric());
    (is_plain && !words.any(may_be_issued)).then_some(text)
}

/// Whether a word of letters and digits is as long as the random part of a key. Hexadecimal digits
/// only are an id of a trace or a digest.
fn may_be_issued(word: &str) -> bool {
    let fewest = KeyFormat::ISSUED.map(KeyFormat::chars_after_prefix).into_iter().min().unwrap_or_default();
    word.len() >= fewest && !word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a request id has the credential of its request, or is a part of it: an imported key may
/// look like any id.
pub(super) fn repeats_credential(id: &HeaderValue, headers: &HeaderMap) -> bool {
    let id = id.as_bytes();
    let values = headers.get_all(X_API_KEY).iter().chain(headers.get_all(header::AUTHORIZATION));
    let mut tokens = values.filter_map(|value| value.as_bytes().rsplit(u8::is_ascii_whitespace).next());
    tokens.any(|token| contains(id, token) || contains(token, id))
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    part.len() >= KEY_CHARS && text.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_texts_are_shown_as_they_are() {
        for text in
            ["/favicon.ico", "/crm/", "/v1/contactz/7", "Go-http-client/1.1", "python-requests/2.32.3"]
        {
            assert_eq!(without_keys(text), text);
        }
    }

    #[test]
    fn what_could_be_a_key_is_left_out() {
        let key = "k".repeat(KEY_CHARS);
        assert_eq!(without_keys(&format!("/v1/{key}/x")), "/v1/…/x");
        assert_eq!(without_keys(&format!("client/1.0 (key={key}z)")), "client/1.0 …");
        assert_eq!(without_keys(&key), "…");
    }

    #[test]
    fn an_id_that_may_hold_a_key_is_not_shown() {
        let shown = |id: &str| shown_id(&HeaderValue::from_str(id).unwrap()).is_some();
        for id in [
            "theirs-1",
            "01890a5d-ac96-774b-bcce-b302099a8057",
            "4bf92f3577b34da6a3ce929d0e0e4736",
            "Root=1-67891233-abcdef012345678912345678",
            "req_01HZX3J5Q2V8K9M4N6P7R8S9T0",
            "2b5e1f0c9a8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f",
        ] {
            assert!(shown(id), "{id}");
        }
        let (short, long) = ("Zk3".repeat(11), "Zk3q".repeat(10));
        for id in
            [format!("flz_sk_{short}"), format!("acme_live_{long}"), long.clone(), format!("req-{short}/1")]
        {
            assert!(!shown(&id), "{id}");
        }
    }

    #[test]
    fn an_id_that_repeats_the_credential_is_known() {
        let imported = "an-imported-key-for-tests-1";
        let sent = |name: &'static str, value: &str, id: &str| {
            let headers: HeaderMap =
                [(name.parse().unwrap(), HeaderValue::from_str(value).unwrap())].into_iter().collect();
            repeats_credential(&HeaderValue::from_str(id).unwrap(), &headers)
        };
        for id in [imported, &format!("req-{imported}"), &imported[..KEY_CHARS]] {
            assert!(
                sent("x-api-key", imported, id) && sent("authorization", &format!("Bearer {imported}"), id)
            );
        }
        for id in ["theirs-1", "an-imported-key", "another-id-of-their-own-1"] {
            assert!(!sent("x-api-key", imported, id), "{id}");
        }
        assert!(!sent("authorization", "Bearer", "theirs-1") && !sent("x-api-key", "", "theirs-1"));
    }

    #[test]
    fn long_and_odd_texts_are_cut_and_made_plain() {
        assert_eq!(without_keys(&"/a".repeat(100)), format!("{}…", "/a".repeat(32)));
        assert_eq!(without_keys("/a\u{1b}[31mé"), "/a?[31m?");
        assert_eq!(without_keys(""), "");
        for length in 0..300 {
            let text: String = (0..length).map(|place| ['/', 'a', 'é', '-'][place * 7 % 4]).collect();
            assert!(without_keys(&text).chars().count() <= MAX_CHARS + 1, "{text}");
        }
    }
}
