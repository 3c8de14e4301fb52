//! The model file: norms, weights, calibration and word vectors, made by `model/train.py` and compiled in.
//!
//! Its layout is described in `model/modelfile.py`. The last 32 bytes are the SHA-256 of all the others; a file that
//! does not match its seal, its schema or this program's lexicon is refused.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::catalogue::Catalogue;
use super::features::{CATEGORIES, DIMS, FEATURES, FIRST_DIM, Features, MARKS, TRAITS};
use super::lexicon::{LEXICON_TSV, Lexicon, side};
use crate::domain::language::Language;

static MODEL_FILE: &[u8] = include_bytes!("../../model/fluence.model");
static MODEL: LazyLock<Result<Model, ModelError>> = LazyLock::new(|| Model::read(MODEL_FILE));

const MAGIC: &[u8] = b"FLNCMODL";
const SEAL_BYTES: usize = 32;
const SCHEMA: u32 = 1;

/// Why the model cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// Too short, or not a model file at all.
    #[error("the analysis model is not a model file")]
    NotAModel,
    /// The bytes are not those that were sealed.
    #[error("the analysis model is damaged: its SHA-256 does not match")]
    Damaged,
    /// Made for another program version.
    #[error("the analysis model does not fit this program: {0}")]
    DoesNotFit(String),
}

/// The model, loaded once. Call [`check`] at start-up, so that a fault is told there.
#[expect(clippy::expect_used, reason = "the embedded file is proved by a test and by the start-up check")]
pub fn model() -> &'static Model {
    MODEL.as_ref().expect("the embedded model is sound")
}

/// Loads the model, or says why it cannot be used.
pub fn check() -> Result<&'static Model, ModelError> {
    MODEL.as_ref().map_err(Clone::clone)
}

/// Everything the analysis needs to know, immutable.
#[derive(Debug)]
pub struct Model {
    /// The file's JSON part.
    pub header: Header,
    /// SHA-256 of the file in hexadecimal: the seal.
    pub sha256: String,
    /// The house lexicon.
    pub lexicon: Lexicon,
    /// How formal a text is, as feature and weight pairs.
    pub register: Vec<(usize, f64)>,
    /// Style texts and advice rules.
    pub catalogue: Catalogue,
    vectors: [VectorTable; 2],
}

/// The model's numbers, as the trainer wrote them.
#[derive(Debug, Deserialize)]
pub struct Header {
    schema: u32,
    /// Name of the model.
    pub id: String,
    /// Day it was made.
    pub date: String,
    /// What it was trained on, per language.
    pub training: PerLanguage<Training>,
    lexicon_sha256: String,
    traits: Vec<String>,
    pub(super) categories: Vec<String>,
    unvectored: Vec<String>,
    dims: usize,
    /// What one step of a whole-number vector is worth.
    pub scale: f64,
    /// Mean and standard deviation of every feature.
    pub norms: PerLanguage<Norms>,
    /// One row of feature weights per trait.
    pub weights: Vec<Vec<f64>>,
    /// Spread of each trait's score by text length.
    pub score_norms: PerLanguage<Vec<LengthNorm>>,
    register: BTreeMap<String, f64>,
    /// How far texts like those of the norms may lie from their mean.
    pub distance: PerLanguage<Distance>,
    /// Calibration, by text length.
    pub bands: Vec<Band>,
    /// Style and rule measures.
    pub measures: Vec<Measure>,
    /// How four letters derive from four traits.
    pub type_axes: Vec<TypeAxis>,
    tables: PerLanguage<TableSize>,
    /// Cross-validated figures.
    pub metrics: Metrics,
}

/// One value for each language.
#[derive(Debug, Deserialize)]
pub struct PerLanguage<T> {
    en: T,
    pt: T,
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

