//! The rarity of words. It decides which words distinguish a company, and which words are names in
//! their own right and not misspellings.

use std::collections::HashMap;

use super::company_words;
use super::known_names;

/// The weight of the assumed share, as a number of companies. A directory with more companies
/// outweighs it.
const PRIOR_COMPANIES: f64 = 200.0;
/// The assumed share of companies with a given word of trade, such as "tecnologia", in their name.
const TRADE_WORD_SHARE: f64 = 0.02;
/// The assumed share of companies with a given other word in their name.
const BRAND_WORD_SHARE: f64 = 0.0002;
/// The fewest people with a name that make it a name and not a misspelling.
const MIN_NAME_BEARERS: u32 = 3;
/// A spelling more than this many times rarer than a similar one is a slip, however often it
/// occurs.
const MAX_NAME_RATIO: u32 = 100;

/// Counts of words in the directory. Without counts, which is the default, built-in lists and
/// assumed shares decide.
#[derive(Clone, Debug, Default)]
pub struct Rarity {
    companies: u64,
    company_words: HashMap<Box<str>, u32>,
    given_names: HashMap<Box<str>, u32>,
    surnames: HashMap<Box<str>, u32>,
}

/// The part of a record that a word is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordKind {
    /// A company's name, counted in distinct companies.
    Company,
    /// A given name, counted in people.
    Given,
    /// A surname, counted in people.
    Surname,
}

impl Rarity {
    /// Returns empty counts of a directory with this number of distinct companies.
    pub fn new(companies: u64) -> Self {
        Self { companies, ..Self::default() }
    }

    /// Records how often a folded word occurs.
    pub fn record(&mut self, kind: WordKind, word: &str, count: u32) {
        let counts = match kind {
            WordKind::Company => &mut self.company_words,
            WordKind::Given => &mut self.given_names,
            WordKind::Surname => &mut self.surnames,
        };
        counts.insert(word.into(), count);
    }

    /// Returns how much a word says about which company is meant: the information content `-ln(p)`
    /// of the word's share of companies, smoothed towards an assumed share to be stable in a small
    /// directory.
    pub fn company_weight(&self, word: &str) -> f64 {
        let assumed = if company_words::is_trade_word(word) { TRADE_WORD_SHARE } else { BRAND_WORD_SHARE };
        let seen = f64::from(self.company_words.get(word).copied().unwrap_or(0));
        #[expect(clippy::cast_precision_loss, reason = "a count of companies is far below 2^52")]
        let companies = (self.companies as f64).max(seen);
        -((seen + PRIOR_COMPANIES * assumed) / (companies + PRIOR_COMPANIES)).ln()
    }

    /// Whether some company of the directory has this word in its name.
    pub fn is_company_word(&self, word: &str) -> bool {
        self.company_words.contains_key(word)
    }

    /// Returns the number of people with this word among their surnames, or 0 if it was not
    /// counted.
    pub fn surname_bearers(&self, word: &str) -> u32 {
        self.surnames.get(word).copied().unwrap_or(0)
    }

    /// Whether the folded word is a given name in its own right and not a slip of `other`.
    pub fn is_own_given_name(&self, word: &str, other: &str) -> bool {
        known_names::is_given_name(word) || is_borne_often(&self.given_names, word, other)
    }

    /// Whether the folded word is a surname in its own right and not a slip of `other`.
    pub fn is_own_surname(&self, word: &str, other: &str) -> bool {
        known_names::is_surname(word) || is_borne_often(&self.surnames, word, other)
    }
}

fn is_borne_often(counts: &HashMap<Box<str>, u32>, word: &str, other: &str) -> bool {
    let bearers = |name: &str| counts.get(name).copied().unwrap_or(0);
    bearers(word) >= MIN_NAME_BEARERS && bearers(word).saturating_mul(MAX_NAME_RATIO) >= bearers(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brand_outweighs_a_word_of_trade_even_without_counts() {
        let rarity = Rarity::default();
        assert!(rarity.company_weight("nubank") > 2.0 * rarity.company_weight("tecnologia"));
    }

    #[test]
    fn a_word_of_many_companies_loses_weight() {
        let mut rarity = Rarity::new(1_000);
        rarity.record(WordKind::Company, "horizonte", 80);
        assert!(rarity.company_weight("horizonte") < rarity.company_weight("zyntra") / 2.0);
    }

    #[test]
    fn a_surname_the_directory_has_often_is_not_a_slip() {
        let mut rarity = Rarity::new(10);
        assert!(!rarity.is_own_surname("koerick", "koerich"));
        rarity.record(WordKind::Surname, "koerich", 3);
        rarity.record(WordKind::Surname, "koerick", 3);
        assert!(rarity.is_own_surname("koerick", "koerich"));
    }

    #[test]
    fn a_frequent_misspelling_of_a_very_frequent_name_stays_a_slip() {
        let mut rarity = Rarity::new(10);
        rarity.record(WordKind::Surname, "sivla", 20);
        rarity.record(WordKind::Surname, "silva", 80_000);
        assert!(!rarity.is_own_surname("sivla", "silva"));
    }
}
