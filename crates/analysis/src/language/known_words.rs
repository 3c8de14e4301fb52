//! Detects the language of a text whose function words do not decide: the language whose vocabulary
//! has at least three in four of its words.
//!
//! “Prefiro reunião curta com pauta escrita” has one function word, which is Italian and Spanish
//! too. Romance languages share many words, so Portuguese also needs signs such as its spelling.

use super::{Detected, ENGLISH, GALICIAN, MIN_SIGNS, PORTUGUESE, Word, portuguese_signs};
use crate::model::Model;
use crate::vocabulary::is_word_of;
use fluence_domain::language::Language;

/// The fewest words that can show a language.
const MIN_WORDS: u32 = 3;
/// The least share of the words that the vocabulary of the detected language has.
const MIN_KNOWN_SHARE: (u32, u32) = (3, 4);
/// The function words of a text with at most this many words may mislead: “Qualitätskontrolle pro
/// Charge”.
const MAX_MISLEADING_WORDS: usize = 8;
/// Words that the lexicon lists as function words of other languages, but that are also English or
/// Portuguese.
const ALSO_ENGLISH: &[&str] =
    &["no", "per", "man", "son", "van", "bin", "plus", "font", "war", "pour", "comment", "hat"];
const ALSO_PORTUGUESE: &[&str] = &[
    "desde", "somos", "estamos", "estar", "tanto", "jamais", "sei", "dei", "uns", "sono", "sul", "sino",
    "par", "plus",
];
/// Endings that Spanish, Italian and Galician spell differently.
const PORTUGUESE_ENDINGS: &[&str] = &["am", "em", "im", "om", "ei", "eu", "dade", "dades"];
/// The fewest letters of a word whose ending is evidence.
const MIN_LETTERS_WITH_ENDING: usize = 4;

/// How many words of a text each vocabulary has.
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
    /// Counts the words of a text. Capitalised words inside a sentence may be names and do not
    /// count.
    pub(super) fn of(words: &[Word<'_>], model: &Model) -> Self {
        let mut known = Self::default();
        words.iter().filter(|word| !may_be_name(word)).for_each(|word| known.add(word, model));
        known
    }

    fn add(&mut self, word: &Word<'_>, model: &Model) {
        let written = word.token.norm.as_str();
        let has = |language| model.vector(written, language).is_some() || is_word_of(written, language);
        self.words += 1;
        self.english += u32::from(word.is_of(ENGLISH) || has(Language::En));
        let signs = portuguese_signs(word).max(ending_signs(written));
        self.portuguese += u32::from(signs > 0 || word.is_of(PORTUGUESE) || has(Language::Pt));
        self.not_english |= word.is_only_of_others(ENGLISH) && !ALSO_ENGLISH.contains(&written);
        self.not_portuguese |= is_not_portuguese(word) || GALICIAN.contains(&written);
        self.signs += signs;
    }

    /// Returns the language that has at least [`MIN_KNOWN_SHARE`] of the words and more of them
    /// than the other. Portuguese also needs signs of its spelling or grammar.
    pub(super) fn verdict(&self) -> Detected {
        if self.words < MIN_WORDS {
            return Detected::Other;
        }
        let (part, whole) = MIN_KNOWN_SHARE;
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

    /// Whether the language has more than half of the words, as a short text needs to be of the
    /// language that its function words point to.
    pub(super) fn confirm(&self, language: Language) -> bool {
        self.count_of(language) * 2 > self.words
    }

    const fn count_of(&self, language: Language) -> u32 {
        if matches!(language, Language::En) { self.english } else { self.portuguese }
    }
}

/// Whether at least half of the words are of the language.
pub(super) fn are_known(words: &[Word<'_>], language: Language, model: &Model) -> bool {
    let known = KnownWords::of(words, model);
    known.words == 0 || known.count_of(language) * 2 >= known.words
}

pub(super) fn may_mislead(words: &[Word<'_>]) -> bool {
    words.iter().filter(|word| !may_be_name(word)).count() <= MAX_MISLEADING_WORDS
}

/// Whether the word is a function word of other languages and no Portuguese word.
pub(super) fn is_not_portuguese(word: &Word<'_>) -> bool {
    word.is_only_of_others(PORTUGUESE) && !ALSO_PORTUGUESE.contains(&word.token.norm.as_str())
}

fn may_be_name(word: &Word<'_>) -> bool {
    word.token.titlecase && !word.is_first
}

fn ending_signs(word: &str) -> u32 {
    let is_long = word.chars().count() >= MIN_LETTERS_WITH_ENDING;
    let has_ending = is_long && PORTUGUESE_ENDINGS.iter().any(|ending| word.ends_with(ending));
    let is_spelt = word.contains(['ç', 'ê', 'ô']);
    u32::from(has_ending || is_spelt || matches!(word, "com" | "em" | "um" | "uma"))
}
