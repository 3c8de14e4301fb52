//! The name by which customers know the service.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::text::{TextError, tidy};

const MAX_CHARS: usize = 40;

/// 1 to 40 characters, trimmed. Cheap to clone: every page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProductName(Arc<str>);

impl ProductName {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for ProductName {
    fn default() -> Self {
        Self("Fluence".into())
    }
}

impl fmt::Display for ProductName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ProductName {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        tidy(text, MAX_CHARS).map(|text| Self(text.into()))
    }
}

impl TryFrom<String> for ProductName {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ProductName> for String {
    fn from(name: ProductName) -> Self {
        name.0.as_ref().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_1_to_40_characters_without_the_blanks_around_it() {
        let longest = "ã".repeat(MAX_CHARS);
        for (text, name) in [(" Ação & Cia ", "Ação & Cia"), ("A", "A"), (&longest, &longest)] {
            assert_eq!(text.parse::<ProductName>().unwrap().as_str(), name);
        }
        assert_eq!(" ".parse::<ProductName>(), Err(TextError::Empty));
        let too_long = "a".repeat(MAX_CHARS + 1);
        assert_eq!(too_long.parse::<ProductName>(), Err(TextError::TooLong { max_chars: MAX_CHARS }));
    }

    #[test]
    fn a_name_has_no_character_that_begins_a_line_or_a_header() {
        for text in ["Acme\r\nBcc: a@b.example", "Ac\0me", "Acme\u{202E}", "Ac\u{2028}me", "Ac\tme"] {
            assert_eq!(text.parse::<ProductName>(), Err(TextError::ControlCharacter), "{text:?}");
        }
    }
}
