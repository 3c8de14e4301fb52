//! Detects the language of a post by the share of its words that are frequent function words of
//! each language. Where these do not decide, the vocabularies do, and they confirm short posts.
//!
//! The lexicon lists function words of Spanish, French, Italian and German only to reject those
//! languages: without them, Spanish looks like Portuguese.

mod known_words;

use self::known_words::KnownWords;
use super::lexicon::{CategorySet, Lexicon, MARKER_LANGUAGES, bits};
use super::model::Model;
use super::segment::{Sentence, Token};
use fluence_domain::language::Language;

/// The least share of function words of the detected language. Prose in any of the six languages
/// has 0.35 to 0.6.
const MIN_COVERAGE: f64 = 0.20;
/// Indexes of the analysed languages in [`MARKER_LANGUAGES`].
const ENGLISH: usize = 0;
const PORTUGUESE: usize = 1;

/// Galician spellings that Portuguese does not use. The two languages share their articles.
const GALICIAN: &[&str] = &[
    "unha",
    "unhas",
    "dunha",
    "nunha",
    "non",
    "máis",
    "coa",
    "coas",
    "cos",
    "moi",
    "xa",
    "xente",
    "hoxe",
    "tamén",
    "cando",
    "mentres",
    "despois",
    "ademais",
    "foron",
    "teñen",
    "teño",
    "facer",
    "xunto",
    "ninguén",
    "porén",
    "onte",
    "algunha",
    "ningunha",
    "aínda",
    "traballo",
    "traballar",
    "proxecto",
];
/// A text with one Galician word in this many words, or more, is Galician.
const GALICIAN_ONE_IN: usize = 20;
/// The least sum of [`portuguese_signs`] that decides a tie for Portuguese.
const MIN_SIGNS: u32 = 2;

/// The fewest function words of another language that show that a post is in it.
const MIN_FOREIGN_HITS: usize = 3;
/// The fewest words of a post that a lack of English and Portuguese function words shows to be in
/// another language.
const MIN_FOREIGN_WORDS: usize = 20;
/// The last letter of Latin Extended-B; letters above it count as another script.
const LAST_LATIN: char = '\u{24f}';

/// The fewest letters of a word in another script: “Δ” and “µm” are signs.
const MIN_LETTERS_OF_SCRIPT: usize = 2;

/// The detected language of a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detected {
    /// A language that is analysed.
    Ours(Language),
    /// Another language, or none that can be detected.
    Other,
}

/// A word of a post with its signs of a language.
struct Word<'s> {
    token: &'s Token,
    /// The languages of which it is a function word, by bit in [`MARKER_LANGUAGES`].
    languages: CategorySet,
    /// Whether it is the first word of a sentence.
    is_first: bool,
    /// Whether a word follows that is not a function word, and so may be a noun.
    is_before_noun: bool,
}

impl Word<'_> {
    /// Whether it is a function word of this language.
    const fn is_of(&self, language: usize) -> bool {
        self.languages & (1 << language) != 0
    }

    /// Whether it is a function word of other languages only.
    const fn is_only_of_others(&self, language: usize) -> bool {
        self.languages != 0 && !self.is_of(language)
    }
}

/// Detects the language of a post from its sentences.
pub fn detect<'s>(sentences: impl IntoIterator<Item = &'s Sentence>, model: &Model) -> Detected {
    let words: Vec<Word<'_>> =
        sentences.into_iter().flat_map(|sentence| words_of(sentence, &model.lexicon)).collect();
    let known = || KnownWords::of(&words, model);
    match by_function_words(&words) {
        Detected::Ours(language) if known_words::may_mislead(&words) && !known().confirm(language) => {
            Detected::Other
        }
        Detected::Other => known().verdict(),
        ours @ Detected::Ours(_) => ours,
    }
}

/// Whether a sentence of a post in the language can be read: at least half of its words are of that
/// language, and none is in another script. Names inside a sentence do not count.
pub fn is_readable(sentence: &Sentence, language: Language, model: &Model) -> bool {
    let words = words_of(sentence, &model.lexicon);
    let has_other_script = |word: &Word<'_>| {
        word.token.norm.chars().filter(|c| is_of_another_script(*c)).count() >= MIN_LETTERS_OF_SCRIPT
    };
    !words.iter().any(has_other_script) && known_words::are_known(&words, language, model)
}

/// What a post of [`Detected::Other`] shows of another language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// Nothing: “ok” and “v2.0.1”.
    Unknown,
    /// Some sign.
    Shown,
    /// It is certainly in another language: it is in another script, has more function words of
    /// another language, or is long and lacks English and Portuguese function words. “Obrigado a
    /// todos” and “Q3 results” are too short to tell.
    Plain,
}

