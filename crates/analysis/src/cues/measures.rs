//! What is counted besides words and phrases, by number.

/// Measures besides those of `cues.toml`. They follow them in number.
pub const STRUCTURAL: [&str; 8] = [
    "figures",
    "durations",
    "questions",
    "exclamations",
    "ellipses",
    "asides",
    "long_words",
    "sentence_length",
];
pub(crate) const FIGURES: usize = 0;
pub(crate) const DURATIONS: usize = 1;
pub(crate) const QUESTIONS: usize = 2;
pub(crate) const EXCLAMATIONS: usize = 3;
pub(crate) const ELLIPSES: usize = 4;
pub(crate) const ASIDES: usize = 5;
pub(crate) const LONG_WORDS: usize = 6;
pub(crate) const SENTENCE_LENGTH: usize = 7;
/// Structural measures up to here count what sentences say; the others count marks and shapes.
pub(crate) const LAST_SAID: usize = DURATIONS;
/// Letters of a long word.
pub(crate) const LONG_WORD_LETTERS: usize = 10;
