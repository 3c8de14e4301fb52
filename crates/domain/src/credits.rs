//! What is bought and spent: whole credits.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::language::Language;

/// A number of credits, zero or more. Arithmetic is checked or saturates; it never wraps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Credits(i64);

/// A negative number where credits were expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a number of credits: it must be zero or more")]
pub struct NegativeCredits(pub i64);

impl JsonSchema for Credits {
    fn schema_name() -> Cow<'static, str> {
        "Credits".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "format": "int64", "minimum": 0 })
    }
}

impl Credits {
    pub const ZERO: Self = Self(0);

    /// Credits known to be few, such as a price from a `u32` in a file.
    pub const fn from_u32(amount: u32) -> Self {
        Self(amount as i64)
    }

    /// The bare number, for the store and the wire.
    pub const fn as_i64(self) -> i64 {
        self.0
    }

    /// The number with its unit: `1 credit`, `2 credits`.
    pub fn with_unit(self) -> String {
        self.counted(Language::En)
    }

    /// The number with its unit in a language: `1 crédito`, `2 créditos`.
    pub fn counted(self, language: Language) -> String {
        let unit = match (language, self.0) {
            (Language::En, 1) => "credit",
            (Language::En, _) => "credits",
            (Language::Pt, 1) => "crédito",
            (Language::Pt, _) => "créditos",
        };
        format!("{self} {unit}")
    }

    /// The sum, or `None` past the largest `i64`.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The sum, at most the largest `i64`.
    #[must_use]
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The sum of them all, at most the largest `i64`.
    pub fn saturating_sum(amounts: impl IntoIterator<Item = Self>) -> Self {
        amounts.into_iter().fold(Self::ZERO, Self::saturating_add)
    }

    /// The difference, at least zero.
    #[must_use]
    pub fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0).max(0))
    }

    /// The difference, or `None` below zero.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).filter(|left| *left >= 0).map(Self)
    }
}

impl TryFrom<i64> for Credits {
    type Error = NegativeCredits;
    fn try_from(amount: i64) -> Result<Self, NegativeCredits> {
        if amount >= 0 { Ok(Self(amount)) } else { Err(NegativeCredits(amount)) }
    }
}

impl From<Credits> for i64 {
    fn from(credits: Credits) -> i64 {
        credits.0
    }
}

impl fmt::Display for Credits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
