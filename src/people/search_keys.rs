//! Keys by which an index finds everybody that the rules of [`matching`](super::matching) could accept.
//!
//! A person is stored under pairs of a given name and a surname, and under the words of their companies. Of each word
//! goes in its sound, and for slips both of its ends: one slip leaves one half of a word as it was. A query asks for
//! people who share a pair and a company word: first by whole words, which few people share, and only when that
//! settles nothing also by ends. Lost for the speed is only a long surname with a slip within three letters of both
//! its ends.
//!
//! A key is the CRC-32 of its text: small in the index, and a collision only offers a candidate who is then refused.

use super::company::CompanyName;
use super::company_words::{common_spelling, is_trade_word};
use super::matching::{Candidate, ParsedQuery, Resolution};
use super::name::PersonName;
use super::nicknames;
use super::rarity::Rarity;
use super::sound::sound_key;

/// The keys of a query. A candidate must share one of its names and one of its company.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueryKeys {
    /// Given name and rarest surname: all surnames asked for must agree, so one of them will find the person.
    pub names: FieldKeys,
    /// Company.
    pub company: FieldKeys,
    /// Borne by people who have every word asked for as it stands: they come first when there are too many.
    pub every_word: Vec<i32>,
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

/// How the words of a field are cut for slips.
#[derive(Clone, Copy)]
struct Cut {
    shortest: usize,
    /// Words from this length on may have two slips and are stored under their first and last three letters.
    long: usize,
}

const GIVEN: Cut = Cut { shortest: 5, long: usize::MAX };
const SURNAME: Cut = Cut { shortest: 4, long: 8 };
const COMPANY: Cut = Cut { shortest: 5, long: usize::MAX };
const LONG_WORD_END: usize = 3;

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
        name.given.iter().map(|word| sound_key(word)).chain(joined(&name.given)).collect();
    let surnames: Vec<String> = name.surnames.iter().map(|word| sound_key(word)).collect();
    // People split names differently: a second given name may be asked for as a surname, two surnames as one.
    let pairs = name.surnames.windows(2).map(|pair| sound_key(&pair.concat()));
    let as_surnames =
        name.given.iter().skip(1).map(|word| sound_key(word)).chain(pairs).chain(joined(&name.surnames));
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
        keys.push(company_word(word));
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
    }
}

fn name_keys(name: &PersonName, rarity: &Rarity) -> FieldKeys {
    let rarest = name
        .surnames
        .iter()
        .filter(|surname| surname.chars().count() > 1)
        .min_by_key(|surname| (rarity.surname_bearers(surname), usize::MAX - surname.len()));
    let (Some(first), Some(rarest)) = (name.given.first(), rarest) else { return FieldKeys::default() };
    let whole_given = given_forms(first, &name.given);
    let whole_surnames: Vec<String> =
        std::iter::once(sound_key(rarest)).chain(joined(&name.surnames)).collect();
    let given_ends = asked_ends(first, GIVEN);
    let surname_ends = asked_ends(rarest, SURNAME);
    FieldKeys::new(
        all_pairs(&whole_given, &whole_surnames),
        all_pairs(&given_ends, &whole_surnames)
            .chain(all_pairs(&whole_given, &surname_ends))
            .chain(all_pairs(&given_ends, &surname_ends)),
    )
}

/// The sounds of the given name, of all given names as one, and of whatever else somebody of this name is called.
fn given_forms(first: &str, given: &[String]) -> Vec<String> {
    let related = nicknames::related_names(first).chain(nicknames::related_names(&given.join(" ")));
    let related: Vec<String> = related.map(|name| sound_key(&name.replace(' ', ""))).collect();
    std::iter::once(sound_key(first)).chain(joined(given)).chain(related).collect()
}

/// A word that some company of the directory bears is not a slip (see [`company`](super::company)): it needs no ends.
fn company_keys(company: &CompanyName, rarity: &Rarity) -> FieldKeys {
    let brand = company.brand_words();
    let may_be_slips = brand.iter().filter(|word| !is_trade_word(word) && !rarity.is_company_word(word));
    FieldKeys::new(
        brand.iter().map(|word| company_word(word)).chain(company_as_one(company)),
        may_be_slips.flat_map(|word| asked_ends(word, COMPANY)).map(|end| company_key(&end)),
    )
}

fn every_word(query: &ParsedQuery) -> Vec<i32> {
    let sounds = |words: &[String]| -> Vec<String> { words.iter().map(|word| sound_key(word)).collect() };
    let names: Vec<String> = all_pairs(&sounds(&query.name.given), &sounds(&query.name.surnames)).collect();
    let company = query.company.brand_words().into_iter().map(company_word);
    hashed(names.into_iter().chain(company))
}

/// Several words written as one.
fn joined(words: &[String]) -> Option<String> {
    (words.len() > 1).then(|| sound_key(&words.concat()))
}

fn all_pairs(given: &[String], surnames: &[String]) -> impl Iterator<Item = String> {
    given.iter().flat_map(|given| surnames.iter().map(move |surname| format!("{given} {surname}")))
}

fn company_word(word: &str) -> String {
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
    let forms: Vec<String> =
        joined(company.words()).into_iter().chain(initials).chain(filed).chain(pairs).collect();
    forms.into_iter().map(|form| company_key(&form))
}

fn stored_ends(word: &str, cut: Cut) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    if letters.len() < cut.shortest { Vec::new() } else { ends(&letters, letters.len(), cut).into() }
}

