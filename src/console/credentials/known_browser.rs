//! Browsers in which a person has logged in before. Failures of strangers do not make them wait, so
//! that no stranger can lock a person out. The cookie proves itself: a random number and a code of
//! it for one address, under the pepper.

use crate::domain::hex;
use crate::secret::peppers::Peppers;

const NONCE_BYTES: usize = 16;

/// Makes the cookie's value for an address.
pub(crate) fn make(peppers: &Peppers, address: &str) -> String {
    let nonce = hex::encode(&rand::random::<[u8; NONCE_BYTES]>());
    let code = peppers.newest().blind("known browser", &format!("{nonce} {address}"));
    format!("{nonce}.{}", hex::encode(&code))
}

/// Whether the value was made for the address, under a live pepper.
pub(crate) fn check(peppers: &Peppers, address: &str, value: &str) -> bool {
    let Some((nonce, code)) = value.split_once('.') else { return false };
    nonce.len() == 2 * NONCE_BYTES
        && peppers.all().any(|pepper| {
            let right = hex::encode(&pepper.blind("known browser", &format!("{nonce} {address}")));
            // Of equal length, compared in full.
            right.len() == code.len()
                && right.bytes().zip(code.bytes()).fold(0, |sum, (one, other)| sum | (one ^ other)) == 0
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::{Pepper, generate_pepper};

    #[test]
    fn j15_a_known_browser_cannot_be_forged_without_the_pepper() {
        let peppers = Peppers::from(Pepper::parse(&generate_pepper(), 1).unwrap());
        let value = make(&peppers, "ana@example.com");
        assert!(check(&peppers, "ana@example.com", &value));
        assert!(!check(&peppers, "bia@example.com", &value));
        let other = Peppers::from(Pepper::parse(&generate_pepper(), 1).unwrap());
        assert!(!check(&other, "ana@example.com", &value));
        for forged in ["", ".", "00", &value[1..], &value[..value.len() - 1]] {
            assert!(!check(&peppers, "ana@example.com", forged), "{forged}");
        }
    }
}
