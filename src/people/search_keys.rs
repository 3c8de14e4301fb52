//! Keys by which an index finds everybody that the rules of [`matching`](super::matching) could accept.
//!
//! A person is stored under the sound of each of their words (`g=` given name, `s=` surname, `c=` company) and under
//! both ends of the longer ones (`g<`, `g>` and so on). One slip leaves one of a word's halves as it was, so a
//! misspelt word still shares a key. A query asks for people who share a key in all three fields; [`resolve`] then
//! decides. Two rare losses are accepted for the speed: two slips, one within three letters of each end of a long
//! surname; and two slips in words of which the index keeps halves, which the rules refuse anyway.
//!
//! [`resolve`]: super::matching::resolve

use super::company::CompanyName;
use super::company_words::{common_spelling, is_trade_word};
use super::matching::{Candidate, ParsedQuery};
use super::name::PersonName;
use super::nicknames;
use super::rarity::Rarity;
use super::sound::sound_key;

/// The keys of the three fields of a query. A candidate must share one of each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueryKeys {
    /// Keys of the given name.
    pub given: FieldKeys,
    /// Keys of the rarest surname asked for.
    pub surname: FieldKeys,
    /// Keys of the company.
    pub company: FieldKeys,
}

/// Keys of one field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldKeys {
    /// Shared by the same word, another spelling of its sound, a pet form, an alias.
    pub whole: Vec<String>,
    /// Shared by a word with a slip.
    pub ends: Vec<String>,
}

impl FieldKeys {
    /// All keys of the field.
    pub fn all(&self) -> Vec<String> {
        self.whole.iter().chain(&self.ends).cloned().collect()
    }
}

/// How a field's words are cut for slips.
#[derive(Clone, Copy)]
struct Cut {
    tag: char,
    shortest: usize,
    /// Words from this length on may have two slips and are stored under their first and last three letters.
    long: usize,
}

const GIVEN: Cut = Cut { tag: 'g', shortest: 5, long: usize::MAX };
const SURNAME: Cut = Cut { tag: 's', shortest: 4, long: 8 };
const COMPANY: Cut = Cut { tag: 'c', shortest: 5, long: usize::MAX };
const LONG_WORD_END: usize = 3;

