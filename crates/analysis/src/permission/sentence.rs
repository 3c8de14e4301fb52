//! Classifies the words of a sentence and judges the sentence and its sides.

use super::Aside;
use super::grammar::{CLAUSE_MARKS, MARKS_INSIDE_CLAUSES, may_join};
use super::item::{Item, is_ambiguous, is_of_a_thing, opens_with_common_word};
use super::judgement::Judgement;
use super::verdict::Verdict;
use super::worktalk::{
    Features, MAX_BEST_SIDE, PER_POINT_OF_BEST_SIDE, QUOTABLE, QUOTABLE_SHORT_SIDE, worktalk,
};
use crate::model::Model;
use crate::segment::{Sentence, Token};
use crate::vocabulary::{Classes, MAX_PHRASE_WORDS, Vocabulary, is_tag_of_work};
use fluence_domain::language::Language;

/// The fewest tokens of a side that is judged.
const MIN_SIDE_TOKENS: usize = 3;

/// Judges the sentences of one post.
pub(super) struct Reader<'l> {
    pub(super) text: &'l [char],
    /// The vocabulary of the post's language.
    pub(super) own: &'static Vocabulary,
    /// The vocabulary of the other language.
    pub(super) other: &'static Vocabulary,
    pub(super) language: Language,
    pub(super) model: &'l Model,
}

