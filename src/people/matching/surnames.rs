//! Surnames: each one asked for among the person's, exact, same sound, or a slip.

use serde::Serialize;

use super::degree::{ONE_SLIP, SAYS_LESS, SURNAME_OF_SAME_SOUND, TWO_SLIPS};
use super::given_names::{Likeness, likeness};
use crate::people::agreement::Agreement;
use crate::people::edits::{shorter_length, slips_between};
use crate::people::name::PersonName;
use crate::people::rarity::Rarity;
use crate::people::sound::sound_key;

/// Shorter surnames are not forgiven a slip: a letter more or less makes another name.
const SHORTEST_WITH_SLIP: usize = 4;
/// Surnames from this length on are forgiven two slips.
const SHORTEST_WITH_TWO_SLIPS: usize = 8;

/// Which rule found the surnames the same, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SurnameRule {
    /// All of them.
    Exact,
    /// Some of the person's surnames, each exact.
    SomeOfSeveral,
    /// Of one of them only the first letter.
    Initial,
    /// Another spelling that sounds the same.
    SameSound,
    /// One slip of the pen.
    OneSlip,
    /// Two slips in a long name.
    TwoSlips,
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

/// Every surname asked for must be one of the person's: Brazilians carry several and use the last, the last two or
/// one of the middle. Given names after the first count too, but not alone.
pub(super) fn compare(
    query: &PersonName,
    candidate: &PersonName,
    rarity: &Rarity,
) -> Option<Agreement<SurnameRule>> {
    if query.surnames.is_empty() || candidate.surnames.is_empty() {
        return None;
    }
    if query.surnames == candidate.surnames || are_joined(&query.surnames, &candidate.surnames) {
        return Some(Agreement::new(SurnameRule::Exact, 1.0));
    }
    let mut weakest = SurnameRule::Exact;
    let mut degree = 1.0;
    let mut surname_found = false;
    let mut surnames_used = 0;
    for asked in &query.surnames {
        let own = best_surname(asked, &candidate.surnames, rarity);
        let found = match own {
            Some(own) => {
                surname_found = true;
                surnames_used += 1;
                own
            }
            None => {
                let elsewhere = candidate.given.iter().skip(1).chain(&candidate.surnames);
                let alike = elsewhere.filter_map(|known| likeness(asked, known)).min()?;
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
        weakest = weakest.max(SurnameRule::SomeOfSeveral);
        degree *= SAYS_LESS;
    }
    Some(Agreement::new(weakest, degree))
}

fn best_surname(asked: &str, known: &[String], rarity: &Rarity) -> Option<Agreement<SurnameRule>> {
    Agreement::best(known.iter().filter_map(|known| compare_word(asked, known, rarity)))
}

fn compare_word(asked: &str, known: &str, rarity: &Rarity) -> Option<Agreement<SurnameRule>> {
    if asked == known {
        return Some(Agreement::new(SurnameRule::Exact, 1.0));
    }
    if sound_key(asked) == sound_key(known) {
        return Some(Agreement::new(SurnameRule::SameSound, SURNAME_OF_SAME_SOUND));
    }
    let length = shorter_length(asked, known);
    if length < SHORTEST_WITH_SLIP {
        return None;
    }
    let most = if length >= SHORTEST_WITH_TWO_SLIPS { 2 } else { 1 };
    let slips = slips_between(asked, known, most)?;
    if rarity.are_two_surnames(asked, known) {
        return None;
    }
    Some(if slips == 1 {
        Agreement::new(SurnameRule::OneSlip, ONE_SLIP)
    } else {
        Agreement::new(SurnameRule::TwoSlips, TWO_SLIPS)
    })
}

/// "Vas Concelos" and "Vasconcelos", "Castelobranco" and "Pires Castelo Branco".
fn are_joined(asked: &[String], known: &[String]) -> bool {
    let whole = asked.concat();
    (asked.len() > 1 && known.contains(&whole))
        || whole == known.concat()
        || (asked.len() == 1 && known.windows(2).any(|pair| pair.concat() == whole))
}
