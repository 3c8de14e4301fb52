//! Texts that a client chose, as a log line shows them.

use std::borrow::Cow;

use axum::http::{HeaderValue, Method};

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

/// The request id of the client, if it is short visible ASCII.
pub(super) fn shown_id(value: &HeaderValue) -> Option<&str> {
    let text = value.to_str().ok()?;
    (!text.is_empty() && text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_graphic())).then_some(text)
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
