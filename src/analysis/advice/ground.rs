//! What advice rests on: where the person stands on each measure of the model.

use super::standing::{EvidenceStrength, Tally};
use crate::analysis::catalogue::Side;
use crate::analysis::features::Counts;
use crate::analysis::layout::{Features, SENTENCE_LENGTH, WORD_LENGTH};
use crate::analysis::model::{Measure, Model};
use crate::analysis::reading::{Reading, Texts};
use crate::domain::language::Language;

/// Occurrences a rule needs, for measures that count words or marks.
const MIN_OCCURRENCES: u32 = 4;

/// Everything the advice looks at.
#[derive(Debug)]
pub struct Ground<'a> {
    /// Standardised features of the sentences that advice may go by.
    pub z: &'a Features,
    /// Sentences of the language analysed.
    pub texts: &'a Texts,
    /// All posts.
    pub reading: &'a Reading<'a>,
    /// Counts of the sentences that advice may go by, together.
    pub total: &'a Counts,
    /// Counts of those of them that are not told of a person.
    pub countable: &'a Counts,
    /// Language of the posts.
    pub language: Language,
    /// Language of the answer.
    pub answer: Language,
    /// The model.
    pub model: &'a Model,
}

impl Ground<'_> {
    /// Where the person stands on a measure, for the register they write in.
    pub(super) fn standing(&self, measure: &Measure) -> EvidenceStrength {
        let sum =
            |mix: &[(usize, f64)]| mix.iter().map(|(feature, weight)| weight * self.z[*feature]).sum::<f64>();
        let norm = measure.norm(self.language);
        let score = sum(&measure.mix) - norm.register * sum(&self.model.register);
        let words = f64::from(self.total.words.max(1));
        EvidenceStrength { z: norm.spread.z(score, words), reliability: norm.spread.reliability(words) }
    }

    pub(super) fn measure(&self, at: usize) -> &Measure {
        &self.model.header.measures[at]
    }

    /// Whether what the measure counts occurs often enough to say that there is much of it. Shapes always do, and so
    /// does a measure of what is absent.
    pub(super) fn has_enough(&self, measure: &Measure) -> bool {
        let counted = measure.mix.iter().filter(|(_, weight)| *weight > 0.0);
        let occurrences: u32 = counted.map(|(feature, _)| self.countable.occurrences(*feature)).sum();
        measure.has_shape() || measure.only_removes(Side::High) || occurrences >= MIN_OCCURRENCES
    }

    pub(super) fn tally(&self, measure: &Measure) -> Option<Tally> {
        let of_words = self.total.words;
        if measure.mix.iter().any(|(feature, _)| *feature == SENTENCE_LENGTH) {
            let matched = (f64::from(of_words) / f64::from(self.total.sentences.max(1))).round();
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a mean of word counts"
            )]
            return Some(Tally { matched: matched as u32, of_words });
        }
        let matched = measure.mix.iter().map(|(feature, _)| self.total.occurrences(*feature)).sum();
        measure.mix.iter().all(|(feature, _)| *feature != WORD_LENGTH).then_some(Tally { matched, of_words })
    }
}

impl Measure {
    /// Whether it measures the length of words or sentences.
    pub(super) fn has_shape(&self) -> bool {
        self.mix.iter().any(|(feature, _)| *feature >= SENTENCE_LENGTH)
    }

    /// Whether a text stands on this side by what it lacks.
    pub(super) fn only_removes(&self, side: Side) -> bool {
        self.mix.iter().all(|(_, weight)| weight * side.sign() <= 0.0)
    }
}
