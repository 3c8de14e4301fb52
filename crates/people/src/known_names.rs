//! Common names, none of which counts as another name with a slip: Lima is not a misspelt Lira, nor
//! Marcos a misspelt Marcus. The directory's own counts (see [`rarity`](super::rarity)) extend
//! these lists, which matter most for a small directory.

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

static GIVEN_SET: LazyLock<HashSet<&'static str>> = LazyLock::new(|| GIVEN.split_whitespace().collect());
static SURNAME_SET: LazyLock<HashSet<&'static str>> = LazyLock::new(|| SURNAMES.split_whitespace().collect());

const GIVEN: &str = include_str!("known_names/given.txt");

const SURNAMES: &str = include_str!("known_names/surnames.txt");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::words;

    #[test]
    fn every_name_is_folded() {
        for name in GIVEN.split_whitespace().chain(SURNAMES.split_whitespace()) {
            assert_eq!(words(name), [name]);
        }
    }

    #[test]
    fn names_one_letter_apart_are_both_known() {
        for pair in [["lima", "lira"], ["faria", "farias"], ["moura", "mourao"]] {
            assert!(pair.iter().all(|surname| is_surname(surname)), "{pair:?}");
        }
        for pair in [["marcos", "marcus"], ["nelson", "nilson"], ["marcia", "marcio"]] {
            assert!(pair.iter().all(|name| is_given_name(name)), "{pair:?}");
        }
    }

    #[test]
    fn a_misspelling_is_not_a_name() {
        assert!(!is_surname("silav") && !is_given_name("fernnado"));
    }
}
