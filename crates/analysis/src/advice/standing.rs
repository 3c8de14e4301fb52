//! Compares a text with professional posts of the same length: where it stands on each measure, and
//! whether that is worth a line.

use super::line::{Basis, Line, Strength, Tally};
use super::quotations::Finding;
use super::{Context, Examined, template};
use crate::catalogue::{Exclusions, Section, Side};
use crate::cues::norms::Norm;

/// A high standing needs this many occurrences, in this many posts if the text has as many.
const MIN_OCCURRENCES: u32 = 3;
const MIN_POSTS: u32 = 2;
/// A low standing needs a text in which at least this many occurrences are expected.
const MIN_EXPECTED: f64 = 4.0;
/// The fewest sentences whose mean length means something: one long sentence is not a habit.
const MIN_SENTENCES: u32 = 6;
/// A measure is used only if it is counted in at least one in this many words of the text.
const COUNTED_ONE_IN: u32 = 3;
/// Smaller shares count as this one, whose logarithm is finite.
const MIN_SHARE: f64 = 1e-12;

/// Where a text stands on a measure.
pub(super) struct Standing {
    /// The share of professional posts of the same length that stand lower. Of posts with the same
    /// count, half stand lower.
    share_below: f64,
    tally: Tally,
}

impl Standing {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share times 100 fits")]
    fn percentile(&self) -> u8 {
        (self.share_below * 100.0).round().clamp(1.0, 99.0) as u8
    }

    /// Returns the share of posts that stand as far to this side or further.
    fn share_beyond(&self, side: Side) -> f64 {
        match side {
            Side::High => 1.0 - self.share_below,
            Side::Low => self.share_below,
        }
    }

    /// Returns how far the text stands to this side, or `None` if it does not stand apart. It goes
    /// by the percentile, so that lines of equal percentiles are equally strong.
    fn strength(&self, side: Side) -> Option<Strength> {
        Strength::of(match side {
            Side::High => 100 - self.percentile(),
            Side::Low => self.percentile(),
        })
    }

    /// Returns how rare the standing is: the negative natural logarithm of the share beyond it.
    fn surprise(&self, side: Side) -> f64 {
        -self.share_beyond(side).max(MIN_SHARE).ln()
    }
}

impl Context<'_> {
    /// Returns how much of the text the lines count in.
    pub fn examined(&self) -> Examined {
        Examined::of(self.style, self.texts.words)
    }

    /// Returns the standing of the text on a measure, if it stands apart on this side, enough is
    /// counted, and none of the excluding measures occurs.
    pub(super) fn stands_apart(
        &self,
        measure: usize,
        side: Side,
        exclusions: &Exclusions,
    ) -> Option<Standing> {
        if exclusions.without_indexes.iter().any(|other| self.style.count(*other).occurrences > 0) {
            return None;
        }
        let standing = self.standing(measure);
        (self.has_enough(measure, side) && standing.strength(side).is_some()).then_some(standing)
    }

    /// Whether enough is counted to say that the text stands on this side.
    fn has_enough(&self, measure: usize, side: Side) -> bool {
        let (count, words) = (self.style.count(measure), self.words_for(measure));
        let is_counted_enough = words * COUNTED_ONE_IN >= self.texts.words;
        let is_enough = match (side, self.model.cues.norms.of(measure, self.language)) {
            (_, Norm::Length(_)) => self.style.lengths.sentences >= MIN_SENTENCES,
            (Side::High, Norm::Count(_)) => {
                count.occurrences >= MIN_OCCURRENCES && count.posts >= MIN_POSTS.min(self.texts.posts)
            }
            (Side::Low, Norm::Count(norm)) => norm.expected(words) >= MIN_EXPECTED,
        };
        is_enough && is_counted_enough
    }

    /// Returns the number of words that a measure is counted in.
    fn words_for(&self, measure: usize) -> u32 {
        let cues = &self.model.cues;
        if cues.is_sentence_length(measure) {
            self.style.lengths.words
        } else if cues.is_rated(measure) {
            self.style.words
        } else {
            self.style.countable_words
        }
    }

    /// Returns the words of the text if the measure is not counted in all of them, because some
    /// sentences may be private.
    fn words_of_whole(&self, measure: usize) -> Option<u32> {
        let counted = self.words_for(measure);
        (counted < self.style.lengths.words.min(self.texts.words)).then_some(self.texts.words)
    }

    fn standing(&self, measure: usize) -> Standing {
        let (count, of_words) = (self.style.count(measure).occurrences, self.words_for(measure));
        let (share_below, matched) = match self.model.cues.norms.of(measure, self.language) {
            Norm::Count(norm) => (norm.share_below(count, of_words), count),
            Norm::Length(norm) => {
                let lengths = self.style.lengths;
                (norm.share_below(lengths.mean(), lengths.sentences), rounded(lengths.mean()))
            }
        };
        Standing { share_below, tally: Tally { matched, of_words } }
    }

    /// Returns a line that rests on a standing, without its evidence.
    pub(super) fn line(
        &self,
        id: String,
        section: Option<Section>,
        template: &str,
        measure: usize,
        side: Side,
        standing: &Standing,
    ) -> Line {
        Line {
            id,
            section,
            text: template::fill(template, standing.tally, self.words_of_whole(measure), self.answer),
            basis: Basis::ObservedStyle,
            strength: standing.strength(side).unwrap_or(Strength::Moderate),
            percentile: Some(standing.percentile()),
            counts: Some(standing.tally),
            evidence: Vec::new(),
            rank: standing.surprise(side),
            gist: None,
            finding: Some(Finding { measure, side }),
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a mean of word counts")]
fn rounded(length: f64) -> u32 {
    length.round() as u32
}
