//! Five linear scores, and exactly where each came from.
//!
//! A score is the sum over features of weight times standardised value. Since the features are
//! functions of sums over sentences, the score parts into shares of sentences, and those into
//! shares of words and of punctuation. A share says how far the sentence lifts the score above the
//! norms' mean, for its length; the shares add up to the score. [`Scores::without`] answers another
//! question, exactly too: the score if the sentence were not there.

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

/// The scores of a text, with what is needed to part them.
#[derive(Debug)]
pub struct Scores<'m> {
    /// The score of each trait, in standard deviations of whole essays.
    pub scores: PerTrait,
    /// Standardised features.
    pub z: Features,
    total: Counts,
    model: &'m Model,
    norms: &'m Norms,
    /// For each trait and feature: points per unit of the raw feature.
    slopes: [Features; TRAITS.len()],
    /// For each trait: points that every word bears for the norms' means.
    mean_share: PerTrait,
    /// For each category, mark and the long words: what one occurrence adds to the raw feature.
    per_occurrence: Features,
}

impl<'m> Scores<'m> {
    /// Scores the summed counts of a text. It must hold at least one word.
    pub fn of(total: Counts, language: Language, model: &'m Model) -> Self {
        let norms = model.header.norms.of(language);
        let raw = total.features(model.header.scale);
        let z = standardise(&raw, norms);
        let words = f64::from(total.words.max(1));
        let mut per_occurrence = [0.0; FEATURES];
        for (share, value) in per_occurrence.iter_mut().zip(raw) {
            // sqrt(100 count / words) parted among its occurrences
            *share = if value > 0.0 { 100.0 / (words * value) } else { 0.0 };
        }
        let mut slopes = [[0.0; FEATURES]; TRAITS.len()];
        let mut mean_share = [0.0; TRAITS.len()];
        for (t, weights) in model.header.weights.iter().enumerate() {
            for f in 0..FEATURES {
                let unclipped = (raw[f] - norms.mean[f]) / norms.sd[f];
                let cut = if unclipped == 0.0 { 1.0 } else { z[f] / unclipped };
                slopes[t][f] = weights[f] * cut / norms.sd[f];
                mean_share[t] -= slopes[t][f] * norms.mean[f] / words;
            }
            // The log of the sentence length is borne by every word alike.
            mean_share[t] += slopes[t][SENTENCE_LENGTH] * raw[SENTENCE_LENGTH] / words;
        }
        Self { scores: weigh(model, &z), z, total, model, norms, slopes, mean_share, per_occurrence }
    }

    /// Words the scores rest on.
    pub const fn words(&self) -> u32 {
        self.total.words
    }

    /// The counts the scores rest on.
    pub const fn total(&self) -> &Counts {
        &self.total
    }

    /// Points of each feature for one trait; the last entry of the answer is all of meaning
    /// together.
    pub fn by_feature(&self, trait_index: usize) -> [f64; FIRST_DIM + 1] {
        let weights = &self.model.header.weights[trait_index];
        let mut points = [0.0; FIRST_DIM + 1];
        for (f, (weight, z)) in weights.iter().zip(self.z).enumerate() {
            points[f.min(FIRST_DIM)] += weight * z;
        }
        points
    }

    /// A sentence's share of each score.
    pub fn share(&self, part: &Counts) -> PerTrait {
        let mut points = [0.0; TRAITS.len()];
        for (t, point) in points.iter_mut().enumerate() {
            *point = f64::from(part.words) * self.mean_share[t] + self.counted(t, part) + self.meant(t, part);
        }
        points
    }

    fn counted(&self, t: usize, part: &Counts) -> f64 {
        let slopes = &self.slopes[t];
        let occurrences = part.categories.iter().chain(&part.marks).map(|count| f64::from(*count));
        let counted =
            occurrences.zip(slopes).zip(&self.per_occurrence).map(|((n, slope), share)| n * slope * share);
        counted.sum::<f64>()
            + slopes[WORD_LENGTH] * f64::from(part.letters) / f64::from(self.total.words.max(1))
            + slopes[LONG_WORDS] * f64::from(part.long_words) * self.per_occurrence[LONG_WORDS]
    }

    fn meant(&self, t: usize, part: &Counts) -> f64 {
        let per_vector = self.model.header.scale / f64::from(self.total.vectors.max(1));
        let slopes = &self.slopes[t][FIRST_DIM..];
        slopes.iter().zip(part.vector_sum).map(|(slope, sum)| slope * f64::from(sum) * per_vector).sum()
    }

    /// A word's share of one trait's score. The rest of its sentence's share is punctuation.
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
        let meant: f64 = facts.vector.map_or(0.0, |vector| {
            let steps = vector.iter().map(|step| f64::from(step.cast_signed()));
            slopes[FIRST_DIM..].iter().zip(steps).map(|(slope, step)| slope * step * per_vector).sum()
        });
        self.mean_share[t] + counted + shape + meant
    }

    /// A sentence's punctuation's share of one trait's score.
    pub fn mark_share(&self, t: usize, part: &Counts) -> f64 {
        let marks = FIRST_MARK..FIRST_MARK + MARK_COUNT;
        let slopes = &self.slopes[t][marks.clone()];
        let shares = slopes.iter().zip(&self.per_occurrence[marks]).zip(part.marks);
        shares.map(|((slope, share), count)| slope * share * f64::from(count)).sum()
    }

    /// Each score if the sentence were not there. With nothing else left, the scores stay as they
    /// are.
    pub fn without(&self, part: &Counts) -> PerTrait {
        let left = self.total.without(part);
        if left.words == 0 {
            return self.scores;
        }
        weigh(self.model, &standardise(&left.features(self.model.header.scale), self.norms))
    }
}

fn weigh(model: &Model, z: &Features) -> PerTrait {
    let mut scores = [0.0; TRAITS.len()];
    for (score, weights) in scores.iter_mut().zip(&model.header.weights) {
        *score = weights.iter().zip(z).map(|(weight, z)| weight * z).sum();
    }
    scores
}

const _: () = assert!(CATEGORIES <= 64 && FIRST_DIM + DIMS == FEATURES);
