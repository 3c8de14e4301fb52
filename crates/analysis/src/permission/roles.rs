//! The part that each word plays in its sentence, in names that both languages share: “our” and “nosso”, a thing of the
//! trade, a word of any home.
//!
//! Patterns of two and three such parts tell work from private life where the words themselves are new.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::classes::Classes;
use super::item::{Item, is_ambiguous, is_thing};
use crate::lexicon::side;
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
const BEGIN: &str = "<";
const END: &str = ">";
const MARK: &str = ",";
/// What a pattern of two parts counts beside a word, and one of three.
const PATTERN_SCALES: [(usize, f64); 2] = [(2, 0.7), (3, 0.5)];

static BY_WORD: LazyLock<[HashMap<&str, &str>; 2]> = LazyLock::new(|| {
    let mut by_word: [HashMap<&str, &str>; 2] = Default::default();
    for (name, english, portuguese) in SMALL {
        for (language, words) in [(Language::En, english), (Language::Pt, portuguese)] {
            by_word[side(language)].extend(words.split(' ').map(|word| (word, name)));
        }
    }
    by_word
});

/// The parts of a sentence in their order, with its ends and marks.
pub(super) fn roles(items: &[Item<'_>], language: Language) -> Vec<&'static str> {
    let small = &BY_WORD[side(language)];
    let mut roles = Vec::with_capacity(items.len() + 4);
    roles.push(BEGIN);
    for item in items {
        if item.is_parted {
            roles.push(MARK);
        }
        let known = small.get(item.word).filter(|_| !item.is_phrase);
        roles.push(known.copied().unwrap_or_else(|| meaning(item)));
    }
    roles.push(END);
    roles
}

/// Calls for every pattern that holds more than small words and marks, with what it counts.
pub(super) fn each_pattern(roles: &[&'static str], mut each: impl FnMut(&str, f64)) {
    let mut pattern = String::new();
    let has_meaning =
        |part: &[&str]| part.iter().any(|role| role.starts_with(|c: char| c.is_ascii_uppercase()));
    for (length, scale) in PATTERN_SCALES {
        for part in roles.windows(length).filter(|part| has_meaning(part)) {
            pattern.clear();
            for (at, role) in part.iter().enumerate() {
                pattern.extend([if at == 0 { "" } else { " " }, role]);
            }
            each(&pattern, scale);
        }
    }
}

/// The role of a word that is more than a small one, by the first of its classes here.
fn meaning(item: &Item<'_>) -> &'static str {
    const BY_CLASS: [(Classes, &str); 5] = [
        (Classes::PERSON, "PERSON"),
        (Classes::ACT, "ACT"),
        (Classes::WORK, "WORK"),
        (Classes::SAY, "SAY"),
        (Classes::CLOCK, "CLOCK"),
    ];
    const BY_LATER_CLASS: [(Classes, &str); 4] = [
        (Classes::FIRST, "FIRST"),
        (Classes::PLAIN, "PLAIN"),
        (Classes::DAILY, "DAILY"),
        (Classes::LEARNT, "LEARNT"),
    ];
    let by_class = |list: &[(Classes, &'static str)]| {
        list.iter().find(|(class, _)| item.classes.meets(*class)).map(|(_, role)| *role)
    };
    if item.classes.meets(Classes::PRIVATE) {
        "PRIVATE"
    } else if item.classes.meets(Classes::DELICATE) {
        "DELICATE"
    } else if is_thing(item) {
        "THING"
    } else if is_ambiguous(item) {
        if item.is_firm { "FIRM" } else { "UNCLEAR" }
    } else if let Some(role) = by_class(&BY_CLASS) {
        role
    } else if item.is_name {
        "NAME"
    } else if item.word.chars().all(|c| c.is_ascii_digit()) {
        "NUMBER"
    } else {
        by_class(&BY_LATER_CLASS).unwrap_or("UNKNOWN")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_hold_a_word_of_meaning_and_the_ends() {
        let mut patterns = Vec::new();
        each_pattern(&[BEGIN, "the", "THING", END], |pattern, _| patterns.push(pattern.to_owned()));
        assert_eq!(patterns, ["the THING", "THING >", "< the THING", "the THING >"]);
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
