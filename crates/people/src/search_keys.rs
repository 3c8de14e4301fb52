//! The keys by which an index finds every person that the rules of [`matching`](super::matching)
//! could accept.
//!
//! A person is stored under pairs of a given name and a surname, and under the words of their
//! companies. Each word is stored by its sound and, for slips, by both of its ends: one slip leaves
//! one half of a word unchanged. A query searches for people with a common pair and a common
//! company word: first by whole words, which few people share, and by ends only if that does not
//! decide. The only people not found are those with a long surname that has slips within three
//! letters of both ends. A word of another alphabet is also stored by its Latin spelling.
//!
//! A key is the CRC-32 of its text. It is small in the index, and a collision only offers a
//! candidate that the rules reject.

mod ends;

use self::ends::{COMPANY, GIVEN, SURNAME, queried_ends, stored_ends};
use super::company::CompanyName;
use super::company_words::{common_spelling, is_trade_word};
use super::matching::{Candidate, ParsedQuery, Resolution};
use super::name::PersonName;
use super::nicknames;
use super::rarity::Rarity;
use super::sound::sound_key;
use super::transliteration::latin_sounds;

/// The keys of a query. A candidate must share a name key and a company key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueryKeys {
    /// The given name with the rarest surname: all queried surnames must agree, so one of them
    /// finds the person.
    pub names: FieldKeys,
    pub company: FieldKeys,
    /// Keys of people who have every queried word exactly. They come first when there are too many.
    pub every_word: Vec<i32>,
    /// The stored form of the name: among those, people with exactly this name come first.
    pub whole_name: String,
}

/// The keys of one field, sorted and distinct.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldKeys {
    /// Keys of the same words, other spellings of their sound, pet forms and aliases.
    pub whole: Vec<i32>,
    /// Keys of words with a slip.
    pub with_slips: Vec<i32>,
}

/// How widely to search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breadth {
    /// The same words, other spellings of their sound, pet forms and aliases.
    WholeWords,
    /// The same, and words with a slip.
    WithSlips,
}

impl FieldKeys {
    fn new(whole: impl Iterator<Item = String>, with_slips: impl Iterator<Item = String>) -> Self {
        Self { whole: hashed(whole), with_slips: hashed(with_slips) }
    }

    pub fn for_breadth(&self, breadth: Breadth) -> Vec<i32> {
        match breadth {
            Breadth::WholeWords => self.whole.clone(),
            Breadth::WithSlips => self.whole.iter().chain(&self.with_slips).copied().collect(),
        }
    }
}

impl QueryKeys {
    /// Whether a decision by whole words is final, because no candidate with a slip can come close.
    pub fn are_settled_by(&self, decided: &Resolution) -> bool {
        let best = match decided {
            Resolution::One(best) => Some(best),
            Resolution::Several(matches) => matches.first(),
            Resolution::None => None,
        };
        self.company.with_slips.is_empty() && best.is_some_and(|best| best.is_beyond_slips())
    }
}

/// The edition of [`stored_keys`]. A change of the keys needs a new number: `fluence migrate` then
/// rewrites the keys of every person stored under an older one.
pub const KEYS_EDITION: i16 = 3;

/// Returns the keys under which a person is stored, sorted and distinct.
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
    // People split names differently: a second given name may be queried as a surname, two surnames
    // as one.
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

/// Returns the keys of a query. `rarity` decides which surname finds the fewest people.
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
    let stored = PersonName::without_closed_up_particle(rarest);
    let closed_up = name.closed_up.as_deref().into_iter().chain(stored).map(sound_key);
    let whole_surnames: Vec<String> = sounds(rarest).chain(joined(&name.surnames)).chain(closed_up).collect();
    let given_ends = queried_ends(first, GIVEN);
    let surname_ends = queried_ends(rarest, SURNAME);
    FieldKeys::new(
        all_pairs(&whole_given, &whole_surnames).chain(family_name_first(name, rarity)),
        all_pairs(&given_ends, &whole_surnames)
            .chain(all_pairs(&whole_given, &surname_ends))
            .chain(all_pairs(&given_ends, &surname_ends)),
    )
}

