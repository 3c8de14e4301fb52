//! The vocabularies: words and phrases with their classes, from `vocabulary/words_*.txt`,
//! `trades_*.txt`, `learnt_*.txt` and `records_*.txt`, which are compiled in.

mod classes;
pub(crate) mod first_person;
mod tags;

use std::collections::HashMap;
use std::sync::LazyLock;

pub(crate) use self::classes::Classes;
pub(crate) use self::tags::is_tag_of_work;
use crate::lexicon::index_of;
use fluence_domain::language::Language;

const ENGLISH: [&str; 4] = [
    include_str!("vocabulary/words_en.txt"),
    include_str!("vocabulary/trades_en.txt"),
    include_str!("vocabulary/learnt_en.txt"),
    include_str!("vocabulary/records_en.txt"),
];
const PORTUGUESE: [&str; 4] = [
    include_str!("vocabulary/words_pt.txt"),
    include_str!("vocabulary/trades_pt.txt"),
    include_str!("vocabulary/learnt_pt.txt"),
    include_str!("vocabulary/records_pt.txt"),
];
static VOCABULARIES: LazyLock<[Vocabulary; 2]> =
    LazyLock::new(|| [Vocabulary::load(ENGLISH, Language::En), Vocabulary::load(PORTUGUESE, Language::Pt)]);

/// The most words of a phrase.
pub(crate) const MAX_PHRASE_WORDS: usize = 4;
/// The fewest letters of a private word that is searched for inside a hashtag.
const MIN_HIDDEN_LETTERS: usize = 5;

/// The words and phrases of one language.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    /// Words, and phrases joined by single blanks.
    words: HashMap<String, Classes>,
    /// Private words and phrases without blanks, to be found inside hashtags.
    hidden: Vec<String>,
}

impl Vocabulary {
    pub(crate) fn of(language: Language) -> &'static Self {
        &VOCABULARIES[index_of(language)]
    }

    /// Reads the files. The words of an unknown section get no class; a test proves that there is
    /// none.
    fn load(files: [&str; 4], language: Language) -> Self {
        let mut vocabulary = Self::default();
        let mut class = Classes::NONE;
        let mut present = Vec::new();
        for line in files.iter().flat_map(|file| file.lines()).filter(|line| !line.starts_with('#')) {
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                class = Classes::of_section(name).unwrap_or(Classes::NONE);
                continue;
            }
            for entry in line.split_whitespace() {
                for form in forms(entry, language) {
                    vocabulary.add(&form, class);
                }
                let has_first_person = class.meets(Classes::ACT.or(Classes::SAY)) && language == Language::Pt;
                if let Some(stem) = entry.strip_suffix('~').filter(|_| has_first_person) {
                    let past = ["ei", "i"].map(|ending| joined(stem, ending));
                    past.iter().for_each(|form| vocabulary.add(form, class.or(Classes::FIRST)));
                    present.push((format!("{stem}o"), class));
                }
            }
        }
        // A form that is listed otherwise is no verb: “modelo” is a noun.
        for (form, class) in present {
            if !vocabulary.word(&form).is_known() {
                vocabulary.add(&form, class.or(Classes::FIRST));
            }
        }
        let is_private = |(word, classes): (&String, &Classes)| {
            let long = word.chars().count() >= MIN_HIDDEN_LETTERS;
            (long && classes.is_private_without_context()).then(|| word.replace(' ', ""))
        };
        vocabulary.hidden = vocabulary.words.iter().filter_map(is_private).collect();
        vocabulary
    }

    /// Adds a class to a word or phrase.
    fn add(&mut self, form: &str, class: Classes) {
        let mut set = |word: &str, class| {
            let known = self.words.entry(word.to_owned()).or_default();
            *known = known.or(class);
        };
        set(form, class);
        if let Some((first, _)) = form.split_once(' ') {
            set(first, Classes::OPENS);
        }
    }

    /// Returns the classes of a normalised word, or those of its noun if it is an unlisted
    /// possessive.
    pub(crate) fn word(&self, word: &str) -> Classes {
        let found = |word: &str| self.words.get(word).copied().filter(|classes| classes.is_known());
        let known = found(word).or_else(|| found(word.strip_suffix("'s")?));
        known.or_else(|| self.words.get(word).copied()).unwrap_or_default()
    }

    pub(crate) fn opens_phrase(&self, word: &str) -> bool {
        self.words.get(word).is_some_and(|classes| classes.meets(Classes::OPENS))
    }

    pub(crate) fn phrase(&self, phrase: &str) -> Option<Classes> {
        self.words.get(phrase).copied().filter(|classes| classes.is_known())
    }

    /// Whether text without blanks contains a private word.
    pub(crate) fn hides_private_word(&self, run: &str) -> bool {
        self.hidden.iter().any(|word| run.contains(word.as_str()))
    }
}

/// Whether the vocabulary of a language lists the word.
pub(crate) fn is_word_of(word: &str, language: Language) -> bool {
    Vocabulary::of(language).word(word).is_known()
}

