//! Finds the single slip between two words, and judges whether it is a likely typing error.
//!
//! Most pairs of names that differ by a letter are two names: Rossi and Rosso, Weber and Heber,
//! Lang and Lange. The letter distinguishes a slip from another name: the first of a word is seldom
//! mistyped; a vowel is replaced by another mostly where the keys are neighbours; and another vowel
//! at the end, or an extra vowel or s, makes another form of the word.

/// Shorter words must have the same first letter.
const LONG_FOR_ITS_FIRST_LETTER: usize = 7;
/// Shorter words must have the same vowels and ending.
const LONG: usize = 8;

/// The single slip between two words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slip {
    /// Two neighbouring letters are swapped.
    Swapped,
    /// One letter replaces another at this position, which may be the last of the word.
    Exchanged { at: usize, one: char, other: char, is_last: bool },
    /// One word has an extra letter at this position.
    Added { at: usize, letter: char, letters: usize },
}

/// Whether the words differ by one slip that is more likely a typing error than another name.
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

/// Whether the words differ only by two swapped neighbours: the slip that hardly ever makes another
/// name.
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
    use crate::edits::slips_between;

    #[test]
    fn likely_slips_are_distinguished_from_other_names() {
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
        fn a_slip_has_a_distance_of_one(one in "[a-d]{0,6}", other in "[a-d]{0,6}") {
            let (a, b): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
            prop_assert_eq!(slip_between(&a, &b).is_some(), slips_between(&one, &other, 1) == Some(1));
        }
    }
}
