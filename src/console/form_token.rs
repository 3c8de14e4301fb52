//! Tokens of forms: a form counts only if it was rendered for this browser, for this address, in
//! the last hours; and each makes something once.

use chrono::{DateTime, Utc};

use crate::domain::hex;
use crate::secret::token::{Token, TokenDigest, digest_of};

/// How the ids of acts begin whose form is their id. Owners read words in their place.
pub(super) const FORM_REFERENCE: &str = "form ";

/// How long a form may lie open.
const LIFE_H: i64 = 12;
const NONCE_BYTES: usize = 16;

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
    let age_h = hour_of(now) - hour;
    let is_right = parts.next().is_none()
        && (0..LIFE_H).contains(&age_h)
        && nonce.len() == 2 * NONCE_BYTES
        && key.is_code(&message(action, hour, nonce), &hex::decode(code)?);
    is_right.then(|| digest_of(token))
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
        for changed in [format!("{token}."), token.replace('.', ""), String::new(), token.to_uppercase()] {
            assert!(check(&key, "/console/a/keys/new", &changed, at(0)).is_none(), "{changed}");
        }
    }

    #[test]
    fn j18_two_renderings_of_one_form_are_two_forms() {
        let key = Token::new().unwrap();
        assert_ne!(make(&key, "/x", at(0)), make(&key, "/x", at(0)));
    }
}
