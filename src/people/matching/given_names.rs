//! Given names: exact, pet form, same sound, one slip.

use serde::Serialize;

use super::degree::{GIVEN_NAME_OF_SAME_SOUND, LATER_GIVEN_NAME, NICKNAME, ONE_SLIP, SAYS_LESS};
use crate::people::agreement::Agreement;
use crate::people::edits::{shorter_length, slips_between};
use crate::people::name::PersonName;
use crate::people::nicknames;
use crate::people::rarity::Rarity;
use crate::people::sound::sound_key;

/// Shorter names are not forgiven a slip.
const SHORTEST_WITH_SLIP: usize = 5;

/// Which rule found the given names the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GivenNameRule {
    /// The same, accents and case aside.
    Exact,
    /// The first of several given names.
    FirstOfSeveral,
    /// A later one of several given names, by which many people are called.
    LaterOfSeveral,
    /// One is a pet form of the other.
    Nickname,
    /// Another spelling that sounds the same.
    SameSound,
    /// One slip of the pen.
    OneSlip,
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
    // Malu for Maria Luíza: the pet form stands for the compound name, not for its first word.
    if nicknames::are_related(&asked_whole, &known_whole) {
        return Some(Agreement::new(GivenNameRule::Nickname, NICKNAME));
    }
    if let Some(first) = compare_word(asked_first, known_first, rarity) {
        let further = compare_further(asked_rest, known_rest, &candidate.surnames, rarity)?;
        let says_less = asked_rest.len() < known_rest.len();
        let degree = first.degree * further * if says_less { SAYS_LESS } else { 1.0 };
        let rule = match first.rule {
            GivenNameRule::Exact if says_less => GivenNameRule::FirstOfSeveral,
            GivenNameRule::Exact if further <= ONE_SLIP => GivenNameRule::OneSlip,
            GivenNameRule::Exact if further < 1.0 => GivenNameRule::SameSound,
            rule => rule,
        };
        return Some(Agreement::new(rule, degree));
    }
    // Clara for Maria Clara.
    let is_later =
        asked_rest.is_empty() && known_rest.iter().any(|known| sound_key(known) == sound_key(asked_first));
    is_later.then_some(Agreement::new(GivenNameRule::LaterOfSeveral, LATER_GIVEN_NAME))
}

/// Further given names asked for must all be known, be it among the surnames: people split names differently.
fn compare_further(asked: &[String], known: &[String], surnames: &[String], rarity: &Rarity) -> Option<f64> {
    let best = |asked: &String| {
        if surnames.iter().chain(known).any(|known| is_same_or_initial(asked, known)) {
            return Some(1.0);
        }
        let degrees = known.iter().filter_map(|known| compare_word(asked, known, rarity));
        degrees.map(|found| found.degree).max_by(f64::total_cmp)
    };
    asked.iter().map(best).product()
}

fn compare_word(asked: &str, known: &str, rarity: &Rarity) -> Option<Agreement<GivenNameRule>> {
    if asked == known {
        return Some(Agreement::new(GivenNameRule::Exact, 1.0));
    }
    if nicknames::are_related(asked, known) {
        return Some(Agreement::new(GivenNameRule::Nickname, NICKNAME));
    }
    if sound_key(asked) == sound_key(known) {
        return Some(Agreement::new(GivenNameRule::SameSound, GIVEN_NAME_OF_SAME_SOUND));
    }
    let is_slip = shorter_length(asked, known) >= SHORTEST_WITH_SLIP
        && slips_between(asked, known, 1).is_some()
        && !differ_by_gender(asked, known)
        && !rarity.are_two_given_names(asked, known);
    is_slip.then_some(Agreement::new(GivenNameRule::OneSlip, ONE_SLIP))
}

/// Whether the word is the other, sounds like it, or is its first letter.
pub(super) fn is_same_or_initial(asked: &str, known: &str) -> bool {
    asked == known
        || sound_key(asked) == sound_key(known)
        || (asked.chars().count() == 1 && known.starts_with(asked))
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
