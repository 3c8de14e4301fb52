//! Quotations of the person's words behind a statement, with their positions and points.
//!
//! Only sentences of [`Permission::Quoted`] appear. The others are left out, including their
//! positions.

mod excerpt;
mod senses;

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::Serialize;

use self::excerpt::{are_near, excerpt, within};
use super::cues::scope::is_negation;
use super::features::word_facts;
use super::language::{Detected, detect};
use super::model::Model;
use super::permission::{Permission, has_private_sense};
use super::reading::{Placed, Reading, Texts};
use super::score::{PerTrait, Scores};
use super::segment::Token;
use super::style::carries_meaning;
use fluence_domain::language::Language;

/// The most sentences that a trait quotes.
const MAX_SENTENCES: usize = 3;
/// The fewest words that carry meaning in a sentence that a trait quotes.
const MIN_CONTENT_WORDS: usize = 4;
/// The fewest points of a sentence that a trait quotes. Fewer look like none when rounded.
const MIN_POINTS: f64 = 0.05;
/// The least change of the score without such a sentence.
const MIN_EFFECT: f64 = 0.005;
/// The least share of its sentence's points of a word that a trait lists.
const MIN_WORD_SHARE: f64 = 0.1;
/// The most matched words of a quotation.
const MAX_MATCHED_WORDS: usize = 5;

/// A place in a post and what stands there. Positions are Unicode code points of the post's text as
/// stored.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Evidence {
    /// The index of the post in the person's list, from 0.
    pub post: usize,
    /// Position of the sentence's first code point.
    pub start: usize,
    /// Position after the sentence's last code point.
    pub end: usize,
    /// At most twelve words of the sentence as written, with “…” where it is cut.
    pub excerpt: String,
    /// The counted words in the excerpt, or those with the most points. Empty where punctuation or
    /// the length of sentences is counted.
    pub matched_words: Vec<MatchedWord>,
    /// The sentence's share of the score. The shares of all sentences add up to it. Traits only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points: Option<f64>,
    /// The score of the text without the sentence. Traits only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score_without: Option<f64>,
}

/// One word of the evidence.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct MatchedWord {
    /// The word in its normalised form.
    pub word: String,
    /// Position of its first code point.
    pub start: usize,
    /// Position after its last code point.
    pub end: usize,
    /// The word's share of the score. Traits only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points: Option<f64>,
}

/// The data that the evidence of traits is chosen from.
pub struct TraitContext<'a> {
    /// The scores of the text.
    pub scores: &'a Scores<'a>,
    /// The posts in the analysed language.
    pub texts: &'a Texts,
    /// For each sentence, the scores of the text without it.
    pub without: &'a [PerTrait],
    /// All posts.
    pub reading: &'a Reading<'a>,
    /// The analysed language.
    pub language: Language,
    /// The model.
    pub model: &'a Model,
}

/// Returns the sentences that move a trait's score most to the side that it leans to, ranked by how
/// much the score changes without them. Skips questions, negated sentences, sentences whose words
/// do not express that side to a reader, and those `used` for another trait. Adds its own to
/// `used`.
pub fn of_trait(
    t: usize,
    is_high: bool,
    context: &TraitContext<'_>,
    used: &mut HashSet<usize>,
) -> Vec<Evidence> {
    let (scores, sentences) = (context.scores, &context.texts.sentences);
    let sign = if is_high { 1.0 } else { -1.0 };
    let effect = |at: &usize| sign * (scores.scores[t] - context.without[*at][t]);
    let words_of =
        |at: usize| strongest_words(t, scores, &sentences[at], is_high, context.language, context.model);
    let share = |at: &usize| sign * scores.share(&sentences[*at].counts)[t];
    let qualifies = |at: &usize| {
        !used.contains(at)
            && can_show_a_trait(&sentences[*at])
            && senses::expresses(&sentences[*at].sentence.tokens, t, is_high)
            && effect(at) >= MIN_EFFECT
            && share(at) >= MIN_POINTS
            && !words_of(*at).is_empty()
    };
    let mut ranked: Vec<usize> = (0..sentences.len()).filter(qualifies).collect();
    ranked.sort_by(|a, b| effect(b).total_cmp(&effect(a)).then(a.cmp(b)));
    let keeps_its_language = |at: &usize| keeps_its_language(*at, context);
    let shown: Vec<usize> = ranked.into_iter().filter(keeps_its_language).take(MAX_SENTENCES).collect();
    used.extend(&shown);
    let show = |at: usize| {
        let placed = &sentences[at];
        let words = words_of(at);
        let (excerpt, quoted) = excerpt(placed, words[0].start, &words, context.reading);
        Evidence {
            excerpt,
            matched_words: within(words, &quoted),
            points: Some(rounded(scores.share(&placed.counts)[t])),
            score_without: Some(rounded(context.without[at][t])),
            ..bare(placed)
        }
    };
    shown.into_iter().map(show).collect()
}

