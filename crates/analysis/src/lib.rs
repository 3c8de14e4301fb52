//! Analyses a person's posts: scores, calibration, evidence and advice. Pure: the same input gives
//! the same bytes.
//!
//! The pipeline: [`clean`] → [`segment`] → [`language`] → [`permission`]; then [`features`] →
//! [`score`] → [`traits`] → [`evidence`], and [`style`] → [`advice`]. The order of posts, the name
//! and the company change neither traits nor advice, except for the indexes of posts.

pub mod advice;
pub mod catalogue;
pub mod clean;
pub mod cues;
pub mod depth;
pub mod evidence;
pub mod features;
pub mod language;
pub mod layout;
pub mod lexicon;
pub mod model;
pub mod normal;
pub mod permission;
mod quotation;
pub mod reading;
pub mod score;
pub mod segment;
pub mod style;
pub mod summary;
pub mod text;
pub mod traits;
mod vocabulary;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;

use self::advice::{Context, Line};
use self::features::Counts;
pub use self::model::{Model, ModelError, model};
use self::reading::{Reading, Texts};
use self::score::Scores;
use self::style::Style;
use self::summary::Summary;
use self::text::Validity;
use self::traits::{Calibrated, Ocean, TextLength, TraitDetail, TypeAxes};
use fluence_domain::depth::Depth;
use fluence_domain::language::Language;
use fluence_domain::person::Person;

/// The fewest words by the person that support traits, in one language. A word is a run of
/// non-blank characters with a letter or digit.
pub const WORDS_NEEDED: u32 = 120;

/// What one call answers, besides who the person is and how they were found.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Analysis {
    /// The profile in short. Every depth has it.
    pub summary: Summary,
    /// Depths `standard` and `premium` only.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub traits: Option<Traits>,
    /// Depth `premium` only.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub advice: Option<Advice>,
}

/// The traits and all that qualifies them.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Traits {
    /// Four letters derived from the traits, `x` for an axis that is a toss-up.
    pub mbti_type: String,
    /// Each letter with its probability.
    pub mbti_axes: TypeAxes,
    /// The percentile of each trait, 0 to 100.
    pub ocean_scores: Ocean<u8>,
    /// Each trait with its evidence.
    pub ocean_details: Ocean<TraitDetail>,
    /// The posts and words that the traits rest on.
    pub text_basis: TextBasis,
    /// The model that scored the text.
    pub model: ModelId,
    /// How the model was validated.
    pub validity: Validity,
    /// What the analysis cannot tell and must not be used for, a sentence each.
    pub limits: &'static [&'static str],
}

/// Style and playbook.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Advice {
    /// How the person writes.
    pub communication_style: Vec<Line>,
    /// How to sell to a person who writes like this.
    pub buyer_playbook: Vec<Line>,
}

/// The text behind the traits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TextBasis {
    /// Words analysed, counted as for [`WORDS_NEEDED`].
    pub words_analyzed: u32,
    /// The class of that number of words.
    pub text_length: TextLength,
    /// Posts analysed.
    pub posts_used: u32,
    /// Language of those posts.
    pub language: Language,
    /// Posts in other languages, which are not analysed. Posts that show no language, such as “ok”,
    /// are not among them.
    pub posts_other_language: u32,
    /// The words of those posts.
    pub words_other_language: u32,
    /// Posts that repeat the words of another post and are not analysed.
    pub duplicate_posts: u32,
    /// How much the text resembles the texts of the norms, in percent. Standardised trait
    /// scores are multiplied by this share.
    pub resemblance_percent: u8,
}

/// Which model read the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ModelId {
    /// The model's name.
    pub id: String,
    /// The day of training, as `YYYY-MM-DD`.
    pub date: String,
    /// SHA-256 of the model file without its seal, in hexadecimal.
    pub sha256: String,
}

/// The error for a text that does not support traits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{words} words of the person's own can be analysed; {words_needed} are needed")]
pub struct InsufficientData {
    /// The person's words in the analysed language that has more of them.
    pub words: u32,
    /// Always [`WORDS_NEEDED`].
    pub words_needed: u32,
    pub reason: InsufficientReason,
}

