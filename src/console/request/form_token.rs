//! Tokens of forms: a form counts only if it was rendered for this browser, for this address, in
//! the last hours; and each makes something once.

use chrono::{DateTime, Utc};

use crate::domain::hex;
use crate::domain::ids::IdentityId;
use crate::secret::Pepper;
use crate::secret::token::{Token, TokenDigest, digest_of};

/// How the ids of acts begin whose form is their id. Owners read words in their place.
pub(crate) const FORM_REFERENCE: &str = "form ";

/// How long a form may lie open.
const LIFE_H: i64 = 12;
const NONCE_BYTES: usize = 16;
/// Short, because every page has forms: the mark opens nothing, it only lets a form be shown again.
const MARK_BYTES: usize = 6;

/// Makes the token of a form that is sent to `action`.
pub(crate) fn make(key: &Token, action: &str, now: DateTime<Utc>) -> String {
    let hour = hour_of(now);
    let nonce = hex::encode(&rand::random::<[u8; NONCE_BYTES]>());
    let code = hex::encode(&key.code(&message(action, hour, &nonce)));
    format!("{hour}.{nonce}.{code}")
}

/// Checks a token. Returns the digest by which it counts once.
pub(crate) fn check(key: &Token, action: &str, token: &str, now: DateTime<Utc>) -> Option<TokenDigest> {
    let mut parts = token.split('.');
    let (hour, nonce, code) = (parts.next()?, parts.next()?, parts.next()?);
    let hour: i64 = hour.parse().ok()?;
    let age_h = hour_of(now).checked_sub(hour)?;
    let is_right = parts.next().is_none()
        && (0..LIFE_H).contains(&age_h)
        && nonce.len() == 2 * NONCE_BYTES
        && key.is_code(&message(action, hour, nonce), &hex::decode(code)?);
    is_right.then(|| digest_of(token))
}

/// Marks a token as rendered for this person. The mark outlives the session: a form that a later
/// log-in made invalid is known as the person's own, and may be shown to them again.
pub(crate) fn marked(token: &str, pepper: &Pepper, person: IdentityId, action: &str) -> String {
    format!("{token}.{}", mark(token, pepper, person, action))
}

/// Whether a form was rendered for this person and this address, in whichever session.
pub(crate) fn is_of(text: &str, pepper: &Pepper, person: IdentityId, action: &str) -> bool {
    text.rsplit_once('.').is_some_and(|(token, found)| found == mark(token, pepper, person, action))
}

/// The token without its mark.
pub(crate) fn without_mark(text: &str) -> &str {
    text.match_indices('.').nth(2).map_or(text, |(end, _)| &text[..end])
}

fn mark(token: &str, pepper: &Pepper, person: IdentityId, action: &str) -> String {
    let code = pepper.blind("form", &format!("{person}\0{action}\0{token}"));
    hex::encode(&code[..MARK_BYTES])
}

fn hour_of(now: DateTime<Utc>) -> i64 {
    now.timestamp() / 3_600
}

fn message(action: &str, hour: i64, nonce: &str) -> Vec<u8> {
    format!("form\0{action}\0{hour}\0{nonce}").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + hours * 3_600, 0).unwrap()
    }

    #[test]
    fn j01_a_token_is_good_for_one_browser_one_form_and_half_a_day() {
        let (key, other) = (Token::new().unwrap(), Token::new().unwrap());
        let token = make(&key, "/console/a/keys/new", at(0));
        assert!(check(&key, "/console/a/keys/new", &token, at(11)).is_some());
        assert!(check(&key, "/console/a/keys/new", &token, at(12)).is_none());
        assert!(check(&key, "/console/a/keys/new", &token, at(-1)).is_none());
        assert!(check(&key, "/console/b/keys/new", &token, at(0)).is_none());
        assert!(check(&other, "/console/a/keys/new", &token, at(0)).is_none());
        let (_, rest) = token.split_once('.').unwrap();
        for changed in [
            format!("{token}."),
            token.replace('.', ""),
            String::new(),
            token.to_uppercase(),
            format!("{}.{rest}", i64::MIN),
            format!("{}.{rest}", i64::MAX),
        ] {
            assert!(check(&key, "/console/a/keys/new", &changed, at(0)).is_none(), "{changed}");
        }
    }

    #[test]
    fn a_mark_tells_whose_form_it_was_and_of_which_address() {
        let pepper = Pepper::parse(&crate::secret::generate_pepper(), 1).unwrap();
        let person = |n: u128| IdentityId::from_uuid(uuid::Uuid::from_u128(n));
        let token = make(&Token::new().unwrap(), "/x", at(0));
        let text = marked(&token, &pepper, person(1), "/x");
        assert_eq!(without_mark(&text), token);
        assert_eq!(without_mark(&token), token);
        assert!(is_of(&text, &pepper, person(1), "/x"));
        assert!(!is_of(&text, &pepper, person(2), "/x"));
        assert!(!is_of(&text, &pepper, person(1), "/y"));
        for forged in [token.clone(), format!("{token}."), String::new(), format!("x{text}")] {
            assert!(!is_of(&forged, &pepper, person(1), "/x"), "{forged}");
        }
    }

    #[test]
    fn j18_two_renderings_of_one_form_are_two_forms() {
        let key = Token::new().unwrap();
        assert_ne!(make(&key, "/x", at(0)), make(&key, "/x", at(0)));
    }
}
