//! What the text supports: cleaning, features, model, calibration, evidence, advice. Pure and
//! quick.
//!
//! The way of a text: [`clean`] → [`segment`] → [`language`] → [`permission`]; then [`features`] →
//! [`score`] → [`traits`] → [`evidence`], and [`style`] → [`advice`]. Same input, same bytes; the
//! order of posts, the person's name and the company change nothing.

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

use self::advice::{Ground, Line};
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

/// The minimum of the person's own words for traits, counted as runs between blanks.
pub const WORDS_NEEDED: u32 = 120;

/// What one call answers, besides who the person is and how they were found.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Analysis {
    /// What the profile says.
    pub summary: Summary,
    /// From the standard tier on.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub traits: Option<Traits>,
    /// In the premium tier.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub advice: Option<Advice>,
}

/// The traits and all that qualifies them.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Traits {
    /// Four letters, derived from the traits.
    pub mbti_type: String,
    /// Each letter with its probability.
    pub mbti_axes: TypeAxes,
    /// Percentiles.
    pub ocean_scores: Ocean<u8>,
    /// Each trait with its evidence.
    pub ocean_details: Ocean<TraitDetail>,
    /// What was read.
    pub text_basis: TextBasis,
    /// What read it.
    pub model: ModelId,
    /// What is and is not validated.
    pub validity: Validity,
    /// How not to use it.
    pub limits: &'static [&'static str],
}

/// Style and playbook.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Advice {
    /// How the person writes.
    pub communication_style: Vec<Line>,
    /// How to sell to somebody who writes so.
    pub buyer_playbook: Vec<Line>,
}

/// The text behind the traits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TextBasis {
    /// Words analysed.
    pub words_analyzed: u32,
    /// How much that is.
    pub text_length: TextLength,
    /// Posts analysed.
    pub posts_used: u32,
    /// Language of those posts.
    pub language: Language,
    /// Posts in other languages, left out.
    pub posts_other_language: u32,
    /// Their words.
    pub words_other_language: u32,
    /// Posts left out because another said the same.
    pub duplicate_posts: u32,
    /// How much the text is like the texts of the norms, in percent: scores of unlike texts count
    /// for less.
    pub resemblance_percent: u8,
}

/// Which model read the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ModelId {
    /// Name.
    pub id: String,
    /// Day it was made.
    pub date: String,
    /// SHA-256 of the model file.
    pub sha256: String,
}

/// The text does not support traits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{words} words of the person's own can be analysed; {words_needed} are needed")]
pub struct InsufficientData {
    /// Words found in the better of our languages.
    pub words: u32,
    /// Words needed.
    pub words_needed: u32,
    /// Why.
    pub reason: InsufficientReason,
}

/// Why a text does not support traits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum InsufficientReason {
    /// There is too little of it.
    TooFewWords,
    /// Most of it is plainly in a language that is not analysed.
    UnsupportedLanguage,
}

/// Loads the model and the vocabularies, so that the first call need not, or says why the model
/// cannot be used.
pub fn check() -> Result<&'static Model, ModelError> {
    permission::prepare();
    model::check()
}

/// Reads `person`'s own words. `texts` is the language of the answer's sentences; `as_of` dates how
/// fresh the posts are. Basic needs a profile only; standard and premium need 120 words of the
/// person's own in English or Portuguese.
pub fn analyse(
    person: &Person,
    tier: Depth,
    texts: Language,
    as_of: DateTime<Utc>,
) -> Result<Analysis, InsufficientData> {
    let model = model();
    let reading = Reading::of(&person.posts, model);
    let mut summary = Summary::of(person, &reading, texts, as_of);
    if tier == Depth::Basic {
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
    let ground = Ground { style: &style, texts: own, reading: &reading, language, answer: texts, model };
    let communication_style = advice::style(&ground);
    let buyer_playbook = advice::playbook(&ground, &communication_style, &calibrated, &axes);
    summary.text = advice::summary(&person.first_name, &buyer_playbook, &calibrated, &ground);
    let advice = (tier == Depth::Premium).then_some(Advice { communication_style, buyer_playbook });
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

/// The counts of all sentences.
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
    let all_posts = u32::try_from(reading.posts_read().count()).unwrap_or(u32::MAX);
    TextBasis {
        words_analyzed: own.words,
        text_length: TextLength::of(own.words),
        posts_used: own.posts,
        language,
        posts_other_language: all_posts - own.posts,
        words_other_language: reading.all_words() - own.words,
        duplicate_posts: reading.duplicate_posts,
        resemblance_percent: traits::percent(resemblance),
    }
}

fn validity(model: &Model, posts: Language, answer: Language) -> Validity {
    let metrics = &model.header.metrics;
    let auc = match posts {
        Language::En => &metrics.auc_en,
        Language::Pt => &metrics.auc_pt,
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
