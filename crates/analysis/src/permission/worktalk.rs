//! How much a sentence reads like talk of work: a linear model over what its words are, what they
//! mean, which words and pairs of words it has, and the patterns of their roles.
//!
//! `model/worktalk.py` fits `worktalk.tsv` to invented sentences of work and of private life; the
//! rules of judgement stay above it.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::anchors::anchored;
use super::grammar::{OWN_FIRM, PEOPLE};
use super::item::{
    Item, clauses, count, is_ambiguous, is_daily, is_thing, is_timed_without_thing, is_unknown, is_work,
    is_work_or_thing,
};
use super::roles::{Pattern, Role, each_pattern, roles};
use crate::layout::DIMS;
use crate::lexicon::side;
use crate::model::Model;
use crate::segment::Token;
use crate::vocabulary::Classes;
use fluence_domain::language::Language;

/// A sentence with a higher score is quotable.
pub(super) const QUOTABLE: f64 = 3.4;
/// What each side of a joined sentence must score by itself, and for each point that the side with
/// the most has.
pub(super) const QUOTABLE_AS_A_SIDE: f64 = 0.75;
pub(super) const BESIDE_A_SURE_SIDE: f64 = 0.3;
/// More points of that side ask for no more.
pub(super) const SUREST_SIDE: f64 = 5.0;
/// A sentence of the author or another person with a lower score silences its neighbours.
pub(super) const NEUTRAL: f64 = 1.0;
/// So does any other sentence below this score.
pub(super) const PRIVATE_LIFE: f64 = -2.0;
/// A sentence below this score silences those of its neighbours that are not surely about work.
pub(super) const UNLIKE_WORK: f64 = -1.0;
/// A sentence with a higher score is surely about work.
pub(super) const SURE: f64 = 4.8;
/// What a sentence gains that is plainly about work by the vocabularies alone.
pub(super) const PLAINLY: f64 = 1.0;
/// What a sentence loses that has a word with a private sense, or names a day or an hour beside a
/// clause without work; also what it loses for naming a person by trade.
pub(super) const RESERVE: f64 = 1.0;

static WORKTALK: LazyLock<WorkTalk> = LazyLock::new(|| WorkTalk::load(include_str!("worktalk.tsv")));

/// What is counted, by the names that the table has for it.
const COUNTS: [&str; 24] = [
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
/// Words before the first word of work beyond which the place no longer matters.
const MAX_BEFORE_WORK: usize = 6;
/// Brings the share of work and the mean vector to the size of the counts.
const SHARE_SCALE: f64 = 3.0;
const MEANING_SCALE: f64 = 2.0 / 127.0;
/// What a pair counts beside a word.
const PAIR_SCALE: f64 = 0.7;
/// Stand for the ends of the sentence in pairs.
const BEGIN: &str = "<";
const END: &str = ">";

/// What the model reads of one sentence.
pub(super) struct Features<'s> {
    counts: [f64; COUNTS.len()],
    meaning: [f64; DIMS],
    words: Vec<&'s str>,
    roles: Vec<Role>,
    language: Language,
}

impl<'s> Features<'s> {
    pub(super) fn of(tokens: &'s [Token], items: &[Item<'_>], language: Language, model: &Model) -> Self {
        let words: Vec<&str> = tokens.iter().map(|token| token.norm.as_str()).collect();
        let meaning = meaning(&words, language, model);
        Self { counts: counts(items), meaning, words, roles: roles(items, language), language }
    }

    /// The words and the pairs of words, with what each counts.
    fn each_entry(&self, mut each: impl FnMut(&str, f64)) {
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

/// The counts, in the order of their names.
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
        whole(of(&|item| item.classes.is_learnt_alone())),
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
        whole(of(&|item| OWN_FIRM.contains(&item.word))),
    ]
}

/// The mean vector of the words.
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

