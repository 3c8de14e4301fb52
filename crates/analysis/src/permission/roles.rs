//! Assigns each word a role that both languages share: “our” and “nosso”, a thing of the trade, an
//! everyday word.
//!
//! Patterns of two and three roles distinguish work from private life even for unseen words.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::item::{Item, is_ambiguous, is_thing};
use crate::lexicon::index_of;
use crate::vocabulary::Classes;
use fluence_domain::language::Language;

/// Function words by role: its name, the English words, the Portuguese words.
const FUNCTION_WORDS: [(&str, &str, &str); 16] = [
    ("the", "the this that these those", "o a os as este esta esse essa aquele aquela"),
    ("an", "a an", "um uma uns umas"),
    ("our", "our", "nosso nossa nossos nossas"),
    ("we", "we us", "nós gente"),
    ("i", "i i'm i've i'd i'll me", "eu me mim comigo"),
    ("my", "my mine", "meu minha meus minhas"),
    ("he", "he she him her his", "ele ela dele dela"),
    ("they", "they them their its it", "eles elas deles delas seu sua seus suas isso isto"),
    ("who", "who whom whose nobody someone everyone you your", "quem ninguém alguém todos você vocês"),
    ("and", "and or", "e ou"),
    (
        "but",
        "but so because if when while before after until since",
        "mas se quando enquanto porque antes depois até desde",
    ),
    ("of", "of", "de do da dos das"),
    ("to", "to for", "para pra ao"),
    (
        "in",
        "in on at by with from into about over under without",
        "em no na nos nas num numa por pelo pela pelos pelas com sem sobre entre",
    ),
    (
        "be",
        "is are was were be been has have had will would can could should may might must do does did",
        "é são foi foram era eram está estão estava tem têm tinha ter vai vão pode deve",
    ),
    ("not", "not no never nothing", "não nem nunca nada"),
];
/// The start and end of a sentence, and punctuation between clauses.
const BOUNDARIES: [&str; 3] = ["<", ">", ","];
const BEGIN: Role = Role(0);
const END: Role = Role(1);
const MARK: Role = Role(2);
/// Roles of other words. The first class that a word has decides, after the roles that [`Role::of`]
/// checks before.
const BY_CLASS: [(Classes, &str); 9] = [
    (Classes::PERSON, "PERSON"),
    (Classes::ACT, "ACT"),
    (Classes::WORK, "WORK"),
    (Classes::SAY, "SAY"),
    (Classes::CLOCK, "CLOCK"),
    (Classes::FIRST, "FIRST"),
    (Classes::PLAIN, "PLAIN"),
    (Classes::DAILY, "DAILY"),
    (Classes::LEARNT, "LEARNT"),
];
/// The first classes of [`BY_CLASS`], this many, are checked before names and numbers.
const CLASSES_BEFORE_NAMES: usize = 5;
const OTHERS: [&str; 8] = ["PRIVATE", "DELICATE", "THING", "FIRM", "UNCLEAR", "NAME", "NUMBER", "UNKNOWN"];
const PRIVATE: Role = Role::other(0);
const DELICATE: Role = Role::other(1);
const THING: Role = Role::other(2);
/// An ambiguous word that refers to a thing in this sentence, and one that may not be.
const FIRM: Role = Role::other(3);
const UNCLEAR: Role = Role::other(4);
const NAME: Role = Role::other(5);
const NUMBER: Role = Role::other(6);
const UNKNOWN: Role = Role::other(7);
const FIRST_BY_CLASS: usize = BOUNDARIES.len() + FUNCTION_WORDS.len();
const FIRST_OTHER: usize = FIRST_BY_CLASS + BY_CLASS.len();
/// The values of a pattern of two roles and of one of three, where a word has 1.
const PATTERN_SCALES: [(usize, f64); 2] = [(2, 0.7), (3, 0.5)];

/// A role, by its index in [`Role::names`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Role(u8);

/// Two or three roles in a row, each as its index plus 1. 0 means none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Pattern([u8; 3]);

static BY_WORD: LazyLock<[HashMap<&str, Role>; 2]> = LazyLock::new(|| {
    let mut by_word: [HashMap<&str, Role>; 2] = Default::default();
    for (at, (_, english, portuguese)) in FUNCTION_WORDS.iter().enumerate() {
        for (language, words) in [(Language::En, english), (Language::Pt, portuguese)] {
            by_word[index_of(language)]
                .extend(words.split(' ').map(|word| (word, Role::at(BOUNDARIES.len() + at))));
        }
    }
    by_word
});

impl Role {
    #[expect(clippy::cast_possible_truncation, reason = "there are fewer than 40 roles")]
    const fn at(index: usize) -> Self {
        Self(index as u8)
    }

