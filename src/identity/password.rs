//! Which passwords are accepted: long ones that are not easy to guess. No rule asks for digits or
//! capitals, no password has to be changed after a time, and pasting works (NIST SP 800-63B-4).
//!
//! The rule is our own. zxcvbn brings a megabyte of English word lists, a date library, and regular
//! expressions that run on untrusted input. With at least 15 characters, only patterns and words
//! about the person and the product, in both languages of the pages, remain to be rejected.

use std::collections::HashSet;
use std::fmt;

use secrecy::zeroize::Zeroizing;
use unicode_normalization::UnicodeNormalization;

/// The most characters that are read.
pub const MAX_CHARS: usize = 256;
/// A text that repeats itself so soon is a pattern.
const MAX_PERIOD_CHARS: usize = 4;
/// The fewest different characters.
const MIN_DIFFERENT: usize = 6;
/// What must be left of a password without the words that a guesser would try first.
const MIN_OWN_CHARS: usize = 8;
/// The shortest word of the context that counts.
const MIN_WORD_CHARS: usize = 3;
/// Words that begin most lists of passwords, and the rows of keyboards.
const COMMON: [&str; 24] = [
    "password",
    "senha",
    "passw0rd",
    "letmein",
    "welcome",
    "bemvindo",
    "iloveyou",
    "teamo",
    "monkey",
    "dragon",
    "football",
    "futebol",
    "flamengo",
    "corinthians",
    "abc123",
    "admin",
    "123mudar",
    "mudar123",
    "brasil",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "correcthorsebatterystaple",
    "fluence",
];

/// A password, composed (NFKC) once before it is hashed.
pub struct Password(Zeroizing<String>);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password([REDACTED])")
    }
}

/// Why a password is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordFault {
    #[error("the password is shorter than {min_chars} characters")]
    TooShort { min_chars: usize },
    #[error("the password is longer than {MAX_CHARS} characters")]
    TooLong,
    /// Few different characters, a repetition or a sequence.
    #[error("the password follows a pattern")]
    Pattern,
    /// Little more than words that a guesser tries first.
    #[error("the password is mostly a common word or one about you")]
    Common,
}

impl Password {
    /// Reads a password that is compared with a stored one.
    ///
    /// # Errors
    /// When it is longer than any stored one.
    pub fn given(text: &str) -> Result<Self, PasswordFault> {
        if text.chars().count() > MAX_CHARS {
            return Err(PasswordFault::TooLong);
        }
        Ok(Self(Zeroizing::new(text.nfkc().collect())))
    }

    /// Reads a new password. `context` are words about the person: address, names.
    ///
    /// # Errors
    /// Why it is not accepted.
    pub fn chosen(text: &str, min_chars: usize, context: &[&str]) -> Result<Self, PasswordFault> {
        let password = Self::given(text)?;
        if password.0.chars().count() < min_chars {
            return Err(PasswordFault::TooShort { min_chars });
        }
        let lower = Zeroizing::new(password.0.to_lowercase());
        let chars: Vec<char> = lower.chars().collect();
        if is_pattern(&chars) {
            return Err(PasswordFault::Pattern);
        }
        if own_chars(&lower, context) < MIN_OWN_CHARS {
            return Err(PasswordFault::Common);
        }
        Ok(password)
    }

    pub fn expose(&self) -> &str {
        &self.0
    }
}

fn is_pattern(chars: &[char]) -> bool {
    let different: HashSet<&char> = chars.iter().collect();
    let repeats = |period: usize| chars.iter().zip(chars.iter().skip(period)).all(|(one, next)| one == next);
    let code = |c: &char| i64::from(u32::from(*c));
    let steps: Vec<i64> = chars.windows(2).map(|pair| code(&pair[1]) - code(&pair[0])).collect();
    let even = steps.iter().filter(|step| step.abs() <= 1).count();
    different.len() < MIN_DIFFERENT || (1..=MAX_PERIOD_CHARS).any(repeats) || even * 10 >= steps.len() * 8
}

/// The characters left when common words, words of the context and digits at the ends are gone.
fn own_chars(lower: &str, context: &[&str]) -> usize {
    let mut rest = Zeroizing::new(lower.to_owned());
    let about =
        context.iter().flat_map(|text| text.split(|c: char| !c.is_alphanumeric())).map(str::to_lowercase);
    for word in about.chain(COMMON.map(str::to_owned)).filter(|word| word.chars().count() >= MIN_WORD_CHARS) {
        *rest = rest.replace(&word, "");
    }
    rest.trim_matches(|c: char| !c.is_alphabetic()).chars().filter(|c| !c.is_whitespace()).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// As the settings have it: `console.min_password_chars`.
    const MIN_CHARS: usize = 15;

    fn chosen(text: &str) -> Result<(), PasswordFault> {
        Password::chosen(text, MIN_CHARS, &["ana.prates@horizonte.example", "Horizonte Sistemas"]).map(drop)
    }

    #[test]
    fn j14_sentences_are_accepted_in_any_script_and_with_blanks() {
        for text in [
            "a cat sat on nine mats",
            "o gato subiu no telhado",
            "кот сидел на крыше дома",
            "xK9vQ2mT7pL4wR8z",
        ] {
            assert_eq!(chosen(text), Ok(()), "{text}");
        }
        assert_eq!(chosen(&"long enough words ".repeat(14)), Ok(()));
    }

    #[test]
    fn j14_short_long_patterned_and_common_ones_are_not() {
        assert_eq!(chosen("fourteen chars"), Err(PasswordFault::TooShort { min_chars: 15 }));
        assert_eq!(chosen(&"a b".repeat(100)), Err(PasswordFault::TooLong));
        for text in [
            "aaaaaaaaaaaaaaaa",
            "abcabcabcabcabcabc",
            "abcdefghijklmnop",
            "1234567890123456789",
            "11112222333344445555",
        ] {
            assert_eq!(chosen(text), Err(PasswordFault::Pattern), "{text}");
        }
        for text in [
            "passwordpassword1",
            "Horizonte Sistemas 1",
            "anaprates-horizonte",
            "qwertyuiopasdfghjkl",
            "Flamengo1981!!!!",
        ] {
            assert_eq!(chosen(text), Err(PasswordFault::Common), "{text}");
        }
    }

    #[test]
    fn j14_composed_once_so_that_two_keyboards_agree() {
        let (one, other) = (Password::given("Jose\u{301}").unwrap(), Password::given("José").unwrap());
        assert_eq!(one.expose(), other.expose());
        assert_eq!(format!("{one:?}"), "Password([REDACTED])");
    }

    proptest! {
        #[test]
        fn no_text_makes_the_rule_panic(text in ".{0,300}") {
            let _ = Password::chosen(&text, MIN_CHARS, &[&text]);
        }
    }
}
