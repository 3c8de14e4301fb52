//! Sentences about what a machine or a program does, which is no plan, story or decision of a
//! person.

mod words;

use self::words::{
    ARTEFACTS, BETWEEN, BY, COMPONENTS, DETERMINERS, MACHINES, OF, PERSONAL, PRODUCTS, RECIPROCAL,
    SUBJECT_ENDS, TENDERS,
};
use crate::segment::Token;

/// The most words of a subject up to its noun: “the old fire alarm”.
const MAX_SUBJECT: usize = 4;
/// The most words between “of” and a machine: “of the old database job”.
const MAX_BETWEEN: usize = 3;

fn is_machine(token: &Token) -> bool {
    let word = token.norm.as_str();
    MACHINES.contains(&word) || word.strip_suffix('s').is_some_and(|one| MACHINES.contains(&one))
}

pub(super) fn is_determiner(token: &Token) -> bool {
    DETERMINERS.contains(&token.norm.as_str()) || PERSONAL.contains(&token.norm.as_str())
}

/// Whether the token names a machine, and not a person who is named after one.
pub(super) fn is_machine_at(tokens: &[Token], at: usize) -> bool {
    let is_tender = |token: &Token| TENDERS.contains(&token.norm.as_str()) || token.norm.ends_with("ers");
    tokens.get(at).is_some_and(is_machine) && !tokens.get(at + 1).is_some_and(is_tender)
}

/// Whether the subject is a machine or a program and no person is mentioned: “the old fire alarm
/// rings”, but not “the pump supplier” or “the pump told us a story”.
pub(super) fn has_machine_as_subject(tokens: &[Token]) -> bool {
    let Some((first, rest)) = tokens.split_first() else { return false };
    let noun = rest.iter().take(MAX_SUBJECT - 1).position(|token| !token.is_word || is_machine(token));
    DETERMINERS.contains(&first.norm.as_str())
        && noun.is_some_and(|at| is_machine_at(rest, at))
        && rest[..noun.unwrap_or(0)].iter().all(|token| !SUBJECT_ENDS.contains(&token.norm.as_str()))
        && !tokens.iter().any(|token| PERSONAL.contains(&token.norm.as_str()))
}

/// Whether the verb at a position has a machine or another thing as its subject, and no person is
/// mentioned: “the form needs to load”.
pub(in crate::cues) fn is_need_of_thing(tokens: &[Token], verb: usize) -> bool {
    let is_thing = |token: &Token| is_machine(token) || is_in(token, ARTEFACTS);
    let subject = verb.checked_sub(1).filter(|at| is_thing(&tokens[*at]));
    subject.is_some() && !tokens.iter().any(|token| is_in(token, PERSONAL))
}

/// Whether what stands at a position is between things and not between people: “the two gears touch
/// each other”, “the processes talked to the database”.
pub(in crate::cues) fn is_between_things(tokens: &[Token], at: usize) -> bool {
    let is_thing = |token: &Token| is_machine(token) || is_in(token, COMPONENTS);
    let reach = if is_in(&tokens[at], RECIPROCAL) { MAX_SUBJECT } else { 1 };
    tokens[at.saturating_sub(reach)..at].iter().any(is_thing)
        && !tokens.iter().any(|token| is_in(token, PERSONAL))
}

fn is_in(token: &Token, list: &[&str]) -> bool {
    list.contains(&token.norm.as_str())
}

/// Whether the verb at a position is what a machine does: “our system decides”, “approved by the
/// system”. In “the owner of the system decides” a person does.
pub(in crate::cues) fn is_act_of_machine(tokens: &[Token], verb: usize) -> bool {
    let skipped =
        tokens[..verb].iter().rev().take_while(|token| BETWEEN.contains(&token.norm.as_str())).count();
    let subject = verb.saturating_sub(1 + skipped);
    let start = subject.saturating_sub(MAX_BETWEEN);
    let is_part = tokens[start..subject].iter().any(|token| OF.contains(&token.norm.as_str()));
    let is_agent = |at: usize| {
        let noun = at + 1 + usize::from(tokens.get(at + 1).is_some_and(is_determiner));
        BY.contains(&tokens[at].norm.as_str()) && is_machine_at(tokens, noun)
    };
    is_machine(&tokens[subject]) && !is_part || (verb + 1..tokens.len()).any(is_agent)
}

/// Whether the tokens from `after` make what stands before them one of a machine: “of the
/// compiler”.
pub(in crate::cues) fn is_of_machine(tokens: &[Token], after: usize) -> bool {
    let is_of = tokens.get(after).is_some_and(|token| OF.contains(&token.norm.as_str()));
    let end = tokens.len().min(after + 1 + MAX_BETWEEN);
    let ends = |at: &usize| SUBJECT_ENDS.contains(&tokens[*at].norm.as_str());
    let end = (after + 1..end).find(ends).unwrap_or(end);
    let is_product = |at: usize| PRODUCTS.contains(&tokens[at].norm.as_str());
    is_of && (after + 1..end).any(|at| is_machine_at(tokens, at) && !is_product(at))
}
