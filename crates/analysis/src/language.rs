//! Which language a post is written in, by how many of its words are frequent function words of
//! each; of a short post that these do not settle, by how many its vocabulary has.
//!
//! Spanish, French, Italian and German are known so that they can be refused: without them Spanish
//! reads as poor Portuguese. A post that fits nothing well enough is in no language.

mod known_words;

use self::known_words::KnownWords;
use super::lexicon::{CategorySet, Lexicon, MARKER_LANGUAGES, bits};
use super::model::Model;
use super::segment::{Sentence, Token};
use fluence_domain::language::Language;

/// Least share of words that must be function words of the language. Running prose of the six has
/// 0.35 to 0.6.
const MIN_COVERAGE: f64 = 0.20;
/// Places of our languages among those that are told apart.
const ENGLISH: usize = 0;
const PORTUGUESE: usize = 1;

/// Galician, which shares its articles with Portuguese: words that Portuguese never writes so.
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
/// One Galician word in so many makes a text Galician.
const GALICIAN_ONE_IN: usize = 20;
/// Points of Portuguese articles and spelling that settle a tie.
const MIN_SIGNS: u32 = 2;

/// Function words of another language from which a post is plainly in it.
const MIN_FOREIGN_HITS: usize = 3;
/// Words from which a post that lacks the function words of our languages is in none of them.
const MIN_FOREIGN_WORDS: usize = 20;
/// The last letter of the Latin script's first blocks.
const LAST_LATIN: char = '\u{24f}';

/// The verdict on one post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detected {
    /// One of ours.
    Ours(Language),
    /// Another language, or an unknown one.
    Other,
}

/// A word of a post, as far as it tells the language.
struct Word<'s> {
    token: &'s Token,
    /// The languages that have it as a function word.
    languages: CategorySet,
    /// Whether it begins a sentence.
    is_first: bool,
    /// Whether the next word of the sentence is no function word.
    is_before_noun: bool,
}

impl Word<'_> {
    /// Whether the language has it as a function word.
    const fn is_of(&self, language: usize) -> bool {
        self.languages & (1 << language) != 0
    }

    /// Whether it is a function word of other languages alone.
    const fn is_elsewhere(&self, language: usize) -> bool {
        self.languages != 0 && !self.is_of(language)
    }
}

/// Detects the language of a post's sentences.
pub fn detect<'s>(sentences: impl IntoIterator<Item = &'s Sentence>, model: &Model) -> Detected {
    let words: Vec<Word<'_>> =
        sentences.into_iter().flat_map(|sentence| words_of(sentence, &model.lexicon)).collect();
    let known = || KnownWords::of(&words, model);
    match by_function_words(&words) {
        Detected::Ours(language) if known_words::may_mislead(&words) && !known().allow(language) => {
            Detected::Other
        }
        Detected::Other => known().verdict(),
        ours @ Detected::Ours(_) => ours,
    }
}

/// Whether a post in no language of ours is plainly in another one: in another script, with more
/// function words of another language than of ours, or long and without those of ours. “Obrigado a
/// todos” and “Q3 results” are not.
pub fn is_plainly_foreign(sentences: &[Sentence], model: &Model) -> bool {
    let words: Vec<Word<'_>> =
        sentences.iter().flat_map(|sentence| words_of(sentence, &model.lexicon)).collect();
    let is_of_script = |word: &&Word<'_>| word.token.norm.chars().any(is_of_another_script);
    let hits = |language: usize| words.iter().filter(|word| word.is_of(language)).count();
    let ours = hits(ENGLISH).max(hits(PORTUGUESE));
    let theirs = (PORTUGUESE + 1..MARKER_LANGUAGES.len()).map(hits).max().unwrap_or(0);
    2 * words.iter().filter(is_of_script).count() > words.len()
        || theirs >= MIN_FOREIGN_HITS && theirs > ours
        || words.len() >= MIN_FOREIGN_WORDS && (ours as f64) < MIN_COVERAGE * words.len() as f64
}

/// Whether the letter is none of the Latin script.
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

/// A tie is unknown, unless all words that tie are Portuguese ones too and the rest looks
/// Portuguese.
fn by_function_words(words: &[Word<'_>]) -> Detected {
    let mut hits = [0_u32; MARKER_LANGUAGES.len()];
    for word in words {
        bits(word.languages).for_each(|language| hits[language] += 1);
    }
    let galician = words.iter().filter(|word| GALICIAN.contains(&word.token.norm.as_str())).count();
    let signs: u32 = words.iter().map(portuguese_signs).sum();
    let is_elsewhere = words.iter().any(|word| word.is_elsewhere(PORTUGUESE));
    let best = hits.iter().max().copied().unwrap_or(0);
    if words.is_empty() || f64::from(best) < MIN_COVERAGE * words.len() as f64 {
        return Detected::Other;
    }
    let is_galician = galician > 0 && galician * GALICIAN_ONE_IN >= words.len();
    let alone = hits.iter().filter(|h| **h == best).count() == 1;
    let is_portuguese = hits[PORTUGUESE] == best && !is_galician;
    match hits.iter().position(|h| *h == best) {
        Some(ENGLISH) if alone => Detected::Ours(Language::En),
        _ if is_portuguese && (alone || !is_elsewhere && signs >= MIN_SIGNS) => Detected::Ours(Language::Pt),
        _ => Detected::Other,
    }
}

/// How plainly a word is Portuguese: by its spelling, or as an article before a noun, most of all
/// one that begins a sentence. “O” means “or” in Spanish and Italian, where few sentences begin
/// with it.
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
