//! The model's numbers, as they stand in the model file.

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{ModelError, SCHEMA};
use crate::layout::{CATEGORIES, DIMS, FEATURES, FIRST_DIM, Features, TRAITS};
use crate::lexicon::{LEXICON_TSV, Lexicon};
use fluence_domain::hex;
use fluence_domain::language::Language;

/// The model's numbers, as the trainer wrote them.
#[derive(Debug, Deserialize)]
pub struct Header {
    pub(super) schema: u32,
    /// Name of the model.
    pub id: String,
    /// Day it was made.
    pub date: String,
    /// What it was trained on, per language.
    pub training: PerLanguage<Training>,
    pub(super) lexicon_sha256: String,
    pub(super) traits: Vec<String>,
    pub(crate) categories: Vec<String>,
    pub(super) unvectored: Vec<String>,
    pub(super) dims: usize,
    /// What one step of a whole-number vector is worth.
    pub scale: f64,
    /// Mean and standard deviation of every feature.
    pub norms: PerLanguage<Norms>,
    /// One row of feature weights per trait.
    pub weights: Vec<Vec<f64>>,
    /// Spread of each trait's score by text length.
    pub score_norms: PerLanguage<Vec<LengthNorm>>,
    /// How far texts like those of the norms may lie from their mean.
    pub distance: PerLanguage<Distance>,
    /// Calibration, by text length.
    pub bands: Vec<Band>,
    /// How four letters derive from four traits.
    pub type_axes: Vec<TypeAxis>,
    pub(super) tables: PerLanguage<TableSize>,
    /// Cross-validated figures.
    pub metrics: Metrics,
}

/// One value for each language.
#[derive(Debug, Deserialize)]
pub struct PerLanguage<T> {
    pub(super) en: T,
    pub(super) pt: T,
}

impl<T> PerLanguage<T> {
    /// The value for `language`.
    pub const fn of(&self, language: Language) -> &T {
        match language {
            Language::En => &self.en,
            Language::Pt => &self.pt,
        }
    }
}

/// Training data of one language.
#[derive(Debug, Deserialize)]
pub struct Training {
    /// Authors, one text each.
    pub authors: u32,
    /// SHA-256 of the data file.
    pub sha256: String,
}

/// Feature norms of one language.
#[derive(Debug, Deserialize)]
pub struct Norms {
    /// Mean of each feature.
    pub mean: Vec<f64>,
    /// Standard deviation of each feature, above zero.
    pub sd: Vec<f64>,
}

/// How a linear score is spread in texts of n words: mean `a + b/n`, variance `v (1 + k/n)`.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct LengthNorm {
    a: f64,
    b: f64,
    v: f64,
    k: f64,
}

impl LengthNorm {
    /// The score in standard deviations from the mean of texts as long.
    pub fn z(&self, score: f64, words: f64) -> f64 {
        (score - self.a - self.b / words) / (self.v * (1.0 + self.k / words)).sqrt()
    }

    /// How much of the spread at this length is the author's and not chance: 0 to 1
    /// (Spearman-Brown).
    pub fn reliability(&self, words: f64) -> f64 {
        words / (words + self.k)
    }
}

/// Calibration of texts of at least `words` words; one value per trait in each list.
#[derive(Debug, Deserialize)]
pub struct Band {
    /// Least words of the band.
    pub words: u32,
    /// Platt slope.
    pub slope: Vec<f64>,
    /// Platt intercept.
    pub intercept: Vec<f64>,
    /// Correlation of score and trait, out of fold.
    pub validity: Vec<f64>,
}

/// The 90th percentile, `a + b/n`, of the mean squared deviation of texts of n words from the
/// norms.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Distance {
    a: f64,
    b: f64,
}

impl Distance {
    /// 1 for a text like those of the norms, less the further away it is: scores of unlike texts
    /// count for less.
    pub fn resemblance(&self, z: &Features, words: f64) -> f64 {
        let squares = z[..FIRST_DIM].iter().map(|z| z * z).sum::<f64>() / FIRST_DIM as f64;
        ((self.a + self.b / words) / squares).min(1.0)
    }
}

/// One of the four letter pairs.
#[derive(Debug, Deserialize)]
pub struct TypeAxis {
    /// Both letters, as usually written.
    pub axis: String,
    /// Letter of a high trait.
    pub high: char,
    /// Letter of a low trait.
    pub low: char,
    /// The trait it derives from.
    #[serde(rename = "trait")]
    pub trait_name: String,
    /// Published correlation of the axis with the trait.
    pub correlation: f64,
}

/// Cross-validated figures.
#[derive(Debug, Deserialize)]
pub struct Metrics {
    /// Area under the curve per trait, English.
    pub auc_en: Vec<f64>,
    /// The same for Portuguese, by weights from English.
    pub auc_pt: Vec<f64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct TableSize {
    pub(super) words: usize,
    pub(super) bytes: usize,
}

impl Header {
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
