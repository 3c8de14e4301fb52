//! Chooses the quotations of a line, and the words in them that were counted.

use std::collections::HashSet;

use super::{Context, Line};
use crate::catalogue::Side;
use crate::cues::Hit;
use crate::evidence;
use crate::permission::{Permission, has_private_sense};
use crate::reading::Placed;
use crate::segment::Token;
use crate::style::carries_meaning;
use crate::style::figures::is_decimal;

/// The most quotations of a line.
const MAX_QUOTATIONS: usize = 2;
/// The fewest tokens of a quoted sentence. Sentences that show short sentences may be shorter.
const MIN_QUOTED_TOKENS: usize = 5;
/// The fewest words of a quoted sentence that carry meaning.
const MIN_CONTENT_WORDS: usize = 3;
/// Shorter sentences rank as if they had this many tokens.
const MIN_RANKED_TOKENS: f64 = 10.0;
/// The fewest long words of a sentence that shows formal vocabulary.
const MIN_LONG_WORDS: usize = 2;
/// The most tokens of a sentence that shows short sentences.
const MAX_SHORT_TOKENS: usize = 9;

/// The measure and the side that a line states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) measure: usize,
    pub(super) side: Side,
}

impl Context<'_> {
    /// Adds quotations to the lines, in order. Each sentence is quoted for one line only.
    pub(super) fn quote(&self, lines: &mut [Line]) {
        let mut used = HashSet::new();
        for line in lines {
            let Some(finding) = line.finding else { continue };
            for at in self.best(finding, &used) {
                used.insert(at);
                let placed = &self.texts.sentences[at];
                let (anchor, words) = self.counted_words(finding, at, placed);
                line.evidence.push(evidence::of_line(placed, anchor, &words, self.reading));
            }
        }
    }

    /// Returns the indexes of the sentences that show a finding best.
    fn best(&self, finding: Finding, used: &HashSet<usize>) -> Vec<usize> {
        let is_free = |at: &usize| !used.contains(at);
        let mut scored: Vec<(f64, usize)> = (0..self.texts.sentences.len())
            .filter(is_free)
            .filter_map(|at| Some((self.rank(finding, at)?, at)))
            .collect();
        scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        scored.truncate(MAX_QUOTATIONS);
        scored.into_iter().map(|(_, at)| at).collect()
    }

    /// Returns how well a sentence shows a finding, or `None` if it does not. No quotation shows
    /// that something is rare.
    fn rank(&self, finding: Finding, at: usize) -> Option<f64> {
        let placed = &self.texts.sentences[at];
        let tokens = &placed.sentence.tokens;
        let content = tokens.iter().filter(|token| carries_meaning(token)).count();
        if placed.permission != Permission::Quoted || content < MIN_CONTENT_WORDS {
            return None;
        }
        let length = tokens.len() as f64;
        if self.model.cues.is_sentence_length(finding.measure) {
            let is_short = finding.side == Side::Low && tokens.len() <= MAX_SHORT_TOKENS;
            return is_short.then_some(-length);
        }
        let hits = self.hits(finding, at).count();
        let needed = if self.model.cues.is_long_words(finding.measure) { MIN_LONG_WORDS } else { 1 };
        let fits = finding.side == Side::High
            && self.shows_what_it_counts(finding, at)
            && hits >= needed
            && tokens.len() >= MIN_QUOTED_TOKENS
            && !self.is_we_beside_i(finding, at);
        fits.then(|| hits as f64 / length.max(MIN_RANKED_TOKENS).sqrt())
    }

    /// Whether a quotation of the sentence can name a word that was counted. Punctuation has none.
    fn shows_what_it_counts(&self, finding: Finding, at: usize) -> bool {
        let counts_words = self.hits(finding, at).any(|hit| hit.tokens > 0);
        !counts_words || !self.counted_words(finding, at, &self.texts.sentences[at]).1.is_empty()
    }

    /// Whether a sentence that should show “we” also says “I”: “I list what we can give up”.
    fn is_we_beside_i(&self, finding: Finding, at: usize) -> bool {
        let place = |name| self.model.cues.index_of(name);
        let says_i = |hit: &Hit| Some(hit.measure) == place("first_person");
        Some(finding.measure) == place("we") && self.style.hits(at).iter().any(says_i)
    }

    /// Whether at least half of the words that one of the lines counts are counted by the other
    /// too: “thank you” is both warmth and credit.
    pub(super) fn count_the_same(&self, one: &Line, other: &Line) -> bool {
        let [one, other] = [one, other].map(|line| self.counted_tokens(line));
        let shared = one.intersection(&other).count();
        shared > 0 && 2 * shared >= one.len().min(other.len())
    }

    /// Returns the tokens that a line counts, as indexes of sentence and token. A line for a low
    /// standing counts none.
    fn counted_tokens(&self, line: &Line) -> HashSet<(usize, usize)> {
        let finding = line.finding.filter(|finding| finding.side == Side::High);
        let of = |finding: Finding| {
            let sentences = 0..self.texts.sentences.len();
            sentences.flat_map(move |at| {
                self.hits(finding, at).flat_map(move |hit| {
                    (hit.token..=hit.token + hit.tokens.saturating_sub(1)).map(move |token| (at, token))
                })
            })
        };
        finding.into_iter().flat_map(of).collect()
    }

    fn hits(&self, finding: Finding, at: usize) -> impl Iterator<Item = &Hit> {
        self.style.hits(at).iter().filter(move |hit| hit.measure == finding.measure)
    }

    /// Returns the position that the quotation must contain, and the words that were counted.
    /// Leaves out every phrase that contains a word with a private sense.
    fn counted_words(&self, finding: Finding, at: usize, placed: &Placed) -> (usize, Vec<Token>) {
        let (tokens, text) = (&placed.sentence.tokens, self.reading.chars_of(placed.post));
        let anchor = self.hits(finding, at).next().map_or(0, |hit| hit.token.min(tokens.len() - 1));
        let mut words: Vec<Token> = Vec::new();
        let is_private = |token: &Token| has_private_sense(&token.norm, self.language, self.model);
        let ranges = self.hits(finding, at).map(|hit| hit.token..hit.token + hit.tokens);
        for place in ranges.filter(|range| !tokens[range.clone()].iter().any(is_private)).flatten() {
            let token = &tokens[place];
            match words.last_mut().filter(|last| place > 0 && last.end == tokens[place - 1].end) {
                // 8.4 is one figure of two tokens.
                Some(last) if is_decimal(tokens, place, text) => {
                    last.end = token.end;
                    last.norm = text[last.start..last.end].iter().collect();
                }
                _ => words.push(token.clone()),
            }
        }
        (tokens[anchor].start, words)
    }
}
