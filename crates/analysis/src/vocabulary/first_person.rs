//! Recognises Portuguese verbs in the first person singular by their endings and by the vocabulary.

use super::{Classes, Vocabulary};
use fluence_domain::language::Language;

/// Whether a Portuguese word is a verb in the first person singular and not a noun of the same
/// spelling.
pub(crate) fn is_first_person_verb(word: &str) -> bool {
    let known = Vocabulary::of(Language::Pt).word(word);
    known.meets(Classes::FIRST) || !known.is_work_or_plain() && is_portuguese_first_person(word)
}

/// Whether a Portuguese noun may also be such a verb: “preparo”, “documento”.
pub(crate) fn may_be_first_person_verb(word: &str) -> bool {
    let is_participle = ["ndo", "ado", "ido"].iter().any(|ending| word.ends_with(ending));
    let known = Vocabulary::of(Language::Pt).word(word);
    word.ends_with('o') && !is_participle && known.meets(Classes::THING.or(Classes::WORK).or(Classes::LEARNT))
}

/// Frequent verbs in the first person singular whose ending does not show it.
const FIRST_PERSON_VERBS: &[&str] = &[
    "fiz", "fui", "tive", "pus", "vim", "li", "vi", "tenho", "faço", "fico", "levo", "vou", "estou", "tô",
    "sou", "posso", "quero", "sei", "dou", "vejo", "digo", "trago", "peço", "durmo", "moro", "bebo", "tomo",
    "devo", "deixo", "ando", "saio", "volto", "chego", "entro", "escondo", "finjo", "choro", "rezo", "leio",
    "ouço", "sinto", "perco", "compro", "guardo", "carrego", "escrevo", "falo", "penso", "acho", "ligo",
    "respondo", "atendo", "paro", "fumo", "assino", "cuido", "lavo", "cozinho", "sento", "deito", "levanto",
    "recebo", "conheço", "prefiro", "lembro", "esqueço", "consigo", "aprendo", "ponho", "venho", "coloco",
    "abro", "divido", "espero", "pulo", "reviso",
];
/// Words that end like first-person verbs but are not verbs.
const NOT_VERBS: &[&str] =
    &["vôlei", "aqui", "daqui", "dali", "táxi", "júri", "wifi", "mini", "multi", "semi", "anti"];
/// The fewest letters of a verb that its ending shows.
const MIN_LETTERS_WITH_ENDING: usize = 4;

/// Whether a word looks like a Portuguese verb in the first person singular: “pulei”, “dormi”,
/// “fico”.
pub(crate) fn is_portuguese_first_person(word: &str) -> bool {
    let mut letters = word.chars().rev();
    let ends = match (letters.next(), letters.next()) {
        (Some('i'), Some(before)) => before == 'e' || before.is_alphabetic() && !"aou".contains(before),
        (Some('í'), Some(_)) => true,
        _ => false,
    };
    let has_ending = ends && word.chars().count() >= MIN_LETTERS_WITH_ENDING && !NOT_VERBS.contains(&word);
    has_ending || FIRST_PERSON_VERBS.contains(&word)
}