    /// How much of the spread at this length is the author's and not chance: 0 to 1 (Spearman-Brown).
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

/// A named mix of standardised features.
#[derive(Debug, Deserialize)]
pub struct Measure {
    /// Name, as in `model/measures.toml`.
    pub name: String,
    weights: BTreeMap<String, f64>,
    norms: PerLanguage<MeasureNorm>,
    /// Feature and weight pairs.
    #[serde(skip)]
    pub mix: Vec<(usize, f64)>,
}

/// A measure's norm in one language.
#[derive(Debug, Deserialize)]
pub struct MeasureNorm {
    /// What one unit of the text's register leads to expect; it is subtracted.
    pub register: f64,
    /// Spread of what is left.
    #[serde(flatten)]
    pub spread: LengthNorm,
}

/// The 90th percentile, `a + b/n`, of the mean squared deviation of texts of n words from the norms.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Distance {
    a: f64,
    b: f64,
}

impl Distance {
    /// 1 for a text like those of the norms, less the further away it is: scores of unlike texts count for less.
    pub fn resemblance(&self, z: &Features, words: f64) -> f64 {
        let squares = z[..FIRST_DIM].iter().map(|z| z * z).sum::<f64>() / FIRST_DIM as f64;
        ((self.a + self.b / words) / squares).min(1.0)
    }
}