/// Whether the rest of the post would still be detected as the analysed language, or is empty. Else
/// the whole post would be left out, and `score_without` would be wrong.
fn keeps_its_language(at: usize, context: &TraitContext<'_>) -> bool {
    let sentences = &context.texts.sentences;
    let is_left = |(other, placed): &(usize, &Placed)| *other != at && placed.post == sentences[at].post;
    let mut left =
        sentences.iter().enumerate().filter(is_left).map(|(_, placed)| &placed.sentence).peekable();
    left.peek().is_none() || detect(left, context.model) == Detected::Ours(context.language)
}

/// Whether a trait may quote the sentence: it may be quoted, has content, asks and denies nothing,
/// and no text was removed from it.
fn can_show_a_trait(placed: &Placed) -> bool {
    let tokens = &placed.sentence.tokens;
    placed.permission == Permission::Quoted
        && placed.sentence.marks.question == 0
        && tokens.iter().filter(|token| carries_meaning(token)).count() >= MIN_CONTENT_WORDS
        && tokens.windows(2).all(|pair| are_near(&pair[0], &pair[1]))
        && !tokens.iter().any(|token| is_negation(&token.norm))
}

/// Returns the words of a sentence with the most points to one side, without words that have a
/// private sense.
fn strongest_words(
    t: usize,
    scores: &Scores<'_>,
    placed: &Placed,
    is_high: bool,
    language: Language,
    model: &Model,
) -> Vec<MatchedWord> {
    let sign: f64 = if is_high { 1.0 } else { -1.0 };
    let min_points = MIN_WORD_SHARE * sign * scores.share(&placed.counts)[t];
    let mut words: Vec<(f64, &Token)> = word_facts(&placed.sentence, language, model)
        .into_iter()
        .map(|(token, facts)| (scores.word_share(t, token.norm.chars().count(), &facts), token))
        .filter(|(points, token)| sign * points >= min_points && carries_meaning(token))
        .filter(|(_, token)| !has_private_sense(&token.norm, language, model))
        .collect();
    words.sort_by(|a, b| (sign * b.0).total_cmp(&(sign * a.0)).then(a.1.start.cmp(&b.1.start)));
    words.truncate(MAX_MATCHED_WORDS);
    words.into_iter().map(|(points, token)| matched(token, Some(rounded(points)))).collect()
}

/// Returns the evidence of a line: the sentence, quoted around the position `anchor`, and the words
/// that were counted.
pub fn of_line(placed: &Placed, anchor: usize, words: &[Token], reading: &Reading<'_>) -> Evidence {
    let words = words.iter().take(MAX_MATCHED_WORDS).map(|token| matched(token, None)).collect::<Vec<_>>();
    let (excerpt, quoted) = excerpt(placed, anchor, &words, reading);
    Evidence { excerpt, matched_words: within(words, &quoted), ..bare(placed) }
}

/// Returns the sentence's positions, without its text.
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

/// Rounds to six decimals, so that every platform writes the same bytes. Never returns -0.
pub(super) fn rounded(value: f64) -> f64 {
    let rounded = (value * 1e6).round() / 1e6;
    if rounded == 0.0 { 0.0 } else { rounded }
}
