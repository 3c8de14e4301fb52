//! The sentence on a trait in both languages. Its wording is as certain as the probability.

use super::ocean::{Confidence, TextLength};
use fluence_domain::language::Language;

/// The class of a probability of being above the median.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lean {
    /// Below 0.40.
    Low,
    /// From 0.40 to 0.47.
    SlightlyLow,
    /// From 0.47 to 0.53.
    Even,
    /// Above 0.53, up to 0.60.
    SlightlyHigh,
    /// Above 0.60.
    High,
}

impl Lean {
    /// Returns the class of a probability, which goes with its [`Confidence`].
    pub(super) fn of(probability: f64) -> Self {
        match (Confidence::of(probability), probability > 0.5) {
            (Confidence::VeryLow, _) => Self::Even,
            (Confidence::Low, false) => Self::SlightlyLow,
            (Confidence::Low, true) => Self::SlightlyHigh,
            (Confidence::Moderate, false) => Self::Low,
            (Confidence::Moderate, true) => Self::High,
        }
    }
}

const TRAIT_EN: [&str; 5] =
    ["openness to experience", "conscientiousness", "extraversion", "agreeableness", "neuroticism"];
const TRAIT_PT: [&str; 5] =
    ["abertura a experiências", "conscienciosidade", "extroversão", "amabilidade", "neuroticismo"];

/// Returns the side of a trait as part of a sentence: “higher openness to experience”.
pub fn trait_lean(t: usize, is_high: bool, language: Language) -> String {
    match (language, is_high) {
        (Language::En, true) => format!("higher {}", TRAIT_EN[t]),
        (Language::En, false) => format!("lower {}", TRAIT_EN[t]),
        (Language::Pt, true) => format!("mais {}", TRAIT_PT[t]),
        (Language::Pt, false) => format!("menos {}", TRAIT_PT[t]),
    }
}

/// Returns one sentence on a trait. It is qualified if the text is very short.
pub(super) fn trait_reading(t: usize, lean: Lean, length: TextLength, language: Language) -> String {
    match language {
        Language::En => {
            let name = TRAIT_EN[t];
            let base = match lean {
                Lean::Low => format!("The wording leans towards lower {name}"),
                Lean::SlightlyLow => format!("The wording leans very slightly towards lower {name}"),
                Lean::Even => format!("The wording says nothing either way about {name}"),
                Lean::SlightlyHigh => format!("The wording leans very slightly towards higher {name}"),
                Lean::High => format!("The wording leans towards higher {name}"),
            };
            match length {
                TextLength::VeryShort => format!("{base}; with so few words, take it as a guess."),
                TextLength::Short | TextLength::Sufficient => format!("{base}."),
            }
        }
        Language::Pt => {
            let name = TRAIT_PT[t];
            let base = match lean {
                Lean::Low => format!("A escrita aponta para menos {name}"),
                Lean::SlightlyLow => format!("A escrita aponta muito levemente para menos {name}"),
                Lean::Even => format!("A escrita não indica nada sobre {name}"),
                Lean::SlightlyHigh => format!("A escrita aponta muito levemente para mais {name}"),
                Lean::High => format!("A escrita aponta para mais {name}"),
            };
            match length {
                TextLength::VeryShort => format!("{base}; com tão pouco texto, é só um palpite."),
                TextLength::Short | TextLength::Sufficient => format!("{base}."),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lean_reads_differently_in_both_languages() {
        for language in Language::ALL {
            let readings: std::collections::HashSet<String> = [0.3, 0.45, 0.5, 0.55, 0.7]
                .map(|p| trait_reading(0, Lean::of(p), TextLength::Sufficient, language))
                .into();
            assert_eq!(readings.len(), 5);
        }
    }

    #[test]
    fn a_very_short_text_is_called_a_guess() {
        assert!(trait_reading(2, Lean::High, TextLength::VeryShort, Language::En).contains("guess"));
        assert!(trait_reading(2, Lean::High, TextLength::VeryShort, Language::Pt).contains("palpite"));
    }
}
