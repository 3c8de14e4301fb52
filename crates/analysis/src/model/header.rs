//! The JSON part of the model file: all numbers except the word vectors.

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{ModelError, SCHEMA};
use crate::layout::{CATEGORIES, DIMS, FEATURES, FIRST_DIM, Features, TRAITS};
use crate::lexicon::{LEXICON_TSV, Lexicon};
use fluence_domain::hex;
use fluence_domain::language::Language;

/// The numbers of a model, as the trainer wrote them.
#[derive(Debug, Deserialize)]
pub struct Header {
    pub(super) schema: u32,
    /// The model's name.
    pub id: String,
    /// The day of training, as `YYYY-MM-DD`.
    pub date: String,
    /// The training data of each language.
    pub training: PerLanguage<Training>,
    pub(super) lexicon_sha256: String,
    pub(super) traits: Vec<String>,
    pub(crate) categories: Vec<String>,
    pub(super) unvectored: Vec<String>,
    pub(super) dims: usize,
    /// The value of one step of a quantised word vector.
    pub scale: f64,
    /// The mean and standard deviation of each feature.
    pub norms: PerLanguage<Norms>,
    /// For each trait, the weight of each feature.
    pub weights: Vec<Vec<f64>>,
    /// The distribution of each trait's score by text length.
    pub score_norms: PerLanguage<Vec<LengthNorm>>,
    /// The usual distance of a text from the feature norms.
    pub distance: PerLanguage<Distance>,
    /// The calibration by text length, shortest texts first.
    pub bands: Vec<Band>,
    /// The four letter pairs and the traits that they derive from.
    pub type_axes: Vec<TypeAxis>,
    pub(super) tables: PerLanguage<TableSize>,
    /// Cross-validated accuracy.
    pub metrics: Metrics,
}

/// One value for each language.
#[derive(Debug, Deserialize)]
pub struct PerLanguage<T> {
    pub(super) en: T,
    pub(super) pt: T,
}

impl<T> PerLanguage<T> {
    /// Returns the value of a language.
    pub const fn of(&self, language: Language) -> &T {
        match language {
            Language::En => &self.en,
            Language::Pt => &self.pt,
        }
    }
}

/// The training data of one language.
#[derive(Debug, Deserialize)]
pub struct Training {
    /// Authors, one text each.
    pub authors: u32,
    /// SHA-256 of the data file, in hexadecimal.
    pub sha256: String,
}

/// The feature norms of one language.
#[derive(Debug, Deserialize)]
pub struct Norms {
    /// Mean of each feature.
    pub mean: Vec<f64>,
    /// Standard deviation of each feature. Positive.
    pub sd: Vec<f64>,
}

/// The distribution of a trait's score in texts of n words: mean `a + b/n`, variance `v (1 + k/n)`.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct LengthNorm {
    a: f64,
    b: f64,
    v: f64,
    k: f64,
}

impl LengthNorm {
    /// Returns the score in standard deviations from the mean of texts of this many words.
    pub fn z(&self, score: f64, words: f64) -> f64 {
        (score - self.a - self.b / words) / (self.v * (1.0 + self.k / words)).sqrt()
    }

    /// Returns the share of the variance at this length that is between authors, 0 to 1
    /// (Spearman-Brown formula). The rest is chance.
    pub fn reliability(&self, words: f64) -> f64 {
        words / (words + self.k)
    }
}

/// The calibration of texts of at least `words` words. Each list has one value for each trait.
#[derive(Debug, Deserialize)]
pub struct Band {
    /// The fewest words of the band.
    pub words: u32,
    /// Slope of the Platt scaling.
    pub slope: Vec<f64>,
    /// Intercept of the Platt scaling.
    pub intercept: Vec<f64>,
    /// Correlation of score and trait, measured out of fold.
    pub validity: Vec<f64>,
}

/// The 90th percentile `a + b/n` of the distance of texts of n words from the feature norms. The
/// distance is the mean square of the standardised features without the meaning dimensions.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Distance {
    a: f64,
    b: f64,
}

impl Distance {
    /// Returns the share by which the text's scores are multiplied: 1 up to the 90th percentile of
    /// the distance, then that percentile divided by the distance.
    pub fn resemblance(&self, z: &Features, words: f64) -> f64 {
        let squares = z[..FIRST_DIM].iter().map(|z| z * z).sum::<f64>() / FIRST_DIM as f64;
        ((self.a + self.b / words) / squares).min(1.0)
    }
}

/// One of the four letter pairs.
#[derive(Debug, Deserialize)]
pub struct TypeAxis {
    /// Both letters, such as `EI`.
    pub axis: String,
    /// The letter of a high trait.
    pub high: char,
    /// The letter of a low trait.
    pub low: char,
    /// The trait it derives from.
    #[serde(rename = "trait")]
    pub trait_name: String,
    /// Published correlation of the axis with the trait.
    pub correlation: f64,
}

/// Cross-validated accuracy.
#[derive(Debug, Deserialize)]
pub struct Metrics {
    /// Area under the ROC curve of each trait in English.
    pub auc_en: Vec<f64>,
    /// The same in Portuguese, with weights trained on English.
    pub auc_pt: Vec<f64>,
}

/// The size of a table of word vectors.
#[derive(Debug, Deserialize)]
pub(super) struct TableSize {
    pub(super) words: usize,
    /// Length of the list of words, one a line.
    pub(super) bytes: usize,
}

impl Header {
    /// Checks that the numbers fit this crate and its lexicon.
    ///
    /// # Errors
    /// Names the first part that does not fit.
    pub(super) fn check(&self, lexicon: &Lexicon) -> Result<(), ModelError> {
        let norms = [&self.norms.en, &self.norms.pt];
        let fits = [
            (self.schema == SCHEMA, "schema"),
            (self.lexicon_sha256 == hex::encode(&Sha256::digest(LEXICON_TSV)), "lexicon"),
            (self.categories == lexicon.categories && self.categories.len() == CATEGORIES, "categories"),
            (self.traits == TRAITS, "traits"),
            (self.dims == DIMS, "dimensions"),
            (
                self.weights.len() == TRAITS.len() && self.weights.iter().all(|w| w.len() == FEATURES),
                "weights",
            ),
            (norms.iter().all(|n| n.mean.len() == FEATURES && n.sd.len() == FEATURES), "norms"),
            (norms.iter().all(|n| n.sd.iter().all(|sd| *sd > 0.0)), "deviations"),
            (
                [&self.score_norms.en, &self.score_norms.pt].iter().all(|n| n.len() == TRAITS.len()),
                "score norms",
            ),
            (!self.bands.is_empty() && self.bands.iter().all(Band::has_every_trait), "bands"),
        ];
        match fits.iter().find(|(fits, _)| !fits) {
            Some((_, part)) => Err(ModelError::DoesNotFit((*part).to_owned())),
            None => Ok(()),
        }
    }
}

impl Band {
    fn has_every_trait(&self) -> bool {
        [&self.slope, &self.intercept, &self.validity].iter().all(|list| list.len() == TRAITS.len())
    }
}
