//! The two languages the product reads and writes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A language of texts: of a person's posts, or of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    En,
    Pt,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::En, Self::Pt];

    /// Their ISO 639-1 codes.
    pub const CODES: [&'static str; 2] = [Self::En.code(), Self::Pt.code()];

    /// The ISO 639-1 code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Pt => "pt",
        }
    }

    /// The tag of pages and e-mails (BCP 47): texts in Portuguese are Brazilian.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Pt => "pt-BR",
        }
    }

    /// The language of an ISO 639-1 code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }

    pub const fn other(self) -> Self {
        match self {
            Self::En => Self::Pt,
            Self::Pt => Self::En,
        }
    }
}
