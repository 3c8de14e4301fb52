//! Results that are bad: what rises, falls or is delivered decides.

pub(super) mod words;

use self::words::{
    BAD, BOUNDS, COSTLY, DELIVERING, DISASTERS, EXCEEDING, FREE, GOOD, HARMING, LOWERING, OF_WAITING,
    OUTCOMES, RAISING, REMEDIES, TIMES, VALUED, WITHOUT_OBJECT,
};
use super::gap;
use super::negation::{CLAUSE_MARKS, CLAUSE_WORDS};
use crate::segment::Token;
use std::ops::Range;

/// The most words from a verb to what rises or falls.
const REACH: usize = 6;
/// The most words from “without” to what is missing: “without a single error”. For “no”, one.
const FREE_REACH: usize = 3;

/// Whether the verb at a position says that something went worse: “increased the number of errors”,
/// “delivered the list with 14 errors”, “the costs doubled”, “the result was a broken build”.
pub(in crate::cues) fn goes_worse(tokens: &[Token], verb: usize, text: &[char]) -> bool {
    let is = |at: usize, list: &[&str]| list.contains(&tokens[at].norm.as_str());
    let (before, after) = clause_around(tokens, verb, text);
    let any = |mut range: Range<usize>, list: &[&str]| range.any(|at| is(at, list));
    let follows = |list: &[&str]| any(after.clone(), list);
    let has_no_object = after.is_empty() || is(verb + 1, WITHOUT_OBJECT) || !tokens[verb + 1].is_word;
    let concerns = |list: &[&str]| follows(list) || has_no_object && any(before.clone(), list);
    // “Increased sales without errors” and “no errors” go well. “No” is a preposition too.
    let frees = |at: usize| {
        let reach = if tokens[at].norm == "no" { 1 } else { FREE_REACH };
        let end = after.end.min(at + 1 + reach);
        is(at, FREE) && (any(at + 1..end, BAD) || any(at + 1..end, COSTLY))
    };
    let is_free = after.clone().any(frees) || before.clone().any(frees) || follows(REMEDIES);
    // “Succeeded in breaking it”, but not “reached the goal without losing a customer”.
    let harms =
        any(verb + 1..after.end.min(verb + 3), HARMING) && !any(verb + 1..after.end.min(verb + 3), FREE);
    let raises = is(verb, RAISING) && !follows(GOOD);
    let is_bad = concerns(BAD) || concerns(COSTLY) || concerns(TIMES) && concerns(OF_WAITING);
    let falls = concerns(GOOD) || concerns(VALUED) && !concerns(BAD);
    raises && !is_free && is_bad
        || is(verb, LOWERING) && !follows(BAD) && !follows(COSTLY) && falls
        || is(verb, EXCEEDING) && follows(BOUNDS)
        || is(verb, DELIVERING) && (!is_free && follows(BAD) || harms)
        || is(verb, OUTCOMES) && !is_free && is_bad_outcome(tokens, after.clone())
        || any(0..tokens.len(), DISASTERS)
}

/// Whether the words after “the result” say that it was bad: “… was a broken build”.
fn is_bad_outcome(tokens: &[Token], after: Range<usize>) -> bool {
    let is = |at: usize, list: &[&str]| list.contains(&tokens[at].norm.as_str());
    let copula = after.clone().find(|at| is(*at, &["was", "is", "were", "foi", "é", "foram"]));
    let improves = |at: usize| is(at, LOWERING) || is(at, REMEDIES) || is(at, FREE) || is(at, GOOD);
    let is_worse = |at: usize| is(at, BAD) || is(at, &["worse", "longer", "pior", "piores"]);
    copula.is_some_and(|copula| {
        let said = copula + 1..tokens.len().min(copula + 1 + REACH);
        said.clone().any(is_worse) && !said.clone().any(improves)
    })
}

/// Returns the words of the clause before and after a verb, at most [`REACH`] each.
fn clause_around(tokens: &[Token], verb: usize, text: &[char]) -> (Range<usize>, Range<usize>) {
    let is_parted = |at: usize| {
        gap(text, &tokens[at - 1], &tokens[at]).iter().any(|c| CLAUSE_MARKS.contains(c))
            || CLAUSE_WORDS.contains(&tokens[at].norm.as_str())
    };
    let most = tokens.len().min(verb + 1 + REACH);
    let end = (verb + 1..most).find(|at| is_parted(*at)).unwrap_or(most);
    let least = verb.saturating_sub(REACH);
    let start = (least..verb).rev().find(|at| is_parted(at + 1)).map_or(least, |at| at + 1);
    (start..verb, verb + 1..end)
}
