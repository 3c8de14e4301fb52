//! Counts sentences, and computes features from the counts.
//!
//! Counts are integers that add up over sentences. So the order of posts does not matter, and the
//! share of each sentence in a score is exact. [`layout`](super::layout) has the order of the
//! features.

use super::layout::{
    CATEGORIES, DIMS, FEATURES, FIRST_DIM, Features, LONG_WORD_LETTERS, LONG_WORDS, MARK_COUNT,
    SENTENCE_LENGTH, WORD_LENGTH,
};
use super::lexicon::bits;
use super::model::{Model, Norms};
use super::segment::{Sentence, Token};
use fluence_domain::language::Language;

/// Standardised features are clipped to this distance from the norm, in standard deviations.
const MAX_DEVIATION: f64 = 3.0;

/// The counts of a sentence or of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Tokens that are words, not numbers.
    pub words: u32,
    /// Sentences.
    pub sentences: u32,
    /// Characters of the normalised words.
    pub letters: u32,
    /// Words of seven characters or more.
    pub long_words: u32,
    /// Punctuation and numbers, in the order of the features.
    pub marks: [u32; MARK_COUNT],
    /// Words of each lexicon category.
    pub categories: [u32; CATEGORIES],
    /// Words that have a vector and carry meaning.
    pub vectors: u32,
    /// The sum of those vectors, in quantised steps.
    pub vector_sum: [i32; DIMS],
}

impl Default for Counts {
    fn default() -> Self {
        Self {
            words: 0,
            sentences: 0,
            letters: 0,
            long_words: 0,
            marks: [0; MARK_COUNT],
            categories: [0; CATEGORIES],
            vectors: 0,
            vector_sum: [0; DIMS],
        }
    }
}

/// What a word adds to the counts.
#[derive(Clone, Copy, Debug)]
pub struct WordFacts {
    /// Its feature categories, one bit each.
    pub categories: u64,
    /// Its quantised vector, a signed byte a dimension. Names and words of categories without
    /// meaning have none.
    pub vector: Option<&'static [u8]>,
}

