//! The layout of the feature vector: lexicon categories, marks, shapes, then meaning dimensions.

/// The names of the five traits, in the order of the model's weights.
pub const TRAITS: [&str; 5] =
    ["openness", "conscientiousness", "extraversion", "agreeableness", "neuroticism"];
/// Categories of the lexicon, which are the first features.
pub const CATEGORIES: usize = 47;
/// Dimensions of a word vector, which are the last features.
pub const DIMS: usize = 64;
/// The names of the features between the two: seven marks, then three shapes.
pub const MARKS_AND_SHAPES: [&str; 10] = [
    "mark.question",
    "mark.exclamation",
    "mark.comma",
    "mark.ellipsis",
    "mark.parenthesis",
    "mark.colon",
    "mark.number",
    "shape.sentence_length",
    "shape.word_length",
    "shape.long_words",
];
/// The number of features.
pub const FEATURES: usize = FIRST_DIM + DIMS;

pub(super) const FIRST_MARK: usize = CATEGORIES;
pub(super) const MARK_COUNT: usize = 7;
pub(super) const SENTENCE_LENGTH: usize = FIRST_MARK + MARK_COUNT;
pub(super) const WORD_LENGTH: usize = SENTENCE_LENGTH + 1;
pub(super) const LONG_WORDS: usize = SENTENCE_LENGTH + 2;
pub(super) const FIRST_DIM: usize = SENTENCE_LENGTH + 3;

/// The fewest letters of a long word, as a feature.
pub(super) const LONG_WORD_LETTERS: usize = 7;

/// One value for each feature.
pub type Features = [f64; FEATURES];

/// Returns the names of the features in the order of the weights. The meaning dimensions have no
/// names.
pub(super) fn feature_names(categories: &[String]) -> Vec<String> {
    let words = categories.iter().map(|name| format!("word.{name}"));
    words.chain(MARKS_AND_SHAPES.iter().map(|name| (*name).to_owned())).collect()
}
