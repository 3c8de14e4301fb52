//! Finds figures, durations, asides in brackets and ellipses in a sentence.

mod words;

use self::words::{
    CALENDAR, ENGLISH_TIME, FUNCTION_WORDS, LABELS, NAMED_AFTER_TIME, NUMBER_WORDS, PORTUGUESE_TIME,
    SERVICES, SHORT_UNITS,
};
use crate::cues::scope::is_negation;
use crate::segment::{Sentence, Token};
use fluence_domain::language::Language;

/// The most words from “need” to the number that it is for.
const MAX_FROM_NEED: usize = 8;
const NEEDING: &[&str] =
    &["need", "needs", "require", "requires", "precisa", "precisam", "precisamos", "preciso"];
const FOR: &[&str] = &["for", "to", "para"];
/// The fewest words of an aside in brackets. A single word is an abbreviation.
const MIN_ASIDE_WORDS: usize = 2;

/// Returns the numbers that state an amount, each as its first token and its number of tokens.
/// Leaves out versions, list numbers, years, times, dates and numbers that name a thing.
pub(super) fn figures(sentence: &Sentence, text: &[char]) -> Vec<(usize, usize)> {
    let tokens = &sentence.tokens;
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at].is_word {
            at += 1;
            continue;
        }
        let end = end_of_number(tokens, at, text);
        if is_amount(tokens, at, end, text) {
            found.push((at, end - at));
        }
        at = end;
    }
    found
}

/// Returns the index after the last token of a number such as 48,000, 3.5 or 12/05.
fn end_of_number(tokens: &[Token], at: usize, text: &[char]) -> usize {
    let mut end = at + 1;
    while end < tokens.len()
        && !tokens[end].is_word
        && matches!(gap(text, tokens, end), ['.' | ',' | ':' | '/' | '-'])
    {
        end += 1;
    }
    end
}

/// Whether a token continues the number before it, as the 4 in 8.4 does.
pub(crate) fn is_decimal(tokens: &[Token], at: usize, text: &[char]) -> bool {
    !tokens[at].is_word && !tokens[at - 1].is_word && matches!(gap(text, tokens, at), ['.' | ','])
}

/// Returns the text between a token and the one before it.
fn gap<'t>(text: &'t [char], tokens: &[Token], at: usize) -> &'t [char] {
    text.get(tokens[at - 1].end..tokens[at].start).unwrap_or(&[])
}

/// Whether the number in tokens `at..end` states an amount: a sum of money, a percentage, or a
/// number before a unit or another lower-case noun.
fn is_amount(tokens: &[Token], at: usize, end: usize, text: &[char]) -> bool {
    let after = text.get(tokens[end - 1].end).copied().unwrap_or(' ');
    let is_plain = (at + 1..end).all(|place| matches!(gap(text, tokens, place), ['.' | ',']));
    let is_grouped = tokens[at + 1..end].iter().all(|token| token.norm.len() == 3);
    if !is_plain || end - at > 2 && !is_grouped || after == ')' && at == 0 {
        return false;
    }
    let is_label = |token: &Token| LABELS.contains(&token.norm.as_str());
    if at > 0 && is_label(&tokens[at - 1]) {
        return false;
    }
    let before = &text[tokens[at].start.saturating_sub(2)..tokens[at].start];
    if before.iter().any(|c| matches!(c, '$' | '€' | '£')) || matches!(after, '%' | '‰' | '€') {
        return true;
    }
    if ends_name(tokens, at, text) || is_all_day(tokens, end) {
        return false;
    }
    let is_year = end == at + 1 && tokens[at].norm.len() == 4 && tokens[at].norm.starts_with(['1', '2']);
    let Some(next) = tokens.get(end).filter(|_| gap(text, tokens, end) == [' ']) else { return false };
    let word = next.norm.as_str();
    let is_lower = text.get(next.start).is_some_and(|c| c.is_lowercase());
    let is_unit = SHORT_UNITS.contains(&word) || word.chars().count() >= 3 && !FUNCTION_WORDS.contains(&word);
    next.is_word && is_lower && is_unit && !is_year
}

/// Whether the number at a position is the end of a name: “Windows 11”, “ISO 9001”. A capitalised
/// word at the start of a sentence is a name only if it is all capitals.
fn ends_name(tokens: &[Token], at: usize, text: &[char]) -> bool {
    let Some(before) = at.checked_sub(1).map(|before| &tokens[before]) else { return false };
    let word = &text[before.start..before.end];
    let is_capitals = word.len() > 1 && word.iter().all(|c| c.is_uppercase());
    let is_letters = word.iter().all(|c| c.is_alphabetic());
    let is_name = word[0].is_uppercase() && (at > 1 || is_capitals) && word.len() > 1;
    is_name && is_letters && gap(text, tokens, at) == [' '] && !CALENDAR.contains(&before.norm.as_str())
}

