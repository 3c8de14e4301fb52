//! A company's name, read into the words that tell it apart.

pub use self::rule::CompanyRule;
use super::company_words::{core_words, filed_under, is_trade_word};

mod containment;
pub mod likeness;
mod rule;

/// A company's name, folded and stripped to its telling words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompanyName {
    words: Vec<String>,
}

/// Most telling words of a company's name, so that a long line of letters costs no more than a name.
const MOST_WORDS: usize = 12;

impl CompanyName {
    /// Reads a company's name as written.
    pub fn parse(written: &str) -> Self {
        let mut words = core_words(written);
        words.truncate(MOST_WORDS);
        Self { words }
    }

    /// Takes up a name from its stored form, see [`CompanyName::stored`].
    pub fn from_stored(stored: &str) -> Self {
        Self { words: stored.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect() }
    }

    /// The telling words, joined by single spaces.
    pub fn stored(&self) -> String {
        self.words.join(" ")
    }

    /// The telling words, in the order written.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// The words that name this company rather than its trade; all of them when every word is of trade.
    pub fn brand_words(&self) -> Vec<&str> {
        let brand: Vec<&str> =
            self.words.iter().map(String::as_str).filter(|word| !is_trade_word(word)).collect();
        if brand.is_empty() { self.words.iter().map(String::as_str).collect() } else { brand }
    }

    /// The initials of three to five telling words, if there are so many.
    pub fn initials(&self) -> Option<String> {
        (3..=5)
            .contains(&self.words.len())
            .then(|| self.words.iter().filter_map(|word| word.chars().next()).collect())
    }

    /// The name a company with several known names is filed under.
    pub fn filed_under(&self) -> Option<&'static str> {
        filed_under(&self.stored())
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
