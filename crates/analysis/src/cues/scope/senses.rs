//! Whose plan it is and of what, whom a sentence speaks to, and scorn.

mod words;

use self::words::{A, ADORES, DETERMINERS, IS, OBJECTS, OF, OTHERS, OWN_PART, SCORNFUL, SEVERAL};
use super::words::OWN;
use crate::segment::Token;
use std::ops::Range;

fn is(token: Option<&Token>, list: &[&str]) -> bool {
    token.is_some_and(|token| list.contains(&token.norm.as_str()))
}

fn has(tokens: &[Token], list: &[&str]) -> bool {
    tokens.iter().any(|token| list.contains(&token.norm.as_str()))
}

/// Whether it tells of a vendor or another party, and the author has no part in it: “the supplier
/// promised a schedule”.
pub(crate) fn is_of_others(tokens: &[Token]) -> bool {
    has(tokens, OTHERS) && !has(tokens, &OWN) && !has(tokens, OWN_PART)
}

/// Whether it speaks to several people: “thank you all, you made it”.
pub(super) fn speaks_to_several(tokens: &[Token]) -> bool {
    let after_you = |pair: &[Token]| pair[0].norm == "you" && is(pair.get(1), SEVERAL);
    tokens.windows(2).any(after_you) || has(tokens, &["vocês", "cês", "vcs", "y'all"])
}

/// Whether these words name a plan or a schedule that is no work of the author: “the roof plan”,
/// “o cronograma do trem”, “a schedule of the contract”.
pub(in crate::cues) fn names_another_thing(tokens: &[Token], words: Range<usize>) -> bool {
    let before = words.start.checked_sub(1).and_then(|at| tokens.get(at));
    let after = tokens.get(words.end..).unwrap_or(&[]);
    let skipped = 1 + usize::from(is(after.get(1), DETERMINERS));
    is(before, OBJECTS) || is(after.first(), OF) && is(after.get(skipped), OBJECTS)
}

/// Whether it scorns what it names: “the roadmap is a poster”, “the consultants love milestones”.
pub(super) fn is_scornful(tokens: &[Token]) -> bool {
    let calls = |part: &[Token]| is(part.first(), IS) && is(part.get(1), A) && is(part.get(2), SCORNFUL);
    tokens.windows(3).any(calls) || has(tokens, ADORES) && is_of_others(tokens)
}
