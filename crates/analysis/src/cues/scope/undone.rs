//! What a sentence says is missing, cancelled, refused, avoided or missed: “the demo was
//! cancelled”, “the team avoided a decision”, “a meta foi abandonada”.

mod words;

use self::words::{
    BE, BEFORE_NOTHING, HAS, NEVER, NONE, OCCURS, PREPOSITIONS, SINKING, UNDOING, UNDOING_PAIRS,
    UNDOING_STEMS, UNDONE_ENDINGS,
};
use super::gap;
use super::negation::{CLAUSE_MARKS, CLAUSE_WORDS, is_negation};
use crate::segment::Token;
use std::ops::Range;

/// The most words of an object after the verb that undoes it, and of a subject before it.
const OBJECT_REACH: usize = 6;
const SUBJECT_REACH: usize = 8;
/// The most words between a form of “be” and its participle, and between “no” and its noun.
const MAX_BETWEEN: usize = 2;

/// Marks the tokens that the sentence says are undone.
pub(super) fn undone(tokens: &[Token], text: &[char]) -> Vec<bool> {
    let clause = Clause { tokens, text };
    let mut undone = vec![false; tokens.len()];
    for at in 0..tokens.len() {
        let is_pair = clause.is_pair(at);
        let (before, after) = if clause.never_occurs(at) || clause.sinks(at) {
            (true, false)
        } else if is_pair || clause.undoes(at) {
            let ignores = clause.word(at).starts_with("ignor");
            let is_passive = if is_pair { clause.is_passive_pair(at) } else { clause.is_passive(at) };
            (is_passive || ignores, !is_passive)
        } else {
            (false, false)
        };
        if before {
            undone[clause.subject(at)].fill(true);
        }
        if after {
            undone[clause.object(at + 1 + usize::from(is_pair))].fill(true);
        }
        if matches!(clause.word(at), "nothing" | "nada" | "nobody" | "ninguém") {
            // “Almost nothing”, “to nobody”, “de nada”.
            let is_apart = at > 0 && clause.is_any(at - 1, BEFORE_NOTHING);
            at.checked_sub(1 + usize::from(is_apart)).into_iter().for_each(|verb| undone[verb] = true);
        }
    }
    undone
}

/// Whether the sentence says that there is none of what the tokens in `words` name: “no limits”,
/// “hardly any limits”, “não conhece restrições”.
pub(in crate::cues) fn is_missing(tokens: &[Token], words: Range<usize>) -> bool {
    let first = words.start.saturating_sub(MAX_BETWEEN);
    let is = |at: usize, list: &[&str]| list.contains(&tokens[at].norm.as_str());
    let negated_before = |at: usize| tokens[at.saturating_sub(3)..at].iter().any(|t| is_negation(&t.norm));
    (first..words.start).any(|at| {
        let has_none = is(at, NONE) || is(at, &["any"]) && negated_before(at);
        has_none || is(at, HAS) && negated_before(at)
    })
}

struct Clause<'a> {
    tokens: &'a [Token],
    text: &'a [char],
}

impl Clause<'_> {
    fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.norm.as_str())
    }

    fn is_any(&self, at: usize, list: &[&str]) -> bool {
        list.contains(&self.word(at))
    }

    /// Whether the verb at a position undoes its object. “Near miss” is no verb.
    fn undoes(&self, at: usize) -> bool {
        let word = self.word(at);
        let is_noun = at > 0 && self.is_any(at - 1, &["near", "quase"]);
        !is_noun && (UNDOING.contains(&word) || UNDOING_STEMS.iter().any(|stem| word.starts_with(stem)))
    }

    fn is_pair(&self, at: usize) -> bool {
        UNDOING_PAIRS.iter().any(|[one, two]| self.word(at) == *one && self.word(at + 1) == *two)
    }

    /// Whether the tokens say that the subject does not occur: “never took place”.
    fn never_occurs(&self, at: usize) -> bool {
        (self.is_any(at, NEVER) || self.word(at).ends_with("n't")) && self.is_any(at + 1, OCCURS)
    }

    /// Whether the subject comes to nothing: “fell through”.
    fn sinks(&self, at: usize) -> bool {
        let pair = format!("{}_{}", self.word(at), self.word(at + 1));
        SINKING.contains(&self.word(at)) || SINKING.contains(&pair.as_str())
    }

    /// Whether a pair such as “called off” undoes its subject.
    fn is_passive_pair(&self, at: usize) -> bool {
        self.is_any(at + 1, &["off", "up", "down", "back", "out", "away"]) && self.is_after_be(at)
    }

    fn is_after_be(&self, at: usize) -> bool {
        (at.saturating_sub(MAX_BETWEEN + 1)..at).any(|place| self.is_any(place, BE))
    }

    /// Whether the verb undoes its subject: a participle after “be”, at the end of its clause or
    /// before a preposition, or a Portuguese participle after its noun.
    fn is_passive(&self, at: usize) -> bool {
        let word = self.word(at);
        let is_participle = UNDONE_ENDINGS.iter().any(|ending| word.ends_with(ending));
        let is_active_form = word.ends_with("ing") || word.ends_with("ndo");
        let ends = at + 1 >= self.tokens.len() || self.is_parted(at + 1) || self.is_any(at + 1, PREPOSITIONS);
        at > 0 && !is_active_form && (self.is_after_be(at) || is_participle || ends)
    }

    fn is_parted(&self, at: usize) -> bool {
        gap(self.text, &self.tokens[at - 1], &self.tokens[at]).iter().any(|c| CLAUSE_MARKS.contains(c))
    }

    /// Returns the words before a verb, to the start of its clause.
    fn subject(&self, verb: usize) -> Range<usize> {
        let least = verb.saturating_sub(SUBJECT_REACH);
        let ends = |at: &usize| {
            self.is_parted(*at + 1)
                || CLAUSE_WORDS.contains(&self.word(*at))
                || self.is_any(*at, &["and", "e"])
        };
        let start = (least..verb).rev().find(ends).map_or(least, |at| at + 1);
        start..verb
    }

    /// Returns the words of an object: to the next preposition but “of”, or the end of the clause.
    fn object(&self, from: usize) -> Range<usize> {
        let most = self.tokens.len().min(from + OBJECT_REACH);
        let ends = |at: &usize| {
            self.is_parted(*at)
                || CLAUSE_WORDS.contains(&self.word(*at))
                || *at > from && self.is_any(*at, PREPOSITIONS)
        };
        let end = (from.min(most)..most).find(ends).unwrap_or(most);
        from.min(end)..end
    }
}
