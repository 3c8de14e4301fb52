//! Time-based one-time passwords (RFC 6238): SHA-1, six digits, 30 seconds, as every authenticator
//! app has them. A code is accepted one step early or late, and once.

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

pub const SECRET_BYTES: usize = 20;
const STEP_S: i64 = 30;
const DIGITS: u32 = 6;
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The step of an instant.
pub fn step_at(now: DateTime<Utc>) -> i64 {
    now.timestamp().div_euclid(STEP_S)
}

/// The code of a step.
pub fn code(secret: &[u8; SECRET_BYTES], step: i64) -> String {
    // HMAC fills a short key up with zeros itself; a whole block needs no check of its length.
    let mut key = [0; 64];
    key[..SECRET_BYTES].copy_from_slice(secret);
    let mut mac = Hmac::<Sha1>::new(&key.into());
    mac.update(&step.to_be_bytes());
    let hash: [u8; 20] = mac.finalize().into_bytes().into();
    // RFC 4226, section 5.3: four bytes from the place that the last half byte names.
    let place = usize::from(hash[19] & 15);
    let bytes = hash.iter().skip(place).take(4).fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    let number = (bytes & 0x7fff_ffff) % 10_u32.pow(DIGITS);
    format!("{number:06}")
}

/// Returns the step of a code that is accepted now: later than the last one that was used.
pub fn accepted(secret: &[u8; SECRET_BYTES], given: &str, now: DateTime<Utc>, last_step: i64) -> Option<i64> {
    let given: String = given.chars().filter(|c| !c.is_whitespace()).collect();
    let present = step_at(now);
    // Every step is compared, so that the time reveals nothing.
    let fitting = [present - 1, present, present + 1].map(|step| {
        let right = code(secret, step);
        let difference = right.bytes().zip(given.bytes()).fold(0, |sum, (one, other)| sum | (one ^ other));
        (step, difference == 0 && right.len() == given.len())
    });
    fitting.into_iter().find(|(step, fits)| *fits && *step > last_step).map(|(step, _)| step)
}

/// A secret as apps take it by hand.
pub fn to_base32(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.chunks(5) {
        let mut padded = [0; 8];
        padded[3..3 + chunk.len()].copy_from_slice(chunk);
        let bits = u64::from_be_bytes(padded);
        let chars = (chunk.len() * 8).div_ceil(5);
        for place in 0..chars {
            let digit = (bits >> (35 - 5 * place)) & 31;
            text.push(char::from(ALPHABET[usize::try_from(digit).unwrap_or(0)]));
        }
    }
    text
}

/// Reads what [`to_base32`] wrote for a whole secret.
pub fn secret_of(text: &str) -> Option<[u8; SECRET_BYTES]> {
    let mut bytes = Vec::with_capacity(SECRET_BYTES);
    let (mut bits, mut count) = (0_u32, 0);
    for c in text.bytes() {
        let digit = ALPHABET.iter().position(|known| *known == c)?;
        bits = (bits << 5 | u32::try_from(digit).ok()?) & 0xffff;
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).ok()?);
        }
    }
    bytes.try_into().ok()
}

/// The `otpauth:` URI that the QR code contains. A colon ends the issuer, even an encoded one, so
/// that of a name becomes a blank.
pub fn otpauth_uri(issuer: &str, email: &str, secret: &[u8; SECRET_BYTES]) -> String {
    let escaped =
        |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
    let issuer = escaped(&issuer.replace(':', " "));
    let (email, secret) = (escaped(email), to_base32(secret));
    format!("otpauth://totp/{issuer}:{email}?secret={secret}&issuer={issuer}&digits={DIGITS}&period={STEP_S}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECRET: [u8; SECRET_BYTES] = *b"12345678901234567890";

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn codes_are_those_of_the_rfc() {
        // RFC 6238, appendix B, the last six of eight digits.
        for (seconds, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code(&SECRET, step_at(at(seconds))), expected, "{seconds}");
        }
    }

    #[test]
    fn a_code_is_accepted_one_step_early_or_late_and_once() {
        let now = at(1_111_111_111);
        let step = step_at(now);
        for shift in [-1, 0, 1] {
            assert_eq!(accepted(&SECRET, &code(&SECRET, step + shift), now, 0), Some(step + shift));
        }
        for shift in [-2, 2] {
            assert_eq!(accepted(&SECRET, &code(&SECRET, step + shift), now, 0), None);
        }
        assert_eq!(accepted(&SECRET, &code(&SECRET, step), now, step), None);
        assert_eq!(accepted(&SECRET, "050 471", now, 0), Some(step));
        for wrong in ["", "05047", "0504711", "050472"] {
            assert_eq!(accepted(&SECRET, wrong, now, 0), None, "{wrong}");
        }
    }

    #[test]
    fn a_secret_is_written_as_apps_read_it() {
        assert_eq!(to_base32(&SECRET), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(to_base32(b"fooba"), "MZXW6YTB");
        let uri = otpauth_uri("Fluence", "ana@example.com", &SECRET);
        assert!(uri.starts_with("otpauth://totp/Fluence:ana%40example.com?secret=GEZD"), "{uri}");
        let uri = otpauth_uri("Ação: Cia & Co", "ana@example.com", &SECRET);
        assert!(uri.starts_with("otpauth://totp/A%C3%A7%C3%A3o%20%20Cia%20%26%20Co:ana%40"), "{uri}");
        assert!(uri.contains("&issuer=A%C3%A7%C3%A3o%20%20Cia%20%26%20Co&"), "{uri}");
    }

    proptest! {
        #[test]
        fn every_secret_is_read_back(bytes: [u8; SECRET_BYTES]) {
            prop_assert_eq!(secret_of(&to_base32(&bytes)), Some(bytes));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in ".{0,60}") {
            let _ = (secret_of(&text), accepted(&SECRET, &text, at(0), 0));
        }
    }
}
