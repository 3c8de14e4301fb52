//! The four letters derived from the traits.

use schemars::JsonSchema;
use serde::Serialize;

/// The letter of a borderline axis.
const EITHER_LETTER: char = 'x';

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
    /// The more probable letter.
    pub letter: char,
    /// Its probability, 0.5 to 1.
    pub probability: f64,
    /// Whether both letters are nearly equally probable: from 0.47 to 0.53.
    pub borderline: bool,
    /// The trait it derives from.
    pub derived_from: &'static str,
}

impl TypeAxes {
    /// Returns the four letters, with `x` for a borderline axis.
    pub fn letters(&self) -> String {
        self.all().iter().map(|axis| if axis.borderline { EITHER_LETTER } else { axis.letter }).collect()
    }

    /// Returns the axes in the usual order.
    pub const fn all(&self) -> [&AxisLean; 4] {
        [&self.ei, &self.sn, &self.tf, &self.jp]
    }
}
