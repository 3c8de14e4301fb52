//! Finds records of a matter that is not known to be a trade's: “the craving log”, “a planilha de
//! apostas”.
//!
//! People keep logs, counters and spreadsheets of their private life. A record is about work only
//! if the word that says what it is about is a word of a trade.

use super::grammar::{BETWEEN, CARDINALS, NUMBERS, PERIODS};
use super::item::Item;
use super::roles::is_function_word;
use crate::lexicon::index_of;
use crate::vocabulary::Classes;
use fluence_domain::language::Language;

/// The most words before a record that may say what it is about: “the heart rate log”.
const MAX_QUALIFIERS: usize = 3;
/// Prepositions between a record and its matter.
const OF: [&[&str]; 2] = [&["of", "for"], &["de", "do", "da", "dos", "das", "para", "pra"]];
/// Words between a preposition and the matter, besides [`BETWEEN`].
const BEFORE_MATTER: &[&str] = &[
    "each", "every", "all", "both", "more", "next", "cada", "todos", "todas", "próximo", "próxima", "novos",
    "novas",
];
/// Words after which a verb stands.
const SUBJECTS: &[&str] = &["i", "we", "you", "it", "they", "who", "which", "that"];
/// Endings of English adjectives and adverbs, which say how a record is and not what it is about.
const ADJECTIVE_ENDINGS: &[&str] = &["ed", "able", "ible", "ive", "ous", "less", "est", "ly"];
/// Classes of words that a trade has, and of those that may mean anything.
const TRADE: Classes =
    Classes::THING.or(Classes::PAIR).or(Classes::WORK).or(Classes::ACT).or(Classes::PERSON).or(Classes::SAY);
const VAGUE: Classes = Classes::LEARNT.or(Classes::DAILY);

/// How well a word must be known to be a matter of a trade.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Proof {
    /// It is listed as harmless, as adjectives are too.
    Listed,
    /// It is a word of a trade.
    OfTrade,
}

/// Whether a record of the sentence is about a matter that is not known to be a trade's.
pub(super) fn has_record_of_unknown_matter(items: &[Item<'_>], language: Language) -> bool {
    (0..items.len()).filter(|at| is_record(&items[*at])).any(|at| {
        language == Language::En && has_unknown_qualifier(items, at, language)
            || has_unknown_object(items, at)
            || is_followed_by_unknown(items, at, language)
    })
}

fn is_record(item: &Item<'_>) -> bool {
    !item.is_phrase && item.classes.meets(Classes::RECORD)
}

/// Whether a word that stands before a record as its qualifier is not known to be of a trade. What
/// people keep of themselves (a log, a diary) needs more proof: “the cutting log”.
fn has_unknown_qualifier(items: &[Item<'_>], at: usize, language: Language) -> bool {
    let is_of_noun_phrase = |place: &usize| {
        !items[place + 1].follows_mark
            && !is_function_word(items[*place].word, language)
            && !items[*place].classes.meets(Classes::SAY)
            && !is_number(&items[*place])
            && !is_verb(items, *place)
    };
    (0..at).rev().take_while(is_of_noun_phrase).take(MAX_QUALIFIERS).any(|place| {
        let item = &items[place];
        let is_next_to_diary = place + 1 == at && items[at].classes.holds(Classes::DIARY);
        let proof = if is_next_to_diary { Proof::OfTrade } else { Proof::Listed };
        (is_next_to_diary || !is_adjective(item))
            && !is_owner(item, place + 1 < at)
            && !is_known_matter(item, proof)
    })
}

/// Whether what is logged is not known to be of a trade: “we log each craving”.
fn has_unknown_object(items: &[Item<'_>], at: usize) -> bool {
    let opens = |item: &Item<'_>| !item.follows_mark && is_before_matter(item);
    items[at].classes.holds(Classes::DIARY)
        && items.get(at + 1).is_some_and(opens)
        && matter(&items[at + 1..])
            .is_some_and(|item| !is_adjective(item) && !is_known_matter(item, Proof::Listed))
}

/// Whether “of” or “for” and a word that is not known to be of a trade follow a record.
fn is_followed_by_unknown(items: &[Item<'_>], at: usize, language: Language) -> bool {
    let prepositions = OF[index_of(language)];
    items.get(at + 1).is_some_and(|next| prepositions.contains(&next.word))
        && matter(&items[at + 2..]).is_some_and(|item| !is_known_matter(item, Proof::OfTrade))
}

/// Returns the first word that is no article, numeral, small adjective or adverb.
fn matter<'i, 's>(items: &'i [Item<'s>]) -> Option<&'i Item<'s>> {
    let is_adverb = |item: &Item<'_>| item.word.ends_with("ly") && item.classes.is_known();
    items.iter().find(|item| !is_before_matter(item) && !is_adverb(item)).or(items.last())
}

/// Whether the word may be a verb: “writes” or, after a subject, “they keep”. A plural rarely says
/// what a record is about.
fn is_verb(items: &[Item<'_>], at: usize) -> bool {
    let is_third_person = items[at].classes.is_only_learnt() && items[at].word.ends_with('s');
    is_third_person || at > 0 && SUBJECTS.contains(&items[at - 1].word)
}

/// Whether the word names the owner of what the record is about: “the cathedral's repair contract”.
fn is_owner(item: &Item<'_>, has_matter: bool) -> bool {
    has_matter && item.word.ends_with("'s") && !item.classes.meets(Classes::PRIVATE)
}

/// Whether the word is an article, a numeral or a small adjective.
fn is_before_matter(item: &Item<'_>) -> bool {
    BETWEEN.contains(&item.word) || BEFORE_MATTER.contains(&item.word) || is_number(item)
}

fn is_number(item: &Item<'_>) -> bool {
    NUMBERS.contains(&item.word)
        || CARDINALS.contains(&item.word)
        || item.word.starts_with(|first: char| first.is_ascii_digit())
}

fn is_adjective(item: &Item<'_>) -> bool {
    let is_private = item.classes.meets(Classes::PRIVATE.or(Classes::DELICATE));
    item.classes.is_known()
        && !is_private
        && ADJECTIVE_ENDINGS.iter().any(|ending| item.word.ends_with(ending))
}

/// Whether the word is known to be a matter of a trade. A private sense excludes it, whatever
/// stands beside it.
fn is_known_matter(item: &Item<'_>, proof: Proof) -> bool {
    let classes = item.classes;
    let is_letter = item.word.chars().nth(1).is_none();
    if classes.meets(Classes::PRIVATE) {
        return false;
    }
    if is_letter
        || is_number(item)
        || PERIODS.contains(&item.word)
        || classes.meets(Classes::MATTER.or(Classes::RECORD))
    {
        return true;
    }
    if classes.meets(Classes::DELICATE) {
        return false;
    }
    if classes.meets(Classes::THING.or(Classes::PAIR)) {
        return true;
    }
    !classes.meets(Classes::AMBIGUOUS)
        && match proof {
            Proof::Listed => classes.is_known() && !classes.is_only(VAGUE),
            Proof::OfTrade => classes.meets(TRADE),
        }
}
