//! A line of advice: what it says, what it rests on, and how surely.

use schemars::JsonSchema;
use serde::Serialize;

use super::ground::Ground;
use super::standing::{EvidenceStrength, Tally};
use crate::analysis::catalogue::Section;
use crate::analysis::evidence::Evidence;
use crate::analysis::model::Measure;

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
    /// Share of the norms' texts of this length and register that stand lower: 0 to 100. It describes the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percentile: Option<u8>,
    /// What was counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counts: Option<Tally>,
    /// The person's own words behind it.
    pub evidence: Vec<Evidence>,
}

/// What a line rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Counted in the person's texts.
    ObservedStyle,
    /// A guess from a trait's probability.
    TraitHypothesis,
    /// What the analysis cannot tell.
    Limits,
}

/// How far from the middle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// Not set apart.
    None,
    /// From 0.7 standard deviations.
    Slight,
    /// From 1.2.
    Clear,
    /// From 2.
    Strong,
}

impl Strength {
    fn of(z: f64) -> Self {
        match z.abs() {
            z if z >= 2.0 => Self::Strong,
            z if z >= 1.2 => Self::Clear,
            z if z >= 0.7 => Self::Slight,
            _ => Self::None,
        }
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
            strength: Strength::None,
            percentile: None,
            counts: None,
            evidence: Vec::new(),
        }
    }
}

impl Ground<'_> {
    /// A line that rests on where the person stands on a measure.
    pub(super) fn line(
        &self,
        id: String,
        section: Option<Section>,
        template: &str,
        measure: Option<&Measure>,
        standing: &EvidenceStrength,
        evidence: Vec<Evidence>,
    ) -> Line {
        let counts = measure.and_then(|measure| self.tally(measure));
        let fill = |name: &str, value: u32, text: String| text.replace(name, &value.to_string());
        let mut text = template.to_owned();
        if let Some(tally) = counts {
            text = fill("{matched}", tally.matched, fill("{of}", tally.of_words, text));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a probability times 100 fits"
        )]
        let percentile = (standing.share() * 100.0).round() as u8;
        Line {
            id,
            section,
            text,
            basis: Basis::ObservedStyle,
            strength: Strength::of(standing.z),
            percentile: Some(percentile),
            counts,
            evidence,
        }
    }
}
