//! The features of a sentence for the model of work talk: counts of kinds of words, the mean word
//! vector, the words, the pairs of words, and the roles.

use super::super::anchors::anchored;
use super::super::grammar::{FIRST_PERSON_PLURAL, PEOPLE};
use super::super::item::{
    Item, clauses, count, is_ambiguous, is_daily, is_thing, is_timed_without_thing, is_unknown, is_work,
    is_work_or_thing,
};
use super::super::roles::{Role, roles};
use crate::layout::DIMS;
use crate::model::Model;
use crate::segment::Token;
use crate::vocabulary::Classes;
use fluence_domain::language::Language;

/// The names of the counts in `worktalk.tsv`, in the order of [`counts`].
pub(super) const COUNTS: [&str; 24] = [
    "words",
    "things",
    "work",
    "unknown",
    "unclear",
    "persons",
    "daily",
    "learnt",
    "people",
    "plain",
    "clock",
    "ambiguous",
    "clauses",
    "weakest_clause",
    "idle_clauses",
    "before_work",
    "share",
    "free",
    "anchored",
    "any_unknown",
    "any_unclear",
    "delicate",
    "timed_without_thing",
    "we",
];
/// The greatest value of `before_work`, the number of items before the first one of work.
const MAX_BEFORE_WORK: usize = 6;
/// The share of work and the mean vector are scaled to the size of the counts.
const SHARE_SCALE: f64 = 3.0;
const MEANING_SCALE: f64 = 2.0 / 127.0;
/// The value of a pair of words, where a word has 1.
const PAIR_SCALE: f64 = 0.7;
/// Stand for the start and the end of a sentence in pairs.
const BEGIN: &str = "<";
const END: &str = ">";

/// The features of a sentence.
pub(in super::super) struct Features<'s> {
    pub(super) counts: [f64; COUNTS.len()],
    pub(super) meaning: [f64; DIMS],
    words: Vec<&'s str>,
    pub(super) roles: Vec<Role>,
    pub(super) language: Language,
}

impl<'s> Features<'s> {
    pub(in super::super) fn of(
        tokens: &'s [Token],
        items: &[Item<'_>],
        language: Language,
        model: &Model,
    ) -> Self {
        let words: Vec<&str> = tokens.iter().map(|token| token.norm.as_str()).collect();
        let meaning = meaning(&words, language, model);
        Self { counts: counts(items), meaning, words, roles: roles(items, language), language }
    }

    /// Calls `each` with every pair of words and every word, and its value.
    pub(super) fn each_entry(&self, mut each: impl FnMut(&str, f64)) {
        let mut pair = String::new();
        let mut previous = BEGIN;
        for word in self.words.iter().copied().chain([END]) {
            pair.clear();
            pair.extend([previous, " ", word]);
            each(&pair, PAIR_SCALE);
            if word != END {
                each(word, 1.0);
            }
            previous = word;
        }
    }
}

/// Returns the counts in the order of [`COUNTS`].
#[expect(clippy::cast_precision_loss, reason = "words of a sentence")]
fn counts(items: &[Item<'_>]) -> [f64; COUNTS.len()] {
    let of = |which: &dyn Fn(&Item<'_>) -> bool| count(items, which);
    let weight = |item: &Item<'_>| if is_thing(item) { 2 } else { usize::from(is_work(item)) };
    let works: Vec<usize> = clauses(items).map(|clause| clause.iter().map(weight).sum()).collect();
    let anchored = anchored(items);
    let free = items.iter().zip(&anchored).filter(|(_, anchored)| !**anchored);
    let unknown = of(&is_unknown);
    let unclear = of(&|item| !item.is_firm);
    let before_work = items.iter().position(is_work_or_thing).unwrap_or(MAX_BEFORE_WORK);
    let whole = |number: usize| number as f64;
    [
        whole(items.len()),
        whole(of(&is_thing)),
        whole(of(&|item| is_work(item) && !is_thing(item))),
        whole(unknown),
        whole(unclear),
        whole(of(&|item| item.classes.meets(Classes::PERSON))),
        whole(of(&is_daily)),
        whole(of(&|item| item.classes.is_only_learnt())),
        whole(of(&|item| PEOPLE.contains(&item.word))),
        whole(of(&|item| item.classes.meets(Classes::PLAIN))),
        whole(of(&|item| item.classes.meets(Classes::CLOCK))),
        whole(of(&is_ambiguous)),
        whole(works.len()),
        whole(works.iter().copied().min().unwrap_or(0)),
        whole(works.iter().filter(|work| **work == 0).count()),
        whole(before_work.min(MAX_BEFORE_WORK)),
        whole(of(&is_work_or_thing)) * (SHARE_SCALE / whole(items.len().max(1))),
        whole(free.map(|(item, _)| weight(item)).sum()),
        f64::from(anchored.contains(&true)),
        f64::from(unknown > 0),
        f64::from(unclear > 0),
        whole(of(&|item| item.classes.meets(Classes::DELICATE))),
        f64::from(is_timed_without_thing(items)),
        whole(of(&|item| FIRST_PERSON_PLURAL.contains(&item.word))),
    ]
}

/// Returns the scaled mean vector of the words that have one.
fn meaning(words: &[&str], language: Language, model: &Model) -> [f64; DIMS] {
    let mut sum = [0.0; DIMS];
    let mut known = 0_u32;
    for vector in words.iter().filter_map(|word| model.vector(word, language)) {
        known += 1;
        for (sum, step) in sum.iter_mut().zip(vector) {
            *sum += f64::from(step.cast_signed());
        }
    }
    sum.map(|sum| sum * MEANING_SCALE / f64::from(known.max(1)))
}

#[cfg(test)]
impl Features<'_> {
    /// Returns every feature by kind and name, as the trainer reads them.
    pub(in super::super) fn named(&self) -> std::collections::HashMap<String, f64> {
        let mut named: std::collections::HashMap<String, f64> =
            COUNTS.iter().zip(self.counts).map(|(name, value)| (format!("count\t{name}"), value)).collect();
        named.extend((0..).zip(self.meaning).map(|(at, value): (usize, f64)| (format!("dim\t{at}"), value)));
        let kind = self.language.code();
        self.each_entry(|entry, value| *named.entry(format!("{kind}\t{entry}")).or_default() += value);
        super::super::roles::each_pattern(&self.roles, |pattern, value| {
            *named.entry(format!("role\t{}", pattern.name())).or_default() += value;
        });
        named
    }
}