    /// Returns the role at an index of [`OTHERS`].
    const fn other(index: usize) -> Self {
        Self::at(FIRST_OTHER + index)
    }

    /// Whether it is not a function word or a boundary.
    const fn has_meaning(self) -> bool {
        self.0 as usize >= FIRST_BY_CLASS
    }

    fn names() -> impl Iterator<Item = &'static str> {
        let small = FUNCTION_WORDS.iter().map(|(name, ..)| *name);
        BOUNDARIES.into_iter().chain(small).chain(BY_CLASS.iter().map(|(_, name)| *name)).chain(OTHERS)
    }

    fn of(item: &Item<'_>) -> Self {
        let by_class = |range: std::ops::Range<usize>| {
            let first = range.start;
            let found = BY_CLASS[range].iter().position(|(class, _)| item.classes.meets(*class));
            found.map(|at| Self::at(FIRST_BY_CLASS + first + at))
        };
        if item.classes.meets(Classes::PRIVATE) {
            PRIVATE
        } else if item.classes.meets(Classes::DELICATE) {
            DELICATE
        } else if is_thing(item) {
            THING
        } else if is_ambiguous(item) {
            if item.is_firm { FIRM } else { UNCLEAR }
        } else if let Some(role) = by_class(0..CLASSES_BEFORE_NAMES) {
            role
        } else if item.is_name {
            NAME
        } else if item.word.chars().all(|c| c.is_ascii_digit()) {
            NUMBER
        } else {
            by_class(CLASSES_BEFORE_NAMES..BY_CLASS.len()).unwrap_or(UNKNOWN)
        }
    }
}

impl Pattern {
    fn of(roles: &[Role]) -> Self {
        let mut pattern = Self::default();
        pattern.0.iter_mut().zip(roles).for_each(|(place, role)| *place = role.0 + 1);
        pattern
    }

    /// Returns the pattern of role names separated by blanks, or `None` if a role is unknown.
    pub(super) fn named(name: &str) -> Option<Self> {
        let role = |name| Role::names().position(|known| known == name).map(Role::at);
        let roles: Option<Vec<Role>> = name.split(' ').map(role).collect();
        roles.map(|roles| Self::of(&roles))
    }

    #[cfg(test)]
    pub(super) fn name(self) -> String {
        let names: Vec<&str> = Role::names().collect();
        let parts = self.0.iter().filter_map(|place| names.get(usize::from(place.checked_sub(1)?)).copied());
        parts.collect::<Vec<_>>().join(" ")
    }
}

/// Whether the word is a function word of the language, such as “our” or “with”.
pub(super) fn is_function_word(word: &str, language: Language) -> bool {
    BY_WORD[index_of(language)].contains_key(word)
}

/// Returns the roles of a sentence's items in order, with its boundaries.
pub(super) fn roles(items: &[Item<'_>], language: Language) -> Vec<Role> {
    let small = &BY_WORD[index_of(language)];
    let mut roles = Vec::with_capacity(items.len() * 2 + 2);
    roles.push(BEGIN);
    for item in items {
        if item.follows_mark {
            roles.push(MARK);
        }
        let known = small.get(item.word).filter(|_| !item.is_phrase);
        roles.push(known.copied().unwrap_or_else(|| Role::of(item)));
    }
    roles.push(END);
    roles
}

/// Calls `each` with every pattern that has a role with meaning, and the pattern's value.
pub(super) fn each_pattern(roles: &[Role], mut each: impl FnMut(Pattern, f64)) {
    for (length, scale) in PATTERN_SCALES {
        for part in roles.windows(length).filter(|part| part.iter().any(|role| role.has_meaning())) {
            each(Pattern::of(part), scale);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_have_a_role_with_meaning_and_include_boundaries() {
        let roles: Vec<Role> = ["<", "the", "THING", ">"]
            .map(|name| Role::at(Role::names().position(|known| known == name).unwrap()))
            .into();
        let mut patterns = Vec::new();
        each_pattern(&roles, |pattern, _| patterns.push(pattern.name()));
        assert_eq!(patterns, ["the THING", "THING >", "< the THING", "the THING >"]);
        assert!(patterns.iter().all(|name| Pattern::named(name).unwrap().name() == *name));
        assert_eq!(Pattern::named("the MYTH"), None);
    }

    #[test]
    fn no_function_word_has_two_roles() {
        for of in [|row: &(_, &'static str, _)| row.1, |row: &(_, _, &'static str)| row.2] {
            let words: Vec<&str> = FUNCTION_WORDS.iter().flat_map(|row| of(row).split(' ')).collect();
            let distinct: std::collections::HashSet<_> = words.iter().collect();
            assert_eq!(distinct.len(), words.len());
        }
    }
}
