//! Compares given names: exact, pet form, another alphabet, same sound or one slip.

use schemars::JsonSchema;
use serde::Serialize;

use super::degree::{GIVEN_NAME_OF_SAME_SOUND, LATER_GIVEN_NAME, NICKNAME, ONE_SLIP, OTHER_ALPHABET};
use crate::agreement::Agreement;
use crate::edits::{is_likely_slip, shorter_length};
use crate::name::PersonName;
use crate::nicknames;
use crate::rarity::Rarity;
use crate::sound::are_pronounced_alike;
use crate::transliteration::are_one_in_two_alphabets;

/// Shorter names must match without a slip.
const MIN_CHARS_WITH_SLIP: usize = 5;

/// The rule by which given names agree, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GivenNameRule {
    /// The same, ignoring accents and case.
    Exact,
    /// The first of several given names.
    FirstOfSeveral,
    /// A later one of several given names, which is many people's usual name.
    LaterOfSeveral,
    /// The first name, and the first letter of a further one.
    Initial,
    /// One is a pet form of the other.
    Nickname,
    /// Another spelling that sounds the same.
    SameSound,
    /// The same in another alphabet.
    OtherAlphabet,
    /// One typing error.
    OneSlip,
    /// Given in place of the surname.
    FamilyNameFirst,
    /// Another name that the source lists for the person.
    Alias,
}

/// Compares the given names of a query with those of a candidate. Returns `None` if no rule
/// applies.
pub(super) fn compare(
    query: &PersonName,
    candidate: &PersonName,
    rarity: &Rarity,
) -> Option<Agreement<GivenNameRule>> {
    let (queried_first, queried_rest) = query.given.split_first()?;
    let (known_first, known_rest) = candidate.given.split_first()?;
    let queried_whole = query.given.join(" ");
    let known_whole = candidate.given.join(" ");
    if query.given.concat() == candidate.given.concat() {
        return Some(Agreement::new(GivenNameRule::Exact, 1.0));
    }
    if are_one_in_two_alphabets(&query.given.concat(), &candidate.given.concat()) {
        return Some(Agreement::new(GivenNameRule::OtherAlphabet, OTHER_ALPHABET));
    }
    // Malu for Maria Luíza: the pet form replaces the compound name, not its first word.
    if nicknames::are_related(&queried_whole, &known_whole) {
        return Some(Agreement::new(GivenNameRule::Nickname, NICKNAME));
    }
    if let Some(first) = compare_word(queried_first, known_first, rarity) {
        let further = compare_further(queried_rest, known_rest, &candidate.surnames, rarity)?;
        let says_less = queried_rest.len() < known_rest.len();
        let rule = match (first.rule, further.rule) {
            (GivenNameRule::Exact, GivenNameRule::Exact) if says_less => GivenNameRule::FirstOfSeveral,
            (GivenNameRule::Exact, further) => further,
            (first, _) => first,
        };
        let both = Agreement::new(rule, first.degree * further.degree);
        return Some(if says_less { both.saying_less() } else { both });
    }
    // Clara for Maria Clara.
    let is_later =
        queried_rest.is_empty() && known_rest.iter().any(|known| sound_the_same(queried_first, known));
    is_later.then_some(Agreement::new(GivenNameRule::LaterOfSeveral, LATER_GIVEN_NAME))
}

/// Compares the given names after the first. Each must be among the candidate's further given names
/// or surnames, because people split names differently. Returns the weakest rule that any needed.
fn compare_further(
    queried: &[String],
    known: &[String],
    surnames: &[String],
    rarity: &Rarity,
) -> Option<Agreement<GivenNameRule>> {
    let best = |queried: &String| {
        let alike = surnames.iter().chain(known).filter_map(|known| likeness(queried, known)).min();
        let as_it_is = alike.map(|alike| Agreement::new(GivenNameRule::from(alike), 1.0));
        as_it_is.or_else(|| {
            Agreement::best(known.iter().filter_map(|known| compare_word(queried, known, rarity)))
        })
    };
    queried.iter().try_fold(Agreement::new(GivenNameRule::Exact, 1.0), |all, queried| {
        let one = best(queried)?;
        Some(Agreement::new(all.rule.max(one.rule), all.degree * one.degree))
    })
}

fn compare_word(queried: &str, known: &str, rarity: &Rarity) -> Option<Agreement<GivenNameRule>> {
    if queried == known {
        return Some(Agreement::new(GivenNameRule::Exact, 1.0));
    }
    if nicknames::are_related(queried, known) {
        return Some(Agreement::new(GivenNameRule::Nickname, NICKNAME));
    }
    if sound_the_same(queried, known) {
        return Some(Agreement::new(GivenNameRule::SameSound, GIVEN_NAME_OF_SAME_SOUND));
    }
    if are_one_in_two_alphabets(queried, known) {
        return Some(Agreement::new(GivenNameRule::OtherAlphabet, OTHER_ALPHABET));
    }
    let is_slip = shorter_length(queried, known) >= MIN_CHARS_WITH_SLIP
        && is_likely_slip(queried, known)
        && !rarity.is_own_given_name(queried, known);
    is_slip.then_some(Agreement::new(GivenNameRule::OneSlip, ONE_SLIP))
}

/// How two further words of a name agree, closest first. None lowers the confidence: a query with
/// further names is not less certain than one with the first name only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Likeness {
    Same,
    SameSound,
    Initial,
}

impl From<Likeness> for GivenNameRule {
    fn from(likeness: Likeness) -> Self {
        match likeness {
            Likeness::Same => Self::Exact,
            Likeness::SameSound => Self::SameSound,
            Likeness::Initial => Self::Initial,
        }
    }
}

/// Whether the word is the other, sounds like it, or is its first letter.
pub(super) fn likeness(queried: &str, known: &str) -> Option<Likeness> {
    if queried == known {
        Some(Likeness::Same)
    } else if sound_the_same(queried, known) {
        Some(Likeness::SameSound)
    } else {
        (queried.chars().count() == 1 && known.starts_with(queried)).then_some(Likeness::Initial)
    }
}

/// Whether the words are spellings of one sound. A single letter never is: E is not Y.
pub(super) fn sound_the_same(one: &str, other: &str) -> bool {
    let is_letter = |word: &str| word.chars().nth(1).is_none();
    one == other || (!is_letter(one) && !is_letter(other) && are_pronounced_alike(one, other))
}
