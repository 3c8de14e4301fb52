//! Pet forms of names: Zé for José, Bob for Robert, Malu for Maria Luíza.
//!
//! Each line has a given name and, after a colon, its short and pet forms, all folded (see
//! [`normalise`](super::normalise)). The tables are this project's own.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Whether one is a pet form of the other. Both are folded; a compound name is joined by single
/// spaces.
pub fn are_related(one: &str, other: &str) -> bool {
    formal_names(one).contains(&other) || formal_names(other).contains(&one)
}

/// Returns every other form under which a person with this folded given name may be recorded.
pub fn related_names(name: &str) -> impl Iterator<Item = &'static str> + use<> {
    formal_names(name).iter().chain(pet_forms(name)).copied()
}

/// Whether the tables list the word as a given name or a pet form.
pub fn is_listed(name: &str) -> bool {
    TABLE.pets_of.contains_key(name) || TABLE.formals_of.contains_key(name)
}

/// Whether the tables list the word as a given name of its own, not only as a pet form.
pub fn is_formal(name: &str) -> bool {
    TABLE.pets_of.contains_key(name)
}

fn formal_names(pet: &str) -> &'static [&'static str] {
    TABLE.formals_of.get(pet).map_or(&[], Vec::as_slice)
}

fn pet_forms(formal: &str) -> &'static [&'static str] {
    TABLE.pets_of.get(formal).map_or(&[], Vec::as_slice)
}

struct Table {
    formals_of: HashMap<&'static str, Vec<&'static str>>,
    pets_of: HashMap<&'static str, Vec<&'static str>>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table { formals_of: HashMap::new(), pets_of: HashMap::new() };
    for (formal, pets) in PORTUGUESE.lines().chain(ENGLISH.lines()).filter_map(|line| line.split_once(": ")) {
        for pet in pets.split_whitespace() {
            table.formals_of.entry(pet).or_default().push(formal);
            table.pets_of.entry(formal).or_default().push(pet);
        }
    }
    table
});

/// Brazilian pet forms, and registered variants that neither sound nor a slip explains (Raquel and
/// Rachel).
const PORTUGUESE: &str = include_str!("nicknames/portuguese.txt");

/// Short forms of English and international given names.
const ENGLISH: &str = include_str!("nicknames/english.txt");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::words;

    #[test]
    fn pet_forms_work_both_ways() {
        assert!(are_related("ze", "jose") && are_related("jose", "ze"));
        assert!(are_related("bob", "robert") && are_related("malu", "maria luiza"));
    }

    #[test]
    fn two_pet_forms_of_one_name_are_not_each_other() {
        assert!(!are_related("ze", "zeca"));
        assert!(!are_related("jose", "joao"));
    }

    #[test]
    fn a_shared_pet_form_leads_to_every_name() {
        let formal: Vec<_> = related_names("beto").collect();
        for name in ["alberto", "gilberto", "humberto", "norberto", "roberto"] {
            assert!(formal.contains(&name), "{name}");
        }
    }

    #[test]
    fn every_entry_is_folded_and_every_line_is_read() {
        for line in PORTUGUESE.lines().chain(ENGLISH.lines()) {
            let (formal, pets) = line.split_once(": ").expect("name: forms");
            assert_eq!(words(formal).join(" "), formal);
            assert!(pets.split_whitespace().next().is_some(), "{formal} has forms");
            for pet in pets.split_whitespace() {
                assert_eq!(words(pet), [pet], "in the line of {formal}");
                assert_ne!(pet, formal);
            }
        }
    }

    #[test]
    fn the_portuguese_table_covers_the_common_names() {
        assert!(PORTUGUESE.lines().count() >= 150);
    }
}
