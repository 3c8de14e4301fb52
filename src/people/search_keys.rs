//! Keys by which an index finds everybody that the rules of [`matching`](super::matching) could accept.
//!
//! A person is stored under pairs of a given name and a surname, and under the words of their companies. Of each word
//! goes in its sound, and for slips both of its ends: one slip leaves one half of a word as it was. A query asks for
//! people who share a pair and a company word: first by whole words, which few people share, and only when that
//! settles nothing also by ends. Lost for the speed is only a long surname with a slip within three letters of both
//! its ends. A word of another alphabet goes in by its Latin spelling too.
//!
//! A key is the CRC-32 of its text: small in the index, and a collision only offers a candidate who is then refused.

mod ends;
#[cfg(test)]
mod tests;

use self::ends::{COMPANY, GIVEN, SURNAME, asked_ends, stored_ends};
use super::company::CompanyName;
use super::company_words::{common_spelling, is_trade_word};
use super::matching::{Candidate, ParsedQuery, Resolution};
use super::name::PersonName;
use super::nicknames;
use super::rarity::Rarity;
use super::sound::sound_key;
use super::transliteration::latin_sounds;

/// The keys of a query. A candidate must share one of its names and one of its company.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueryKeys {
    /// Given name and rarest surname: all surnames asked for must agree, so one of them will find the person.
    pub names: FieldKeys,
    /// Company.
    pub company: FieldKeys,
    /// Borne by people who have every word asked for as it stands: they come first when there are too many.
    pub every_word: Vec<i32>,
    /// The name in its stored form: of those with every word, the people of just this name come first.
    pub whole_name: String,
}

/// Keys of one field, sorted, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldKeys {
    /// Shared by the same words, other spellings of their sound, pet forms and aliases.
    pub whole: Vec<i32>,
    /// Shared by words with a slip.
    pub with_slips: Vec<i32>,
}

/// How far a search goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breadth {
    /// The same words, other spellings of their sound, pet forms, aliases.
    WholeWords,
    /// Words with a slip besides.
    WithSlips,
}

impl FieldKeys {
    fn new(whole: impl Iterator<Item = String>, with_slips: impl Iterator<Item = String>) -> Self {
        Self { whole: hashed(whole), with_slips: hashed(with_slips) }
    }

    /// The keys of the field for a search so broad.
    pub fn for_breadth(&self, breadth: Breadth) -> Vec<i32> {
        match breadth {
            Breadth::WholeWords => self.whole.clone(),
            Breadth::WithSlips => self.whole.iter().chain(&self.with_slips).copied().collect(),
        }
    }
}

impl QueryKeys {
    /// Whether people found by whole words settle the question: nobody who agrees only by a slip could be as good.
    pub fn are_settled_by(&self, decided: &Resolution) -> bool {
        let best = match decided {
            Resolution::One(best) => Some(best),
            Resolution::Several(matches) => matches.first(),
            Resolution::None => None,
        };
        self.company.with_slips.is_empty() && best.is_some_and(|best| best.is_beyond_slips())
    }
}

/// The edition of [`stored_keys`]. A change of what they are needs a new number: `fluence migrate` then writes the keys
/// of every person anew who was stored under an older one.
pub const KEYS_EDITION: i16 = 2;

/// The keys under which a person is stored, sorted, each once.
pub fn stored_keys(person: &Candidate) -> Vec<i32> {
    let mut keys = Vec::new();
    for name in std::iter::once(&person.name).chain(&person.aliases) {
        store_name(name, &mut keys);
    }
    for company in std::iter::once(&person.company).chain(&person.former_companies) {
        store_company(company, &mut keys);
    }
    hashed(keys.into_iter())
}

fn store_name(name: &PersonName, keys: &mut Vec<String>) {
    let Some(first) = name.given.first() else { return };
    let given: Vec<String> =
        name.given.iter().flat_map(|word| sounds(word)).chain(joined(&name.given)).collect();
    let surnames: Vec<String> = name.surnames.iter().flat_map(|word| sounds(word)).collect();
    // People split names differently: a second given name may be asked for as a surname, two surnames as one.
    let pairs = name.surnames.windows(2).flat_map(|pair| sounds(&pair.concat()));
    let as_surnames =
        name.given.iter().skip(1).flat_map(|word| sounds(word)).chain(pairs).chain(joined(&name.surnames));
    let whole_surnames: Vec<String> = surnames.iter().cloned().chain(as_surnames).collect();
    let given_ends = stored_ends(first, GIVEN);
    let surname_ends: Vec<String> =
        name.surnames.iter().flat_map(|word| stored_ends(word, SURNAME)).collect();
    keys.extend(all_pairs(&given, &whole_surnames));
    keys.extend(all_pairs(&given_ends, &surnames));
    keys.extend(all_pairs(&given, &surname_ends));
    keys.extend(all_pairs(&given_ends, &surname_ends));
}

fn store_company(company: &CompanyName, keys: &mut Vec<String>) {
    for word in company.words() {
        keys.extend(company_word(word));
        if !is_trade_word(word) {
            keys.extend(stored_ends(word, COMPANY).iter().map(|end| company_key(end)));
        }
    }
    keys.extend(company_as_one(company));
}

