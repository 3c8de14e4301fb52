//! Names of headers in settings and files.

/// Longest name of a header.
pub const MAX_HEADER_NAME_CHARS: usize = 64;

/// Whether a text is a header name of letters, digits, `-` and `_`. Field names may have other
/// characters (RFC 9110, section 5.1), which no API needs.
pub fn is_header_name(text: &str) -> bool {
    (1..=MAX_HEADER_NAME_CHARS).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_name_is_a_short_word() {
        let longest = "a".repeat(MAX_HEADER_NAME_CHARS);
        for name in ["X-Cost", "x_cost", "a", &longest] {
            assert!(is_header_name(name), "{name}");
        }
        for text in ["", "x cost", "x:cost", "x.cost", "café", &"a".repeat(MAX_HEADER_NAME_CHARS + 1)] {
            assert!(!is_header_name(text), "{text}");
        }
    }
}
