//! Given names: exact, pet form, same sound, one slip.

use serde::Serialize;

use super::degree::{GIVEN_NAME_OF_SAME_SOUND, LATER_GIVEN_NAME, NICKNAME, ONE_SLIP, OTHER_ALPHABET};
use crate::people::agreement::Agreement;
use crate::people::edits::{is_likely_slip, is_swap, shorter_length};
use crate::people::name::PersonName;
use crate::people::nicknames;
use crate::people::rarity::Rarity;
use crate::people::sound::sound_key;
use crate::people::transliteration::are_one_in_two_alphabets;

/// Shorter names are not forgiven a slip.
const SHORTEST_WITH_SLIP: usize = 5;

/// Which rule found the given names the same, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GivenNameRule {
    /// The same, accents and case aside.
    Exact,
    /// The first of several given names.
    FirstOfSeveral,
    /// A later one of several given names, by which many people are called.
    LaterOfSeveral,
    /// The first name, and only the first letter of a further one.
    Initial,
    /// One is a pet form of the other.
    Nickname,
    /// Another spelling that sounds the same.
    SameSound,
    /// The same in another alphabet.
    OtherAlphabet,
    /// One slip of the pen.
    OneSlip,
    /// Asked for in the place of the surname.
    FamilyNameFirst,
    /// Another name the source lists for the person.
    Alias,
}

/// Whether the given names asked for are those of the candidate: exact, pet form, same sound, one slip; never fuzzier.
pub(super) fn compare(
    query: &PersonName,
    candidate: &PersonName,
    rarity: &Rarity,
) -> Option<Agreement<GivenNameRule>> {
    let (asked_first, asked_rest) = query.given.split_first()?;
    let (known_first, known_rest) = candidate.given.split_first()?;
    let asked_whole = query.given.join(" ");
    let known_whole = candidate.given.join(" ");
    if query.given.concat() == candidate.given.concat() {
        return Some(Agreement::new(GivenNameRule::Exact, 1.0));
    }
    if are_one_in_two_alphabets(&query.given.concat(), &candidate.given.concat()) {
        return Some(Agreement::new(GivenNameRule::OtherAlphabet, OTHER_ALPHABET));
    }
    // Malu for Maria Luíza: the pet form stands for the compound name, not for its first word.
    if nicknames::are_related(&asked_whole, &known_whole) {
        return Some(Agreement::new(GivenNameRule::Nickname, NICKNAME));
    }
    if let Some(first) = compare_word(asked_first, known_first, rarity) {
        let further = compare_further(asked_rest, known_rest, &candidate.surnames, rarity)?;
        let says_less = asked_rest.len() < known_rest.len();
        let rule = match (first.rule, further.rule) {
            (GivenNameRule::Exact, GivenNameRule::Exact) if says_less => GivenNameRule::FirstOfSeveral,
            (GivenNameRule::Exact, further) => further,
            (first, _) => first,
        };
        let both = Agreement::new(rule, first.degree * further.degree);
        return Some(if says_less { both.saying_less() } else { both });
    }
    // Clara for Maria Clara.
    let is_later = asked_rest.is_empty() && known_rest.iter().any(|known| sound_the_same(asked_first, known));
    is_later.then_some(Agreement::new(GivenNameRule::LaterOfSeveral, LATER_GIVEN_NAME))
}

/// Further given names asked for must all be known, be it among the surnames: people split names differently. The rule
/// is the weakest that any of them needed.
fn compare_further(
    asked: &[String],
    known: &[String],
    surnames: &[String],
    rarity: &Rarity,
) -> Option<Agreement<GivenNameRule>> {
    let best = |asked: &String| {
        let alike = surnames.iter().chain(known).filter_map(|known| likeness(asked, known)).min();
        let as_it_is = alike.map(|alike| Agreement::new(GivenNameRule::from(alike), 1.0));
        as_it_is
            .or_else(|| Agreement::best(known.iter().filter_map(|known| compare_word(asked, known, rarity))))
    };
    asked.iter().try_fold(Agreement::new(GivenNameRule::Exact, 1.0), |all, asked| {
        let one = best(asked)?;
        Some(Agreement::new(all.rule.max(one.rule), all.degree * one.degree))
    })
}

fn compare_word(asked: &str, known: &str, rarity: &Rarity) -> Option<Agreement<GivenNameRule>> {
    if asked == known {
        return Some(Agreement::new(GivenNameRule::Exact, 1.0));
    }
    if nicknames::are_related(asked, known) {
        return Some(Agreement::new(GivenNameRule::Nickname, NICKNAME));
    }
    if sound_the_same(asked, known) {
        return Some(Agreement::new(GivenNameRule::SameSound, GIVEN_NAME_OF_SAME_SOUND));
    }
    if are_one_in_two_alphabets(asked, known) {
        return Some(Agreement::new(GivenNameRule::OtherAlphabet, OTHER_ALPHABET));
    }
    let is_slip = shorter_length(asked, known) >= SHORTEST_WITH_SLIP
        && is_likely_slip(asked, known)
        && !differ_by_gender(asked, known)
        && (is_swap(asked, known) || !rarity.is_own_given_name(asked, known));
    is_slip.then_some(Agreement::new(GivenNameRule::OneSlip, ONE_SLIP))
}

/// How a further word of a name is another word, closest first. None of them lowers the confidence: somebody who gives
/// more than the first name is not less sure for it.
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
pub(super) fn likeness(asked: &str, known: &str) -> Option<Likeness> {
    if asked == known {
        Some(Likeness::Same)
    } else if sound_the_same(asked, known) {
        Some(Likeness::SameSound)
    } else {
        (asked.chars().count() == 1 && known.starts_with(asked)).then_some(Likeness::Initial)
    }
}

/// Whether the two words are spellings of one sound. A single letter has none: E is not Y.
pub(super) fn sound_the_same(one: &str, other: &str) -> bool {
    let is_letter = |word: &str| word.chars().nth(1).is_none();
    one == other || (!is_letter(one) && !is_letter(other) && sound_key(one) == sound_key(other))
}

/// Paulo and Paula, Daniel and Daniela are two people, however close on the keyboard.
fn differ_by_gender(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    if short.len() < long.len() {
        return long.strip_suffix(['a', 'e']) == Some(short);
    }
    let stem = |name: &str| name.strip_suffix(['a', 'o', 'e']).map(str::to_owned);
    stem(short).is_some() && stem(short) == stem(long)
}
