//! A person's name, split into given names and surnames.

use super::known_names::{is_formal_given_name, is_surname};
use super::normalise::{without_particles, words};

/// A person's name, folded, without particles and titles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonName {
    /// Given names in order. The first is the one most used.
    pub given: Vec<String>,
    pub surnames: Vec<String>,
    /// The surnames with their particles as one word, if they have any: De La Croix is Delacroix.
    /// The stored form lacks it.
    pub closed_up: Option<String>,
}

/// Titles before a given name.
const TITLES: [&str; 17] = [
    "sr", "sra", "srta", "dr", "dra", "prof", "profa", "eng", "enga", "adv", "mr", "mrs", "ms", "miss",
    "sir", "dona", "seu",
];

/// Degrees and distinctions after a surname. Those that are surnames too, such as MA, are not
/// listed.
const DEGREES: [&str; 24] = [
    "phd", "ph", "mba", "md", "msc", "bsc", "llm", "llb", "jd", "dds", "dvm", "cpa", "cfa", "pmp", "esq",
    "esquire", "pharmd", "edd", "dphil", "mphil", "meng", "beng", "obe", "mbe",
];

/// Articles in surnames, which are stored as separate words.
const ARTICLES: [&str; 4] = ["la", "las", "los", "le"];

/// The most words of each part of a name that are kept. People are found by pairs of words, so a
/// longer name would cost as much as thousands of people. No real name has as many.
const MAX_WORDS: usize = 10;

impl PersonName {
    /// Parses the two parts of a name as written.
    pub fn parse(first_name: &str, last_name: &str) -> Self {
        let mut given = words(first_name);
        while given.len() > 1 && given.first().is_some_and(|word| TITLES.contains(&word.as_str())) {
            given.remove(0);
        }
        let written: Vec<String> = words(last_name).iter().map(|word| generation(word).to_owned()).collect();
        let surnames = without_particles(written.clone());
        let closed_up = (surnames.len() < written.len()).then(|| written.concat());
        let mut name = Self { given: without_particles(given), surnames, closed_up };
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

    /// Returns a surname without a particle that is joined to its article: “lacroix” for
    /// “delacroix”. The stored form of De La Croix has no particle.
    pub fn without_closed_up_particle(surname: &str) -> Option<&str> {
        let rest = surname.strip_prefix("de")?;
        ARTICLES.iter().any(|article| rest.starts_with(article)).then_some(rest)
    }

    /// Returns the name with its two parts swapped, for a query with the family name first, or
    /// `None` if the order is evidently right: Ana Rosa is not Rosa Ana.
    pub fn family_name_first(&self) -> Option<Self> {
        let (given, surname) = (self.given.first()?, self.surnames.first()?);
        let is_in_order = is_formal_given_name(given) && (is_surname(surname) || !is_surname(given));
        (!is_in_order).then(|| Self {
            given: self.surnames.clone(),
            surnames: self.given.clone(),
            closed_up: None,
        })
    }

    /// Returns the name without academic degrees after the surname. A degree that is the only
    /// surname stays. Stored names keep degrees.
    #[must_use]
    pub fn without_degrees(mut self) -> Self {
        while self.surnames.len() > 1 && self.surnames.last().is_some_and(|word| is_degree(word)) {
            let degree = self.surnames.pop().unwrap_or_default();
            let without = |whole: String| whole.strip_suffix(&degree).map(str::to_owned);
            self.closed_up = self.closed_up.and_then(without);
        }
        self
    }

    /// Parses the form that [`PersonName::stored`] returns.
    pub fn from_stored(stored: &str) -> Self {
        let (given, surnames) = stored.split_once('|').unwrap_or((stored, ""));
        let split = |part: &str| part.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
        Self { given: split(given), surnames: split(surnames), closed_up: None }
    }

    /// Returns given names and surnames joined by single spaces, with a bar between the two.
    pub fn stored(&self) -> String {
        format!("{}|{}", self.given.join(" "), self.surnames.join(" "))
    }
}

fn is_degree(word: &str) -> bool {
    DEGREES.contains(&word)
}

/// Returns the full spelling of a word that distinguishes generations of a family.
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
    fn degrees_behind_a_surname_are_left_out_of_a_query() {
        for written in ["Montgomery-Hale PhD", "Montgomery-Hale, Ph.D.", "Montgomery Hale, MBA, CPA"] {
            let name = PersonName::parse("Elizabeth", written).without_degrees();
            assert_eq!(name.surnames, ["montgomery", "hale"], "{written}");
        }
        assert_eq!(PersonName::parse("Xin", "Ma").without_degrees().surnames, ["ma"]);
        assert_eq!(PersonName::parse("Xin", "Md").without_degrees().surnames, ["md"]);
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
