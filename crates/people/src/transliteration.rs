//! One name in two alphabets: Vladimir and Владимир, Wang and 王.
//!
//! The tables of `any_ascii` give the Latin spelling letter by letter: Han characters by their
//! Mandarin reading, Hangul by syllable. Where people write a name differently, a table has the
//! usual spellings. Two words of one foreign alphabet are never compared this way: 王 and 汪
//! are two surnames, though both are Wang.

mod usual_spellings;

use any_ascii::any_ascii;
use unicode_normalization::UnicodeNormalization;

use self::usual_spellings::usual_spellings;
use super::sound::sound_key;

/// Returns the sounds of a folded word of another alphabet in Latin letters, or none for a Latin
/// word.
pub fn latin_sounds(word: &str) -> Vec<String> {
    let mut sounds: Vec<String> = latin_spellings(word).iter().map(|latin| sound_key(latin)).collect();
    sounds.sort_unstable();
    sounds.dedup();
    sounds.retain(|sound| !sound.is_empty());
    sounds
}

fn latin_spellings(word: &str) -> Vec<String> {
    if word.is_ascii() {
        return Vec::new();
    }
    // Folded Hangul syllables are decomposed; the tables list them composed.
    let whole: String = word.nfc().collect();
    by_letter(&whole).into_iter().chain(usual_spellings(&whole)).collect()
}

/// Returns the ways to write a word in Latin letters, letter by letter.
fn by_letter(word: &str) -> Vec<String> {
    let latin = |word: &str| -> String {
        any_ascii(word).chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
    };
    let plain = latin(word);
    let of_greek = |pairs: &[(&str, &str)]| {
        latin(&pairs.iter().fold(word.to_owned(), |word, (greek, latin)| word.replace(greek, latin)))
    };
    // 지훈 is both Jihun and Jihoon, Алексей both Aleksey and Alexey.
    let with_oo = plain.replace("eu", "EU").replace('u', "oo").to_ascii_lowercase();
    let is_hangul = word.chars().any(|letter| ('\u{AC00}'..='\u{D7A3}').contains(&letter));
    vec![
        if is_hangul { with_oo } else { plain.replace("ks", "x") },
        of_greek(&[("ου", "ou"), ("αυ", "av"), ("ευ", "ev"), ("γγ", "ng")]),
        of_greek(&[("ου", "ou"), ("αυ", "af"), ("ευ", "ef"), ("γγ", "ng")]),
        plain,
    ]
}

/// Whether one folded word is the other in another alphabet. False for two Latin words and for two
/// words of other alphabets.
pub fn are_one_in_two_alphabets(one: &str, other: &str) -> bool {
    match (one.is_ascii(), other.is_ascii()) {
        (true, false) => is_in_latin(other, one),
        (false, true) => is_in_latin(one, other),
        (true, true) | (false, false) => false,
    }
}

fn is_in_latin(foreign: &str, latin: &str) -> bool {
    // Sounds are those of Portuguese, in which two names such as Jihun and Jihyun share one.
    if foreign.chars().any(is_syllable) {
        latin_spellings(foreign).iter().any(|spelling| spelling == latin)
    } else {
        latin_sounds(foreign).contains(&sound_key(latin))
    }
}

/// Whether the character stands for a syllable or, in Hangul, for a part of one.
fn is_syllable(letter: char) -> bool {
    matches!(letter, '\u{1100}'..='\u{11FF}' | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}')
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
            ("김", "Kim"),
            ("이", "Lee"),
            ("박", "Park"),
            ("최", "Choi"),
            ("정", "Jung"),
            ("조", "Cho"),
            ("윤", "Yoon"),
            ("장", "Jang"),
            ("임", "Lim"),
            ("지훈", "Jihun"),
            ("지훈", "Ji-hoon"),
            ("Παπαδόπουλος", "Papadopoulos"),
            ("Δημητρίου", "Dimitriou"),
            ("Σταύρος", "Stavros"),
            ("Ελευθερία", "Eleftheria"),
            ("Ευάγγελος", "Evangelos"),
            ("محمد", "Muhammad"),
            ("محمّد", "Mohamed"),
            ("أحمد", "Ahmed"),
            ("الأحمد", "Al-Ahmad"),
            ("الاحمد", "Alahmad"),
            ("蓝海科技", "Lanhai Keji"),
        ] {
            assert!(are_one(foreign, latin) && are_one(latin, foreign), "{foreign} {latin}");
        }
    }

    #[test]
    fn merely_similar_names_are_two() {
        for (one, other) in [
            ("Владимир", "Vadim"),
            ("Иван", "Ivana"),
            ("王", "Wei"),
            ("Lima", "Lira"),
            ("محمد", "Ahmad"),
            ("أحمد", "Hamid"),
            ("김", "Kang"),
            ("지훈", "Jihyun"),
            ("Зубов", "Zobov"),
        ] {
            assert!(!are_one(one, other), "{one} {other}");
        }
    }

    #[test]
    fn surnames_of_one_reading_stay_two_in_their_own_script() {
        assert!(are_one("王", "Wang") && are_one("汪", "Wang"));
        assert!(!are_one("王", "汪"));
    }
}
