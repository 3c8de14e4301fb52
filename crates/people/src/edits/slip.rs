//! Finds the slips between two words, and decides whether they are likely typing errors.
//!
//! Most pairs of names that differ by a letter are two names: Rossi and Rosso, Weber and Heber,
//! Harrison and Garrison. The letter shows whether it is a slip: the first letter is seldom
//! mistyped; another vowel makes another name; another or an additional ending makes another form
//! of the word.

/// The single slip between two words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slip {
    /// Two neighbouring letters are swapped.
    Swapped,
    /// One letter replaces another at this position, which may be the last of the word.
    Exchanged { at: usize, one: char, other: char, is_last: bool },
    /// One word has an extra letter at this position, which may be the last of the word.
    Added { at: usize, letter: char, before: char, is_last: bool },
}

/// Whether the words differ by one slip that is more likely a typing error than another name.
pub fn is_likely_slip(one: &str, other: &str) -> bool {
    are_spelt_out(one, other) && slip_between(&letters(one), &letters(other)).is_some_and(Slip::is_likely)
}

/// Whether the words differ by two slips, each more likely a typing error than another name.
pub fn are_two_likely_slips(one: &str, other: &str) -> bool {
    let (from, to) = (letters(one), letters(other));
    are_spelt_out(one, other)
        && slip_between(&from, &to).is_none()
        && half_corrected(&from, &to).iter().any(|between| {
            let slips = (slip_between(&from, between), slip_between(between, &to));
            matches!(slips, (Some(first), Some(second)) if first.is_likely() && second.is_likely())
        })
}

impl Slip {
    fn is_likely(self) -> bool {
        match self {
            Self::Swapped => true,
            Self::Exchanged { at: 0, .. } | Self::Added { at: 0, .. } => false,
            Self::Exchanged { one, other, is_last, .. } => {
                let is_another_ending = is_last && is_ending(one) && is_ending(other);
                !(is_another_ending || (is_vowel(one) && is_vowel(other)))
            }
            Self::Added { letter, before, is_last, .. } => !is_last || letter == before || !is_ending(letter),
        }
    }
}

/// Whether both words consist of lower-case letters, and so are Latin, Greek or Cyrillic. In
/// Arabic, Hangul or kana, where words have few letters, another letter usually makes another name.
/// So does another digit.
fn are_spelt_out(one: &str, other: &str) -> bool {
    one.chars().chain(other.chars()).all(char::is_lowercase)
}

fn letters(word: &str) -> Vec<char> {
    word.chars().collect()
}

/// Returns the word with its first difference from the other corrected, in each possible way.
fn half_corrected(from: &[char], to: &[char]) -> Vec<Vec<char>> {
    let at = from.iter().zip(to).take_while(|(a, b)| a == b).count();
    let with = |changed: &[char], rest: &[char]| [&from[..at], changed, rest].concat();
    let mut ways = Vec::with_capacity(4);
    if let [wrong, rest @ ..] = &from[at..] {
        ways.push(with(&[], rest));
        ways.extend(to.get(at).map(|right| with(&[*right], rest)));
        if let [next, rest @ ..] = rest {
            ways.push(with(&[*next, *wrong], rest));
        }
    }
    ways.extend(to.get(at).map(|missing| with(&[*missing], &from[at..])));
    ways
}

fn slip_between(one: &[char], other: &[char]) -> Option<Slip> {
    let at = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    match (&one[at..], &other[at..]) {
        ([a, rest @ ..], [b, others @ ..]) if rest == others => {
            Some(Slip::Exchanged { at, one: *a, other: *b, is_last: rest.is_empty() })
        }
        ([a, b, rest @ ..], [c, d, others @ ..]) if a == d && b == c && rest == others => Some(Slip::Swapped),
        ([letter, rest @ ..], shorter) | (shorter, [letter, rest @ ..]) if rest == shorter => {
            let before = at.checked_sub(1).map_or(*letter, |place| one[place]);
            Some(Slip::Added { at, letter: *letter, before, is_last: rest.is_empty() })
        }
        _ => None,
    }
}

