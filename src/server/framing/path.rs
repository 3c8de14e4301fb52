//! The segments of a path: none is a hidden separator, parent segment or control character.

use super::FramingFault::{self, NoSuchPath, Refused};
use crate::domain::refusal::Malformed;

/// A path consists of plain segments. Anything that decodes to a separator, a parent segment or a
/// control character is rejected, so that a parameter is always one segment.
pub(super) fn check(path: &str) -> Result<(), FramingFault> {
    if !path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
        return Err(Refused(Malformed::UnescapedCharacter));
    }
    if path.contains('%') {
        check_escapes(path.as_bytes())?;
    }
    if path.contains('.') || path.contains('%') {
        check_dot_segments(path)?;
    }
    Ok(())
}

fn check_escapes(path: &[u8]) -> Result<(), FramingFault> {
    for (place, _) in path.iter().enumerate().filter(|(_, byte)| **byte == b'%') {
        match path.get(place + 1..place + 3).and_then(hex_byte) {
            Some(b'/' | b'\\') => return Err(Refused(Malformed::EncodedSeparator)),
            Some(byte) if byte.is_ascii_control() => {
                return Err(Refused(Malformed::EncodedControl));
            }
            Some(_) => {}
            None => return Err(Refused(Malformed::IncompleteEscape)),
        }
    }
    Ok(())
}

fn hex_byte(digits: &[u8]) -> Option<u8> {
    match digits {
        [high, low] => Some((hex_digit(*high)? << 4) | hex_digit(*low)?),
        _ => None,
    }
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// `.` and `..`: in plain form such a path does not exist. At the end of a path, where a parameter
/// may be, or in escaped form they are an attack and rejected.
fn check_dot_segments(path: &str) -> Result<(), FramingFault> {
    let mut segments = path.split('/').peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment {
            "." | ".." if !is_last => return Err(NoSuchPath),
            _ if is_dots(segment) => return Err(Refused(Malformed::DotSegment)),
            _ => {}
        }
    }
    Ok(())
}

/// Whether a segment is one or two dots, each plain or as `%2e`. Parameters behind a semicolon do
/// not count: servers of Java applications read `..;x` as `..`.
fn is_dots(segment: &str) -> bool {
    let end = ["%3b", "%3B", ";"].iter().filter_map(|mark| segment.find(mark)).min();
    let segment = &segment[..end.unwrap_or(segment.len())];
    let step = |rest: &str| match rest.as_bytes() {
        [b'.', ..] => 1,
        [b'%', b'2', b'e' | b'E', ..] => 3,
        _ => 0,
    };
    let first = step(segment);
    let rest = segment.get(first..).unwrap_or_default();
    first > 0 && (rest.is_empty() || step(rest) == rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn c04_c05_what_decodes_to_more_than_a_segment_is_malformed() {
        for bad in [
            "/a/%2f",
            "/a/..%2Fcrm",
            "/a%5Cb",
            "/a\\b",
            "/a/%00",
            "/a%0d%0a",
            "/a%7f",
            "/%zz",
            "/%",
            "/%2",
            "/a/..",
            "/a/.",
            "/%2e%2e/crm",
            "/x/%2e/crm",
            "/x/.%2E",
            "/x/..;/crm",
            "/x/..;a=1",
            "/x/.%3b/crm",
            "/x/%2e%2e%3Bx/crm",
            "/é",
        ] {
            assert!(matches!(check(bad), Err(Refused(_))), "{bad}");
        }
    }

    #[test]
    fn c01_a_plain_dot_segment_leads_nowhere() {
        for missing in ["/./crm", "/x/../crm", "/../crm"] {
            assert_eq!(check(missing), Err(NoSuchPath), "{missing}");
        }
        assert_eq!(check("/%252e%252e/crm"), Ok(()));
    }

    proptest! {
        /// However a path is decoded afterwards, no segment becomes a parent segment or a
        /// separator.
        #[test]
        fn c03_what_passes_has_no_hidden_steps(text in r"/([a-z./\\%;]|%2[eEfF]|%3[bB]|%5[cC]|%00|\.\.){0,12}") {
            if check(&text).is_ok() {
                for segment in text.split('/') {
                    let decoded = segment.to_lowercase().replace("%2e", ".").replace("%3b", ";");
                    let decoded = decoded.split(';').next().unwrap_or_default();
                    prop_assert!(decoded != "." && decoded != "..");
                    let lower = segment.to_lowercase();
                    prop_assert!(!lower.contains("%2f") && !lower.contains("%5c") && !lower.contains("%00"));
                    prop_assert!(!segment.contains('\\'));
                }
            }
        }
    }
}
