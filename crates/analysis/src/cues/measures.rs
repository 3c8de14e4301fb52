//! The structural measures: numbers, punctuation, long words and sentence length.

/// The names of the structural measures. Their indexes follow those of `cues.toml`; the constants
/// below are offsets from the first.
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
/// The last structural measure of content. The later ones measure form only.
pub(crate) const LAST_OF_CONTENT: usize = DURATIONS;
/// The fewest letters of a long word, as a measure of style.
pub(crate) const LONG_WORD_LETTERS: usize = 10;
