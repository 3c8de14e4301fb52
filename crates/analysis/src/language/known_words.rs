//! The language of a text too short for its function words to settle: the one whose vocabulary has
//! nearly all its words.
//!
//! “Prefiro reunião curta com pauta escrita” holds one function word, which is Italian and Spanish
//! too. Romance languages share so many words that Portuguese needs a sign of its spelling besides.

use super::{Detected, ENGLISH, GALICIAN, MIN_SIGNS, PORTUGUESE, Word, portuguese_signs};
use crate::model::Model;
use crate::vocabulary::is_word_of;
use fluence_domain::language::Language;

/// Words that tell a language at all.
const MIN_WORDS: u32 = 3;
/// The share of its words that a language must have: three in four.
const KNOWN: (u32, u32) = (3, 4);
/// Texts of so few words that function words alone may mislead: “Qualitätskontrolle pro Charge”.
const MISLEADING_WORDS: usize = 8;
/// Words that a list of function words has for other languages alone, though ours have them too.
const ENGLISH_TOO: &[&str] = &["no", "per", "man", "son"];
const PORTUGUESE_TOO: &[&str] = &["desde", "somos", "estamos", "estar", "tanto"];
/// Endings that Spanish, Italian and Galician write otherwise.
const PORTUGUESE_ENDINGS: &[&str] = &["am", "em", "im", "om", "ei", "eu", "dade", "dades"];
const MIN_ENDED_LETTERS: usize = 4;

/// What vocabularies tell of the words of a text.
#[derive(Default)]
pub(super) struct KnownWords {
    words: u32,
    english: u32,
    portuguese: u32,
    not_english: bool,
    not_portuguese: bool,
    signs: u32,
}

impl KnownWords {
    /// Counts the words of a text, given the languages that have each as a function word. Names
    /// inside a sentence count for nothing.
    pub(super) fn of(words: &[Word<'_>], model: &Model) -> Self {
        let mut known = Self::default();
        words.iter().filter(|word| is_no_name(word)).for_each(|word| known.add(word, model));
        known
    }

    fn add(&mut self, word: &Word<'_>, model: &Model) {
        let written = word.token.norm.as_str();
        let has = |language| model.vector(written, language).is_some() || is_word_of(written, language);
        self.words += 1;
        self.english += u32::from(word.is_of(ENGLISH) || has(Language::En));
        let signs = portuguese_signs(word).max(ending_signs(written));
        self.portuguese += u32::from(signs > 0 || word.is_of(PORTUGUESE) || has(Language::Pt));
        self.not_english |= word.is_elsewhere(ENGLISH) && !ENGLISH_TOO.contains(&written);
        self.not_portuguese |= word.is_elsewhere(PORTUGUESE) && !PORTUGUESE_TOO.contains(&written)
            || GALICIAN.contains(&written);
        self.signs += signs;
    }

    /// The language that has nearly all the words, if one has.
    pub(super) fn verdict(&self) -> Detected {
        if self.words < MIN_WORDS {
            return Detected::Other;
        }
        let (part, whole) = KNOWN;
        let has_most = |known: u32, other: u32| known * whole >= self.words * part && known > other;
        let signs = self.signs + u32::from(self.portuguese == self.words);
        if !self.not_english && has_most(self.english, self.portuguese) {
            Detected::Ours(Language::En)
        } else if !self.not_portuguese
            && has_most(self.portuguese, self.english)
            && signs >= MIN_SIGNS
            && self.signs > 0
        {
            Detected::Ours(Language::Pt)
        } else {
            Detected::Other
        }
    }

    /// Whether the words of a short text allow the language that the function words point to: more
    /// than half.
    pub(super) fn allow(&self, language: Language) -> bool {
        let known = if language == Language::En { self.english } else { self.portuguese };
        known * 2 > self.words
    }
}

/// Whether a text has so few words that its function words may mislead.
pub(super) fn may_mislead(words: &[Word<'_>]) -> bool {
    words.iter().filter(|word| is_no_name(word)).count() <= MISLEADING_WORDS
}

fn is_no_name(word: &Word<'_>) -> bool {
    !word.token.titlecase || word.is_first
}

fn ending_signs(word: &str) -> u32 {
    let is_long = word.chars().count() >= MIN_ENDED_LETTERS;
    let is_ended = is_long && PORTUGUESE_ENDINGS.iter().any(|ending| word.ends_with(ending));
    let is_spelt = word.contains(['ç', 'ê', 'ô']);
    u32::from(is_ended || is_spelt || matches!(word, "com" | "em" | "um" | "uma"))
}