/// The keys under which a person is stored, sorted, each once.
pub fn stored_keys(person: &Candidate) -> Vec<String> {
    let mut keys = Vec::new();
    for name in std::iter::once(&person.name).chain(&person.aliases) {
        store_name(name, &mut keys);
    }
    for company in std::iter::once(&person.company).chain(&person.former_companies) {
        store_company(company, &mut keys);
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn store_name(name: &PersonName, keys: &mut Vec<String>) {
    for given in &name.given {
        store_word(given, GIVEN, keys);
    }
    if name.given.len() > 1 {
        keys.push(whole('g', &name.given.concat()));
    }
    for surname in &name.surnames {
        store_word(surname, SURNAME, keys);
    }
    // People split names differently: a second given name may be asked for as a surname.
    keys.extend(name.given.iter().skip(1).map(|given| whole('s', given)));
    keys.extend(name.surnames.windows(2).map(|pair| whole('s', &pair.concat())));
    if name.surnames.len() > 2 {
        keys.push(whole('s', &name.surnames.concat()));
    }
}

fn store_company(company: &CompanyName, keys: &mut Vec<String>) {
    for word in company.words() {
        if is_trade_word(word) {
            keys.push(whole('c', common_spelling(word)));
        } else {
            store_word(word, COMPANY, keys);
        }
    }
    keys.extend(company_as_one(company));
}

/// The company's name written as one word, its initials, and the name it is filed under.
fn company_as_one(company: &CompanyName) -> impl Iterator<Item = String> {
    let joined = (company.words().len() > 1).then(|| whole('c', &company.words().concat()));
    let initials = company.initials().map(|letters| whole('c', &letters));
    let filed = company.filed_under().map(|name| format!("c@{name}"));
    [joined, initials, filed].into_iter().flatten()
}

fn store_word(word: &str, cut: Cut, keys: &mut Vec<String>) {
    keys.push(whole(cut.tag, word));
    let letters: Vec<char> = word.chars().collect();
    if letters.len() >= cut.shortest {
        keys.extend(ends(&letters, letters.len(), cut));
    }
}

/// The keys of a query, those of its rarest surname only: all surnames asked for must agree, so one will find them.
pub fn query_keys(query: &ParsedQuery, rarity: &Rarity) -> QueryKeys {
    QueryKeys {
        given: given_keys(&query.name),
        surname: surname_keys(&query.name, rarity),
        company: company_keys(&query.company),
    }
}

fn given_keys(name: &PersonName) -> FieldKeys {
    let mut keys = FieldKeys::default();
    let Some(first) = name.given.first() else { return keys };
    let joined = name.given.join(" ");
    keys.whole.push(whole('g', first));
    keys.whole.push(whole('g', &name.given.concat()));
    keys.whole.extend(
        nicknames::related_names(first)
            .chain(nicknames::related_names(&joined))
            .map(|related| whole('g', &related.replace(' ', ""))),
    );
    keys.ends = asked_ends(first, GIVEN);
    tidy(keys)
}

fn surname_keys(name: &PersonName, rarity: &Rarity) -> FieldKeys {
    let mut keys = FieldKeys::default();
    let rarest = name
        .surnames
        .iter()
        .filter(|surname| surname.chars().count() > 1)
        .min_by_key(|surname| (rarity.surname_bearers(surname), usize::MAX - surname.len()));
    let Some(rarest) = rarest else { return keys };
    keys.whole.push(whole('s', rarest));
    keys.whole.push(whole('s', &name.surnames.concat()));
    keys.ends = asked_ends(rarest, SURNAME);
    tidy(keys)
}

fn company_keys(company: &CompanyName) -> FieldKeys {
    let mut keys = FieldKeys::default();
    for word in company.brand_words() {
        keys.whole.push(whole('c', common_spelling(word)));
        if !is_trade_word(word) {
            keys.ends.extend(asked_ends(word, COMPANY));
        }
    }
    keys.whole.extend(company_as_one(company));
    tidy(keys)
}

fn tidy(mut keys: FieldKeys) -> FieldKeys {
    for list in [&mut keys.whole, &mut keys.ends] {
        list.sort_unstable();
        list.dedup();
    }
    keys
}

fn whole(tag: char, word: &str) -> String {
    format!("{tag}={}", sound_key(word))
}

/// The ends under which a word that resembles this one may be stored: the stored word may be a little longer or
/// shorter, and two swapped letters may lie across the cut.
fn asked_ends(word: &str, cut: Cut) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    let most = if letters.len() + 2 >= cut.long { 2 } else { 1 };
    let stored_lengths = letters.len().saturating_sub(most).max(cut.shortest)..=letters.len() + most;
    let mut keys = Vec::new();
    for stored_length in stored_lengths {
        keys.extend(ends(&letters, stored_length, cut));
        let middle = stored_length / 2;
        if stored_length == letters.len() && middle > 0 && middle < letters.len() {
            let mut swapped = letters.clone();
            swapped.swap(middle - 1, middle);
            keys.extend(ends(&swapped, stored_length, cut));
        }
    }
    keys
}

/// The two ends of a word, cut as a stored word of the given length is.
fn ends(letters: &[char], stored_length: usize, cut: Cut) -> [String; 2] {
    let is_long = stored_length >= cut.long;
    let first = if is_long { LONG_WORD_END } else { stored_length / 2 };
    let last = if is_long { LONG_WORD_END } else { stored_length - first };
    let start: String = letters.iter().take(first).collect();
    let end: String = letters.iter().skip(letters.len().saturating_sub(last)).collect();
    [format!("{}<{start}", cut.tag), format!("{}>{end}", cut.tag)]
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
        [keys.given, keys.surname, keys.company]
            .iter()
            .all(|field| field.all().iter().any(|key| stored.contains(key)))
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