/// The weights.
#[derive(Debug)]
pub(super) struct WorkTalk {
    base: f64,
    counts: [f64; COUNTS.len()],
    meaning: [f64; DIMS],
    entries: [HashMap<&'static str, f64>; 2],
    patterns: HashMap<Pattern, f64>,
}

/// The model that is compiled in.
pub(super) fn worktalk() -> &'static WorkTalk {
    &WORKTALK
}

impl WorkTalk {
    /// Reads lines of a kind, a name and a weight. Lines of another shape are skipped; a test
    /// proves that there are none.
    fn load(table: &'static str) -> Self {
        let mut model = Self {
            base: 0.0,
            counts: [0.0; COUNTS.len()],
            meaning: [0.0; DIMS],
            entries: Default::default(),
            patterns: HashMap::new(),
        };
        for (kind, name, weight) in table.lines().filter_map(row) {
            let place = match kind {
                "base" => Some(&mut model.base),
                "count" => COUNTS.iter().position(|known| *known == name).map(|at| &mut model.counts[at]),
                "dim" => name.parse().ok().and_then(|at: usize| model.meaning.get_mut(at)),
                "en" => Some(model.entries[side(Language::En)].entry(name).or_default()),
                "pt" => Some(model.entries[side(Language::Pt)].entry(name).or_default()),
                "role" => Pattern::named(name).map(|pattern| model.patterns.entry(pattern).or_default()),
                _ => None,
            };
            if let Some(place) = place {
                *place = weight;
            }
        }
        model
    }

    /// The higher, the surer it is talk of work.
    pub(super) fn score(&self, features: &Features<'_>) -> f64 {
        let dot =
            |weights: &[f64], values: &[f64]| -> f64 { weights.iter().zip(values).map(|(w, v)| w * v).sum() };
        let mut score =
            self.base + dot(&self.counts, &features.counts) + dot(&self.meaning, &features.meaning);
        let entries = &self.entries[side(features.language)];
        features.each_entry(|entry, value| score += entries.get(entry).map_or(0.0, |weight| weight * value));
        let patterns = &self.patterns;
        each_pattern(&features.roles, |pattern, value| {
            score += patterns.get(&pattern).map_or(0.0, |weight| weight * value);
        });
        score
    }
}

fn row(line: &'static str) -> Option<(&'static str, &'static str, f64)> {
    let (kind, rest) = line.split_once('\t')?;
    let (name, weight) = rest.split_once('\t')?;
    Some((kind, name, weight.parse().ok()?))
}

#[cfg(test)]
impl Features<'_> {
    /// Every feature by kind and name, as the trainer reads them.
    pub(super) fn named(&self) -> HashMap<String, f64> {
        let mut named: HashMap<String, f64> =
            COUNTS.iter().zip(self.counts).map(|(name, value)| (format!("count\t{name}"), value)).collect();
        named.extend((0..).zip(self.meaning).map(|(at, value): (usize, f64)| (format!("dim\t{at}"), value)));
        let kind = self.language.code();
        self.each_entry(|entry, value| *named.entry(format!("{kind}\t{entry}")).or_default() += value);
        each_pattern(&self.roles, |pattern, value| {
            *named.entry(format!("role\t{}", pattern.name())).or_default() += value;
        });
        named
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_a_weight() {
        let table = include_str!("worktalk.tsv");
        let lines: Vec<&str> = table.lines().filter(|line| !line.starts_with('#')).collect();
        let read: Vec<_> = lines.iter().filter_map(|line| row(line)).collect();
        assert_eq!(read.len(), lines.len());
        let of = |kind: &str| read.iter().filter(|row| row.0 == kind).count();
        assert_eq!((of("base"), of("count"), of("dim")), (1, COUNTS.len(), DIMS));
        assert!(of("en") > 1000 && of("pt") > 1000 && of("role") > 100);
        assert!(read.iter().filter(|row| row.0 == "count").all(|row| COUNTS.contains(&row.1)));
        assert!(read.iter().filter(|row| row.0 == "role").all(|row| Pattern::named(row.1).is_some()));
    }
}
