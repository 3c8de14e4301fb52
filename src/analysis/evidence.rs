//! The person's own words behind a statement, with their places and points.
//!
//! A sentence is shown by permission only; any other is not told, not even by its place.

use schemars::JsonSchema;
use serde::Serialize;

use super::clean::ends_sentence_mark;
use super::features::word_facts;
use super::model::Model;
use super::permission::Permission;
use super::reading::{Placed, Reading, Texts};
use super::score::Scores;
use super::segment::Token;
use crate::domain::language::Language;

/// Sentences shown that raise a score, and that lower it.
const MAX_RAISING: usize = 3;
const MAX_LOWERING: usize = 2;
/// Words shown with their points.
const MAX_MATCHED_WORDS: usize = 5;
/// Words quoted at once.
const MAX_EXCERPT_WORDS: usize = 12;

/// A place in a post and what stands there. Positions are Unicode code points of the post's text as stored.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Evidence {
    /// Index of the post in the person's list, from 0.
    pub post: usize,
    /// First code point of the sentence.
    pub start: usize,
    /// One past its last code point.
    pub end: usize,
    /// At most twelve of its words, as written.
    pub excerpt: String,
    /// The words that count most.
    pub matched_words: Vec<MatchedWord>,
    /// The sentence's share of the score; all shares add up to it. Only beside a trait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points: Option<f64>,
    /// What the score would be without the sentence. Only beside a trait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score_without: Option<f64>,
}

/// One word of the evidence.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct MatchedWord {
    /// As the lexicon knows it.
    pub word: String,
    /// First code point.
    pub start: usize,
    /// One past its last code point.
    pub end: usize,
    /// The word's share of the score. Only beside a trait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points: Option<f64>,
}

/// The sentences that move a trait's score most, upward ones first. A sentence is upward when the score would be
/// lower without it, and its strength is by how much.
pub fn of_trait(
    t: usize,
    scores: &Scores<'_>,
    texts: &Texts,
    without: &[super::score::PerTrait],
    reading: &Reading<'_>,
    language: Language,
    model: &Model,
) -> Vec<Evidence> {
    let effect = |at: &usize| scores.scores[t] - without[*at][t];
    let is_quotable = |at: &usize| texts.sentences[*at].permission == Permission::Quoted;
    let mut shown: Vec<usize> = (0..texts.sentences.len()).filter(is_quotable).collect();
    shown.sort_by(|a, b| effect(b).total_cmp(&effect(a)).then(a.cmp(b)));
    let raising = shown.iter().filter(|at| effect(at) > 0.0).take(MAX_RAISING);
    let lowering = shown.iter().rev().filter(|at| effect(at) < 0.0).take(MAX_LOWERING);
    let show = |at: &usize, upward: bool| {
        let placed = &texts.sentences[*at];
        let words = strongest_words(t, scores, placed, upward, language, model);
        let anchor = words.first().map_or(placed.sentence.start, |word| word.start);
        Evidence {
            excerpt: excerpt(placed, anchor, reading),
            matched_words: words,
            points: Some(rounded(scores.share(&placed.counts)[t])),
            score_without: Some(rounded(without[*at][t])),
            ..bare(placed)
        }
    };
    raising.map(|at| show(at, true)).chain(lowering.map(|at| show(at, false))).collect()
}

fn strongest_words(
    t: usize,
    scores: &Scores<'_>,
    placed: &Placed,
    upward: bool,
    language: Language,
    model: &Model,
) -> Vec<MatchedWord> {
    let sign: f64 = if upward { 1.0 } else { -1.0 };
    let mut words: Vec<(f64, &Token)> = word_facts(&placed.sentence, language, model)
        .into_iter()
        .map(|(token, facts)| (scores.word_share(t, token.norm.chars().count(), &facts), token))
        .filter(|(points, _)| sign * points > 0.0)
        .collect();
    words.sort_by(|a, b| (sign * b.0).total_cmp(&(sign * a.0)).then(a.1.start.cmp(&b.1.start)));
    words.truncate(MAX_MATCHED_WORDS);
    words.into_iter().map(|(points, token)| matched(token, Some(rounded(points)))).collect()
}

/// The evidence of a rule: a sentence and the words in it that matched.
pub fn of_rule(placed: &Placed, words: &[&Token], reading: &Reading<'_>) -> Evidence {
    let anchor = words.first().map_or(placed.sentence.start, |token| token.start);
    Evidence {
        excerpt: excerpt(placed, anchor, reading),
        matched_words: words.iter().take(MAX_MATCHED_WORDS).map(|token| matched(token, None)).collect(),
        ..bare(placed)
    }
}

fn bare(placed: &Placed) -> Evidence {
    Evidence {
        post: placed.post,
        start: placed.sentence.start,
        end: placed.sentence.end,
        excerpt: String::new(),
        matched_words: Vec::new(),
        points: None,
        score_without: None,
    }
}

fn matched(token: &Token, points: Option<f64>) -> MatchedWord {
    MatchedWord { word: token.norm.clone(), start: token.start, end: token.end, points }
}

/// At most twelve words around `anchor`, as written, with runs of blanks as one. It never reaches across text that is
/// not the author's own.
fn excerpt(placed: &Placed, anchor: usize, reading: &Reading<'_>) -> String {
    let chars = reading.chars_of(placed.post);
    let tokens = &placed.sentence.tokens;
    let at = tokens.iter().position(|token| token.start >= anchor).unwrap_or(0);
    let (mut first, mut last) = (at, at);
    loop {
        let grow_right = last + 1 < tokens.len() && near(&tokens[last], &tokens[last + 1]);
        let grow_left =
            first > 0 && near(&tokens[first - 1], &tokens[first]) && (at - first <= last - at || !grow_right);
        if last - first + 1 >= MAX_EXCERPT_WORDS || !(grow_left || grow_right) {
            break;
        }
        if grow_left {
            first -= 1;
        } else {
            last += 1;
        }
    }
    let closing = chars.get(tokens[last].end..placed.sentence.end).unwrap_or(&[]);
    let closing = closing.iter().take_while(|c| ends_sentence_mark(**c) || **c == '%').count();
    let text: String =
        chars.get(tokens[first].start..tokens[last].end + closing).unwrap_or(&[]).iter().collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Code points between two words of one excerpt: room for a mark and blanks, too few for anything cut out.
const MAX_GAP: usize = 3;

fn near(left: &Token, right: &Token) -> bool {
    right.start - left.end <= MAX_GAP
}

/// Six decimals: finer than any check, and the same bytes everywhere.
pub(super) fn rounded(value: f64) -> f64 {
    let rounded = (value * 1e6).round() / 1e6;
    if rounded == 0.0 { 0.0 } else { rounded }
}
