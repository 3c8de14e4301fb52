//! The four letters derived from the traits.

use schemars::JsonSchema;
use serde::Serialize;

/// Stands for either letter.
const OPEN: char = 'x';

/// Four letter pairs.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct TypeAxes {
    /// Extraversion or introversion.
    #[serde(rename = "EI")]
    pub ei: AxisLean,
    /// Sensing or intuition.
    #[serde(rename = "SN")]
    pub sn: AxisLean,
    /// Thinking or feeling.
    #[serde(rename = "TF")]
    pub tf: AxisLean,
    /// Judging or perceiving.
    #[serde(rename = "JP")]
    pub jp: AxisLean,
}

/// One letter of four.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct AxisLean {
    /// The likelier letter.
    pub letter: char,
    /// Its probability: 0.5 to 1.
    pub probability: f64,
    /// Whether the two letters are nearly even.
    pub borderline: bool,
    /// The trait it derives from.
    pub derived_from: &'static str,
}

impl TypeAxes {
    /// The four letters, `x` for an axis that is nearly even.
    pub fn letters(&self) -> String {
        self.all().iter().map(|axis| if axis.borderline { OPEN } else { axis.letter }).collect()
    }

    /// The axes in the usual order.
    pub const fn all(&self) -> [&AxisLean; 4] {
        [&self.ei, &self.sn, &self.tf, &self.jp]
    }
}
