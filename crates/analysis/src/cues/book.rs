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
    /// `~phrase`: counts where it is neither negated nor of a machine.
    CountsAffirmed,
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

/// What the entries find in a sentence.
#[derive(Default)]
pub(super) struct Matches {
    pub(super) found: Vec<Hit>,
    pub(super) taken_back: Vec<TakenBack>,
    /// The measures and tokens of the occurrences that count only where they are affirmed.
    pub(super) affirmed: Vec<(usize, usize)>,
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
                None => {
                    let kinds =
                        [('!', Kind::TakesBack), ('^', Kind::CountsFirst), ('~', Kind::CountsAffirmed)];
                    let marked = |(mark, kind)| entry.strip_prefix(mark).map(|rest| (kind, rest));
                    kinds.into_iter().find_map(marked).unwrap_or((Kind::Counts, entry))
                }
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

    /// Returns what the entries find in a sentence.
    pub(super) fn matches(&self, tokens: &[Token]) -> Matches {
        let mut matches = Matches::default();
        (0..tokens.len()).for_each(|at| self.match_at(tokens, at, &mut matches));
        matches
    }

    fn match_at(&self, tokens: &[Token], at: usize, matches: &mut Matches) {
        let Some(entries) = self.by_first_word.get(tokens[at].norm.as_str()) else { return };
        for entry in entries {
            let (measure, end) = (entry.measure, at + 1 + entry.rest.len());
            let follows =
                |tokens: &[Token]| tokens.iter().zip(&entry.rest).all(|(token, word)| token.norm == *word);
            if !tokens.get(at + 1..end).is_some_and(follows) {
                continue;
            }
            if entry.kind == Kind::CountsAffirmed {
                matches.affirmed.push((measure, at));
            }
            match entry.kind {
                Kind::CountsFirst if at > 0 => {}
                Kind::Counts | Kind::CountsFirst | Kind::CountsAffirmed => {
                    matches.found.push(Hit { measure, token: at, tokens: end - at });
                }
                Kind::TakesBack => matches.taken_back.push(TakenBack { measure, range: Some(at..end) }),
                Kind::TakesBackSentence => matches.taken_back.push(TakenBack { measure, range: None }),
            }
        }
    }
}