/// Reads what a post of [`Detected::Other`] shows of another language.
pub fn foreign(sentences: &[Sentence], model: &Model) -> Foreign {
    let words: Vec<Word<'_>> =
        sentences.iter().flat_map(|sentence| words_of(sentence, &model.lexicon)).collect();
    let has_other_script = |word: &&Word<'_>| word.token.norm.chars().any(is_of_another_script);
    let (ours, theirs) = function_words(&words);
    let is_plain = 2 * words.iter().filter(has_other_script).count() > words.len()
        || theirs >= MIN_FOREIGN_HITS && theirs > ours
        || words.len() >= MIN_FOREIGN_WORDS && (ours as f64) < MIN_COVERAGE * words.len() as f64;
    match is_plain {
        true => Foreign::Plain,
        false if theirs > ours => Foreign::Shown,
        false => Foreign::Unknown,
    }
}

/// Returns the most function words of English or Portuguese, and of another language.
fn function_words(words: &[Word<'_>]) -> (usize, usize) {
    let hits = |language: usize| words.iter().filter(|word| word.is_of(language)).count();
    let theirs = (PORTUGUESE + 1..MARKER_LANGUAGES.len()).map(hits).max().unwrap_or(0);
    (hits(ENGLISH).max(hits(PORTUGUESE)), theirs)
}

fn is_of_another_script(letter: char) -> bool {
    letter.is_alphabetic() && letter > LAST_LATIN
}

fn words_of<'s>(sentence: &'s Sentence, lexicon: &Lexicon) -> Vec<Word<'s>> {
    let tokens: Vec<&Token> = sentence.tokens.iter().filter(|token| token.is_word).collect();
    let languages: Vec<CategorySet> =
        tokens.iter().map(|token| lexicon.marker_languages(&token.norm)).collect();
    let word = |(at, token): (usize, &&'s Token)| Word {
        token,
        languages: languages[at],
        is_first: at == 0,
        is_before_noun: languages.get(at + 1) == Some(&0),
    };
    tokens.iter().enumerate().map(word).collect()
}

/// Returns the language with the most function words. A tie gives [`Detected::Other`], unless
/// Portuguese is among the best, every function word of the text is one of Portuguese too, and its
/// signs suffice.
fn by_function_words(words: &[Word<'_>]) -> Detected {
    let mut hits = [0_u32; MARKER_LANGUAGES.len()];
    for word in words {
        bits(word.languages).for_each(|language| hits[language] += 1);
    }
    let galician = words.iter().filter(|word| GALICIAN.contains(&word.token.norm.as_str())).count();
    let signs: u32 = words.iter().map(portuguese_signs).sum();
    let is_only_of_others = words.iter().any(known_words::is_not_portuguese);
    let best = hits.iter().max().copied().unwrap_or(0);
    if words.is_empty() || f64::from(best) < MIN_COVERAGE * words.len() as f64 {
        return Detected::Other;
    }
    let is_galician = galician > 0 && galician * GALICIAN_ONE_IN >= words.len();
    let is_only_best = hits.iter().filter(|h| **h == best).count() == 1;
    let is_portuguese = hits[PORTUGUESE] == best && !is_galician;
    match hits.iter().position(|h| *h == best) {
        Some(ENGLISH) if is_only_best => Detected::Ours(Language::En),
        _ if is_portuguese && (is_only_best || !is_only_of_others && signs >= MIN_SIGNS) => {
            Detected::Ours(Language::Pt)
        }
        _ => Detected::Other,
    }
}

/// Returns the points of a word as evidence of Portuguese: 2 for its spelling or for “o”, “os” or
/// “as” before a noun at the start of a sentence, 1 for those articles elsewhere and for “a” at the
/// start. “O” also means “or” in Spanish and Italian, but few sentences begin with it.
fn portuguese_signs(word: &Word<'_>) -> u32 {
    let Word { is_first, is_before_noun, .. } = *word;
    let word = word.token.norm.as_str();
    let is_article = is_before_noun && matches!(word, "o" | "os" | "as");
    let ends = |ending: &&str| word.len() > 4 && word.ends_with(*ending);
    let is_spelt = word.contains(['ã', 'õ'])
        || word.contains("lh")
        || word.contains("nh")
        || ["ou", "agem", "ência", "ância"].iter().any(ends);
    if is_spelt || is_article && is_first {
        MIN_SIGNS
    } else {
        u32::from(is_article || is_before_noun && is_first && word == "a")
    }
}

#[cfg(test)]
mod tests;