/// The ends under which a word that resembles this one may be stored: the stored word may be a little longer or
/// shorter, and two swapped letters may lie across the cut.
fn asked_ends(word: &str, cut: Cut) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    let most_slips = if letters.len() + 2 >= cut.long { 2 } else { 1 };
    let stored_lengths =
        letters.len().saturating_sub(most_slips).max(cut.shortest)..=letters.len() + most_slips;
    let mut keys: Vec<String> = stored_lengths.flat_map(|length| ends(&letters, length, cut)).collect();
    let middle = letters.len() / 2;
    if letters.len() >= cut.shortest {
        let mut swapped = letters;
        swapped.swap(middle - 1, middle);
        keys.extend(ends(&swapped, swapped.len(), cut));
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// The two ends of a word, cut as a stored word of the given length is.
fn ends(letters: &[char], stored_length: usize, cut: Cut) -> [String; 2] {
    let is_long = stored_length >= cut.long;
    let first = if is_long { LONG_WORD_END } else { stored_length / 2 };
    let last = if is_long { LONG_WORD_END } else { stored_length - first };
    let start: String = letters.iter().take(first).collect();
    let end: String = letters.iter().skip(letters.len().saturating_sub(last)).collect();
    [format!("<{start}"), format!(">{end}")]
}

fn hashed(keys: impl Iterator<Item = String>) -> Vec<i32> {
    let mut hashes: Vec<i32> = keys.map(|key| crc32fast::hash(key.as_bytes()).cast_signed()).collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::person::PersonQuery;
    use crate::people::matching::{Resolution, resolve};

    fn person(first_name: &str, last_name: &str, company: &str) -> Candidate {
        Candidate {
            name: PersonName::parse(first_name, last_name),
            company: CompanyName::parse(company),
            ..Candidate::default()
        }
    }

    fn ask(first_name: &str, last_name: &str, company: &str) -> PersonQuery {
        PersonQuery { first_name: first_name.into(), last_name: last_name.into(), company: company.into() }
    }

    /// Whether an index on the stored keys would offer the person for the query.
    fn finds(query: &PersonQuery, candidate: &Candidate) -> bool {
        let stored = stored_keys(candidate);
        let keys = query_keys(&ParsedQuery::from(query), &Rarity::default());
        [keys.names, keys.company]
            .iter()
            .all(|field| field.for_breadth(Breadth::WithSlips).iter().any(|key| stored.contains(key)))
    }

    #[test]
    fn everybody_the_rules_accept_is_found() {
        for (query, candidate) in [
            (ask("Zé", "Sousa", "Magalu"), person("José", "Souza", "Magazine Luiza S/A")),
            (ask("Malu", "Lemos", "Zyntra"), person("Maria Luísa", "Costa Lemos", "Zyntra Tecnologia")),
            (ask("Paula", "Lemos", "Zyntra Tech"), person("Ana Paula", "Lemos", "Zyntra Tecnologia")),
            (
                ask("Anapaula", "Castelobranco", "KVM"),
                person("Ana Paula", "Castelo Branco", "Kappa Vidros Mineiros"),
            ),
            (ask("João", "Pedro Lemos", "Zyntra"), person("João Pedro", "Lemos", "Zyntra")),
            (ask("Fernnado", "Slva", "Zyntra"), person("Fernando", "Silva", "Zyntra")),
            (ask("Marcelo", "Slivaa", "Klairon"), person("Marcelo", "Slivas", "Klarion")),
            (ask("Rui", "Lemos", "MercadoLivre"), person("Rui", "Lemos", "Mercado Livre Pagamentos")),
            (ask("Ana", "C. Lemos", "Zyntra"), person("Ana", "Costa Lemos", "Zyntra")),
        ] {
            assert!(finds(&query, &candidate), "{query:?}");
            let decided = resolve(&query, std::slice::from_ref(&candidate), &Rarity::default());
            assert!(matches!(decided, Resolution::One(_)), "{query:?}");
        }
    }

    #[test]
    fn an_alias_and_a_former_employer_are_found() {
        let mut candidate = person("Edson", "Arantes", "Zyntra");
        candidate.aliases = vec![PersonName::parse_alias("Pelezinho", &candidate.name)];
        candidate.former_companies = vec![CompanyName::parse("Klarion")];
        assert!(finds(&ask("Pelezinho", "Arantes", "Klarion"), &candidate));
    }

    #[test]
    fn a_trade_alone_does_not_find_a_company() {
        assert!(!finds(
            &ask("Ana", "Lemos", "Klarion Tecnologia"),
            &person("Ana", "Lemos", "Zyntra Tecnologia")
        ));
    }

    /// A word with one slip at the given place.
    fn slip(word: &str, kind: u8, place: usize, letter: char) -> String {
        let mut letters: Vec<char> = word.chars().collect();
        let at = place % letters.len();
        match kind % 4 {
            0 => {
                letters.remove(at);
            }
            1 => letters.insert(at, letter),
            2 => letters[at] = letter,
            _ if at + 1 < letters.len() => letters.swap(at, at + 1),
            _ => letters[at] = letter,
        }
        letters.into_iter().collect()
    }

    proptest! {
        #[test]
        fn one_slip_in_every_field_loses_nobody(
            given in "[a-z]{6,10}", surname in "[a-z]{5,7}", company in "[a-z]{6,10}",
            slips in prop::array::uniform3((any::<u8>(), any::<usize>(), proptest::char::range('a', 'z'))),
        ) {
            let asked: Vec<String> = [&given, &surname, &company]
                .iter().zip(slips).map(|(word, (kind, place, letter))| slip(word, kind, place, letter)).collect();
            prop_assert!(finds(&ask(&asked[0], &asked[1], &asked[2]), &person(&given, &surname, &company)));
        }
    }
}
