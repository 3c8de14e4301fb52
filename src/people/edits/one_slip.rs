//! Which single slip lies between two words, and whether a pen is likely to make it.
//!
//! Most pairs of names that are a letter apart are two names: Rossi and Rosso, Weber and Heber, Lang and Lange. What
//! tells a slip from another name is the letter: the first of a word is seldom mistyped, one vowel is exchanged for
//! another mostly where the keys are neighbours, and another vowel at the end, or a vowel or an s more, makes another
//! form of the word.

/// Words shorter than this are held to the first letter.
const LONG_FOR_ITS_FIRST_LETTER: usize = 7;
/// Words shorter than this are held to their vowels and their end.
const LONG: usize = 8;

/// The one slip between two words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slip {
    /// Two neighbouring letters stand in each other's place.
    Swapped,
    /// One letter stands for another at this place, the last of the word or not.
    Exchanged { at: usize, one: char, other: char, is_last: bool },
    /// One word has a letter more, at this place of its letters.
    Added { at: usize, letter: char, letters: usize },
}

/// Whether the two words differ by one slip that is likelier a slip than another name.
pub fn is_likely_slip(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let shorter = one.len().min(other.len());
    match slip_between(&one, &other) {
        None => false,
        Some(Slip::Swapped) => true,
        Some(Slip::Exchanged { at: 0, .. } | Slip::Added { at: 0, .. })
            if shorter < LONG_FOR_ITS_FIRST_LETTER =>
        {
            false
        }
        Some(Slip::Exchanged { one, other, is_last, .. }) => {
            let are_vowels = is_vowel(one) && is_vowel(other);
            shorter >= LONG || !are_vowels || (!is_last && are_neighbouring_keys(one, other))
        }
        Some(Slip::Added { at, letter, letters }) => {
            shorter >= LONG || at + 1 < letters || !(is_vowel(letter) || letter == 's')
        }
    }
}

/// Whether the two words differ by two neighbouring letters in each other's place, and nothing else: the slip that
/// hardly ever makes another name.
pub fn is_swap(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    slip_between(&one, &other) == Some(Slip::Swapped)
}

fn slip_between(one: &[char], other: &[char]) -> Option<Slip> {
    let at = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    match (&one[at..], &other[at..]) {
        ([a, rest @ ..], [b, others @ ..]) if rest == others => {
            Some(Slip::Exchanged { at, one: *a, other: *b, is_last: rest.is_empty() })
        }
        ([a, b, rest @ ..], [c, d, others @ ..]) if a == d && b == c && rest == others => Some(Slip::Swapped),
        ([added, rest @ ..], others) if rest == others => {
            Some(Slip::Added { at, letter: *added, letters: one.len() })
        }
        (rest, [added, others @ ..]) if rest == others => {
            Some(Slip::Added { at, letter: *added, letters: other.len() })
        }
        _ => None,
    }
}

fn is_vowel(letter: char) -> bool {
    matches!(letter, 'a' | 'e' | 'i' | 'o' | 'u')
}

fn are_neighbouring_keys(one: char, other: char) -> bool {
    matches!((one.min(other), one.max(other)), ('i', 'u') | ('i', 'o'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::people::edits::slips_between;

    #[test]
    fn likely_slips_are_told_from_other_names() {
        for (slip, name) in [
            ("moa", "mota"),
            ("faol", "farol"),
            ("oion", "orion"),
            ("slva", "silva"),
            ("sivla", "silva"),
            ("silbva", "silva"),
            ("klairon", "klarion"),
            ("koerick", "koerich"),
            ("silvq", "silva"),
        ] {
            assert!(is_likely_slip(slip, name) && is_likely_slip(name, slip), "{slip} {name}");
        }
        for (one, other) in [
            ("weber", "heber"),
            ("polar", "solar"),
            ("rossi", "rosso"),
            ("zanetti", "zanotti"),
            ("lang", "lange"),
            ("faria", "farias"),
            ("marin", "marini"),
            ("orion", "arion"),
            ("lemos", "lemos"),
        ] {
            assert!(!is_likely_slip(one, other) && !is_likely_slip(other, one), "{one} {other}");
        }
    }

    proptest! {
        #[test]
        fn a_slip_is_one_of_the_general_measure(one in "[a-d]{0,6}", other in "[a-d]{0,6}") {
            let (a, b): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
            prop_assert_eq!(slip_between(&a, &b).is_some(), slips_between(&one, &other, 1) == Some(1));
        }
    }
}
