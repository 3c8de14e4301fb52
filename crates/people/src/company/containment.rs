//! Compares two company names of which one contains the other.

use super::CompanyName;
use super::rule::CompanyRule;
use crate::agreement::Agreement;
use crate::company_words::{are_same_word, is_form_abroad, is_generic, is_trade_word, may_be_added};
use crate::edits::{Slips, is_likely_slip, shorter_length};
use crate::known_names::{is_name_or_word, is_ordinary_word};
use crate::rarity::Rarity;
use crate::sound::{are_pronounced_alike, are_spelling_variants};
use crate::transliteration::are_one_in_two_alphabets;

/// The factor by which the missing share of the containing name lowers the degree.
const MISSING_SHARE_FACTOR: f64 = 0.02;
/// A word with more than this multiple of another's weight is far more distinctive.
const FAR_MORE_DISTINCTIVE: f64 = 1.5;
/// The degree of two spellings of one sound.
pub(super) const SAME_SOUND: f64 = 0.95;
/// The degree of two words that differ by a slip.
const ONE_SLIP: f64 = 0.88;
/// Shorter words must agree without a slip.
const MIN_CHARS_WITH_SLIP: usize = 5;
/// Shorter abbreviations are ambiguous.
const MIN_CHARS_SHORTENED: usize = 4;
/// The degree if the query has words that the source lacks.
const QUERY_HAS_MORE: f64 = 0.97;

/// Returns the agreement of two names of which one contains the other, or `None`. If each has a
/// word that the other lacks, they are two: Rio Manso and Rio Bravo. The query may leave out any
/// word, but add only one that says what a company is: Sol Norte is not Sol.
pub(super) fn containment(
    query: &CompanyName,
    candidate: &CompanyName,
    rarity: &Rarity,
    slips: Slips,
) -> Option<Agreement<CompanyRule>> {
    let of_query = Overlap::of(query, candidate, rarity, slips);
    let of_candidate = Overlap::of(candidate, query, rarity, slips);
    if of_query.misses_a_brand || (of_query.misses_a_word() && of_candidate.misses_a_word()) {
        return None;
    }
    let query_has_more = of_query.misses_a_word();
    let (contained, containing) =
        if query_has_more { (of_candidate, of_query) } else { (of_query, of_candidate) };
    if !contained.brand_found || containing.misses_its_brand() {
        return None;
    }
    let share = contained.share();
    if share < 1.0 {
        // Of two candidates with the same share, the one with fewer missing words ranks first.
        let degree = share - MISSING_SHARE_FACTOR * (share - containing.share());
        return Some(Agreement::new(CompanyRule::Similar, degree));
    }
    Some(if query_has_more {
        Agreement::new(CompanyRule::Contained, QUERY_HAS_MORE)
    } else {
        Agreement::new(CompanyRule::Contained, 1.0).saying_less()
    })
}

/// How much of one name the other contains.
#[derive(Clone, Copy, Default)]
struct Overlap {
    weight_of_all: f64,
    weight_found: f64,
    heaviest_found: f64,
    /// 0 if no word is missing.
    heaviest_missing: f64,
    /// Whether a word is found that names neither a trade nor a group: "Banco" by itself is in the
    /// name of many banks.
    brand_found: bool,
    /// Whether a missing word distinguishes companies or their units.
    misses_a_brand: bool,
}

impl Overlap {
    fn of(name: &CompanyName, within: &CompanyName, rarity: &Rarity, slips: Slips) -> Self {
        let mut overlap = Self::default();
        for word in name.words.iter().filter(|word| !is_form_abroad(word)) {
            let alike = within.words.iter().map(|other| likeness(word, other, rarity, slips));
            let likeness = alike.fold(0.0, f64::max);
            let weight = rarity.company_weight(word);
            overlap.weight_of_all += weight;
            overlap.weight_found += weight * likeness;
            if likeness > 0.0 {
                overlap.heaviest_found = overlap.heaviest_found.max(weight);
                overlap.brand_found |= !is_trade_word(word) && !is_generic(word);
            } else {
                overlap.heaviest_missing = overlap.heaviest_missing.max(weight);
                overlap.misses_a_brand |= !may_be_added(word);
            }
        }
        overlap
    }

    /// Returns the share of weight found.
    fn share(&self) -> f64 {
        self.weight_found / self.weight_of_all
    }

    fn misses_a_word(&self) -> bool {
        self.heaviest_missing > 0.0
    }

    /// Whether a missing word is far more distinctive than any word found: "Imperial" does not mean
    /// "Klarion Imperial" if many companies are called Imperial.
    fn misses_its_brand(&self) -> bool {
        self.heaviest_missing > FAR_MORE_DISTINCTIVE * self.heaviest_found
    }
}

/// Returns the degree to which two words agree, or 0.
fn likeness(word: &str, other: &str, rarity: &Rarity, slips: Slips) -> f64 {
    if are_same_word(word, other) {
        return 1.0;
    }
    if are_one_in_two_alphabets(word, other) || is_one_shortened(word, other) {
        return SAME_SOUND;
    }
    let both_words = is_name_or_word(word) && is_name_or_word(other);
    if are_pronounced_alike(word, other) {
        let are_homophones = both_words && (is_ordinary_word(word) || is_ordinary_word(other));
        return if are_homophones && !are_spelling_variants(word, other) { 0.0 } else { SAME_SOUND };
    }
    // A word of a company in the directory is not a slip.
    let both_known = rarity.is_company_word(word) && rarity.is_company_word(other);
    let shortest = match slips {
        Slips::InLongWords => MIN_CHARS_WITH_SLIP,
        Slips::InShortWordsToo => MIN_CHARS_WITH_SLIP - 1,
    };
    if shorter_length(word, other) >= shortest
        && word.chars().count().max(other.chars().count()) >= MIN_CHARS_WITH_SLIP
        && !both_known
        && !both_words
        && is_likely_slip(word, other)
    {
        return ONE_SLIP;
    }
    0.0
}

/// Whether one word is the beginning of the other and both state what a company is: Coop and
/// Cooperative.
fn is_one_shortened(word: &str, other: &str) -> bool {
    shorter_length(word, other) >= MIN_CHARS_SHORTENED
        && (word.starts_with(other) || other.starts_with(word))
        && may_be_added(word)
        && may_be_added(other)
}
