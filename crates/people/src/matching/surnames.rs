//! Compares surnames: exact, same sound, another alphabet, or one or two slips.

use schemars::JsonSchema;
use serde::Serialize;

use super::degree::{ONE_SLIP, OTHER_ALPHABET, SURNAME_OF_SAME_SOUND, TWO_SLIPS};
use super::given_names::{Likeness, likeness, sound_the_same};
use crate::agreement::Agreement;
use crate::edits::{Slips, are_two_likely_slips, is_likely_slip, shorter_length};
use crate::name::PersonName;
use crate::rarity::Rarity;
use crate::transliteration::are_one_in_two_alphabets;

/// Shorter surnames must match without a slip: a letter more or less makes another name.
const MIN_CHARS_WITH_SLIP: usize = 4;
/// Surnames from this length may have two slips.
const MIN_CHARS_WITH_TWO_SLIPS: usize = 8;

/// The rule by which surnames agree, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SurnameRule {
    /// All of them are the same.
    Exact,
    /// Some of the person's surnames, each exact.
    SomeOfSeveral,
    /// One of them by its first letter only.
    Initial,
    /// Another spelling that sounds the same.
    SameSound,
    /// The same in another alphabet.
    OtherAlphabet,
    /// One typing error.
    OneSlip,
    /// Two typing errors in a long name.
    TwoSlips,
    /// Given in place of the given name.
    FamilyNameFirst,
}

impl From<Likeness> for SurnameRule {
    fn from(likeness: Likeness) -> Self {
        match likeness {
            Likeness::Same => Self::Exact,
            Likeness::SameSound => Self::SameSound,
            Likeness::Initial => Self::Initial,
        }
    }
}

/// Compares the surnames of a query with those of a candidate. Each must be one of the candidate's:
/// Brazilians have several and use the last, the last two or one in the middle. One or more may be
/// given names after the first, but not all.
pub(super) fn compare(
    query: &PersonName,
    candidate: &PersonName,
    rarity: &Rarity,
    slips: Slips,
) -> Option<Agreement<SurnameRule>> {
    if query.surnames.is_empty() || candidate.surnames.is_empty() {
        return None;
    }
    let is_closed_up = query.closed_up.as_ref().is_some_and(|whole| candidate.surnames.contains(whole));
    let are_the_same = query.surnames == candidate.surnames || is_closed_up;
    if are_the_same || are_joined(&query.surnames, &candidate.surnames) {
        return Some(Agreement::new(SurnameRule::Exact, 1.0));
    }
    if are_one_in_two_alphabets(&query.surnames.concat(), &candidate.surnames.concat()) {
        return Some(Agreement::new(SurnameRule::OtherAlphabet, OTHER_ALPHABET));
    }
    let mut weakest = SurnameRule::Exact;
    let mut degree = 1.0;
    let mut surname_found = false;
    let mut surnames_used = 0;
    for queried in &query.surnames {
        let own = best_surname(queried, &candidate.surnames, rarity, slips);
        let found = match own {
            Some(own) => {
                surname_found = true;
                surnames_used += 1;
                own
            }
            None => {
                let elsewhere = candidate.given.iter().skip(1).chain(&candidate.surnames);
                let alike = elsewhere.filter_map(|known| likeness(queried, known)).min()?;
                Agreement::new(SurnameRule::from(alike), 1.0)
            }
        };
        weakest = weakest.max(found.rule);
        degree *= found.degree;
    }
    if !surname_found {
        return None;
    }
    if surnames_used < candidate.surnames.len() {
        let rule = weakest.max(SurnameRule::SomeOfSeveral);
        return Some(Agreement::new(rule, degree).saying_less());
    }
    Some(Agreement::new(weakest, degree))
}

fn best_surname(
    queried: &str,
    known: &[String],
    rarity: &Rarity,
    slips: Slips,
) -> Option<Agreement<SurnameRule>> {
    Agreement::best(known.iter().filter_map(|known| compare_word(queried, known, rarity, slips)))
}

fn compare_word(queried: &str, known: &str, rarity: &Rarity, slips: Slips) -> Option<Agreement<SurnameRule>> {
    if queried == known {
        return Some(Agreement::new(SurnameRule::Exact, 1.0));
    }
    if sound_the_same(queried, known) {
        return Some(Agreement::new(SurnameRule::SameSound, SURNAME_OF_SAME_SOUND));
    }
    if are_one_in_two_alphabets(queried, known) {
        return Some(Agreement::new(SurnameRule::OtherAlphabet, OTHER_ALPHABET));
    }
    let length = shorter_length(queried, known);
    let is_short = length < MIN_CHARS_WITH_SLIP;
    // A short name of which the query lacks a letter: Moa for Mota.
    let is_forgiven = slips == Slips::InShortWordsToo
        && length + 1 == MIN_CHARS_WITH_SLIP
        && known.chars().count() == MIN_CHARS_WITH_SLIP;
    if is_short && !is_forgiven {
        return None;
    }
    // A surname that people have is not a slip.
    if rarity.is_own_surname(queried, known) {
        return None;
    }
    if is_likely_slip(queried, known) {
        return Some(Agreement::new(SurnameRule::OneSlip, ONE_SLIP));
    }
    let has_two = length >= MIN_CHARS_WITH_TWO_SLIPS && are_two_likely_slips(queried, known);
    has_two.then_some(Agreement::new(SurnameRule::TwoSlips, TWO_SLIPS))
}

/// Whether the surnames differ only in the spaces between words: "Vas Concelos" and "Vasconcelos",
/// "Castelobranco" and "Pires Castelo Branco", "Delacroix" and "De La Croix".
fn are_joined(queried: &[String], known: &[String]) -> bool {
    let whole = queried.concat();
    let is_pair = |joined: &str| known.windows(2).any(|pair| pair.concat() == joined);
    (queried.len() > 1 && known.contains(&whole))
        || whole == known.concat()
        || (queried.len() == 1
            && (is_pair(&whole) || PersonName::without_closed_up_particle(&whole).is_some_and(is_pair)))
}