impl Reader<'_> {
    /// Returns the verdict on a sentence.
    pub(super) fn verdict(&self, sentence: &Sentence) -> Verdict {
        let tokens = &sentence.tokens[..];
        self.judgement(tokens).verdict(|items| self.score(tokens, items), || self.sides_read_as_work(tokens))
    }

    /// Whether each side of a joined sentence may be quoted: a private matter joined to work is
    /// still private. Short sides need a lower score, which rises with the score of the best side.
    fn sides_read_as_work(&self, tokens: &[Token]) -> bool {
        let (mut lowest_short, mut highest) = (f64::INFINITY, 0.0_f64);
        for side in self.sides(tokens) {
            let judgement = self.judgement(side);
            let Some(allowance) = judgement.allowance_as_a_side() else { return false };
            let score = self.score(side, judgement.items());
            highest = highest.max(score);
            if !judgement.may_stand_alone() {
                lowest_short = lowest_short.min(score + allowance);
            } else if score + allowance <= QUOTABLE {
                return false;
            }
        }
        lowest_short > QUOTABLE_SHORT_SIDE + PER_POINT_OF_BEST_SIDE * highest.min(MAX_BEST_SIDE)
    }

    pub(super) fn judgement<'s>(&self, tokens: &'s [Token]) -> Judgement<'s> {
        Judgement::new(self.items_of(tokens), self.language)
    }

    fn score(&self, tokens: &[Token], items: &[Item<'_>]) -> f64 {
        worktalk().score(&self.features(tokens, items))
    }

    /// Returns the features of a sentence for the model of work talk.
    pub(super) fn features<'s>(&self, tokens: &'s [Token], items: &[Item<'_>]) -> Features<'s> {
        Features::of(tokens, items, self.language, self.model)
    }

    /// Returns the parts of a sentence before and after each mark or word that may join two
    /// matters, and between two neighbouring ones, without the words that join them. Leaves out
    /// parts of fewer than [`MIN_SIDE_TOKENS`] tokens.
    pub(super) fn sides<'s>(&self, tokens: &'s [Token]) -> impl Iterator<Item = &'s [Token]> {
        let joins = (1..tokens.len()).filter(|at| self.is_joined(&tokens[at - 1], &tokens[*at]));
        let joins: Vec<usize> = joins.collect();
        let between: Vec<_> = joins.windows(2).map(|pair| &tokens[pair[0]..pair[1]]).collect();
        let both = joins.into_iter().flat_map(|at| <[_; 2]>::from(tokens.split_at(at)));
        both.chain(between).filter(|side| side.len() >= MIN_SIDE_TOKENS).map(without_joining_words)
    }

    /// Whether a mark or a word between two tokens may join two matters.
    fn is_joined(&self, before: &Token, next: &Token) -> bool {
        let is_join =
            |c: &char| !c.is_whitespace() && !c.is_alphanumeric() && !MARKS_INSIDE_CLAUSES.contains(c);
        // 1,7 and 9:30 are one number of two tokens.
        let is_number = !before.is_word && !next.is_word && next.start - before.end == 1;
        let gap = self.text.get(before.end..next.start).unwrap_or(&[]);
        may_join(&next.norm) || !is_number && gap.iter().any(is_join)
    }

    /// Returns the words and phrases of a sentence, and decides which ambiguous ones refer to a
    /// thing.
    pub(super) fn items_of<'s>(&self, tokens: &'s [Token]) -> Vec<Item<'s>> {
        let mut items = self.items(tokens);
        let is_common = opens_with_common_word(&items);
        if let Some(first) = items.first_mut() {
            first.is_name &= !is_common;
        }
        for at in 0..items.len() {
            items[at].is_firm = !is_ambiguous(&items[at]) || is_of_a_thing(&items, at);
        }
        items
    }

    fn items<'s>(&self, tokens: &'s [Token]) -> Vec<Item<'s>> {
        let mut items = Vec::with_capacity(tokens.len());
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            let (length, classes) = self.phrase(&tokens[at..]).unwrap_or_else(|| {
                let previous = at.checked_sub(1).map_or("", |before| tokens[before].norm.as_str());
                (1, self.classes(previous, token))
            });
            let before = at.checked_sub(1).map_or(token.start, |before| tokens[before].end);
            let follows_mark = self
                .text
                .get(before..token.start)
                .is_some_and(|gap| gap.iter().any(|c| CLAUSE_MARKS.contains(c)));
            let is_name = token.titlecase
                && !classes.is_known()
                && (at > 0 || self.model.vector(&token.norm, self.language).is_none());
            let is_phrase = length > 1;
            items.push(Item { word: &token.norm, classes, is_phrase, is_firm: true, is_name, follows_mark });
            at += length;
        }
        items
    }

    /// Returns the number of words and the classes of the longest listed phrase at the start.
    fn phrase(&self, tokens: &[Token]) -> Option<(usize, Classes)> {
        let first = &tokens.first()?.norm;
        if !self.own.opens_phrase(first) {
            return None;
        }
        (2..=MAX_PHRASE_WORDS.min(tokens.len())).rev().find_map(|length| {
            let words: Vec<&str> = tokens[..length].iter().map(|token| token.norm.as_str()).collect();
            Some((length, self.own.phrase(&words.join(" "))?))
        })
    }

    /// Returns the classes of a word. Private words and things of the other language count too;
    /// letters and words with digits are plain.
    fn classes(&self, previous: &str, token: &Token) -> Classes {
        let word = token.norm.as_str();
        let known = self.own.word(word);
        if known.is_known() {
            return known;
        }
        if self.is_private(previous, word) {
            return known.or(Classes::PRIVATE);
        }
        let is_letter = word.chars().nth(1).is_none();
        if is_letter || word.chars().any(|c| c.is_ascii_digit()) {
            return known.or(Classes::PLAIN);
        }
        let borrowed = self.other.word(word);
        if borrowed.meets(Classes::THING) { known.or(Classes::THING) } else { known }
    }

    /// Whether the other vocabulary or the lexicon lists the word as private.
    fn is_private(&self, previous: &str, word: &str) -> bool {
        let listed = |language| self.model.lexicon.is_sensitive(previous, word, language);
        self.other.word(word).meets(Classes::PRIVATE) || listed(Language::En) || listed(Language::Pt)
    }

    /// Whether the word has a private sense. The other language decides only if this one lacks the
    /// word.
    pub(super) fn has_private_sense(&self, word: &str) -> bool {
        let known = self.own.word(word);
        known.has_private_sense() || !known.is_known() && self.is_private("", word)
    }

    /// Whether a word outside the author's prose makes the post private.
    pub(super) fn is_private_aside(&self, aside: &Aside) -> bool {
        let word = aside.word.as_str();
        let known = self.own.word(word);
        if known.is_private_without_context() || !known.is_known() && self.is_private("", word) {
            return true;
        }
        let hides_private_word = || [self.own, self.other].iter().any(|words| words.hides_private_word(word));
        aside.is_tag && !is_tag_of_work(word) && (known.has_private_sense() || hides_private_word())
    }
}

/// Returns a side as a sentence of its own: “that the bed is free” as “the bed is free”.
fn without_joining_words(side: &[Token]) -> &[Token] {
    let joining = side.iter().take_while(|token| may_join(&token.norm)).count();
    &side[joining..]
}
