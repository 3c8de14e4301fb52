//! How much of a text the lines could count in: the sentences that are plainly about work.

use fluence_domain::language::Language;

use crate::style::Style;
use crate::text::number;

/// Of so many words so many must be examined, or too much is set aside to say that nothing stands
/// out.
const MIN_EXAMINED: u32 = 2;
const OF_WORDS: u32 = 3;

/// The words that lines count in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Examined {
    words: u32,
    of_words: u32,
    is_most: bool,
}

impl Examined {
    /// Of a text of `of_words` words.
    pub fn of(style: &Style, of_words: u32) -> Self {
        let is_most = style.countable_words * OF_WORDS >= style.lengths.words * MIN_EXAMINED;
        Self { words: style.countable_words, of_words, is_most }
    }

    /// Whether that is most of the text, so that what is missing there is missing.
    pub const fn is_most(self) -> bool {
        self.is_most
    }

    /// The words of the text.
    pub const fn of_words(self) -> u32 {
        self.of_words
    }

    /// “120 of 490 words”.
    fn share(self, answer: Language) -> String {
        let (words, of_words) = (number(self.words, answer), number(self.of_words, answer));
        match answer {
            Language::En => format!("{words} of {of_words} words"),
            Language::Pt => format!("{words} de {of_words} palavras"),
        }
    }

    /// Said where little sets the person apart, or nothing.
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
