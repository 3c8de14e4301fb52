//! The value of an `Idempotency-Key` header.

const MAX_CHARS: usize = 255;

/// A key: 1 to 255 visible ASCII characters. The bare form `k1` and the quoted form `"k1"` are the
/// same key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

/// Neither a bare key nor a quoted one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an idempotency key is 1 to 255 visible ASCII characters, bare or quoted")]
pub struct MalformedKey;

impl IdempotencyKey {
    /// Reads a header's value. A value that begins with a quotation mark is a string of RFC 8941,
    /// section 3.3.3, with the escapes `\"` and `\\`. A bare key contains no quotation mark.
    pub fn parse(value: &[u8]) -> Result<Self, MalformedKey> {
        let text = std::str::from_utf8(value).map_err(|_| MalformedKey)?;
        let key = match text.strip_prefix('"') {
            Some(quoted) => unquoted(quoted).ok_or(MalformedKey)?,
            None if text.contains('"') => return Err(MalformedKey),
            None => text.to_owned(),
        };
        let fits = (1..=MAX_CHARS).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
        if fits { Ok(Self(key)) } else { Err(MalformedKey) }
    }

    /// The key without quotes.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The content of a string after its opening quotation mark, if a closing mark ends it.
fn unquoted(text: &str) -> Option<String> {
    let (mut content, mut letters) = (String::with_capacity(text.len()), text.chars());
    loop {
        match letters.next()? {
            '"' => return letters.next().is_none().then_some(content),
            '\\' => content.push(letters.next().filter(|escaped| matches!(escaped, '"' | '\\'))?),
            letter => content.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(value: &str) -> Option<String> {
        IdempotencyKey::parse(value.as_bytes()).ok().map(|key| key.0)
    }

    #[test]
    fn bare_and_quoted_are_one_key() {
        for key in ["q1", "8e03978e-40d5-43dd-bc93-6894a57f9324", "a;b=c,d", "it's", r"a\b", "~"] {
            assert_eq!(read(key).as_deref(), Some(key));
            let quoted = format!("\"{}\"", key.replace('\\', r"\\"));
            assert_eq!(read(&quoted).as_deref(), Some(key), "{quoted}");
        }
        assert_eq!(read(r#""a\"b\\c""#).as_deref(), Some(r#"a"b\c"#));
    }

    #[test]
    fn any_other_quoting_is_malformed() {
        for bad in [
            r#"""#,
            r#""""#,
            r#""q1"#,
            r#"q1""#,
            r#"q"1"#,
            r#""q1"x"#,
            r#""q1";a=1"#,
            r#""q1", "q2""#,
            r#""q\1""#,
            r#""q1\""#,
            r#"""q1"""#,
            r#""a b""#,
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_length_counts_what_is_inside_the_quotes() {
        let longest = "x".repeat(255);
        assert_eq!(read(&format!("\"{longest}\"")), Some(longest));
        let too_long = "x".repeat(256);
        assert_eq!((read(&too_long), read(&format!("\"{too_long}\""))), (None, None));
    }

    proptest! {
        #[test]
        fn every_key_has_a_quoted_form_and_no_bytes_panic(key in "[!-~]{1,255}", bytes: Vec<u8>) {
            let quoted = format!("\"{}\"", key.replace('\\', r"\\").replace('"', r#"\""#));
            prop_assert_eq!(read(&quoted), Some(key));
            let _ = IdempotencyKey::parse(&bytes);
        }
    }
}
