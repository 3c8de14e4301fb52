//! One name in two alphabets: Vladimir and Владимир, Wang and 王.
//!
//! The Latin spelling comes from the tables of `any_ascii`, letter by letter: Han characters by
//! their Mandarin reading, Hangul by syllable. Two words of one foreign alphabet are never compared
//! this way: 王 and 汪 are two surnames, though both are Wang.

use any_ascii::any_ascii;
use unicode_normalization::UnicodeNormalization;

use super::sound::sound_key;

/// Returns the sounds of a folded word of another alphabet in Latin letters, or none for a Latin
/// word.
pub fn latin_sounds(word: &str) -> Vec<String> {
    if word.is_ascii() {
        return Vec::new();
    }
    // Folding decomposed Hangul syllables; the tables list them composed.
    let whole: String = word.nfc().collect();
    let latin: String = any_ascii(&whole)
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_ascii_lowercase();
    // Алексей is both Aleksey and Alexey.
    let mut sounds = vec![sound_key(&latin), sound_key(&latin.replace("ks", "x"))];
    sounds.dedup();
    sounds.retain(|sound| !sound.is_empty());
    sounds
}

/// Whether one folded word is the other in another alphabet. False for two Latin words and for two
/// words of other alphabets.
pub fn are_one_in_two_alphabets(one: &str, other: &str) -> bool {
    match (one.is_ascii(), other.is_ascii()) {
        (true, false) => latin_sounds(other).contains(&sound_key(one)),
        (false, true) => latin_sounds(one).contains(&sound_key(other)),
        (true, true) | (false, false) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::words;

    fn are_one(one: &str, other: &str) -> bool {
        are_one_in_two_alphabets(&words(one).concat(), &words(other).concat())
    }

    #[test]
    fn a_name_matches_itself_in_another_alphabet() {
        for (foreign, latin) in [
            ("Владимир", "Vladimir"),
            ("Дмитрий", "Dmitry"),
            ("Алексей", "Aleksey"),
            ("Алексей", "Alexey"),
            ("Сергей", "Sergey"),
            ("Михаил", "Mikhail"),
            ("Достоевский", "Dostoevsky"),
            ("Яндекс", "Yandex"),
            ("Γιώργος", "Giorgos"),
            ("王", "Wang"),
            ("小明", "Xiao Ming"),
            ("김", "Gim"),
        ] {
            assert!(are_one(foreign, latin) && are_one(latin, foreign), "{foreign} {latin}");
        }
    }

    #[test]
    fn merely_similar_names_are_two() {
        for (one, other) in [("Владимир", "Vadim"), ("Иван", "Ivana"), ("王", "Wei"), ("Lima", "Lira")]
        {
            assert!(!are_one(one, other), "{one} {other}");
        }
    }

    #[test]
    fn surnames_of_one_reading_stay_two_in_their_own_script() {
        assert!(are_one("王", "Wang") && are_one("汪", "Wang"));
        assert!(!are_one("王", "汪"));
    }
}