/// Returns the facts of each word of a sentence, in order. Numbers are left out. A capitalised word
/// inside a sentence is taken for a name; names say nothing about the author and get no vector.
pub fn word_facts<'s>(
    sentence: &'s Sentence,
    language: Language,
    model: &Model,
) -> Vec<(&'s Token, WordFacts)> {
    let unvectored = model.unvectored();
    let mut previous = "";
    let mut found: Vec<(&'s Token, WordFacts)> = Vec::with_capacity(sentence.tokens.len());
    for token in &sentence.tokens {
        if !token.is_word {
            previous = "";
            continue;
        }
        let categories = model.lexicon.categories_of(previous, &token.norm, language);
        let is_name = token.titlecase && !found.is_empty();
        let carries_meaning = !is_name && categories & unvectored == 0;
        let vector = carries_meaning.then(|| model.vector(&token.norm, language)).flatten();
        found.push((token, WordFacts { categories, vector }));
        previous = &token.norm;
    }
    found
}

impl Counts {
    /// Counts a sentence.
    pub fn of(sentence: &Sentence, language: Language, model: &Model) -> Self {
        let marks = &sentence.marks;
        let mut counts = Self {
            sentences: 1,
            marks: [
                marks.question,
                marks.exclamation,
                marks.comma,
                marks.ellipsis,
                marks.parenthesis,
                marks.colon,
                marks.number,
            ],
            ..Self::default()
        };
        for (token, facts) in word_facts(sentence, language, model) {
            let letters = token.norm.chars().count();
            counts.words += 1;
            counts.letters += u32::try_from(letters).unwrap_or(u32::MAX);
            counts.long_words += u32::from(letters >= LONG_WORD_LETTERS);
            for category in bits(facts.categories) {
                counts.categories[category] += 1;
            }
            if let Some(vector) = facts.vector {
                counts.vectors += 1;
                for (sum, step) in counts.vector_sum.iter_mut().zip(vector) {
                    *sum += i32::from(step.cast_signed());
                }
            }
        }
        counts
    }

    /// Adds the counts of another sentence or text.
    pub fn add(&mut self, other: &Self) {
        self.combine(other, |a, b| a + b, |a, b| a + b);
    }

    /// Returns these counts minus those of a part of the text.
    pub fn without(&self, part: &Self) -> Self {
        let mut left = self.clone();
        left.combine(part, |a, b| a.saturating_sub(b), |a, b| a - b);
        left
    }

    fn combine(&mut self, other: &Self, unsigned: fn(u32, u32) -> u32, signed: fn(i32, i32) -> i32) {
        self.words = unsigned(self.words, other.words);
        self.sentences = unsigned(self.sentences, other.sentences);
        self.letters = unsigned(self.letters, other.letters);
        self.long_words = unsigned(self.long_words, other.long_words);
        self.vectors = unsigned(self.vectors, other.vectors);
        for (a, b) in self.marks.iter_mut().zip(other.marks) {
            *a = unsigned(*a, b);
        }
        for (a, b) in self.categories.iter_mut().zip(other.categories) {
            *a = unsigned(*a, b);
        }
        for (a, b) in self.vector_sum.iter_mut().zip(other.vector_sum) {
            *a = signed(*a, b);
        }
    }

    /// Returns the features: square roots of the rates per 100 words for categories, marks and long
    /// words; the logarithm of words per sentence; letters per word; and the mean word vector.
    /// `scale` is the value of a quantised step.
    pub fn features(&self, scale: f64) -> Features {
        let words = f64::from(self.words.max(1));
        let rate = |count: u32| (100.0 * f64::from(count) / words).sqrt();
        let mut features = [0.0; FEATURES];
        for (feature, count) in features.iter_mut().zip(self.categories.iter().chain(&self.marks)) {
            *feature = rate(*count);
        }
        features[SENTENCE_LENGTH] = (words / f64::from(self.sentences.max(1))).ln();
        features[WORD_LENGTH] = f64::from(self.letters) / words;
        features[LONG_WORDS] = rate(self.long_words);
        let vectors = f64::from(self.vectors.max(1));
        for (feature, sum) in features[FIRST_DIM..].iter_mut().zip(self.vector_sum) {
            *feature = f64::from(sum) * scale / vectors;
        }
        features
    }
}

/// Returns the features in standard deviations from the norm, clipped to three.
pub fn standardise(features: &Features, norms: &Norms) -> Features {
    let mut z = *features;
    for (value, (mean, sd)) in z.iter_mut().zip(norms.mean.iter().zip(&norms.sd)) {
        *value = ((*value - mean) / sd).clamp(-MAX_DEVIATION, MAX_DEVIATION);
    }
    z
}

#[cfg(test)]
mod tests {
    use super::super::{clean, model::model, segment};
    use super::*;

    fn counts(text: &str, language: Language) -> Counts {
        let chars: Vec<char> = text.chars().collect();
        let mut total = Counts::default();
        for sentence in segment::sentences(&chars, &clean::own_prose(&chars)) {
            total.add(&Counts::of(&sentence, language, model()));
        }
        total
    }

    #[test]
    fn counts_without_a_sentence_are_those_of_the_others() {
        let one = counts("We planned it well.", Language::En);
        let both = counts("We planned it well. Nobody asked why!", Language::En);
        assert_eq!(both.without(&one), counts("Nobody asked why!", Language::En));
    }

    #[test]
    fn a_name_inside_a_sentence_carries_no_meaning() {
        let with = counts("Ontem a Horizonte venceu.", Language::Pt);
        let other = counts("Ontem a Bandeira venceu.", Language::Pt);
        assert_eq!(with.vector_sum, other.vector_sum);
    }

    #[test]
    fn grammatical_gender_moves_no_feature_of_meaning() {
        let one = counts("fiquei cansado e animado", Language::Pt);
        let other = counts("fiquei cansada e animada", Language::Pt);
        assert_eq!(one.features(model().header.scale), other.features(model().header.scale));
    }

    #[test]
    fn features_are_clipped_at_three_deviations() {
        let z = standardise(
            &counts("me me me me me me", Language::En).features(1.0),
            model().header.norms.of(Language::En),
        );
        assert!(z.iter().all(|z| z.abs() <= MAX_DEVIATION));
        assert!(z.contains(&MAX_DEVIATION));
    }
}
