//! Where a person stands on one measure, and what was counted for it.

use schemars::JsonSchema;
use serde::Serialize;

use crate::analysis::normal::cumulative;

/// One measure of this person.
pub(super) struct EvidenceStrength {
    pub(super) z: f64,
    pub(super) reliability: f64,
}

impl EvidenceStrength {
    /// The deviation that is the author's and not chance, in standard deviations of authors.
    pub(super) fn true_z(&self) -> f64 {
        self.z * self.reliability.sqrt()
    }

    /// Share of the norms' texts of this length that stand lower.
    pub(super) fn share(&self) -> f64 {
        cumulative(self.z)
    }
}

/// A count and what it is out of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Tally {
    /// Occurrences; for sentence length, the mean length.
    pub matched: u32,
    /// Out of how many words.
    pub of_words: u32,
}