/// Returns the forms of an entry, with blanks for `_` and `-`. `words_*.txt` explain the notation.
fn forms(entry: &str, language: Language) -> Vec<String> {
    let entry = entry.replace(['_', '-'], " ");
    let base = entry.trim_end_matches(['+', '~', '/']);
    let endings: Vec<String> = match (language, &entry[base.len()..]) {
        (_, "") => vec![base.to_owned()],
        (Language::En, "+") => vec![base.to_owned(), english_plural(base)],
        (Language::En, "~~") => english_verb(base, &doubled(base)),
        (Language::En, _) => english_verb(base, base.strip_suffix('e').unwrap_or(base)),
        (Language::Pt, "+") => vec![base.to_owned(), portuguese_plural(base)],
        (Language::Pt, "/") => ["o", "a", "os", "as"].map(|ending| format!("{base}{ending}")).into(),
        (Language::Pt, _) => portuguese_verb(base),
    };
    endings
}

/// Returns the stem of a verb whose last letter doubles, as in “shipped”.
fn doubled(verb: &str) -> String {
    verb.chars().chain(verb.chars().last()).collect()
}

fn english_plural(noun: &str) -> String {
    match noun.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ if noun.ends_with(['s', 'x', 'z']) || noun.ends_with("ch") || noun.ends_with("sh") => {
            format!("{noun}es")
        }
        _ => format!("{noun}s"),
    }
}

/// Returns the regular forms of a verb. `stem` is what `-ed` and `-ing` are added to.
fn english_verb(base: &str, stem: &str) -> Vec<String> {
    let past = match base.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ied"),
        _ => format!("{stem}ed"),
    };
    vec![base.to_owned(), english_plural(base), past, format!("{stem}ing")]
}

fn portuguese_plural(noun: &str) -> String {
    let swap = |ending: &str, plural: &str| noun.strip_suffix(ending).map(|stem| format!("{stem}{plural}"));
    swap("ão", "ões")
        .or_else(|| swap("m", "ns"))
        .or_else(|| swap("al", "ais"))
        .or_else(|| swap("el", "éis"))
        .or_else(|| noun.ends_with(['r', 'z']).then(|| format!("{noun}es")))
        .unwrap_or_else(|| format!("{noun}s"))
}

/// Joins a stem and an ending. Before e, the stem's last c, g or ç becomes qu, gu or c.
fn joined(stem: &str, ending: &str) -> String {
    let spelt_stem = match stem.chars().last().filter(|_| ending.starts_with('e')) {
        Some('c') => format!("{}qu", &stem[..stem.len() - 1]),
        Some('g') => format!("{stem}u"),
        Some('ç') => format!("{}c", &stem[..stem.len() - 'ç'.len_utf8()]),
        _ => stem.to_owned(),
    };
    spelt_stem + ending
}

/// Returns the forms of a stem in all conjugations, without the first person singular.
fn portuguese_verb(stem: &str) -> Vec<String> {
    const ENDINGS: [&str; 62] = [
        "a", "am", "amos", "ar", "ou", "aram", "ando", "ado", "ada", "ados", "adas", "ava", "avam", "ará",
        "arão", "aria", "e", "em", "emos", "armos", "arem", "asse", "er", "eu", "eram", "endo", "ido", "ida",
        "idos", "idas", "ia", "iam", "erá", "erão", "eria", "ermos", "erem", "ir", "iu", "iram", "indo",
        "imos", "irá", "irão", "iria", "irmos", "irem", "esse", "isse", "aremos", "eremos", "iremos",
        "ariam", "eriam", "iriam", "assem", "á", "ável", "áveis", "ível", "íveis", "í",
    ];
    ENDINGS.iter().map(|ending| joined(stem, ending)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_section_is_known() {
        for file in [ENGLISH, PORTUGUESE].concat() {
            let names = file.lines().filter_map(|line| line.strip_prefix('[')?.strip_suffix(']'));
            assert!(names.into_iter().all(|name| Classes::of_section(name).is_some()));
        }
    }

    #[test]
    fn nouns_and_verbs_take_their_regular_forms() {
        let has = |word, language| Vocabulary::of(language).word(word).is_known();
        for word in ["dependencies", "shipped", "merging", "verified", "customers", "vendor's"] {
            assert!(has(word, Language::En), "{word}");
        }
        for word in ["migrações", "publicamos", "publiquei", "padrões", "automatizando", "técnicas"] {
            assert!(has(word, Language::Pt), "{word}");
        }
    }

    #[test]
    fn no_word_of_the_trade_is_private_too() {
        let harmless = Classes::THING.or(Classes::ACT).or(Classes::PERSON);
        for language in Language::ALL {
            let words = &Vocabulary::of(language).words;
            let both: Vec<_> = words
                .iter()
                .filter(|(_, classes)| classes.meets(harmless) && classes.meets(Classes::PRIVATE))
                .collect();
            assert!(both.is_empty(), "{both:?}");
        }
    }
}
