//! The part that each word plays in its sentence, in names that both languages share: “our” and
//! “nosso”, a thing of the trade, a word of any home.
//!
//! Patterns of two and three such parts tell work from private life where the words themselves are
//! new.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::item::{Item, is_ambiguous, is_thing};
use crate::lexicon::index_of;
use crate::vocabulary::Classes;
use fluence_domain::language::Language;

/// Small words by what they do: name, English, Portuguese.
const SMALL: [(&str, &str, &str); 16] = [
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
/// The ends of a sentence, and a mark that parts clauses.
const ENDS_AND_MARK: [&str; 3] = ["<", ">", ","];
const BEGIN: Role = Role(0);
const END: Role = Role(1);
const MARK: Role = Role(2);
/// Other words by the first of their classes here; a thing, an ambiguous word, a name and a number
/// are told apart before.
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
/// Of these classes is the word before it is taken for a name or a number.
const SURER_THAN_A_NAME: usize = 5;
const OTHERS: [&str; 8] = ["PRIVATE", "DELICATE", "THING", "FIRM", "UNCLEAR", "NAME", "NUMBER", "UNKNOWN"];
const PRIVATE: Role = Role::other(0);
const DELICATE: Role = Role::other(1);
const THING: Role = Role::other(2);
/// An ambiguous word of which the sentence shows, or does not show, that it is said of a thing.
const FIRM: Role = Role::other(3);
const UNCLEAR: Role = Role::other(4);
const NAME: Role = Role::other(5);
const NUMBER: Role = Role::other(6);
const UNKNOWN: Role = Role::other(7);
const FIRST_BY_CLASS: usize = ENDS_AND_MARK.len() + SMALL.len();
const FIRST_OTHER: usize = FIRST_BY_CLASS + BY_CLASS.len();
/// What a pattern of two parts counts beside a word, and one of three.
const PATTERN_SCALES: [(usize, f64); 2] = [(2, 0.7), (3, 0.5)];

/// A part, by its place among the names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Role(u8);

/// Two or three roles in a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Pattern([u8; 3]);

static BY_WORD: LazyLock<[HashMap<&str, Role>; 2]> = LazyLock::new(|| {
    let mut by_word: [HashMap<&str, Role>; 2] = Default::default();
    for (at, (_, english, portuguese)) in SMALL.iter().enumerate() {
        for (language, words) in [(Language::En, english), (Language::Pt, portuguese)] {
            by_word[index_of(language)]
                .extend(words.split(' ').map(|word| (word, Role::at(ENDS_AND_MARK.len() + at))));
        }
    }
    by_word
});

impl Role {
    #[expect(clippy::cast_possible_truncation, reason = "there are fewer than 40 roles")]
    const fn at(place: usize) -> Self {
        Self(place as u8)
    }

    /// The role at this place of [`OTHERS`].
    const fn other(place: usize) -> Self {
        Self::at(FIRST_OTHER + place)
    }

    /// Whether it is more than a small word or a mark.
    const fn has_meaning(self) -> bool {
        self.0 as usize >= FIRST_BY_CLASS
    }

    fn names() -> impl Iterator<Item = &'static str> {
        let small = SMALL.iter().map(|(name, ..)| *name);
        ENDS_AND_MARK.into_iter().chain(small).chain(BY_CLASS.iter().map(|(_, name)| *name)).chain(OTHERS)
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
        } else if let Some(role) = by_class(0..SURER_THAN_A_NAME) {
            role
        } else if item.is_name {
            NAME
        } else if item.word.chars().all(|c| c.is_ascii_digit()) {
            NUMBER
        } else {
            by_class(SURER_THAN_A_NAME..BY_CLASS.len()).unwrap_or(UNKNOWN)
        }
    }
}

impl Pattern {
    fn of(roles: &[Role]) -> Self {
        let mut pattern = Self::default();
        pattern.0.iter_mut().zip(roles).for_each(|(place, role)| *place = role.0 + 1);
        pattern
    }

    /// The pattern of this name; `None` if there is no such role.
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

/// The parts of a sentence in their order, with its ends and marks.
pub(super) fn roles(items: &[Item<'_>], language: Language) -> Vec<Role> {
    let small = &BY_WORD[index_of(language)];
    let mut roles = Vec::with_capacity(items.len() * 2 + 2);
    roles.push(BEGIN);
    for item in items {
        if item.is_parted {
            roles.push(MARK);
        }
        let known = small.get(item.word).filter(|_| !item.is_phrase);
        roles.push(known.copied().unwrap_or_else(|| Role::of(item)));
    }
    roles.push(END);
    roles
}

/// Calls for every pattern that holds more than small words and marks, with what it counts.
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
    fn patterns_hold_a_word_of_meaning_and_the_ends() {
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
    fn no_small_word_has_two_parts() {
        for of in [|row: &(_, &'static str, _)| row.1, |row: &(_, _, &'static str)| row.2] {
            let words: Vec<&str> = SMALL.iter().flat_map(|row| of(row).split(' ')).collect();
            let distinct: std::collections::HashSet<_> = words.iter().collect();
            assert_eq!(distinct.len(), words.len());
        }
    }
}
