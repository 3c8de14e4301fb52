//! The sentences that are shown for a line, and the words in them.

use std::collections::HashSet;

use super::{Ground, Line};
use crate::catalogue::Side;
use crate::cues::Hit;
use crate::evidence;
use crate::permission::{Permission, has_private_sense};
use crate::reading::Placed;
use crate::segment::Token;
use crate::style::carries_meaning;
use crate::style::figures::is_decimal;

/// Quotations beside one line.
const MAX_EVIDENCE: usize = 2;
/// Least words of a sentence that is shown, and least of them that carry meaning.
const MIN_SHOWN_WORDS: usize = 5;
const MIN_CONTENT_WORDS: usize = 3;
/// Words from which a sentence is long enough to speak for itself; shorter ones count as if they
/// had so many.
const FULL_SHOWN_WORDS: f64 = 10.0;
/// Long words that a sentence needs to show formal vocabulary.
const MIN_LONG_WORDS: usize = 2;
/// Words of a sentence that shows how short sentences are.
const MAX_SHORT_WORDS: usize = 9;

/// What a line shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) measure: usize,
    pub(super) side: Side,
}

impl Ground<'_> {
    /// Puts the sentences beside the lines that show them best. A sentence stands beside one line
    /// only.
    pub(super) fn show(&self, lines: &mut [Line]) {
        let mut used = HashSet::new();
        for line in lines {
            let Some(shown) = line.shows else { continue };
            for at in self.best(shown, &used) {
                used.insert(at);
                let placed = &self.texts.sentences[at];
                let (anchor, words) = self.words_shown(shown, at, placed);
                line.evidence.push(evidence::of_rule(placed, anchor, &words, self.reading));
            }
        }
    }

    fn best(&self, shown: Shown, used: &HashSet<usize>) -> Vec<usize> {
        let is_free = |at: &usize| !used.contains(at);
        let mut scored: Vec<(f64, usize)> = (0..self.texts.sentences.len())
            .filter(is_free)
            .filter_map(|at| Some((self.shows(shown, at)?, at)))
            .collect();
        scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        scored.truncate(MAX_EVIDENCE);
        scored.into_iter().map(|(_, at)| at).collect()
    }

    /// How well a sentence shows a line, or nothing when it does not. The count alone shows what is
    /// absent.
    fn shows(&self, shown: Shown, at: usize) -> Option<f64> {
        let placed = &self.texts.sentences[at];
        let tokens = &placed.sentence.tokens;
        let content = tokens.iter().filter(|token| carries_meaning(token)).count();
        if placed.permission != Permission::Quoted || content < MIN_CONTENT_WORDS {
            return None;
        }
        let words = tokens.len() as f64;
        if self.model.cues.is_sentence_length(shown.measure) {
            let is_short = shown.side == Side::Low && tokens.len() <= MAX_SHORT_WORDS;
            return is_short.then_some(-words);
        }
        let hits = self.hits(shown, at).count();
        let needed = if self.model.cues.is_long_words(shown.measure) { MIN_LONG_WORDS } else { 1 };
        let fits = shown.side == Side::High
            && hits >= needed
            && tokens.len() >= MIN_SHOWN_WORDS
            && !self.is_told_by_one(shown, at);
        fits.then(|| hits as f64 / words.max(FULL_SHOWN_WORDS).sqrt())
    }

    /// Whether a sentence that should show “we” is told from “I”: “I list what we can give up”.
    fn is_told_by_one(&self, shown: Shown, at: usize) -> bool {
        let place = |name| self.model.cues.index_of(name);
        let says_i = |hit: &Hit| Some(hit.measure) == place("first_person");
        Some(shown.measure) == place("we") && self.style.hits(at).iter().any(says_i)
    }

    /// Whether half or more of what one of the lines counts is what the other counts: “thank you”
    /// is both warmth and credit.
    pub(super) fn counts_the_same(&self, one: &Line, other: &Line) -> bool {
        let [one, other] = [one, other].map(|line| self.places(line));
        let shared = one.intersection(&other).count();
        shared > 0 && 2 * shared >= one.len().min(other.len())
    }

    /// The words that a line counts, by sentence and place. A line of an absence counts none.
    fn places(&self, line: &Line) -> HashSet<(usize, usize)> {
        let shown = line.shows.filter(|shown| shown.side == Side::High);
        let of = |shown: Shown| {
            let sentences = 0..self.texts.sentences.len();
            sentences.flat_map(move |at| {
                self.hits(shown, at).flat_map(move |hit| {
                    (hit.token..=hit.token + hit.tokens.saturating_sub(1)).map(move |token| (at, token))
                })
            })
        };
        shown.into_iter().flat_map(of).collect()
    }

    fn hits(&self, shown: Shown, at: usize) -> impl Iterator<Item = &Hit> {
        self.style.hits(at).iter().filter(move |hit| hit.measure == shown.measure)
    }

    /// Where the quotation should lie, and the words that were counted. Of a phrase with a word
    /// that has a private sense none is shown: “off” of “sign off” says nothing.
    fn words_shown(&self, shown: Shown, at: usize, placed: &Placed) -> (usize, Vec<Token>) {
        let (tokens, text) = (&placed.sentence.tokens, self.reading.chars_of(placed.post));
        let anchor = self.hits(shown, at).next().map_or(0, |hit| hit.token.min(tokens.len() - 1));
        let mut words: Vec<Token> = Vec::new();
        let is_private = |token: &Token| has_private_sense(&token.norm, self.language, self.model);
        let places = self.hits(shown, at).map(|hit| hit.token..hit.token + hit.tokens);
        for place in places.filter(|places| !tokens[places.clone()].iter().any(is_private)).flatten() {
            let token = &tokens[place];
            match words.last_mut().filter(|last| place > 0 && last.end == tokens[place - 1].end) {
                // One figure, though it is two tokens: 8.4.
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
