//! Five traits, and how surely a text can speak of them.

use schemars::JsonSchema;
use serde::Serialize;

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

    /// The value of a trait by its place in the model.
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

/// How much a trait's figures rest on, by the number of words. "High" does not exist before a local validation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// 120 to 249 words.
    VeryLow,
    /// 250 to 499 words.
    Low,
    /// 500 words or more.
    Moderate,
}

impl Confidence {
    /// The word for a text of so many words.
    pub const fn of(words: u32) -> Self {
        match words {
            0..250 => Self::VeryLow,
            250..500 => Self::Low,
            _ => Self::Moderate,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confidence_goes_by_words_and_high_does_not_exist() {
        let of = |words| Confidence::of(words);
        assert_eq!(
            [of(120), of(249), of(250), of(499), of(500), of(90_000)].map(|c| c as u8),
            [0, 0, 1, 1, 2, 2]
        );
    }
}