/// Why a text does not support traits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum InsufficientReason {
    /// The person wrote too little.
    TooFewWords,
    /// More words are plainly in an unsupported language than in the analysed one.
    UnsupportedLanguage,
}

/// Loads the model and the vocabularies ahead of the first call.
///
/// # Errors
/// When the compiled-in model cannot be used.
pub fn check() -> Result<&'static Model, ModelError> {
    permission::prepare();
    model::check()
}

/// Analyses the posts of `person`. `texts` is the language of the answer's sentences; `as_of` is
/// the date from which the age of the posts is counted.
///
/// # Errors
/// The depths `standard` and `premium` need [`WORDS_NEEDED`] words by the person in English or in
/// Portuguese. `basic` never fails.
pub fn analyse(
    person: &Person,
    depth: Depth,
    texts: Language,
    as_of: DateTime<Utc>,
) -> Result<Analysis, InsufficientData> {
    let model = model();
    let reading = Reading::of(&person.posts, model);
    let mut summary = Summary::of(person, &reading, texts, as_of);
    if depth == Depth::Basic {
        return Ok(Analysis { summary, traits: None, advice: None });
    }
    let language = reading.main_language();
    let own = reading.texts(language);
    if own.words < WORDS_NEEDED {
        return Err(too_little(own, &reading));
    }
    let scores = Scores::of(total_of(own), language, model);
    let calibrated = Calibrated::of(&scores, own.words, language, model);
    let axes = calibrated.axes(model);
    let style = Style::of(own, &reading, language, model);
    let context = Context { style: &style, texts: own, reading: &reading, language, answer: texts, model };
    let communication_style = advice::style(&context);
    let buyer_playbook = advice::playbook(&context, &communication_style, &calibrated, &axes);
    summary.text = advice::summary(&person.first_name, &buyer_playbook, &calibrated, &context);
    let advice = (depth == Depth::Premium).then_some(Advice { communication_style, buyer_playbook });
    let traits = Traits {
        mbti_type: axes.letters(),
        ocean_scores: traits::percentiles(&calibrated),
        ocean_details: traits::details(&scores, &calibrated, own, &reading, language, texts, model),
        text_basis: basis(own, &reading, language, calibrated.resemblance),
        model: ModelId {
            id: model.header.id.clone(),
            date: model.header.date.clone(),
            sha256: model.sha256.clone(),
        },
        validity: validity(model, language, texts),
        limits: text::limits(texts),
        mbti_axes: axes,
    };
    Ok(Analysis { summary, traits: Some(traits), advice })
}

/// Returns the sum of the counts of all sentences.
fn total_of(texts: &Texts) -> Counts {
    let mut total = Counts::default();
    for placed in &texts.sentences {
        total.add(&placed.counts);
    }
    total
}

fn too_little(own: &Texts, reading: &Reading<'_>) -> InsufficientData {
    let foreign = reading.foreign_words > own.words;
    let reason =
        if foreign { InsufficientReason::UnsupportedLanguage } else { InsufficientReason::TooFewWords };
    InsufficientData { words: own.words, words_needed: WORDS_NEEDED, reason }
}

fn basis(own: &Texts, reading: &Reading<'_>, language: Language, resemblance: f64) -> TextBasis {
    let other = reading.texts(language.other());
    TextBasis {
        words_analyzed: own.words,
        text_length: TextLength::of(own.words),
        posts_used: own.posts,
        language,
        posts_other_language: other.posts + reading.other_posts,
        words_other_language: other.words + reading.other_words,
        duplicate_posts: reading.duplicate_posts,
        resemblance_percent: traits::percent(resemblance),
    }
}

fn validity(model: &Model, posts: Language, answer: Language) -> Validity {
    let auc = match posts {
        Language::En => &model.header.metrics.auc_en,
        Language::Pt => &model.header.metrics.auc_pt,
    };
    let mean = auc.iter().sum::<f64>() / auc.len().max(1) as f64;
    let (benchmark, note) = text::benchmark(posts, answer);
    Validity {
        benchmark,
        mean_auc: (mean * 1e3).round() / 1e3,
        authors: model.header.training.of(posts).authors,
        validated_on_business_posts: false,
        note,
    }
}
