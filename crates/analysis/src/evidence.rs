//! The person's own words behind a statement, with their places and points.
//!
//! A sentence is quoted by permission only. Any other is left out, with its position.

mod excerpt;
mod senses;

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::Serialize;

use self::excerpt::{excerpt, near, within};
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

/// Sentences shown beside a trait.
const MAX_SENTENCES: usize = 3;
/// Words that carry meaning, of a sentence that is shown beside a trait.
const MIN_CONTENT_WORDS: usize = 4;
/// Least points of a sentence that is shown, and least change of the score without it: less reads
/// as nothing when it is rounded.
const MIN_POINTS: f64 = 0.05;
const MIN_EFFECT: f64 = 0.005;
/// Least part of its sentence's points that a word has which is shown beside a trait: a word of
/// less explains nothing.
const MIN_WORD_PART: f64 = 0.1;
/// Words shown with their points.
const MAX_MATCHED_WORDS: usize = 5;

/// A place in a post and what stands there. Positions are Unicode code points of the post's text as
/// stored.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Evidence {
    /// Index of the post in the person's list, from 0.
    pub post: usize,
    /// First code point of the sentence.
    pub start: usize,
    /// One past its last code point.
    pub end: usize,
    /// At most twelve of its words, as written, with “…” where the sentence goes on.
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

/// What the evidence of traits is chosen from.
pub struct TraitGround<'a> {
    /// The scores of the text.
    pub scores: &'a Scores<'a>,
    /// Its sentences.
    pub texts: &'a Texts,
    /// For each sentence, the scores if it were not there.
    pub without: &'a [PerTrait],
    /// All posts.
    pub reading: &'a Reading<'a>,
    /// Language of the sentences.
    pub language: Language,
    /// The model.
    pub model: &'a Model,
}

/// The sentences that move a trait's score most to the side it leans to, by how much the score
/// would change without them. A question, a denial, a sentence that tells a reader of the other
/// side or of neither, and one that is already `used` beside another trait are passed over.
pub fn of_trait(
    t: usize,
    is_high: bool,
    ground: &TraitGround<'_>,
    used: &mut HashSet<usize>,
) -> Vec<Evidence> {
    let (scores, sentences) = (ground.scores, &ground.texts.sentences);
    let sign = if is_high { 1.0 } else { -1.0 };
    let effect = |at: &usize| sign * (scores.scores[t] - ground.without[*at][t]);
    let words_of =
        |at: usize| strongest_words(t, scores, &sentences[at], is_high, ground.language, ground.model);
    let share = |at: &usize| sign * scores.share(&sentences[*at].counts)[t];
    let may_stand = |at: &usize| {
        !used.contains(at)
            && shows_a_trait(&sentences[*at])
            && senses::agrees(&sentences[*at].sentence.tokens, t, is_high)
            && effect(at) >= MIN_EFFECT
            && share(at) >= MIN_POINTS
            && !words_of(*at).is_empty()
    };
    let mut ranked: Vec<usize> = (0..sentences.len()).filter(may_stand).collect();
    ranked.sort_by(|a, b| effect(b).total_cmp(&effect(a)).then(a.cmp(b)));
    let leaves = |at: &usize| leaves_its_post(*at, ground);
    let shown: Vec<usize> = ranked.into_iter().filter(leaves).take(MAX_SENTENCES).collect();
    used.extend(&shown);
    let show = |at: usize| {
        let placed = &sentences[at];
        let words = words_of(at);
        let (excerpt, quoted) = excerpt(placed, words[0].start, &words, ground.reading);
        Evidence {
            excerpt,
            matched_words: within(words, &quoted),
            points: Some(rounded(scores.share(&placed.counts)[t])),
            score_without: Some(rounded(ground.without[at][t])),
            ..bare(placed)
        }
    };
    shown.into_iter().map(show).collect()
}

/// Whether its post without the sentence is still in the same language, or empty: only then is the
/// score without it what is said. Two words that are left may be in no language, and the whole post
/// would not count.
fn leaves_its_post(at: usize, ground: &TraitGround<'_>) -> bool {
    let sentences = &ground.texts.sentences;
    let is_left = |(other, placed): &(usize, &Placed)| *other != at && placed.post == sentences[at].post;
    let mut left =
        sentences.iter().enumerate().filter(is_left).map(|(_, placed)| &placed.sentence).peekable();
    left.peek().is_none() || detect(left, ground.model) == Detected::Ours(ground.language)
}

/// Whether a sentence may stand beside a trait: it says something, plainly, and nothing is cut out
/// of it.
fn shows_a_trait(placed: &Placed) -> bool {
    let tokens = &placed.sentence.tokens;
    placed.permission == Permission::Quoted
        && placed.sentence.marks.question == 0
        && tokens.iter().filter(|token| carries_meaning(token)).count() >= MIN_CONTENT_WORDS
        && tokens.windows(2).all(|pair| near(&pair[0], &pair[1]))
        && !tokens.iter().any(|token| is_negation(&token.norm))
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
    let least = MIN_WORD_PART * sign * scores.share(&placed.counts)[t];
    let mut words: Vec<(f64, &Token)> = word_facts(&placed.sentence, language, model)
        .into_iter()
        .map(|(token, facts)| (scores.word_share(t, token.norm.chars().count(), &facts), token))
        .filter(|(points, token)| sign * points >= least && carries_meaning(token))
        .filter(|(_, token)| !has_private_sense(&token.norm, language, model))
        .collect();
    words.sort_by(|a, b| (sign * b.0).total_cmp(&(sign * a.0)).then(a.1.start.cmp(&b.1.start)));
    words.truncate(MAX_MATCHED_WORDS);
    words.into_iter().map(|(points, token)| matched(token, Some(rounded(points)))).collect()
}

/// The evidence of a rule: a sentence, quoted around `anchor`, and the words in it that matched.
pub fn of_rule(placed: &Placed, anchor: usize, words: &[Token], reading: &Reading<'_>) -> Evidence {
    let words = words.iter().take(MAX_MATCHED_WORDS).map(|token| matched(token, None)).collect::<Vec<_>>();
    let (excerpt, quoted) = excerpt(placed, anchor, &words, reading);
    Evidence { excerpt, matched_words: within(words, &quoted), ..bare(placed) }
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

/// Six decimals: finer than any check, and the same bytes everywhere.
pub(super) fn rounded(value: f64) -> f64 {
    let rounded = (value * 1e6).round() / 1e6;
    if rounded == 0.0 { 0.0 } else { rounded }
}
