//! A directory in memory that searches and decides as the gateway does.

use std::collections::{BTreeSet, HashMap};

use fluence_domain::person::PersonQuery;
use fluence_people::matching::{Candidate, ParsedQuery, Resolution, resolve};
use fluence_people::normalise::words;
use fluence_people::rarity::{Rarity, WordKind};
use fluence_people::search_keys::{Breadth, FieldKeys, QueryKeys, query_keys, stored_keys};

/// The directory in memory: candidates, the index of their keys, and the word counts.
pub(super) struct Directory {
    pub(super) candidates: Vec<Candidate>,
    index: HashMap<i32, Vec<usize>>,
    pub(super) rarity: Rarity,
}

impl Directory {
    pub(super) fn of(candidates: Vec<Candidate>) -> Self {
        let mut index: HashMap<i32, Vec<usize>> = HashMap::new();
        for (place, candidate) in candidates.iter().enumerate() {
            for key in stored_keys(candidate) {
                index.entry(key).or_default().push(place);
            }
        }
        Self { rarity: count_words(&candidates), candidates, index }
    }

    /// Decides as `People::find` does: by whole words first, with slips if they do not decide.
    pub(super) fn decide(&self, query: &PersonQuery) -> Decision {
        let keys = query_keys(&ParsedQuery::from(query), &self.rarity);
        let (places, decided) = self.search(query, &keys, Breadth::WholeWords);
        let (places, decided) = if keys.are_settled_by(&decided) {
            (places, decided)
        } else {
            self.search(query, &keys, Breadth::WithSlips)
        };
        match decided {
            Resolution::None => Decision::None,
            Resolution::One(found) => Decision::One(places[found.index]),
            Resolution::Several(found) => {
                Decision::Several(sorted(found.iter().map(|found| places[found.index])))
            }
        }
    }

    pub(super) fn search(
        &self,
        query: &PersonQuery,
        keys: &QueryKeys,
        breadth: Breadth,
    ) -> (Vec<usize>, Resolution) {
        let places = |field: &FieldKeys| -> BTreeSet<usize> {
            let keys = field.for_breadth(breadth);
            keys.iter().filter_map(|key| self.index.get(key)).flatten().copied().collect()
        };
        let named = places(&keys.names);
        let places: Vec<usize> =
            places(&keys.company).into_iter().filter(|place| named.contains(place)).collect();
        let candidates: Vec<Candidate> = places.iter().map(|place| self.candidates[*place].clone()).collect();
        let decided = resolve(query, &candidates, &self.rarity);
        (places, decided)
    }
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Decision {
    One(usize),
    Several(Vec<usize>),
    None,
}

impl Decision {
    pub(super) fn meant(places: Vec<usize>) -> Self {
        match places[..] {
            [] => Self::None,
            [one] => Self::One(one),
            _ => Self::Several(places),
        }
    }
}

pub(super) fn sorted(places: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut places: Vec<usize> = places.collect();
    places.sort_unstable();
    places
}

/// The counts of the view `directory_words`.
fn count_words(candidates: &[Candidate]) -> Rarity {
    let companies: BTreeSet<String> = candidates.iter().map(|candidate| candidate.company.stored()).collect();
    let mut counts: HashMap<(&str, String), u32> = HashMap::new();
    let mut count = |kind, words: &mut dyn Iterator<Item = String>| {
        words.for_each(|word| *counts.entry((kind, word)).or_default() += 1);
    };
    count("company", &mut companies.iter().flat_map(|name| words(name)));
    count("given", &mut candidates.iter().flat_map(|candidate| candidate.name.given.clone()));
    count("surname", &mut candidates.iter().flat_map(|candidate| candidate.name.surnames.clone()));
    let mut rarity = Rarity::new(companies.len() as u64);
    for ((kind, word), count) in counts {
        match kind {
            "company" => rarity.record(WordKind::Company, &word, count),
            "given" if count >= 3 => rarity.record(WordKind::Given, &word, count),
            "surname" if count >= 3 => rarity.record(WordKind::Surname, &word, count),
            _ => {}
        }
    }
    rarity
}
