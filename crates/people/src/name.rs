//! A person's name, split into given names and surnames.

use super::known_names::{is_given_name, is_surname};
use super::normalise::{without_particles, words};

/// A person's name, folded, without particles and titles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonName {
    /// Given names in order. The first is the one most used.
    pub given: Vec<String>,
    pub surnames: Vec<String>,
}

/// Titles before a given name.
const TITLES: [&str; 17] = [
    "sr", "sra", "srta", "dr", "dra", "prof", "profa", "eng", "enga", "adv", "mr", "mrs", "ms", "miss",
    "sir", "dona", "seu",
];

/// The most words of each part of a name. People are found by pairs of words, so without a limit
/// one long line would cost as much as thousands of people. No real name has as many.
const MAX_WORDS: usize = 10;

impl PersonName {
    /// Parses the two parts of a name as written.
    pub fn parse(first_name: &str, last_name: &str) -> Self {
        let mut given = words(first_name);
        while given.len() > 1 && given.first().is_some_and(|word| TITLES.contains(&word.as_str())) {
            given.remove(0);
        }
        let surnames = words(last_name).iter().map(|word| generation(word).to_owned()).collect();
        let mut name = Self { given: without_particles(given), surnames: without_particles(surnames) };
        name.given.truncate(MAX_WORDS);
        name.surnames.truncate(MAX_WORDS);
        name
    }

    /// Parses another name of a person: the first word is the given name, the rest are surnames. A
    /// single word is combined with the surnames of the person's own name.
    pub fn parse_alias(alias: &str, own: &Self) -> Self {
        let alias = alias.trim();
        let (first, rest) = alias.split_once(char::is_whitespace).unwrap_or((alias, ""));
        let mut name = Self::parse(first, rest);
        if name.surnames.is_empty() {
            name.surnames.clone_from(&own.surnames);
        }
        name
    }

    /// Returns the name with its two parts swapped, as if the family name was written first, or
    /// `None` if the order is evidently right: Ana Rosa is not Rosa Ana.
    pub fn family_name_first(&self) -> Option<Self> {
        let (given, surname) = (self.given.first()?, self.surnames.first()?);
        let is_in_order = is_given_name(given) && (is_surname(surname) || !is_surname(given));
        (!is_in_order).then(|| Self { given: self.surnames.clone(), surnames: self.given.clone() })
    }

    /// Reads a name from its stored form, see [`PersonName::stored`].
    pub fn from_stored(stored: &str) -> Self {
        let (given, surnames) = stored.split_once('|').unwrap_or((stored, ""));
        let split = |part: &str| part.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
        Self { given: split(given), surnames: split(surnames) }
    }

    /// Returns given names and surnames joined by single spaces, with a bar between the two.
    pub fn stored(&self) -> String {
        format!("{}|{}", self.given.join(" "), self.surnames.join(" "))
    }
}

/// Returns one spelling for the words that distinguish generations of a family.
fn generation(word: &str) -> &str {
    match word {
        "jr" | "jnr" => "junior",
        "fo" => "filho",
        "sob" => "sobrinho",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_and_particles_are_removed() {
        let name = PersonName::parse("Dra. Maria das Graças", "de Souza e Silva Jr.");
        assert_eq!(name.given, ["maria", "gracas"]);
        assert_eq!(name.surnames, ["souza", "silva", "junior"]);
    }

    #[test]
    fn a_long_line_makes_few_words() {
        let letters = "⒜".repeat(100);
        let name = PersonName::parse(&letters, &letters);
        assert_eq!((name.given.len(), name.surnames.len()), (MAX_WORDS, MAX_WORDS));
    }

    #[test]
    fn a_title_that_is_the_whole_name_stays() {
        assert_eq!(PersonName::parse("Dona", "Silva").given, ["dona"]);
    }

    #[test]
    fn an_alias_of_one_word_takes_the_persons_surnames() {
        let own = PersonName::parse("Edson", "Arantes do Nascimento");
        assert_eq!(PersonName::parse_alias("Pelé", &own).surnames, ["arantes", "nascimento"]);
        assert_eq!(PersonName::parse_alias("Edinho Arantes", &own).surnames, ["arantes"]);
    }

    #[test]
    fn the_stored_form_reads_back() {
        for name in [PersonName::parse("Ana Paula", "Costa Silva"), PersonName::parse("", "")] {
            assert_eq!(PersonName::from_stored(&name.stored()), name);
        }
    }
}
