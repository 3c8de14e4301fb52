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
pub(in crate::analysis) const FIGURES: usize = 0;
pub(in crate::analysis) const DURATIONS: usize = 1;
pub(in crate::analysis) const QUESTIONS: usize = 2;
pub(in crate::analysis) const EXCLAMATIONS: usize = 3;
pub(in crate::analysis) const ELLIPSES: usize = 4;
pub(in crate::analysis) const ASIDES: usize = 5;
pub(in crate::analysis) const LONG_WORDS: usize = 6;
pub(in crate::analysis) const SENTENCE_LENGTH: usize = 7;
/// Structural measures up to here count what sentences say; the others count marks and shapes.
pub(in crate::analysis) const LAST_SAID: usize = DURATIONS;
/// Letters of a long word.
pub(in crate::analysis) const LONG_WORD_LETTERS: usize = 10;