fn is_vowel(letter: char) -> bool {
    matches!(letter, 'a' | 'e' | 'i' | 'o' | 'u' | 'y')
        || matches!(letter, 'α' | 'ε' | 'η' | 'ι' | 'ο' | 'υ' | 'ω')
        || matches!(letter, 'а' | 'е' | 'и' | 'о' | 'у' | 'ы' | 'э' | 'ю' | 'я' | 'і' | 'є')
}

/// Whether the letter, at the end of a name, makes another form of it: Faria and Farias, Иванов and
/// Иванова.
fn is_ending(letter: char) -> bool {
    is_vowel(letter) || matches!(letter, 's' | 'σ')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::edits::tests::slips_between;

    fn assert_all(judge: fn(&str, &str) -> bool, expected: bool, pairs: &[(&str, &str)]) {
        for (one, other) in pairs {
            assert_eq!((judge(one, other), judge(other, one)), (expected, expected), "{one} {other}");
        }
    }

    #[test]
    fn a_letter_omitted_added_or_mistyped_within_a_word_is_a_likely_slip() {
        let slips = [
            ("moa", "mota"),
            ("faol", "farol"),
            ("oion", "orion"),
            ("slva", "silva"),
            ("sivla", "silva"),
            ("silbva", "silva"),
            ("klairon", "klarion"),
            ("koerick", "koerich"),
            ("silvq", "silva"),
            ("zanettii", "zanetti"),
            ("montgomry", "montgomery"),
            ("иваонв", "иванов"),
        ];
        assert_all(is_likely_slip, true, &slips);
    }

    #[test]
    fn a_first_letter_another_vowel_or_another_ending_makes_another_name_however_long() {
        let names = [
            ("weber", "heber"),
            ("polar", "solar"),
            ("hernandez", "fernandez"),
            ("garrison", "harrison"),
            ("bartinelli", "martinelli"),
            ("rossi", "rosso"),
            ("lina", "luna"),
            ("zanetti", "zanotti"),
            ("bartolini", "bertolini"),
            ("christenson", "christensen"),
            ("kowalska", "kowalski"),
            ("lynd", "lund"),
            ("lang", "lange"),
            ("faria", "farias"),
            ("fernandes", "fernande"),
            ("marin", "marini"),
            ("orion", "arion"),
            ("lemos", "lemos"),
            ("соколов", "соколова"),
            ("παπαδοπουλοσ", "παπαδοπουλου"),
        ];
        assert_all(is_likely_slip, false, &names);
    }

    #[test]
    fn a_script_of_few_letters_a_word_has_no_likely_slip() {
        let pairs = [("الأحمد", "الأحمر"), ("지훈", "지현"), ("スミス", "スミヤ"), ("studio54", "studio53")];
        assert_all(is_likely_slip, false, &pairs);
    }

    #[test]
    fn each_of_two_slips_must_be_likely() {
        let slips =
            [("figeuiredoo", "figueiredo"), ("vasconclos", "vasconecelos"), ("figuiredp", "figueiredo")];
        assert_all(are_two_likely_slips, true, &slips);
        let names = [
            ("hernandos", "fernandes"),
            ("bartinello", "martinelli"),
            ("montanaro", "fontanari"),
            ("christensen", "christenson"),
            ("достоевский", "достоевская"),
            ("silva", "silva"),
        ];
        assert_all(are_two_likely_slips, false, &names);
    }

    proptest! {
        #[test]
        fn a_slip_has_a_distance_of_one(one in "[a-d]{0,6}", other in "[a-d]{0,6}") {
            let (a, b): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
            prop_assert_eq!(slip_between(&a, &b).is_some(), slips_between(&one, &other, 1) == Some(1));
        }

        #[test]
        fn every_two_slips_are_found(one in "[a-d]{0,6}", other in "[a-d]{0,6}") {
            let (a, b): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
            let by_two = |between: &Vec<char>| slip_between(&a, between).and(slip_between(between, &b)).is_some();
            let are_two = slips_between(&one, &other, 2) == Some(2);
            prop_assert!(!are_two || half_corrected(&a, &b).iter().any(by_two));
        }
    }
}
