//! Computes the five trait scores, and the share of each sentence and word in them.
//!
//! A score is the sum over features of weight times standardised value. Features are functions of
//! counts that add up over sentences, so a score divides into shares of sentences, and a sentence's
//! share into shares of its words and its punctuation. A share states how far the sentence moves
//! the score from the norm's mean, for its length. The shares add up to the score exactly.
//! [`Scores::without`] answers another question: the exact score of the text without the sentence.

use super::features::{Counts, WordFacts, standardise};
use super::layout::{
    CATEGORIES, DIMS, FEATURES, FIRST_DIM, FIRST_MARK, Features, LONG_WORD_LETTERS, LONG_WORDS, MARK_COUNT,
    SENTENCE_LENGTH, TRAITS, WORD_LENGTH,
};
use super::lexicon::bits;
use super::model::{Model, Norms};
use fluence_domain::language::Language;

/// One value for each trait.
pub type PerTrait = [f64; TRAITS.len()];

/// The scores of a text, with what is needed to divide them into shares.
#[derive(Debug)]
pub struct Scores<'m> {
    /// The linear score of each trait, before it is standardised by text length.
    pub scores: PerTrait,
    /// Standardised features.
    pub z: Features,
    total: Counts,
    model: &'m Model,
    norms: &'m Norms,
    /// For each trait and feature, the points per unit of the raw feature.
    slopes: [Features; TRAITS.len()],
    /// For each trait, the points that each word gets whatever it is: for the norm's means, and for
    /// the logarithm of the sentence length.
    base_share: PerTrait,
    /// For each feature that is a rate, the share of one occurrence in the raw feature.
    per_occurrence: Features,
}

impl<'m> Scores<'m> {
    /// Scores the total counts of a text. Without words the scores mean nothing.
    pub fn of(total: Counts, language: Language, model: &'m Model) -> Self {
        let norms = model.header.norms.of(language);
        let raw = total.features(model.header.scale);
        let z = standardise(&raw, norms);
        let words = f64::from(total.words.max(1));
        let mut per_occurrence = [0.0; FEATURES];
        for (share, value) in per_occurrence.iter_mut().zip(raw) {
            // sqrt(100 count / words), divided by the count
            *share = if value > 0.0 { 100.0 / (words * value) } else { 0.0 };
        }
        let mut slopes = [[0.0; FEATURES]; TRAITS.len()];
        let mut base_share = [0.0; TRAITS.len()];
        for (t, weights) in model.header.weights.iter().enumerate() {
            for f in 0..FEATURES {
                let unclipped = (raw[f] - norms.mean[f]) / norms.sd[f];
                let clipping = if unclipped == 0.0 { 1.0 } else { z[f] / unclipped };
                slopes[t][f] = weights[f] * clipping / norms.sd[f];
                base_share[t] -= slopes[t][f] * norms.mean[f] / words;
            }
            // All words have an equal share in the logarithm of the sentence length.
            base_share[t] += slopes[t][SENTENCE_LENGTH] * raw[SENTENCE_LENGTH] / words;
        }
        Self { scores: weighted_sums(model, &z), z, total, model, norms, slopes, base_share, per_occurrence }
    }

    /// Returns the number of words that the scores rest on.
    pub const fn words(&self) -> u32 {
        self.total.words
    }

    /// Returns the counts that the scores rest on.
    pub const fn total(&self) -> &Counts {
        &self.total
    }

    /// Returns the points of each feature for one trait. The last entry is the sum of all meaning
    /// dimensions.
    pub fn by_feature(&self, trait_index: usize) -> [f64; FIRST_DIM + 1] {
        let weights = &self.model.header.weights[trait_index];
        let mut points = [0.0; FIRST_DIM + 1];
        for (f, (weight, z)) in weights.iter().zip(self.z).enumerate() {
            points[f.min(FIRST_DIM)] += weight * z;
        }
        points
    }

    /// Returns the share of a sentence in each score, in points.
    pub fn share(&self, part: &Counts) -> PerTrait {
        let mut points = [0.0; TRAITS.len()];
        for (t, point) in points.iter_mut().enumerate() {
            *point = f64::from(part.words) * self.base_share[t]
                + self.counted_points(t, part)
                + self.meaning_points(t, part);
        }
        points
    }

    fn counted_points(&self, t: usize, part: &Counts) -> f64 {
        let slopes = &self.slopes[t];
        let occurrences = part.categories.iter().chain(&part.marks).map(|count| f64::from(*count));
        let counted =
            occurrences.zip(slopes).zip(&self.per_occurrence).map(|((n, slope), share)| n * slope * share);
        counted.sum::<f64>()
            + slopes[WORD_LENGTH] * f64::from(part.letters) / f64::from(self.total.words.max(1))
            + slopes[LONG_WORDS] * f64::from(part.long_words) * self.per_occurrence[LONG_WORDS]
    }

    fn meaning_points(&self, t: usize, part: &Counts) -> f64 {
        let per_vector = self.model.header.scale / f64::from(self.total.vectors.max(1));
        let slopes = &self.slopes[t][FIRST_DIM..];
        slopes.iter().zip(part.vector_sum).map(|(slope, sum)| slope * f64::from(sum) * per_vector).sum()
    }

    /// Returns the share of a word in the score of one trait. [`Scores::mark_share`] is the rest of
    /// the sentence's share.
    pub fn word_share(&self, t: usize, letters: usize, facts: &WordFacts) -> f64 {
        let slopes = &self.slopes[t];
        let words = f64::from(self.total.words.max(1));
        let counted: f64 = bits(facts.categories).map(|c| slopes[c] * self.per_occurrence[c]).sum();
        let shape = slopes[WORD_LENGTH] * letters as f64 / words
            + if letters >= LONG_WORD_LETTERS {
                slopes[LONG_WORDS] * self.per_occurrence[LONG_WORDS]
            } else {
                0.0
            };
        let per_vector = self.model.header.scale / f64::from(self.total.vectors.max(1));
        let meaning: f64 = facts.vector.map_or(0.0, |vector| {
            let steps = vector.iter().map(|step| f64::from(step.cast_signed()));
            slopes[FIRST_DIM..].iter().zip(steps).map(|(slope, step)| slope * step * per_vector).sum()
        });
        self.base_share[t] + counted + shape + meaning
    }

    /// Returns the share of a sentence's punctuation and numbers in the score of one trait. No
    /// answer has it: a test adds it to the shares of the words, and compares with the sentence's.
    pub fn mark_share(&self, t: usize, part: &Counts) -> f64 {
        let marks = FIRST_MARK..FIRST_MARK + MARK_COUNT;
        let slopes = &self.slopes[t][marks.clone()];
        let shares = slopes.iter().zip(&self.per_occurrence[marks]).zip(part.marks);
        shares.map(|((slope, share), count)| slope * share * f64::from(count)).sum()
    }

    /// Returns each score of the text without the sentence. Unchanged if no other words are left.
    pub fn without(&self, part: &Counts) -> PerTrait {
        let left = self.total.without(part);
        if left.words == 0 {
            return self.scores;
        }
        weighted_sums(self.model, &standardise(&left.features(self.model.header.scale), self.norms))
    }
}

fn weighted_sums(model: &Model, z: &Features) -> PerTrait {
    let mut scores = [0.0; TRAITS.len()];
    for (score, weights) in scores.iter_mut().zip(&model.header.weights) {
        *score = weights.iter().zip(z).map(|(weight, z)| weight * z).sum();
    }
    scores
}

const _: () = assert!(CATEGORIES <= 64 && FIRST_DIM + DIMS == FEATURES);
