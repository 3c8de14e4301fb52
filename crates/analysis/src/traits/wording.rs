//! The sentence on a trait, in both languages, as sure as the figures are.

use super::ocean::{CLEAR, EVEN, TextLength};
use fluence_domain::language::Language;

/// Which way a calibrated probability leans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lean {
    /// Below 0.40.
    Low,
    /// Below 0.47.
    SlightlyLow,
    /// As good as even.
    Even,
    /// Above 0.53.
    SlightlyHigh,
    /// Above 0.60.
    High,
}

impl Lean {
    /// The lean of a probability of standing above the median.
    pub(super) fn of(probability: f64) -> Self {
        match probability {
            p if p < 1.0 - CLEAR => Self::Low,
            p if p < 1.0 - EVEN => Self::SlightlyLow,
            p if p <= EVEN => Self::Even,
            p if p <= CLEAR => Self::SlightlyHigh,
            _ => Self::High,
        }
    }
}

const TRAIT_EN: [&str; 5] =
    ["openness to experience", "conscientiousness", "extraversion", "agreeableness", "neuroticism"];
const TRAIT_PT: [&str; 5] =
    ["abertura a experiências", "conscienciosidade", "extroversão", "amabilidade", "neuroticismo"];

/// The side of a trait that a text leans to, as part of a sentence.
pub fn trait_lean(t: usize, is_high: bool, language: Language) -> String {
    match (language, is_high) {
        (Language::En, true) => format!("higher {}", TRAIT_EN[t]),
        (Language::En, false) => format!("lower {}", TRAIT_EN[t]),
        (Language::Pt, true) => format!("mais {}", TRAIT_PT[t]),
        (Language::Pt, false) => format!("menos {}", TRAIT_PT[t]),
    }
}

/// One sentence on a trait, as sure as the figures are.
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
        for language in [Language::En, Language::Pt] {
            let readings: std::collections::HashSet<String> = [0.3, 0.45, 0.5, 0.55, 0.7]
                .map(|p| trait_reading(0, Lean::of(p), TextLength::Sufficient, language))
                .into();
            assert_eq!(readings.len(), 5);
        }
    }

    #[test]
    fn few_words_are_called_a_guess() {
        assert!(trait_reading(2, Lean::High, TextLength::VeryShort, Language::En).contains("guess"));
        assert!(trait_reading(2, Lean::High, TextLength::VeryShort, Language::Pt).contains("palpite"));
    }
}