impl Measure {
    /// The measure's norm in texts of `language`.
    pub const fn norm(&self, language: Language) -> &MeasureNorm {
        self.norms.of(language)
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
struct TableSize {
    words: usize,
    bytes: usize,
}

#[derive(Debug)]
struct VectorTable {
    words: Vec<&'static str>,
    rows: &'static [u8],
}

impl Model {
    /// Reads a model file: seal first, then schema, then shape.
    pub fn read(file: &'static [u8]) -> Result<Self, ModelError> {
        let body_length = file.len().checked_sub(SEAL_BYTES).ok_or(ModelError::NotAModel)?;
        let (body, seal) = file.split_at(body_length);
        let body = body.strip_prefix(MAGIC).ok_or(ModelError::NotAModel)?;
        let digest = Sha256::digest(&file[..body_length]);
        if digest.as_slice() != seal {
            return Err(ModelError::Damaged);
        }
        let (length, rest) = body.split_first_chunk::<4>().ok_or(ModelError::NotAModel)?;
        let (head, mut blobs) =
            rest.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or(ModelError::NotAModel)?;
        let mut header: Header =
            serde_json::from_slice(head).map_err(|error| ModelError::DoesNotFit(error.to_string()))?;
        let lexicon = Lexicon::load();
        header.check(&lexicon)?;
        header.resolve_measures()?;
        let register = header.resolve(&header.register)?;
        let vectors = [
            VectorTable::take(&mut blobs, &header.tables.en)?,
            VectorTable::take(&mut blobs, &header.tables.pt)?,
        ];
        let catalogue = Catalogue::load(&header.measures).map_err(ModelError::DoesNotFit)?;
        Ok(Self { header, sha256: hex(seal), lexicon, register, catalogue, vectors })
    }

    /// The whole-number vector of a normalised word; a possessive falls back on its noun.
    pub fn vector(&self, word: &str, language: Language) -> Option<&'static [u8]> {
        let table = &self.vectors[side(language)];
        table.get(word).or_else(|| table.get(word.strip_suffix("'s")?))
    }

    /// The categories whose words carry no vector.
    pub(super) fn unvectored(&self) -> u64 {
        let listed = |name: &&str| self.header.unvectored.iter().any(|u| u == name);
        (0..)
            .zip(&self.lexicon.categories)
            .filter(|(_, name)| listed(name))
            .fold(0, |set, (bit, _)| set | 1 << bit)
    }
}

impl Header {
    fn check(&self, lexicon: &Lexicon) -> Result<(), ModelError> {
        let norms = [&self.norms.en, &self.norms.pt];
        let fits = [
            (self.schema == SCHEMA, "schema"),
            (self.lexicon_sha256 == hex(&Sha256::digest(LEXICON_TSV)), "lexicon"),
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

    fn resolve_measures(&mut self) -> Result<(), ModelError> {
        let mixes: Result<Vec<_>, _> =
            self.measures.iter().map(|measure| self.resolve(&measure.weights)).collect();
        for (measure, mix) in self.measures.iter_mut().zip(mixes?) {
            measure.mix = mix;
        }
        Ok(())
    }

    fn resolve(&self, weights: &BTreeMap<String, f64>) -> Result<Vec<(usize, f64)>, ModelError> {
        let names = feature_names(&self.categories);
        let place = |(feature, weight): (&String, &f64)| {
            let at = names.iter().position(|name| name == feature);
            Ok((at.ok_or_else(|| ModelError::DoesNotFit(format!("feature {feature}")))?, *weight))
        };
        weights.iter().map(place).collect()
    }
}

impl Band {
    fn has_every_trait(&self) -> bool {
        [&self.slope, &self.intercept, &self.validity].iter().all(|list| list.len() == TRAITS.len())
    }
}

impl VectorTable {
    fn take(blobs: &mut &'static [u8], size: &TableSize) -> Result<Self, ModelError> {
        let misfit = || ModelError::DoesNotFit("word vectors".to_owned());
        let (text, rest) = blobs.split_at_checked(size.bytes).ok_or_else(misfit)?;
        let (rows, rest) = rest.split_at_checked(size.words.saturating_mul(DIMS)).ok_or_else(misfit)?;
        let words: Vec<&str> = std::str::from_utf8(text).map_err(|_| misfit())?.lines().collect();
        if words.len() != size.words || !words.is_sorted() {
            return Err(misfit());
        }
        *blobs = rest;
        Ok(Self { words, rows })
    }

    fn get(&self, word: &str) -> Option<&'static [u8]> {
        let row = self.words.binary_search(&word).ok()?;
        self.rows.get(row * DIMS..(row + 1) * DIMS)
    }
}

/// Names of the features in the order of the weights, except the meaning dimensions, which have none.
pub(super) fn feature_names(categories: &[String]) -> Vec<String> {
    let words = categories.iter().map(|name| format!("word.{name}"));
    words.chain(MARKS.iter().map(|name| (*name).to_owned())).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_model_is_sound() {
        assert_eq!(check().map(|model| model.header.schema), Ok(SCHEMA));
    }

    #[test]
    fn a_flipped_byte_is_refused_wherever_it_stands() {
        for at in [MAGIC.len() + 100, MODEL_FILE.len() / 2, MODEL_FILE.len() - 1] {
            let mut file = MODEL_FILE.to_vec();
            file[at] ^= 1;
            assert_eq!(Model::read(file.leak()).err(), Some(ModelError::Damaged));
        }
    }

    #[test]
    fn a_short_or_foreign_file_is_refused() {
        assert_eq!(Model::read(b"FLNCMODL").err(), Some(ModelError::NotAModel));
        assert_eq!(Model::read(&[7; 100]).err(), Some(ModelError::NotAModel));
    }

    #[test]
    fn related_words_of_both_languages_are_near_each_other() {
        let cosine = |a: &[u8], b: &[u8]| {
            let dot = |x: &[u8], y: &[u8]| -> f64 {
                x.iter().zip(y).map(|(p, q)| f64::from(p.cast_signed()) * f64::from(q.cast_signed())).sum()
            };
            dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
        };
        let vector = |word, language| model().vector(word, language).expect("a frequent word");
        let worried = vector("worried", Language::En);
        let near = cosine(worried, vector("preocupado", Language::Pt));
        let far = cosine(worried, vector("cadeira", Language::Pt));
        assert!(near > far + 0.3, "near {near}, far {far}");
    }

    #[test]
    fn words_that_differ_in_gender_alone_share_a_vector() {
        for (one, other) in [("cansado", "cansada"), ("obrigado", "obrigada"), ("homem", "mulher")] {
            assert_eq!(model().vector(one, Language::Pt), model().vector(other, Language::Pt), "{one}");
        }
        assert_eq!(model().vector("boyfriend", Language::En), model().vector("girlfriend", Language::En));
    }

    #[test]
    fn first_names_have_no_vector() {
        assert_eq!(model().vector("fernanda", Language::Pt), None);
        assert_eq!(model().vector("jennifer", Language::En), None);
    }
}
