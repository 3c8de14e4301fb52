//! The person's own words behind a statement, with their places and points.
//!
//! A sentence is quoted by permission only. Any other is left out, with its position.

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::Serialize;

use super::clean::ends_sentence_mark;
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
/// Words shown with their points.
const MAX_MATCHED_WORDS: usize = 5;
/// Words quoted at once.
const MAX_EXCERPT_WORDS: usize = 12;

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
/// would change without them. A question, a denial and a sentence that is already `used` beside
/// another trait are passed over.
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
        Evidence {
            excerpt: excerpt(placed, placed.sentence.start, ground.reading),
            matched_words: words_of(at),
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
    let mut words: Vec<(f64, &Token)> = word_facts(&placed.sentence, language, model)
        .into_iter()
        .map(|(token, facts)| (scores.word_share(t, token.norm.chars().count(), &facts), token))
        .filter(|(points, token)| sign * points > 0.0 && carries_meaning(token))
        .filter(|(_, token)| !has_private_sense(&token.norm, language, model))
        .collect();
    words.sort_by(|a, b| (sign * b.0).total_cmp(&(sign * a.0)).then(a.1.start.cmp(&b.1.start)));
    words.truncate(MAX_MATCHED_WORDS);
    words.into_iter().map(|(points, token)| matched(token, Some(rounded(points)))).collect()
}

/// The evidence of a rule: a sentence, quoted around `anchor`, and the words in it that matched.
pub fn of_rule(placed: &Placed, anchor: usize, words: &[Token], reading: &Reading<'_>) -> Evidence {
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

/// At most twelve words around `anchor`, as written, with runs of blanks as one. It never reaches
/// across text that is not the author's own.
fn excerpt(placed: &Placed, anchor: usize, reading: &Reading<'_>) -> String {
    let chars = reading.chars_of(placed.post);
    let tokens = &placed.sentence.tokens;
    let at = tokens.iter().position(|token| token.start >= anchor).unwrap_or(0);
    let (mut first, mut last) = (at, at);
    // From its beginning where that is near enough, since half a sentence reads like another one.
    let begins = (0..at).rev().take_while(|left| near(&tokens[*left], &tokens[left + 1])).count() == at;
    if begins && at < MAX_EXCERPT_WORDS - 2 {
        first = 0;
    }
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
    let is_opened = tokens[first].start > placed.sentence.start && chars[tokens[first].start - 1] == '(';
    let start = tokens[first].start - usize::from(is_opened);
    let end = tokens[last].end + closing_marks(chars, start, tokens[last].end);
    let text: String = chars.get(start..end).unwrap_or(&[]).iter().collect();
    let before = if first > 0 { "…" } else { "" };
    let goes_on = last + 1 < tokens.len() || runs_into_quotation(chars, tokens[last].end);
    let after = if goes_on { "…" } else { "" };
    format!("{before}{}{after}", text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The marks after `end` that close what stands between there and `start`: those that end a
/// sentence, and a bracket for each that was opened.
fn closing_marks(chars: &[char], start: usize, end: usize) -> usize {
    let of = |mark| chars.get(start..end).unwrap_or(&[]).iter().filter(|c| **c == mark).count();
    let mut open = of('(').saturating_sub(of(')'));
    let closes = |c: &&char| {
        let is_bracket = **c == ')' && open > 0;
        open -= usize::from(is_bracket);
        is_bracket || ends_sentence_mark(**c) || **c == '%'
    };
    chars.get(end..).unwrap_or(&[]).iter().take_while(closes).count()
}

/// Whether the line goes on after `at` with a quotation, which is left out of the author's own
/// words.
fn runs_into_quotation(chars: &[char], at: usize) -> bool {
    let rest = chars.get(at..).unwrap_or(&[]);
    let gap = rest.iter().take_while(|c| matches!(c, ' ' | ':' | ',')).count();
    gap > 0 && rest.get(gap).is_some_and(|c| matches!(c, '"' | '“' | '«' | '‘' | '\''))
}

/// Code points between two words of one excerpt: room for a mark and blanks, too few for anything
/// cut out.
const MAX_GAP: usize = 3;

fn near(left: &Token, right: &Token) -> bool {
    right.start - left.end <= MAX_GAP
}

/// Six decimals: finer than any check, and the same bytes everywhere.
pub(super) fn rounded(value: f64) -> f64 {
    let rounded = (value * 1e6).round() / 1e6;
    if rounded == 0.0 { 0.0 } else { rounded }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bracket_that_is_opened_is_closed() {
        let marks = |text: &str, end: usize| closing_marks(&text.chars().collect::<Vec<_>>(), 0, end);
        assert_eq!(marks("two pages (mostly tables).", 24), 2);
        assert_eq!(marks("two pages, mostly tables).", 24), 0);
        assert_eq!(marks("up by 40%. It", 8), 2);
    }
}
