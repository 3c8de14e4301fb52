//! Posts that shout or insult, in which words of courtesy are no courtesy.

use crate::segment::Token;

/// The fewest words in capitals in a row that shout, and their fewest letters.
const MIN_SHOUTED: usize = 3;
const MIN_LETTERS: usize = 9;
/// The fewest letters of a single word in capitals that shouts. Shorter ones are abbreviations.
const MIN_SINGLE: usize = 11;
const INSULTS: &[&str] = &[
    "garbage",
    "rubbish",
    "crap",
    "idiot",
    "idiots",
    "idiotic",
    "stupid",
    "moron",
    "morons",
    "pathetic",
    "ridiculous",
    "disgrace",
    "disgraceful",
    "lixo",
    "porcaria",
    "droga",
    "idiota",
    "idiotas",
    "burro",
    "burros",
    "palhaçada",
    "vergonha",
    "ridículo",
    "ridícula",
    "bagunça",
];
/// The words of a plea, which stand by themselves: “Please. Kindly.”
const PLEAS: &[&str] =
    &["please", "kindly", "just", "por", "favor", "gentileza", "só", "apenas", "gentilmente"];

/// Whether the post has words in capitals in a row: “LABEL THE CAGES”.
pub(super) fn shouts(text: &[char]) -> bool {
    let (mut words, mut letters) = (0, 0);
    text.split(|c| !c.is_alphanumeric()).filter(|word| !word.is_empty()).any(|word| {
        let is_shouted = word.iter().all(|c| c.is_uppercase());
        (words, letters) = if is_shouted { (words + 1, letters + word.len()) } else { (0, 0) };
        words >= MIN_SHOUTED && letters >= MIN_LETTERS || is_shouted && word.len() >= MIN_SINGLE
    })
}

/// Whether the sentence insults.
pub(super) fn insults(tokens: &[Token]) -> bool {
    tokens.iter().any(|token| INSULTS.contains(&token.norm.as_str()))
}

/// Whether the sentence is nothing but a plea.
pub(super) fn pleads(tokens: &[Token]) -> bool {
    tokens.iter().all(|token| PLEAS.contains(&token.norm.as_str()))
}
