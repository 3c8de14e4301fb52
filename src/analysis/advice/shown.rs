//! The sentences that are shown for a line, and the words in them.

use super::{Ground, MAX_EVIDENCE};
use crate::analysis::catalogue::Side;
use crate::analysis::evidence::{self, Evidence};
use crate::analysis::features::word_facts;
use crate::analysis::layout::{FIRST_MARK, MARKS, SENTENCE_LENGTH, WORD_LENGTH};
use crate::analysis::model::Measure;
use crate::analysis::permission::Permission;
use crate::analysis::reading::Placed;
use crate::analysis::segment::Token;

/// Least words of a sentence that is shown for its shape or plainness, and most for its plainness.
const MIN_SHOWN_WORDS: u32 = 4;
const MAX_PLAIN_WORDS: u32 = 14;
/// Words from which a sentence is long enough to speak for itself; shorter ones count as if they had so many.
const FULL_SHOWN_WORDS: f64 = 10.0;
/// Place of numbers among the marks.
const NUMBER: usize = 6;
const _: () = assert!(MARKS.len() == 10 && NUMBER < MARKS.len());

impl Ground<'_> {
    /// The sentences that show a measure best, and the words in them.
    pub(super) fn evidence(&self, measure: &Measure, side: Side) -> Vec<Evidence> {
        let mut shown: Vec<(f64, &Placed)> = self
            .texts
            .sentences
            .iter()
            .filter(|placed| placed.permission == Permission::Quoted)
            .filter_map(|placed| Some((self.shows(measure, side, placed)?, placed)))
            .collect();
        shown.sort_by(|a, b| b.0.total_cmp(&a.0));
        shown.truncate(MAX_EVIDENCE);
        let show = |placed: &Placed| {
            evidence::of_rule(placed, &self.words_shown(measure, side, placed), self.reading)
        };
        shown.into_iter().map(|(_, placed)| show(placed)).collect()
    }

    /// How well a sentence shows a measure, or nothing when it does not.
    fn shows(&self, measure: &Measure, side: Side, placed: &Placed) -> Option<f64> {
        let counts = &placed.counts;
        let words = f64::from(counts.words);
        let is_shape = measure.has_shape();
        let per_word = if is_shape { 10.0 / words } else { 1.0 };
        let sum: f64 = measure
            .mix
            .iter()
            .map(|(feature, weight)| match *feature {
                SENTENCE_LENGTH => weight * words,
                WORD_LENGTH => weight * f64::from(counts.letters) / words,
                feature => weight * f64::from(counts.occurrences(feature)) * per_word,
            })
            .sum();
        if is_shape {
            return (counts.words >= MIN_SHOWN_WORDS).then_some(side.sign() * sum);
        }
        if measure.only_removes(side) {
            // What is absent is shown by a plain sentence without any of it.
            let fits = (MIN_SHOWN_WORDS..=MAX_PLAIN_WORDS).contains(&counts.words) && counts.marks[0] == 0;
            return (fits && sum == 0.0)
                .then_some(f64::from(counts.categories[self.certainty()]) - words / 100.0);
        }
        (side.sign() * sum > 0.0).then_some(side.sign() * sum / words.max(FULL_SHOWN_WORDS).sqrt())
    }

    fn certainty(&self) -> usize {
        self.model.lexicon.categories.iter().position(|name| *name == "cert").unwrap_or_default()
    }

    /// The words of a sentence that the measure counts; numbers too, when it counts those.
    fn words_shown<'p>(&self, measure: &Measure, side: Side, placed: &'p Placed) -> Vec<&'p Token> {
        let counts = |feature: usize, weight: f64| feature < FIRST_MARK && weight * side.sign() > 0.0;
        let wanted =
            measure.mix.iter().filter(|(f, w)| counts(*f, *w)).fold(0_u64, |set, (f, _)| set | 1 << f);
        let words = word_facts(&placed.sentence, self.language, self.model);
        let mut shown: Vec<&Token> = words
            .into_iter()
            .filter(|(_, facts)| facts.categories & wanted != 0)
            .map(|(token, _)| token)
            .collect();
        if measure.mix.iter().any(|(feature, _)| *feature == FIRST_MARK + NUMBER) {
            shown.extend(placed.sentence.tokens.iter().filter(|token| !token.is_word));
            shown.sort_by_key(|token| token.start);
        }
        shown
    }
}
