//! The five traits, and the classes of certainty and of text length.

use schemars::JsonSchema;
use serde::Serialize;

use super::three_decimals;

/// One value for each of the five traits.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "Ocean_{T}")]
pub struct Ocean<T> {
    /// Openness.
    pub openness: T,
    /// Conscientiousness.
    pub conscientiousness: T,
    /// Extraversion.
    pub extraversion: T,
    /// Agreeableness.
    pub agreeableness: T,
    /// Neuroticism.
    pub neuroticism: T,
}

impl<T> Ocean<T> {
    pub(super) fn from_fn(mut make: impl FnMut(usize) -> T) -> Self {
        Self {
            openness: make(0),
            conscientiousness: make(1),
            extraversion: make(2),
            agreeableness: make(3),
            neuroticism: make(4),
        }
    }

    /// Calls `act` with each value.
    pub fn for_each(&mut self, mut act: impl FnMut(&mut T)) {
        let Self { openness, conscientiousness, extraversion, agreeableness, neuroticism } = self;
        [openness, conscientiousness, extraversion, agreeableness, neuroticism]
            .into_iter()
            .for_each(&mut act);
    }

    /// Returns the value of a trait by its index in [`TRAITS`](crate::layout::TRAITS).
    pub const fn get(&self, trait_index: usize) -> &T {
        match trait_index {
            0 => &self.openness,
            1 => &self.conscientiousness,
            2 => &self.extraversion,
            3 => &self.agreeableness,
            _ => &self.neuroticism,
        }
    }
}

/// How surely a person stands on the side of the middle that a trait's figures point to. It follows
/// from the distance of the score to the middle, in the width of its interval, which grows as the
/// text gets shorter. “High” does not exist before a local validation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// As good as even: up to 0.53.
    VeryLow,
    /// Up to 0.60.
    Low,
    /// Above.
    Moderate,
}

impl Confidence {
    /// Returns the confidence of a probability of being above the median, rounded as it is printed.
    pub fn of(probability: f64) -> Self {
        match likelier(probability) {
            p if p <= MAX_EVEN => Self::VeryLow,
            p if p <= MAX_SLIGHT => Self::Low,
            _ => Self::Moderate,
        }
    }
}

/// The greatest probability of the likelier side at which a trait does not lean, and at which it
/// leans only slightly.
pub(super) const MAX_EVEN: f64 = 0.53;
const MAX_SLIGHT: f64 = 0.60;

/// Returns the probability of the likelier side, rounded as it is printed.
pub fn likelier(probability: f64) -> f64 {
    three_decimals(probability.max(1.0 - probability))
}

/// How much text there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TextLength {
    /// 120 to 249 words.
    VeryShort,
    /// 250 to 499 words.
    Short,
    /// 500 words or more.
    Sufficient,
}

impl TextLength {
    /// Returns the class of a number of words.
    pub const fn of(words: u32) -> Self {
        match words {
            0..250 => Self::VeryShort,
            250..500 => Self::Short,
            _ => Self::Sufficient,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confidence_goes_by_the_distance_to_the_middle_on_both_sides() {
        let of = |probability| Confidence::of(probability) as u8;
        assert_eq!([0.50, 0.53, 0.54, 0.60, 0.61, 0.90].map(of), [0, 0, 1, 1, 2, 2]);
        assert_eq!([0.50, 0.48, 0.45, 0.41, 0.39, 0.10].map(of), [0, 0, 1, 1, 2, 2]);
        assert_eq!([0.5304, 0.4696, 0.5306, 0.6004, 0.3996, 0.6006].map(of), [0, 0, 1, 1, 1, 2]);
    }

    #[test]
    fn the_length_of_text_goes_by_words() {
        let of = |words| TextLength::of(words) as u8;
        assert_eq!([120, 249, 250, 499, 500, 90_000].map(of), [0, 0, 1, 1, 2, 2]);
    }
}
