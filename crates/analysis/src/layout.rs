//! The order of the model's features, their names and sizes.

/// The five traits, in the order of the model.
pub const TRAITS: [&str; 5] =
    ["openness", "conscientiousness", "extraversion", "agreeableness", "neuroticism"];
/// Categories of the lexicon.
pub const CATEGORIES: usize = 47;
/// Dimensions of a word vector.
pub const DIMS: usize = 64;
/// Marks that are features, then the three shapes, by name.
pub const MARKS: [&str; 10] = [
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
/// Features in all.
pub const FEATURES: usize = FIRST_DIM + DIMS;

pub(super) const FIRST_MARK: usize = CATEGORIES;
pub(super) const MARK_COUNT: usize = 7;
pub(super) const SENTENCE_LENGTH: usize = FIRST_MARK + MARK_COUNT;
pub(super) const WORD_LENGTH: usize = SENTENCE_LENGTH + 1;
pub(super) const LONG_WORDS: usize = SENTENCE_LENGTH + 2;
pub(super) const FIRST_DIM: usize = SENTENCE_LENGTH + 3;

pub(super) const LONG_WORD_LETTERS: usize = 7;

/// One value for each feature.
pub type Features = [f64; FEATURES];

/// Names of the features in the order of the weights, except the meaning dimensions, which have
/// none.
pub(super) fn feature_names(categories: &[String]) -> Vec<String> {
    let words = categories.iter().map(|name| format!("word.{name}"));
    words.chain(MARKS.iter().map(|name| (*name).to_owned())).collect()
}