/// The keys of a query. What is known of rarity decides which surname finds the fewest people.
pub fn query_keys(query: &ParsedQuery, rarity: &Rarity) -> QueryKeys {
    QueryKeys {
        names: name_keys(&query.name, rarity),
        company: company_keys(&query.company, rarity),
        every_word: every_word(query),
        whole_name: query.name.stored(),
    }
}

fn name_keys(name: &PersonName, rarity: &Rarity) -> FieldKeys {
    let (Some(first), Some(rarest)) = (name.given.first(), rarest_surname(name, rarity)) else {
        return FieldKeys::default();
    };
    let whole_given = given_forms(first, &name.given);
    let whole_surnames: Vec<String> = sounds(rarest).chain(joined(&name.surnames)).collect();
    let given_ends = asked_ends(first, GIVEN);
    let surname_ends = asked_ends(rarest, SURNAME);
    FieldKeys::new(
        all_pairs(&whole_given, &whole_surnames).chain(family_name_first(name, rarity)),
        all_pairs(&given_ends, &whole_surnames)
            .chain(all_pairs(&whole_given, &surname_ends))
            .chain(all_pairs(&given_ends, &surname_ends)),
    )
}

/// The surname that finds the fewest people. One of a single character only where there is no other: beside others it
/// is mostly an initial.
fn rarest_surname<'a>(name: &'a PersonName, rarity: &Rarity) -> Option<&'a String> {
    let is_character = |surname: &str| surname.chars().nth(1).is_none();
    name.surnames.iter().min_by_key(|surname| {
        (is_character(surname), rarity.surname_bearers(surname), usize::MAX - surname.len())
    })
}

/// The keys of the name read family name first, where it may be.
fn family_name_first(name: &PersonName, rarity: &Rarity) -> Vec<String> {
    let Some(read) = name.family_name_first() else { return Vec::new() };
    let (Some(first), Some(rarest)) = (read.given.first(), rarest_surname(&read, rarity)) else {
        return Vec::new();
    };
    let given: Vec<String> = sounds(first).chain(joined(&read.given)).collect();
    let surnames: Vec<String> = sounds(rarest).chain(joined(&read.surnames)).collect();
    all_pairs(&given, &surnames).collect()
}

/// The sounds of the given name, of all given names as one, and of whatever else somebody of this name is called.
fn given_forms(first: &str, given: &[String]) -> Vec<String> {
    let related = nicknames::related_names(first).chain(nicknames::related_names(&given.join(" ")));
    let related: Vec<String> = related.map(|name| sound_key(&name.replace(' ', ""))).collect();
    sounds(first).chain(joined(given)).chain(related).collect()
}

/// A word that some company of the directory bears is not a slip (see [`company`](super::company)): it needs no ends.
fn company_keys(company: &CompanyName, rarity: &Rarity) -> FieldKeys {
    let brand = company.brand_words();
    let may_be_slips = brand.iter().filter(|word| !is_trade_word(word) && !rarity.is_company_word(word));
    FieldKeys::new(
        brand.iter().flat_map(|word| company_word(word)).chain(company_as_one(company)),
        may_be_slips.flat_map(|word| asked_ends(word, COMPANY)).map(|end| company_key(&end)),
    )
}

fn every_word(query: &ParsedQuery) -> Vec<i32> {
    let sounds = |words: &[String]| -> Vec<String> { words.iter().map(|word| sound_key(word)).collect() };
    let names: Vec<String> = all_pairs(&sounds(&query.name.given), &sounds(&query.name.surnames)).collect();
    let company = query.company.brand_words().into_iter().map(company_sound);
    hashed(names.into_iter().chain(company))
}

/// The sound of a word, and of its Latin spelling where it has another alphabet.
fn sounds(word: &str) -> impl Iterator<Item = String> + use<> {
    std::iter::once(sound_key(word)).chain(latin_sounds(word))
}

/// Several words written as one.
fn joined(words: &[String]) -> impl Iterator<Item = String> + use<> {
    let whole = (words.len() > 1).then(|| words.concat());
    whole.into_iter().flat_map(|whole| sounds(&whole))
}

fn all_pairs(given: &[String], surnames: &[String]) -> impl Iterator<Item = String> {
    given.iter().flat_map(|given| surnames.iter().map(move |surname| format!("{given} {surname}")))
}

fn company_word(word: &str) -> impl Iterator<Item = String> + use<> {
    let latin = latin_sounds(word).into_iter().map(|sound| company_key(&sound));
    std::iter::once(company_sound(word)).chain(latin)
}

fn company_sound(word: &str) -> String {
    company_key(&sound_key(common_spelling(word)))
}

/// Marks a key as of a company, so that none equals a pair of names.
fn company_key(sound: &str) -> String {
    format!("@{sound}")
}

/// The company's name and its neighbouring words written as one, its initials, and the name it is filed under.
fn company_as_one(company: &CompanyName) -> impl Iterator<Item = String> {
    let pairs = company.words().windows(2).map(|pair| sound_key(&pair.concat()));
    let initials = company.initials().map(|letters| sound_key(&letters));
    let filed = company.filed_under().map(|name| format!("={name}"));
    let forms: Vec<String> = joined(company.words()).chain(initials).chain(filed).chain(pairs).collect();
    forms.into_iter().map(|form| company_key(&form))
}

fn hashed(keys: impl Iterator<Item = String>) -> Vec<i32> {
    let mut hashes: Vec<i32> = keys.map(|key| crc32fast::hash(key.as_bytes()).cast_signed()).collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}
