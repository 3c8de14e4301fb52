//! Detects who owns a plan and what it is for, whom a sentence addresses, and scorn.

mod words;

use self::words::{
    A, ADORES, DETERMINERS, IS, IS_NOW, OF, OTHER_PARTIES, OWN_PART, PLACE, PLANNED_OBJECTS, SCORNFUL,
    SEVERAL,
};
use super::reported::OWN;
use crate::segment::Token;
use std::ops::Range;

fn is_any(token: Option<&Token>, list: &[&str]) -> bool {
    token.is_some_and(|token| list.contains(&token.norm.as_str()))
}

fn has_any(tokens: &[Token], list: &[&str]) -> bool {
    tokens.iter().any(|token| list.contains(&token.norm.as_str()))
}

/// Whether the sentence is about a vendor or another party and not about the author's side: “the
/// supplier promised a schedule”.
pub(crate) fn is_of_others(tokens: &[Token]) -> bool {
    // “Our competitor” is not the author's side.
    let owns_party = |at: usize| (at + 1..=at + 2).any(|next| is_any(tokens.get(next), OTHER_PARTIES));
    let takes_part = |at: usize| is_any(tokens.get(at), OWN_PART) && !owns_party(at);
    has_any(tokens, OTHER_PARTIES) && !has_any(tokens, &OWN) && !(0..tokens.len()).any(takes_part)
}

/// Whether the sentence addresses several people: “thank you all, you made it”.
pub(super) fn speaks_to_several(tokens: &[Token]) -> bool {
    let after_you = |pair: &[Token]| pair[0].norm == "you" && is_any(pair.get(1), SEVERAL);
    tokens.windows(2).any(after_you) || has_any(tokens, &["vocês", "cês", "vcs", "y'all"])
}

/// Whether the plan or schedule that the tokens in `words` name is not one of work: “the roof
/// plan”, “o cronograma do trem”, “a schedule of the contract”.
pub(in crate::cues) fn names_another_thing(tokens: &[Token], words: Range<usize>) -> bool {
    let before = words.start.checked_sub(1).and_then(|at| tokens.get(at));
    let after = tokens.get(words.end..).unwrap_or(&[]);
    let skipped = 1 + usize::from(is_any(after.get(1), DETERMINERS));
    is_any(before, PLANNED_OBJECTS)
        || is_any(after.first(), OF) && is_any(after.get(skipped), PLANNED_OBJECTS)
}

/// Whether what the tokens before `after` say of the past only describes where a thing is: “the
/// order from last week is in the box”.
pub(in crate::cues) fn lies_somewhere(tokens: &[Token], after: usize) -> bool {
    is_any(tokens.get(after), IS_NOW) && is_any(tokens.get(after + 1), PLACE)
}

/// Whether a reason is a ratio: “a razão da polia é de 9 para 1”.
pub(in crate::cues) fn gives_a_ratio(tokens: &[Token], words: Range<usize>) -> bool {
    let is_ratio = |part: &[Token]| !part[0].is_word && part[1].norm == "para" && !part[2].is_word;
    has_any(&tokens[words], &["razão"]) && tokens.windows(3).any(is_ratio)
}

/// Whether the sentence scorns what it names: “the roadmap is a poster”, “the consultants love
/// milestones”.
pub(super) fn is_scornful(tokens: &[Token]) -> bool {
    let calls =
        |part: &[Token]| is_any(part.first(), IS) && is_any(part.get(1), A) && is_any(part.get(2), SCORNFUL);
    tokens.windows(3).any(calls) || has_any(tokens, ADORES) && is_of_others(tokens)
}
