//! Signatures by others: ECDSA on P-256 with SHA-256, as GitHub signs its reports.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};

/// What precedes the point of a P-256 key in its PEM: a sequence, the algorithm, the curve, a bit
/// string without unused bits.
const P256_HEADER: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
    0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];
/// An uncompressed point: 4, then both coordinates.
const POINT_BYTES: usize = 65;

/// A P-256 public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey([u8; POINT_BYTES]);

/// A text is no P-256 key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not a P-256 public key in PEM")]
pub struct NotAPublicKey;

impl PublicKey {
    /// Reads a key from its PEM.
    ///
    /// # Errors
    /// When the text is anything but one uncompressed key of this curve.
    pub fn from_pem(pem: &str) -> Result<Self, NotAPublicKey> {
        let body = pem.trim().strip_prefix("-----BEGIN PUBLIC KEY-----").ok_or(NotAPublicKey)?;
        let body = body.strip_suffix("-----END PUBLIC KEY-----").ok_or(NotAPublicKey)?;
        let text: String = body.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        let der = STANDARD.decode(text).map_err(|_| NotAPublicKey)?;
        let point = der.strip_prefix(&P256_HEADER).ok_or(NotAPublicKey)?;
        let point: [u8; POINT_BYTES] = point.try_into().map_err(|_| NotAPublicKey)?;
        if point[0] == 4 { Ok(Self(point)) } else { Err(NotAPublicKey) }
    }

    /// Whether a signature, in base64 of its DER, is this key's over these bytes.
    pub fn has_signed(&self, bytes: &[u8], signature: &str) -> bool {
        let Ok(signature) = STANDARD.decode(signature) else { return false };
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &self.0).verify(bytes, &signature).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};

    use super::*;

    fn pair() -> (EcdsaKeyPair, PublicKey) {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref(), &random).unwrap();
        let der = [&P256_HEADER[..], pair.public_key().as_ref()].concat();
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der));
        (pair, PublicKey::from_pem(&pem).unwrap())
    }

    fn signed(pair: &EcdsaKeyPair, body: &[u8]) -> Vec<u8> {
        pair.sign(&SystemRandom::new(), body).unwrap().as_ref().to_vec()
    }

    proptest! {
        #[test]
        fn only_the_signed_body_and_the_whole_signature_verify(
            body in proptest::collection::vec(any::<u8>(), 1..200),
            place in any::<prop::sample::Index>(),
            bit in 0_u8..8,
        ) {
            let (pair, key) = pair();
            let signature = signed(&pair, &body);
            prop_assert!(key.has_signed(&body, &STANDARD.encode(&signature)));
            let mut other = body.clone();
            other[place.index(body.len())] ^= 1 << bit;
            prop_assert!(!key.has_signed(&other, &STANDARD.encode(&signature)));
            let mut broken = signature.clone();
            broken[place.index(signature.len())] ^= 1 << bit;
            prop_assert!(!key.has_signed(&body, &STANDARD.encode(&broken)));
            let longer = [signature.as_slice(), &[0]].concat();
            prop_assert!(!key.has_signed(&body, &STANDARD.encode(longer)));
            prop_assert!(!key.has_signed(&body, &STANDARD.encode(&signature[..signature.len() - 1])));
            prop_assert!(!super::tests::pair().1.has_signed(&body, &STANDARD.encode(&signature)));
        }
    }

    #[test]
    fn keys_of_other_curves_and_broken_texts_are_refused() {
        let (_, key) = pair();
        let pem = |der: &[u8]| {
            format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----", STANDARD.encode(der))
        };
        let whole = [&P256_HEADER[..], &key.0].concat();
        assert_eq!(PublicKey::from_pem(&pem(&whole)), Ok(key));
        let p384 = [&P256_HEADER[..19], &[0x22; 100]].concat();
        let compressed = [&P256_HEADER[..], &[2; 65]].concat();
        for text in [
            pem(&whole[..90]),
            pem(&[&whole[..], &[0]].concat()),
            pem(&p384),
            pem(&compressed),
            pem(&[]),
            STANDARD.encode(&whole),
            String::new(),
            "-----BEGIN PUBLIC KEY-----\n!\n-----END PUBLIC KEY-----".to_owned(),
        ] {
            assert_eq!(PublicKey::from_pem(&text), Err(NotAPublicKey), "{text}");
        }
    }
}
