//! A line of the style or of the playbook: its text, basis, strength and evidence.

use schemars::JsonSchema;
use serde::Serialize;

use super::gist::Gist;
use super::quotations::Finding;
use crate::catalogue::Section;
use crate::evidence::Evidence;

/// One line of advice.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "AdviceLine")]
pub struct Line {
    /// The same in both languages.
    pub id: String,
    /// Its part of the playbook. Style lines have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section: Option<Section>,
    /// What the reader should know or do.
    pub text: String,
    /// What it rests on.
    pub basis: Basis,
    /// How far the text stands from the median of professional posts.
    pub strength: Strength,
    /// The percentage of professional posts of this length that stand lower, 1 to 99. It describes
    /// the text, not the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percentile: Option<u8>,
    /// What was counted, and in how many words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counts: Option<Tally>,
    /// Quotations that show what was counted.
    pub evidence: Vec<Evidence>,
    /// How far the text stands apart. Lines of a higher rank come first.
    #[serde(skip)]
    pub rank: f64,
    /// The line in a few words, for the summary.
    #[serde(skip)]
    pub gist: Option<Gist>,
    /// The measure that quotations can show.
    #[serde(skip)]
    pub(super) finding: Option<Finding>,
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

/// The most professional posts of 100 beyond a text of moderate and of strong standing.
const MAX_MODERATE: u8 = 22;
const MAX_STRONG: u8 = 5;

impl Strength {
    /// Returns the strength of a standing, given how many posts of 100 stand as far out or further,
    /// or `None` if the text does not stand apart.
    pub(super) const fn of(beyond: u8) -> Option<Self> {
        match beyond {
            0..=MAX_STRONG => Some(Self::Strong),
            beyond if beyond <= MAX_MODERATE => Some(Self::Moderate),
            _ => None,
        }
    }
}

/// A count and what it is out of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Tally {
    /// The number of occurrences, or the mean sentence length in words.
    pub matched: u32,
    /// The number of words that were searched.
    pub of_words: u32,
}

impl Line {
    /// Returns a line that rests on no measure.
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
            finding: None,
        }
    }
}
