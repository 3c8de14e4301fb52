//! When a certificate expires: the one field of X.509 (RFC 5280, section 4.1) that the TLS library
//! does not give.

use chrono::{DateTime, NaiveDateTime, Utc};

const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
/// The version, which certificates of version 1 do not have.
const VERSION: u8 = 0xa0;

/// Returns the `notAfter` of a certificate in DER, or `None` if it is not one.
pub(super) fn not_after(certificate: &[u8]) -> Option<DateTime<Utc>> {
    let (certificate, _) = element(certificate, SEQUENCE)?;
    let (tbs, _) = element(certificate, SEQUENCE)?;
    let rest = element(tbs, VERSION).map_or(tbs, |(_, rest)| rest);
    let (_, rest) = element(rest, INTEGER)?; // serial number
    let (_, rest) = element(rest, SEQUENCE)?; // signature algorithm
    let (_, rest) = element(rest, SEQUENCE)?; // issuer
    let (validity, _) = element(rest, SEQUENCE)?;
    let (_, _, rest) = any(validity)?; // notBefore
    let (tag, text, _) = any(rest)?;
    instant(tag, std::str::from_utf8(text).ok()?)
}

/// The content of the element with this tag at the beginning, and what follows it.
fn element(der: &[u8], wanted: u8) -> Option<(&[u8], &[u8])> {
    let (tag, content, rest) = any(der)?;
    (tag == wanted).then_some((content, rest))
}

/// The tag and content of the element at the beginning, and what follows it.
fn any(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, first], rest) = der.split_first_chunk()?;
    let (length, rest) = match first {
        ..=0x7f => (usize::from(first), rest),
        // 0x80 is the indefinite length, which DER does not have. Else the number of bytes that
        // hold the length.
        0x81..=0x84 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// `YYMMDDHHMMSSZ`, in which years from 50 on are of the last century, or `YYYYMMDDHHMMSSZ`.
fn instant(tag: u8, text: &str) -> Option<DateTime<Utc>> {
    let text = match tag {
        UTC_TIME => {
            let year: u32 = text.get(..2)?.parse().ok()?;
            format!("{}{text}", if year < 50 { 20 } else { 19 })
        }
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    NaiveDateTime::parse_from_str(&text, "%Y%m%d%H%M%SZ").ok().map(|at| at.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_time_are_read() {
        let read = |tag, text| instant(tag, text).map(|at| at.to_rfc3339());
        assert_eq!(read(UTC_TIME, "261126120000Z").as_deref(), Some("2026-11-26T12:00:00+00:00"));
        assert_eq!(read(UTC_TIME, "500101000000Z").as_deref(), Some("1950-01-01T00:00:00+00:00"));
        assert_eq!(read(GENERALIZED_TIME, "20500101000000Z").as_deref(), Some("2050-01-01T00:00:00+00:00"));
        assert_eq!(read(UTC_TIME, "nonsense"), None);
    }

    #[test]
    fn what_is_not_a_certificate_does_not_expire() {
        for der in [&b""[..], b"\x30", b"\x30\x05", b"\x30\x84\xff\xff\xff\xff", b"\x30\x80", &[0x30; 64]] {
            assert_eq!(not_after(der), None, "{der:?}");
        }
    }
}
