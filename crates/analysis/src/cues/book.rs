//! The entries of one language, indexed by their first words.

use std::collections::HashMap;

use super::Hit;
use crate::segment::Token;

/// What an entry does to its measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Counts anywhere.
    Counts,
    /// `^word`: counts as the first word of a sentence.
    CountsFirst,
    /// `!phrase`: takes back the occurrences that it covers.
    TakesBack,
    /// `!!phrase`: takes back the measure for the whole sentence.
    TakesBackSentence,
}

#[derive(Debug)]
struct Entry {
    measure: usize,
    kind: Kind,
    /// The words after the first.
    rest: Vec<&'static str>,
}

/// The entries of one language.
#[derive(Debug, Default)]
pub(super) struct Book {
    by_first_word: HashMap<&'static str, Vec<Entry>>,
    /// `stem*`: beginnings of words that count, each with its measure.
    pub(super) stems: Vec<(&'static str, usize)>,
}

/// An occurrence of an entry that takes a measure back.
pub(super) struct TakenBack {
    pub(super) measure: usize,
    /// Its tokens, or `None` for the whole sentence.
    range: Option<std::ops::Range<usize>>,
}

impl TakenBack {
    /// Whether a hit is taken back: it overlaps a longer entry.
    pub(super) fn covers(&self, hit: &Hit) -> bool {
        self.range.as_ref().is_none_or(|range| {
            range.len() > hit.tokens && range.start < hit.token + hit.tokens && hit.token < range.end
        })
    }
}

impl Book {
    /// Adds the entries of a measure, separated by blanks. `cues.toml` explains the notation.
    pub(super) fn add(&mut self, measure: usize, entries: &'static str) {
        for entry in entries.split_whitespace() {
            let (kind, pattern) = match entry.strip_prefix("!!").map(|rest| (Kind::TakesBackSentence, rest)) {
                Some(found) => found,
                None => match (entry.strip_prefix('!'), entry.strip_prefix('^')) {
                    (Some(rest), _) => (Kind::TakesBack, rest),
                    (None, Some(rest)) => (Kind::CountsFirst, rest),
                    (None, None) => (Kind::Counts, entry),
                },
            };
            if let Some(stem) = pattern.strip_suffix('*') {
                self.stems.push((stem, measure));
                continue;
            }
            let mut words = pattern.split('_');
            let Some(first) = words.next() else { continue };
            self.by_first_word.entry(first).or_default().push(Entry { measure, kind, rest: words.collect() });
        }
    }

    /// Adds the entries that begin at a token to `found` and `taken_back`.
    pub(super) fn match_at(
        &self,
        tokens: &[Token],
        at: usize,
        found: &mut Vec<Hit>,
        taken_back: &mut Vec<TakenBack>,
    ) {
        let Some(entries) = self.by_first_word.get(tokens[at].norm.as_str()) else { return };
        for entry in entries {
            let end = at + 1 + entry.rest.len();
            let follows =
                |tokens: &[Token]| tokens.iter().zip(&entry.rest).all(|(token, word)| token.norm == *word);
            if !tokens.get(at + 1..end).is_some_and(follows) {
                continue;
            }
            match entry.kind {
                Kind::CountsFirst if at > 0 => {}
                Kind::Counts | Kind::CountsFirst => {
                    found.push(Hit { measure: entry.measure, token: at, tokens: end - at });
                }
                Kind::TakesBack => {
                    taken_back.push(TakenBack { measure: entry.measure, range: Some(at..end) })
                }
                Kind::TakesBackSentence => taken_back.push(TakenBack { measure: entry.measure, range: None }),
            }
        }
    }
}
