//! A line of advice: what it says, what it rests on, and how surely.

use schemars::JsonSchema;
use serde::Serialize;

use super::gist::Gist;
use super::shown::Shown;
use crate::catalogue::{Section, Side};
use crate::evidence::Evidence;

/// One line of advice.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "AdviceLine")]
pub struct Line {
    /// The same in both languages.
    pub id: String,
    /// Part of the playbook; style lines have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section: Option<Section>,
    /// What to know or do.
    pub text: String,
    /// What it rests on.
    pub basis: Basis,
    /// How far from the middle.
    pub strength: Strength,
    /// Share of professional posts of this length that stand lower: 1 to 99. It describes the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percentile: Option<u8>,
    /// What was counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counts: Option<Tally>,
    /// The person's own words behind it.
    pub evidence: Vec<Evidence>,
    /// How far the text stands apart; lines of a higher rank come first.
    #[serde(skip)]
    pub rank: f64,
    /// The line in a few words, for the summary.
    #[serde(skip)]
    pub gist: Option<Gist>,
    #[serde(skip)]
    pub(super) shows: Option<Shown>,
}

/// What a line rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Counted in the person's texts.
    ObservedStyle,
    /// A guess from a trait's probability.
    TraitHypothesis,
    /// What the analysis cannot tell. It holds for certain where it is `strong`.
    Limits,
}

/// How far a text stands apart from professional posts of its length. One that does not gets no
/// line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// Among the 22 in 100 furthest to its side.
    Moderate,
    /// Among the 5 in 100.
    Strong,
}

const MODERATE: f64 = 0.22;
const STRONG: f64 = 0.05;

impl Strength {
    pub(super) fn of(share: f64, side: Side) -> Option<Self> {
        let beyond = match side {
            Side::High => 1.0 - share,
            Side::Low => share,
        };
        match beyond {
            b if b <= STRONG => Some(Self::Strong),
            b if b <= MODERATE => Some(Self::Moderate),
            _ => None,
        }
    }
}

/// A count and what it is out of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Tally {
    /// Occurrences; for sentence length, the mean length in words.
    pub matched: u32,
    /// Out of how many words.
    pub of_words: u32,
}

/// Where a text stands on one measure.
pub(super) struct Standing {
    /// Share of professional posts of this length that stand lower.
    pub(super) share: f64,
    pub(super) tally: Tally,
}

/// Nothing is rarer than that.
const MIN_SHARE: f64 = 1e-12;

impl Standing {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share times 100 fits")]
    pub(super) fn percentile(&self) -> u8 {
        (self.share * 100.0).round().clamp(1.0, 99.0) as u8
    }

    /// How rare it is to stand as far out or further, as a negative logarithm.
    pub(super) fn surprise(&self, side: Side) -> f64 {
        let beyond = match side {
            Side::High => 1.0 - self.share,
            Side::Low => self.share,
        };
        -beyond.max(MIN_SHARE).ln()
    }
}

impl Line {
    /// A line that rests on no measure.
    pub(super) fn remark(id: &str, text: &str, section: Section) -> Self {
        Self {
            id: id.to_owned(),
            section: Some(section),
            text: text.to_owned(),
            basis: Basis::Limits,
            strength: Strength::Strong,
            percentile: None,
            counts: None,
            evidence: Vec::new(),
            rank: f64::MAX,
            gist: None,
            shows: None,
        }
    }
}
