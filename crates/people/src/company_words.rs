//! Classifies the words of company names: legal forms do not count, words of a trade count little.
//! Also lists the names of companies that have several. The tables are this project's own; every
//! word is folded (see [`normalise`](super::normalise)).

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::normalise::words;

/// Whether the word is a legal form, such as "ltda" or "inc".
pub fn is_legal_form(word: &str) -> bool {
    LEGAL_FORMS.contains(&word)
}

/// Whether the word only states that the company is a group or where it works, as “grupo” and
/// “brasil” do.
pub fn is_generic(word: &str) -> bool {
    GENERIC.contains(&word)
}

/// Whether the word only joins others ("de", "and").
pub fn is_joining_word(word: &str) -> bool {
    JOINING_WORDS.contains(&word)
}

/// Whether the word names a trade that many companies share, such as "tecnologia" or "tech".
pub fn is_trade_word(word: &str) -> bool {
    TRADE_SET.contains(word)
}

/// Whether the word states what a company is, not which one: a trade, a group, a bakery, a farm. A
/// query may add such a word to the company's name.
pub(super) fn may_be_added(word: &str) -> bool {
    is_trade_word(word) || is_generic(word) || KIND_SET.contains(word)
}

/// Whether the word is a foreign legal form. Stored names keep these, unlike those of
/// [`is_legal_form`].
pub(super) fn is_form_abroad(word: &str) -> bool {
    FORMS_ABROAD.contains(&word)
}

/// Returns the common spelling of a trade's abbreviations and translations: "tech", "tec" and
/// "technology" become "tecnologia".
pub fn common_spelling(word: &str) -> &str {
    SPELLINGS.get(word).copied().unwrap_or(word)
}

/// Whether the words are equal or two spellings of one trade.
pub(super) fn are_same_word(word: &str, other: &str) -> bool {
    common_spelling(word) == common_spelling(other)
}

/// Returns the main name of a company with several known names, or `None`. `name` has the
/// distinctive words (see [`core_words`]) joined by single spaces.
pub fn main_name(name: &str) -> Option<&'static str> {
    MAIN_NAMES.get(name).copied()
}

/// Returns the distinctive words of a company's name. Legal forms, joining words and, unless little
/// else is left, generic words are removed. Runs of single letters are joined ("S/A" is "sa",
/// "J.P." is "jp").
pub(super) fn core_words(written: &str) -> Vec<String> {
    let all = close_up_letters(words(written));
    let informative: Vec<String> =
        all.iter().filter(|word| !is_legal_form(word) && !is_joining_word(word)).cloned().collect();
    let specific: Vec<String> = informative.iter().filter(|word| !is_generic(word)).cloned().collect();
    if specific.iter().any(|word| !is_trade_word(word)) {
        specific
    } else if informative.is_empty() {
        all
    } else {
        informative
    }
}

/// Joins runs of single letters.
fn close_up_letters(words: Vec<String>) -> Vec<String> {
    let mut closed: Vec<String> = Vec::with_capacity(words.len());
    let mut after_letter = false;
    for word in words {
        let is_letter = word.chars().count() == 1;
        match closed.last_mut() {
            Some(run) if is_letter && after_letter => run.push_str(&word),
            _ => closed.push(word),
        }
        after_letter = is_letter;
    }
    closed
}

const LEGAL_FORMS: [&str; 40] = [
    "ltda",
    "limitada",
    "sa",
    "me",
    "mei",
    "epp",
    "eireli",
    "ss",
    "scp",
    "slu",
    "inc",
    "incorporated",
    "llc",
    "llp",
    "lp",
    "ltd",
    "limited",
    "corp",
    "corporation",
    "co",
    "company",
    "cia",
    "companhia",
    "plc",
    "gmbh",
    "ag",
    "kg",
    "bv",
    "nv",
    "srl",
    "spa",
    "sas",
    "sarl",
    "oy",
    "ab",
    "aps",
    "pty",
    "pte",
    "sl",
    "sociedade",
];

const FORMS_ABROAD: [&str; 25] = [
    "as", "asa", "bhd", "cv", "doo", "ehf", "eurl", "ev", "kft", "kk", "oao", "ohg", "ooo", "ou", "oyj",
    "pvt", "sasu", "sci", "sdn", "sp", "sro", "zrt", "ооо", "ао", "пао",
];

const GENERIC: [&str; 14] = [
    "group",
    "grupo",
    "holding",
    "holdings",
    "brasil",
    "brazil",
    "brasileira",
    "brasileiro",
    "participacoes",
    "international",
    "internacional",
    "global",
    "latam",
    "worldwide",
];

const JOINING_WORDS: [&str; 15] =
    ["de", "da", "do", "das", "dos", "e", "d", "em", "para", "and", "of", "the", "for", "y", "et"];

/// One trade a line: the common spelling, then its other spellings.
const TRADES: &str = include_str!("company_words/trades.txt");

static TRADE_SET: LazyLock<HashSet<&'static str>> = LazyLock::new(|| TRADES.split_whitespace().collect());

static SPELLINGS: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let mut spellings = HashMap::new();
    for line in TRADES.lines() {
        if let Some((common, others)) = line.split_once(' ') {
            spellings.extend(others.split(' ').map(|other| (other, common)));
        }
    }
    spellings
});

/// Words that state what a company is, besides the trades.
const KINDS: &str = include_str!("company_words/kinds.txt");

static KIND_SET: LazyLock<HashSet<&'static str>> = LazyLock::new(|| KINDS.split_whitespace().collect());

/// One company a line, its names separated by " | " in any spelling, the main name first.
const KNOWN_COMPANIES: &str = include_str!("company_words/known_companies.txt");

static MAIN_NAMES: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let mut main_names = HashMap::new();
    for line in KNOWN_COMPANIES.lines() {
        let mut names = line.split(" | ");
        let Some(first) = names.next() else { continue };
        for name in std::iter::once(first).chain(names) {
            main_names.insert(core_words(name).join(" "), first);
        }
    }
    main_names
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::words;

    #[test]
    fn every_word_is_folded() {
        let tables = LEGAL_FORMS.iter().chain(&FORMS_ABROAD).chain(&GENERIC).chain(&JOINING_WORDS).copied();
        for word in tables.chain(TRADES.split_whitespace()).chain(KINDS.split_whitespace()) {
            assert_eq!(words(word), [word]);
        }
    }

    #[test]
    fn no_word_belongs_to_two_trades() {
        let mut seen = HashSet::new();
        for word in TRADES.split_whitespace() {
            assert!(seen.insert(word), "{word} is listed twice");
        }
    }

    #[test]
    fn no_name_belongs_to_two_companies() {
        let names: Vec<_> = KNOWN_COMPANIES
            .lines()
            .flat_map(|line| line.split(" | ").map(move |name| (core_words(name).join(" "), line)))
            .collect();
        for (name, line) in &names {
            assert!(names.iter().all(|(other, elsewhere)| other != name || elsewhere == line), "{name}");
        }
    }

    #[test]
    fn translations_and_abbreviations_share_a_spelling() {
        assert_eq!(common_spelling("tech"), common_spelling("tecnologias"));
        assert_eq!(common_spelling("nubank"), "nubank");
    }
}