/// Whether the number before `end` says that a service never closes: “a loja 24 horas”, “the
/// 24 hour shop”.
fn is_all_day(tokens: &[Token], end: usize) -> bool {
    let is = |at: Option<usize>, list: &[&str]| {
        at.and_then(|at| tokens.get(at)).is_some_and(|token| list.contains(&token.norm.as_str()))
    };
    let is_number = is(end.checked_sub(1), &["24"]);
    let is_of_service = is(end.checked_sub(2), SERVICES) && is(Some(end), &["horas", "hours", "h"]);
    is_number && (is_of_service || is(Some(end), &["hour"]))
}

/// Whether the number at a position is one that something is not needed for, which nobody counted:
/// “you don't need a robot for 12 brackets”.
pub(super) fn is_needless(tokens: &[Token], number: usize) -> bool {
    let is = |at: usize, list: &[&str]| list.contains(&tokens[at].norm.as_str());
    let start = number.saturating_sub(MAX_FROM_NEED);
    let need = (start..number).find(|at| is(*at, NEEDING));
    let is_denied = |need: usize| tokens[need.saturating_sub(2)..need].iter().any(|t| is_negation(&t.norm));
    need.is_some_and(|need| is_denied(need) && (need..number).any(|at| is(at, FOR)))
}

/// Whether the length of time in `words` names a thing: “the 90 days policy”, “turno de 24 horas”.
fn names_a_thing(tokens: &[Token], words: std::ops::Range<usize>) -> bool {
    let is = |at: Option<usize>, list: &[&str]| {
        at.and_then(|at| tokens.get(at)).is_some_and(|token| list.contains(&token.norm.as_str()))
    };
    let before = |steps| words.start.checked_sub(steps);
    is(Some(words.end), NAMED_AFTER_TIME) || is(before(1), &["de"]) && is(before(2), NAMED_AFTER_TIME)
}

/// Returns the lengths of time, such as “20 minutes” or “duas semanas”, as first token and number
/// of tokens.
pub(super) fn durations(sentence: &Sentence, text: &[char], language: Language) -> Vec<(usize, usize)> {
    let tokens = &sentence.tokens;
    let units = match language {
        Language::En => &ENGLISH_TIME,
        Language::Pt => &PORTUGUESE_TIME,
    };
    let is_number = |token: &Token| !token.is_word || NUMBER_WORDS.contains(&token.norm.as_str());
    let is_past =
        |at: usize| tokens.get(at).is_some_and(|token| matches!(token.norm.as_str(), "ago" | "atrás"));
    // “8.4 hours” has another token before the decimals.
    let earlier_tokens =
        |at: usize| (1..at).rev().take_while(|place| is_decimal(tokens, *place, text)).count();
    (1..tokens.len())
        .filter(|at| units.contains(&tokens[*at].norm.as_str()) && is_number(&tokens[at - 1]))
        .filter(|at| gap(text, tokens, *at) == [' '] && !is_past(at + 1))
        .filter(|at| !tokens[*at].titlecase && !is_all_day(tokens, *at))
        .map(|at| (at - 1 - earlier_tokens(at), 2 + earlier_tokens(at)))
        .filter(|(at, length)| !names_a_thing(tokens, *at..at + length))
        .collect()
}

/// Returns the first tokens of the asides in brackets of two words or more.
pub(super) fn asides(sentence: &Sentence, text: &[char]) -> Vec<usize> {
    let tokens = &sentence.tokens;
    let opens = |at: usize| {
        let before = at.checked_sub(1).map_or(sentence.start, |before| tokens[before].end);
        text.get(before..tokens[at].start).is_some_and(|gap| gap.contains(&'('))
    };
    let is_remark = |at: &usize| {
        let inside = text.get(tokens[*at].start..sentence.end).unwrap_or(&[]);
        let remark = inside.split(|c| *c == ')').next().unwrap_or(&[]);
        let words = remark.split(|c| c.is_whitespace());
        words.filter(|word| word.iter().any(|c| c.is_alphabetic())).count() >= MIN_ASIDE_WORDS
    };
    (0..tokens.len()).filter(|at| opens(*at)).filter(is_remark).collect()
}

/// Returns the tokens before each ellipsis.
pub(super) fn ellipses(sentence: &Sentence, text: &[char]) -> Vec<usize> {
    let tokens = &sentence.tokens;
    let trails = |at: &usize| {
        let next = tokens.get(at + 1).map_or(sentence.end, |next| next.start);
        let gap = text.get(tokens[*at].end..next).unwrap_or(&[]);
        gap.contains(&'\u{2026}') || gap.windows(2).any(|pair| pair == ['.', '.'])
    };
    (0..tokens.len()).filter(trails).collect()
}

#[cfg(test)]
mod tests;
