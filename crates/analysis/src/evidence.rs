//! The person's own words behind a statement, with their places and points.
//!
//! A sentence is quoted by permission only. Any other is left out, with its position.

mod senses;

use std::collections::HashSet;
use std::ops::Range;

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
/// Least part of its sentence's points that a word has which is shown beside a trait: a word of
/// less explains nothing.
const MIN_WORD_PART: f64 = 0.1;
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
/// would change without them. A question, a denial, a sentence that tells a reader of the other side
/// or of neither, and one that is already `used` beside another trait are passed over.
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

/// At most twelve words, as written, with runs of blanks as one: from the beginning where that
/// holds `anchor`, else so that most of the words that matched stand in it. It never reaches across
/// text that is not the author's own, nor cuts a word or a figure such as 8.4.1.
fn excerpt(
    placed: &Placed,
    anchor: usize,
    matched: &[MatchedWord],
    reading: &Reading<'_>,
) -> (String, Range<usize>) {
    let chars = reading.chars_of(placed.post);
    let tokens = &placed.sentence.tokens;
    let runs = runs(tokens, chars);
    let at = runs.iter().position(|run| tokens[run.end - 1].start >= anchor).unwrap_or(0);
    let window = window(&runs, at, tokens, matched);
    let (first, last) = (runs[window.start].start, runs[window.end - 1].end - 1);
    let is_opened = tokens[first].start > placed.sentence.start && chars[tokens[first].start - 1] == '(';
    let start = tokens[first].start - usize::from(is_opened);
    let end = tokens[last].end + closing_marks(chars, start, tokens[last].end);
    let text: String = chars.get(start..end).unwrap_or(&[]).iter().collect();
    let before = if first > 0 { "…" } else { "" };
    let goes_on = last + 1 < tokens.len() || runs_into_quotation(chars, tokens[last].end);
    let after = if goes_on { "…" } else { "" };
    let text = format!("{before}{}{after}", text.split_whitespace().collect::<Vec<_>>().join(" "));
    (text, start..end)
}

/// The words and figures between blanks, each by its tokens: 8.4.1 is one.
fn runs(tokens: &[Token], chars: &[char]) -> Vec<Range<usize>> {
    let is_glued = |at: usize| {
        let gap = chars.get(tokens[at - 1].end..tokens[at].start).unwrap_or(&[]);
        !gap.iter().any(|c| c.is_whitespace())
    };
    let mut runs: Vec<Range<usize>> = Vec::new();
    for at in 0..tokens.len() {
        match runs.last_mut().filter(|_| at > 0 && is_glued(at)) {
            Some(run) => run.end = at + 1,
            None => runs.push(at..at + 1),
        }
    }
    runs
}

/// The runs to quote: of those around `at` that nothing parts the first ones, unless others hold
/// more of the words that matched.
fn window(runs: &[Range<usize>], at: usize, tokens: &[Token], matched: &[MatchedWord]) -> Range<usize> {
    let is_next = |left: usize| near(&tokens[runs[left].end - 1], &tokens[runs[left + 1].start]);
    let first = (0..at).rev().take_while(|left| is_next(*left)).last().unwrap_or(at);
    let last = (at..runs.len() - 1).take_while(|left| is_next(*left)).last().map_or(at, |left| left + 1);
    let held = |from: usize| {
        let (from, to) =
            (&tokens[runs[from].start], &tokens[runs[(from + MAX_EXCERPT_WORDS - 1).min(last)].end - 1]);
        matched.iter().filter(|word| word.start >= from.start && word.end <= to.end).count()
    };
    let earliest = first.max((at + 1).saturating_sub(MAX_EXCERPT_WORDS));
    let latest = at.min((last + 1).saturating_sub(MAX_EXCERPT_WORDS)).max(earliest);
    let most = (earliest..=latest).map(held).max().unwrap_or(0);
    let from = (earliest..=latest).find(|from| held(*from) == most).unwrap_or(earliest);
    from..(from + MAX_EXCERPT_WORDS).min(last + 1)
}

/// The matched words that a quotation holds.
fn within(words: Vec<MatchedWord>, quoted: &Range<usize>) -> Vec<MatchedWord> {
    words.into_iter().filter(|word| word.start >= quoted.start && word.end <= quoted.end).collect()
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
    fn a_quotation_holds_the_words_that_matched_and_cuts_no_figure() {
        use crate::{clean, segment};
        let quoted = |text: &str, words: &[&str]| {
            let posts =
                [fluence_domain::person::Post { text: text.to_owned(), published_at: None, language: None }];
            let chars: Vec<char> = text.chars().collect();
            let tokens = segment::sentences(&chars, &clean::own_prose(&chars)).remove(0).tokens;
            let reading = Reading::of(&posts, crate::model());
            let placed = &reading.texts(Language::En).sentences[0];
            let words: Vec<Token> =
                tokens.into_iter().filter(|token| words.contains(&token.norm.as_str())).collect();
            of_rule(placed, words[0].start, &words, &reading).excerpt
        };
        let late =
            "On the second day of the week after the audit the new version 8.4.1 was delayed by the team.";
        assert_eq!(
            quoted(late, &["delayed"]),
            "…of the week after the audit the new version 8.4.1 was delayed…"
        );
        let apart =
            "The plan for the yard that the office sent to all of us in May has a deadline and owners.";
        assert_eq!(
            quoted(apart, &["deadline", "owners"]),
            "…sent to all of us in May has a deadline and owners."
        );
        let early = "The plan for the yard that the office sent to all of us in May has a map.";
        assert_eq!(quoted(early, &["plan"]), "The plan for the yard that the office sent to all of…");
    }

    #[test]
    fn a_bracket_that_is_opened_is_closed() {
        let marks = |text: &str, end: usize| closing_marks(&text.chars().collect::<Vec<_>>(), 0, end);
        assert_eq!(marks("two pages (mostly tables).", 24), 2);
        assert_eq!(marks("two pages, mostly tables).", 24), 0);
        assert_eq!(marks("up by 40%. It", 8), 2);
    }
}
