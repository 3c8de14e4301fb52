//! Cuts an excerpt out of a sentence.

use std::ops::Range;

use super::MatchedWord;
use crate::clean::is_sentence_end;
use crate::reading::{Placed, Reading};
use crate::segment::Token;

/// The most words of an excerpt.
const MAX_EXCERPT_WORDS: usize = 12;

/// Returns an excerpt and its positions: at most [`MAX_EXCERPT_WORDS`] words as written, each run
/// of blanks as one. It contains `anchor` and as many matched words as possible, and begins as
/// early as that allows. It does not span text that is not the author's own, and cuts no word and
/// no figure such as 8.4.1.
pub(super) fn excerpt(
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
    let has_bracket = tokens[first].start > placed.sentence.start && chars[tokens[first].start - 1] == '(';
    let start = tokens[first].start - usize::from(has_bracket);
    let end = tokens[last].end + closing_marks(chars, start, tokens[last].end);
    let text: String = chars.get(start..end).unwrap_or(&[]).iter().collect();
    let before = if first > 0 { "…" } else { "" };
    let goes_on = last + 1 < tokens.len() || runs_into_quotation(chars, tokens[last].end);
    let after = if goes_on { "…" } else { "" };
    let text = format!("{before}{}{after}", text.split_whitespace().collect::<Vec<_>>().join(" "));
    (text, start..end)
}

/// Groups tokens that no blank separates: 8.4.1 is one run. Returns the range of tokens of each
/// run.
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

/// Returns the range of runs to quote. It contains the run `at`, does not span removed text, and is
/// the first range with the most matched words.
fn window(runs: &[Range<usize>], at: usize, tokens: &[Token], matched: &[MatchedWord]) -> Range<usize> {
    let is_joined = |left: usize| are_near(&tokens[runs[left].end - 1], &tokens[runs[left + 1].start]);
    let first = (0..at).rev().take_while(|left| is_joined(*left)).last().unwrap_or(at);
    let last = (at..runs.len() - 1).take_while(|left| is_joined(*left)).last().map_or(at, |left| left + 1);
    let matched_from = |from: usize| {
        let (from, to) =
            (&tokens[runs[from].start], &tokens[runs[(from + MAX_EXCERPT_WORDS - 1).min(last)].end - 1]);
        matched.iter().filter(|word| word.start >= from.start && word.end <= to.end).count()
    };
    let earliest = first.max((at + 1).saturating_sub(MAX_EXCERPT_WORDS));
    let latest = at.min((last + 1).saturating_sub(MAX_EXCERPT_WORDS)).max(earliest);
    let most = (earliest..=latest).map(matched_from).max().unwrap_or(0);
    let from = (earliest..=latest).find(|from| matched_from(*from) == most).unwrap_or(earliest);
    from..(from + MAX_EXCERPT_WORDS).min(last + 1)
}

/// Returns the words that lie in an excerpt, given its positions.
pub(super) fn within(words: Vec<MatchedWord>, quoted: &Range<usize>) -> Vec<MatchedWord> {
    words.into_iter().filter(|word| word.start >= quoted.start && word.end <= quoted.end).collect()
}

/// Returns the number of characters after `end` that belong to the text from `start` to `end`:
/// marks that end a sentence, `%`, and a bracket for each one that is open.
fn closing_marks(chars: &[char], start: usize, end: usize) -> usize {
    let of = |mark| chars.get(start..end).unwrap_or(&[]).iter().filter(|c| **c == mark).count();
    let mut open = of('(').saturating_sub(of(')'));
    let closes = |c: &&char| {
        let is_bracket = **c == ')' && open > 0;
        open -= usize::from(is_bracket);
        is_bracket || is_sentence_end(**c) || **c == '%'
    };
    chars.get(end..).unwrap_or(&[]).iter().take_while(closes).count()
}

/// Whether a quotation, which is not the author's own prose, follows at `at` on the same line.
fn runs_into_quotation(chars: &[char], at: usize) -> bool {
    let rest = chars.get(at..).unwrap_or(&[]);
    let gap = rest.iter().take_while(|c| matches!(c, ' ' | ':' | ',')).count();
    gap > 0 && rest.get(gap).is_some_and(|c| matches!(c, '"' | '“' | '«' | '‘' | '\''))
}

/// The most code points between two words of one excerpt: punctuation and blanks, but no removed
/// text.
const MAX_GAP: usize = 3;

/// Whether no text was removed between two tokens.
pub(super) fn are_near(left: &Token, right: &Token) -> bool {
    right.start - left.end <= MAX_GAP
}

#[cfg(test)]
mod tests {
    use super::super::of_line;
    use super::*;
    use fluence_domain::language::Language;

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
            of_line(placed, words[0].start, &words, &reading).excerpt
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
