//! A company's name, reduced to the words that distinguish it.

pub use self::rule::CompanyRule;
use super::company_words::{core_words, is_trade_word, main_name, may_be_added};

mod containment;
pub mod likeness;
mod rule;

/// A company's name, folded and reduced to its distinctive words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompanyName {
    words: Vec<String>,
}

/// The most words of a company's name that are kept, which limits the cost of a long name.
const MAX_WORDS: usize = 12;

impl CompanyName {
    pub fn parse(written: &str) -> Self {
        let mut words = core_words(written);
        words.truncate(MAX_WORDS);
        Self { words }
    }

    /// Parses the form that [`CompanyName::stored`] returns.
    pub fn from_stored(stored: &str) -> Self {
        Self { words: stored.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect() }
    }

    /// Returns the distinctive words, joined by single spaces.
    pub fn stored(&self) -> String {
        self.words.join(" ")
    }

    /// Returns the distinctive words in their written order.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// Returns the words that name this company and not its trade, or all words if each names a
    /// trade.
    pub fn brand_words(&self) -> Vec<&str> {
        let brand: Vec<&str> =
            self.words.iter().map(String::as_str).filter(|word| !is_trade_word(word)).collect();
        if brand.is_empty() { self.words.iter().map(String::as_str).collect() } else { brand }
    }

    /// Whether this name has a word that the other lacks and that may name a unit or a place: Sol
    /// Sul is a unit of Sol.
    pub(super) fn is_unit_of(&self, other: &Self) -> bool {
        self.words.iter().any(|word| !may_be_added(word) && !other.words.contains(word))
    }

    /// Returns the initials of the distinctive words, if there are three to five.
    pub fn initials(&self) -> Option<String> {
        (3..=5)
            .contains(&self.words.len())
            .then(|| self.words.iter().filter_map(|word| word.chars().next()).collect())
    }

    /// Returns the main name of a company with several known names.
    pub fn main_name(&self) -> Option<&'static str> {
        main_name(&self.stored())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stored_form_reads_back() {
        let name = CompanyName::parse("J.P. Morgan & Co");
        assert_eq!(name.stored(), "jp morgan");
        assert_eq!(CompanyName::from_stored(&name.stored()), name);
    }
}
