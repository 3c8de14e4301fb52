//! Short texts that people type: trimmed, composed (Unicode form C), limited in length, and free of
//! characters that a terminal, a log or a spreadsheet could take for a command.

use std::fmt;
use std::str::FromStr;

use unicode_normalization::UnicodeNormalization;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// No visible character.
    #[error("must not be empty")]
    Empty,
    #[error("must have at most {max_chars} characters")]
    TooLong { max_chars: usize },
    /// See [`is_control`].
    #[error("must not hold control characters")]
    ControlCharacter,
    #[error("must look like name@example.com")]
    NotAnAddress,
}

/// Control characters, line and paragraph separators, and the marks that turn the direction of a
/// whole line (Unicode Technical Report 36, section 2.5). Joiners are not among them: names in
/// several scripts need them.
pub fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
        || matches!(c, '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// Whether a character leaves a mark on paper at all: no blank, no empty Braille cell, and none of
/// the characters that Unicode lets a program ignore (Default_Ignorable_Code_Point), of which some
/// are letters.
pub fn is_visible(c: char) -> bool {
    let is_ignorable = matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFF8}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E0FFF}');
    !c.is_whitespace() && c != '\u{2800}' && !is_ignorable
}

pub(crate) fn tidy(text: &str, max_chars: usize) -> Result<String, TextError> {
    let text: String = text.trim().nfc().collect();
    if text.chars().any(is_control) {
        Err(TextError::ControlCharacter)
    } else if !text.chars().any(is_visible) {
        Err(TextError::Empty)
    } else if text.chars().count() > max_chars {
        Err(TextError::TooLong { max_chars })
    } else {
        Ok(text)
    }
}

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $max_chars:literal $(, $check:expr)?) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            pub const MAX_CHARS: usize = $max_chars;

            pub fn as_str(&self) -> &str {
                &self.0
            }

            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl FromStr for $name {
            type Err = TextError;
            fn from_str(text: &str) -> Result<Self, TextError> {
                let text = tidy(text, Self::MAX_CHARS)?;
                $(if !$check(&text) {
                    return Err(TextError::NotAnAddress);
                })?
                Ok(Self(text))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text!(
    /// The name of an account or a key: 1 to 80 characters.
    Name,
    80
);
text!(
    /// The name of an environment: 1 to 40 characters.
    EnvironmentName,
    40
);
text!(
    /// Why an operator gave or took credits: 1 to 500 characters.
    Reason,
    500
);
text!(
    /// What operators write down about an account: 1 to 2,000 characters on one line.
    Note,
    2000
);
text!(
    /// The caller's own id of a purchase or grant, by which it counts once: 1 to 255 characters.
    Reference,
    255
);
text!(
    /// A plausible e-mail address; only a delivered message proves one. At most 254 characters (RFC
    /// 5321, section 4.5.3.1.3, less the angle brackets).
    EmailAddress,
    254,
    looks_like_address
);

/// The longest part before the `@` (RFC 5321, section 4.5.3.1.1).
const MAX_LOCAL_BYTES: usize = 64;
/// The longest part between the dots of a domain (RFC 1035, section 2.3.4).
const MAX_LABEL_CHARS: usize = 63;

/// Whether a message can be addressed to it: a dot-atom (RFC 5322, section 3.2.3), which may be in
/// any script (RFC 6531), at a domain.
fn looks_like_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let is_label = |label: &str| {
        let inside = |c: char| c.is_alphanumeric() || c == '-';
        let is_long = label.chars().count() > MAX_LABEL_CHARS;
        !label.is_empty()
            && !is_long
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(inside)
    };
    let is_atom = |atom: &str| {
        !atom.is_empty() && atom.chars().all(|c| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c))
    };
    local.len() <= MAX_LOCAL_BYTES && local.split('.').all(is_atom) && domain.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_trimmed_and_composed() {
        assert_eq!("  Jose\u{301} ".parse::<Name>().unwrap().as_str(), "José");
    }

    #[test]
    fn a_length_counts_characters_and_not_bytes() {
        assert!("é".repeat(80).parse::<Name>().is_ok());
        assert_eq!("é".repeat(81).parse::<Name>(), Err(TextError::TooLong { max_chars: 80 }));
    }

    #[test]
    fn an_invisible_text_is_not_a_name() {
        for text in
            ["", "  ", "\u{200B}", "\u{AD}", "\u{3164}", "\u{115F}\u{1160}", "\u{FFA0} \u{2800}", "\u{FE0F}"]
        {
            assert_eq!(text.parse::<Name>(), Err(TextError::Empty), "{text:?}");
            assert_eq!(text.parse::<EnvironmentName>(), Err(TextError::Empty), "{text:?}");
        }
        for text in ["한\u{3164}", "⠁", "❤\u{FE0F}"] {
            assert!(text.parse::<Name>().is_ok(), "{text:?}");
        }
    }

    #[test]
    fn control_characters_and_direction_marks_are_refused() {
        for text in ["a\nb", "a\x1b[31mb", "a\u{202E}b", "a\u{2028}b"] {
            assert_eq!(text.parse::<Reason>(), Err(TextError::ControlCharacter), "{text:?}");
        }
    }

    #[test]
    fn plausible_addresses_are_accepted_and_others_are_not() {
        for text in [
            "a@b.example",
            "first.last+tag@mail.example.com",
            "o'neil_1@x.test",
            "ops@localhost",
            "josé@exämple.com",
        ] {
            assert!(text.parse::<EmailAddress>().is_ok(), "{text}");
        }
        for text in [
            "a",
            "@b.example",
            "a@",
            "a b@c.example",
            "a@b..example",
            "a@-b.example",
            "a@b@c.example",
            "<script>@x.test",
            "a..b@x.test",
            ".a@x.test",
            "a.@x.test",
            "a,b@x.test",
            "\"a\"@x.test",
            &format!("{}@x.test", "x".repeat(65)),
            &format!("a@{}.test", "x".repeat(64)),
        ] {
            assert_eq!(text.parse::<EmailAddress>(), Err(TextError::NotAnAddress), "{text}");
        }
    }
}
