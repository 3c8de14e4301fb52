//! Folds text to plain comparable words: `"Conceição  D'Ávila"` becomes `["conceicao", "davila"]`.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Words that join the parts of a name and distinguish no person.
const PARTICLES: [&str; 13] =
    ["de", "da", "do", "das", "dos", "e", "di", "del", "van", "von", "der", "den", "d"];

/// Splits text into folded words, in order. Folding resolves compatibility forms (NFKD) and removes
/// accents, letter case and apostrophes. Every other character that is not a letter, digit or
/// combining mark separates words.
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for letter in text.nfkd().flat_map(char::to_lowercase) {
        if is_accent(letter) || is_apostrophe(letter) {
            continue;
        }
        if !letter.is_alphanumeric() && !is_combining_mark(letter) {
            finish_word(&mut word, &mut words);
            continue;
        }
        match plain_letters(letter) {
            Some(letters) => word.push_str(letters),
            None => word.push(letter),
        }
    }
    finish_word(&mut word, &mut words);
    words
}

/// Returns the words without particles, unless no others are left ("Do" is also a surname).
pub fn without_particles(words: Vec<String>) -> Vec<String> {
    if words.iter().all(|word| is_particle(word)) {
        return words;
    }
    words.into_iter().filter(|word| !is_particle(word)).collect()
}

/// Whether the folded word only joins parts of a name, as "de" in "Maria de Souza".
pub fn is_particle(word: &str) -> bool {
    PARTICLES.contains(&word)
}

fn finish_word(word: &mut String, words: &mut Vec<String>) {
    if !word.is_empty() {
        words.push(std::mem::take(word));
    }
}

/// Whether the character is a mark on a letter of the Latin, Greek, Cyrillic, Hebrew or Arabic
/// script. In other scripts a mark is a vowel or changes the consonant, and without it two names
/// would be equal.
fn is_accent(letter: char) -> bool {
    matches!(letter,
        '\u{0300}'..='\u{036F}'      // combining diacritical marks
        | '\u{0483}'..='\u{0489}'    // Cyrillic
        | '\u{0591}'..='\u{05C7}'    // Hebrew points
        | '\u{064B}'..='\u{065F}' | '\u{0670}' // Arabic vowel marks
        | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}')
}

/// Whether the character is an apostrophe, which joins its parts: "D'Ávila" and "Davila" are one
/// name.
fn is_apostrophe(letter: char) -> bool {
    matches!(letter, '\'' | '`' | '\u{00B4}' | '\u{2018}' | '\u{2019}' | '\u{02BC}' | '\u{02B9}' | '\u{2032}')
}

/// Returns the plain form of a letter that Unicode does not decompose.
fn plain_letters(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ı' => "i", // Turkish dotless i; the dotted capital loses its dot as a mark
        'ς' => "σ",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn accents_case_and_punctuation_do_not_count() {
        assert_eq!(words("  João-Pedro  DA Conceição "), ["joao", "pedro", "da", "conceicao"]);
    }

    #[test]
    fn composed_and_decomposed_accents_are_equal() {
        assert_eq!(words("Jose\u{301}"), words("Jos\u{e9}"));
    }

    #[test]
    fn full_width_letters_are_ordinary_letters() {
        assert_eq!(words("Ｓｉｌｖａ　Ｎｅｔｏ"), ["silva", "neto"]);
    }

    #[test]
    fn turkish_dotted_and_dotless_i_are_i() {
        assert_eq!(words("İSMAİL ılgın"), ["ismail", "ilgin"]);
    }

    #[test]
    fn apostrophes_join_their_parts() {
        assert_eq!(words("D'Ávila d’ávila"), ["davila", "davila"]);
    }

    #[test]
    fn letters_that_do_not_decompose_are_spelt_out() {
        assert_eq!(words("Weiß Łukasz Søren"), ["weiss", "lukasz", "soren"]);
    }

    #[test]
    fn vowel_signs_of_other_scripts_stay() {
        assert_ne!(words("कि"), words("का"));
        assert_ne!(words("が"), words("か"));
    }

    #[test]
    fn a_name_of_signs_alone_has_no_words() {
        assert!(words("!!! — 🙂 ...").is_empty());
    }

    #[test]
    fn particles_are_removed_unless_alone() {
        assert_eq!(without_particles(words("Souza e Silva dos Santos")), ["souza", "silva", "santos"]);
        assert_eq!(without_particles(words("Do")), ["do"]);
    }

    proptest! {
        #[test]
        fn a_possible_name_has_words(text in "\\PC{0,20}") {
            use fluence_domain::person::NameOf;
            let can_be = NameOf::Person.can_be(&text) || NameOf::Company.can_be(&text);
            prop_assert!(!can_be || !words(&text).is_empty());
        }

        #[test]
        fn folding_twice_changes_nothing(text in "\\PC{0,60}") {
            let once = words(&text);
            prop_assert_eq!(words(&once.join(" ")), once);
        }

        #[test]
        fn letter_case_never_matters_in_latin_text(text in "[a-zA-Zà-öÀ-Ö ']{0,40}") {
            prop_assert_eq!(words(&text.to_uppercase()), words(&text.to_lowercase()));
        }
    }
}