/// Returns the surname that finds the fewest people. A single character counts only if there is no
/// other surname: beside others it is mostly an initial.
fn rarest_surname<'a>(name: &'a PersonName, rarity: &Rarity) -> Option<&'a String> {
    let is_character = |surname: &str| surname.chars().nth(1).is_none();
    name.surnames.iter().min_by_key(|surname| {
        (is_character(surname), rarity.surname_bearers(surname), usize::MAX - surname.len())
    })
}

/// Returns the keys of the name read family name first, where that is possible.
fn family_name_first(name: &PersonName, rarity: &Rarity) -> Vec<String> {
    let Some(read) = name.family_name_first() else { return Vec::new() };
    let (Some(first), Some(rarest)) = (read.given.first(), rarest_surname(&read, rarity)) else {
        return Vec::new();
    };
    let given: Vec<String> = sounds(first).chain(joined(&read.given)).collect();
    let surnames: Vec<String> = sounds(rarest).chain(joined(&read.surnames)).collect();
    all_pairs(&given, &surnames).collect()
}

/// Returns the sounds of the first given name, of all given names as one, and of the pet forms.
fn given_forms(first: &str, given: &[String]) -> Vec<String> {
    let related = nicknames::related_names(first).chain(nicknames::related_names(&given.join(" ")));
    let related: Vec<String> = related.map(|name| sound_key(&name.replace(' ', ""))).collect();
    sounds(first).chain(joined(given)).chain(related).collect()
}

/// Returns the keys of a company. A word of a company in the directory is not a slip (see
/// [`company`](super::company)) and needs no ends.
fn company_keys(company: &CompanyName, rarity: &Rarity) -> FieldKeys {
    let brand = company.brand_words();
    let may_be_slips = brand.iter().filter(|word| !is_trade_word(word) && !rarity.is_company_word(word));
    FieldKeys::new(
        brand.iter().flat_map(|word| company_word(word)).chain(company_as_one(company)),
        may_be_slips.flat_map(|word| queried_ends(word, COMPANY)).map(|end| company_key(&end)),
    )
}

/// Returns the keys of every pair of queried names and of every word of the company.
fn every_word(query: &ParsedQuery) -> Vec<i32> {
    let sounds = |words: &[String]| -> Vec<String> { words.iter().map(|word| sound_key(word)).collect() };
    let names: Vec<String> = all_pairs(&sounds(&query.name.given), &sounds(&query.name.surnames)).collect();
    let company = query.company.brand_words().into_iter().map(company_sound);
    hashed(names.into_iter().chain(company))
}

/// Returns the sound of a word, and that of its Latin spelling if it has another alphabet.
fn sounds(word: &str) -> impl Iterator<Item = String> + use<> {
    std::iter::once(sound_key(word)).chain(latin_sounds(word))
}

/// Returns the sounds of several words written as one.
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

/// Marks a company key, so that none equals the key of a pair of names.
fn company_key(sound: &str) -> String {
    format!("@{sound}")
}

/// Returns the company's adjacent words written as one, its initials, and its main name.
fn company_as_one(company: &CompanyName) -> impl Iterator<Item = String> {
    let pairs = company.words().windows(2).map(|pair| sound_key(&pair.concat()));
    let initials = company.initials().map(|letters| sound_key(&letters));
    let main_name = company.main_name().map(|name| format!("={name}"));
    let forms: Vec<String> = joined(company.words()).chain(initials).chain(main_name).chain(pairs).collect();
    forms.into_iter().map(|form| company_key(&form))
}

fn hashed(keys: impl Iterator<Item = String>) -> Vec<i32> {
    let mut hashes: Vec<i32> = keys.map(|key| crc32fast::hash(key.as_bytes()).cast_signed()).collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

#[cfg(test)]
mod tests;
