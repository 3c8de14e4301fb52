//! The share of a text that all lines can count in: its sentences that are neither personal nor
//! private.

use fluence_domain::language::Language;

use crate::style::Style;
use crate::text::number;

/// The least share of words that must be examined before a lack of findings means anything: two in
/// three.
const MIN_EXAMINED_SHARE: (u32, u32) = (2, 3);

/// How many words of a text were examined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Examined {
    words: u32,
    of_words: u32,
    is_most: bool,
}

impl Examined {
    /// Returns the examined part of a text of `of_words` words.
    pub fn of(style: &Style, of_words: u32) -> Self {
        let (part, whole) = MIN_EXAMINED_SHARE;
        let is_most = style.countable_words * whole >= style.lengths.words * part;
        Self { words: style.countable_words, of_words, is_most }
    }

    /// Whether at least [`MIN_EXAMINED_SHARE`] of the text was examined.
    pub const fn is_most(self) -> bool {
        self.is_most
    }

    /// Returns the number of words of the text.
    pub const fn of_words(self) -> u32 {
        self.of_words
    }

    /// Returns the share as a phrase: “120 of 490 words”.
    fn share(self, answer: Language) -> String {
        let (words, of_words) = (number(self.words, answer), number(self.of_words, answer));
        match answer {
            Language::En => format!("{words} of {of_words} words"),
            Language::Pt => format!("{words} de {of_words} palavras"),
        }
    }

    /// Returns the sentences that say that little sets the person apart, or nothing if
    /// `is_nothing`.
    pub fn little_sets_apart(self, is_nothing: bool, answer: Language) -> String {
        let share = self.share(answer);
        match (answer, is_nothing, self.is_most) {
            (Language::En, false, true) => "Little else in these texts sets this person apart. For the rest, prepare as you would for anyone in the role, and ask.".to_owned(),
            (Language::Pt, false, true) => "Pouca coisa além disso distingue estes textos. No mais, prepare-se como faria com qualquer pessoa no cargo e pergunte.".to_owned(),
            (Language::En, true, true) => "The texts do not set this person apart from other writers. Prepare as you would for anyone in the role, and ask.".to_owned(),
            (Language::Pt, true, true) => "Nada nos textos distingue esta pessoa de outras que escrevem. Prepare-se como faria com qualquer pessoa no cargo e pergunte.".to_owned(),
            (Language::En, false, false) => format!("Only {share} could be examined, and little else in them sets this person apart; the rest is not plainly about work. Otherwise prepare as you would for anyone in the role, and ask."),
            (Language::Pt, false, false) => format!("Só {share} puderam ser examinadas, e pouca coisa além disso as distingue; o resto não fala claramente de trabalho. No mais, prepare-se como faria com qualquer pessoa no cargo e pergunte."),
            (Language::En, true, false) => format!("Only {share} could be examined, and nothing in them sets this person apart; the rest is not plainly about work. Prepare as you would for anyone in the role, and ask."),
            (Language::Pt, true, false) => format!("Só {share} puderam ser examinadas, e nada nelas distingue esta pessoa; o resto não fala claramente de trabalho. Prepare-se como faria com qualquer pessoa no cargo e pergunte."),
        }
    }
}
