//! How much of one company's name is in another, by the weight of its words.

use super::CompanyName;
use super::rule::CompanyRule;
use crate::people::agreement::Agreement;
use crate::people::company_words::{are_same_word, is_generic, is_trade_word};
use crate::people::edits::{Slips, is_likely_slip, shorter_length};
use crate::people::rarity::Rarity;
use crate::people::sound::sound_key;
use crate::people::transliteration::are_one_in_two_alphabets;

/// A company counts as the same from this weighted share of words on.
const CONTAINMENT_NEEDED: f64 = 0.70;
/// How much of the other side's lack of containment is taken off.
const FULLER: f64 = 0.02;
/// A word with this many times the weight of another tells far more.
const TELLS_FAR_MORE: f64 = 1.5;
/// A word that only sounds the same.
const SAME_SOUND: f64 = 0.95;
/// A word with one slip.
const ONE_SLIP: f64 = 0.88;
/// Shorter words are not forgiven a slip.
const SHORTEST_WITH_SLIP: usize = 5;
/// The query says more than the source knows.
const QUERY_SAYS_MORE: f64 = 0.97;

/// The weighted share of one name's words that the other has too, from the side that is better contained.
pub(super) fn soft_containment(
    query: &CompanyName,
    candidate: &CompanyName,
    rarity: &Rarity,
    slips: Slips,
) -> Option<Agreement<CompanyRule>> {
    let of_query = Found::of(query, candidate, rarity, slips);
    let of_candidate = Found::of(candidate, query, rarity, slips);
    let query_says_less = of_query.share() >= of_candidate.share();
    let (contained, containing) =
        if query_says_less { (of_query, of_candidate) } else { (of_candidate, of_query) };
    let share = contained.share();
    let names_another = !query_says_less && containing.misses_a_known_brand;
    if share < CONTAINMENT_NEEDED || containing.misses_its_brand() || names_another {
        return None;
    }
    if share < 1.0 {
        // Both sides have their say, so that the fuller agreement comes first.
        let degree = share - FULLER * (share - containing.share());
        return Some(Agreement::new(CompanyRule::Similar, degree));
    }
    Some(if query_says_less {
        Agreement::new(CompanyRule::Contained, 1.0).saying_less()
    } else {
        Agreement::new(CompanyRule::Contained, QUERY_SAYS_MORE)
    })
}

/// How much of one name was found in another.
#[derive(Clone, Copy, Default)]
struct Found {
    weight_of_all: f64,
    weight_found: f64,
    heaviest_found: f64,
    heaviest_missing: f64,
    brand_found: bool,
    /// A word is missing that some company of the directory bears as its own.
    misses_a_known_brand: bool,
}

impl Found {
    fn of(name: &CompanyName, within: &CompanyName, rarity: &Rarity, slips: Slips) -> Self {
        let mut found = Self::default();
        for word in &name.words {
            let alike = within.words.iter().map(|other| likeness(word, other, rarity, slips));
            let likeness = alike.fold(0.0, f64::max);
            let weight = rarity.company_weight(word);
            found.weight_of_all += weight;
            found.weight_found += weight * likeness;
            if likeness > 0.0 {
                found.heaviest_found = found.heaviest_found.max(weight);
                found.brand_found |= !is_trade_word(word) && !is_generic(word);
            } else {
                found.heaviest_missing = found.heaviest_missing.max(weight);
                found.misses_a_known_brand |=
                    !is_trade_word(word) && !is_generic(word) && rarity.is_company_word(word);
            }
        }
        found
    }

    /// The share of weight found. Without a brand word it says nothing: "Banco" alone is contained in every bank.
    fn share(&self) -> f64 {
        if self.brand_found { self.weight_found / self.weight_of_all } else { 0.0 }
    }

    /// A missing word tells far more than any that was found: "Imperial" does not mean "Klarion Imperial" where many
    /// companies are called Imperial.
    fn misses_its_brand(&self) -> bool {
        self.heaviest_missing > TELLS_FAR_MORE * self.heaviest_found
    }
}

fn likeness(word: &str, other: &str, rarity: &Rarity, slips: Slips) -> f64 {
    if are_same_word(word, other) {
        return 1.0;
    }
    if sound_key(word) == sound_key(other) || are_one_in_two_alphabets(word, other) {
        return SAME_SOUND;
    }
    // A word that some company of the directory bears is that company's word, not a slip.
    let both_known = rarity.is_company_word(word) && rarity.is_company_word(other);
    let shortest = match slips {
        Slips::InLongWords => SHORTEST_WITH_SLIP,
        Slips::InShortWordsToo => SHORTEST_WITH_SLIP - 1,
    };
    if shorter_length(word, other) >= shortest
        && word.chars().count().max(other.chars().count()) >= SHORTEST_WITH_SLIP
        && !both_known
        && is_likely_slip(word, other)
    {
        return ONE_SLIP;
    }
    0.0
}
