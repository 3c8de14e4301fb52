//! Reads the model file: norms, weights, calibration and word vectors. `model/train.py` writes it,
//! and it is compiled in.
//!
//! `model/modelfile.py` describes its layout. The last 32 bytes are the seal: the SHA-256 of all
//! bytes before them. A file that does not match its seal, this schema or this lexicon is rejected.

use std::sync::LazyLock;

use sha2::{Digest, Sha256};

use super::catalogue::Catalogue;
use super::cues::Cues;
use super::layout::DIMS;
use super::lexicon::{Lexicon, index_of};
use fluence_domain::hex;
use fluence_domain::language::Language;

mod header;

use self::header::TableSize;
pub use self::header::{Band, Distance, Header, LengthNorm, Metrics, Norms, PerLanguage, Training, TypeAxis};

static MODEL_FILE: &[u8] = include_bytes!("../../../model/fluence.model");
static MODEL: LazyLock<Result<Model, ModelError>> = LazyLock::new(|| Model::read(MODEL_FILE));

const MAGIC: &[u8] = b"FLNCMODL";
const SEAL_BYTES: usize = 32;
const SCHEMA: u32 = 1;

/// Why the model cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// Too short, or without the magic bytes at the start.
    #[error("the analysis model is not a model file")]
    NotAModel,
    /// The seal does not match.
    #[error("the analysis model is damaged: its SHA-256 does not match")]
    Damaged,
    /// Written for another version of this crate. Names the part that differs.
    #[error("the analysis model does not fit this program: {0}")]
    DoesNotFit(String),
}

/// Returns the model, which is loaded once. Panics if the compiled-in file is invalid; [`check`]
/// reports that at start-up.
#[expect(clippy::expect_used, reason = "the embedded file is proved by a test and by the start-up check")]
pub fn model() -> &'static Model {
    MODEL.as_ref().expect("the embedded model is sound")
}

/// Loads the model.
///
/// # Errors
/// When the compiled-in file is invalid.
pub fn check() -> Result<&'static Model, ModelError> {
    MODEL.as_ref().map_err(Clone::clone)
}

/// All data of the analysis. Immutable.
#[derive(Debug)]
pub struct Model {
    /// The file's JSON part.
    pub header: Header,
    /// The file's seal in hexadecimal.
    pub sha256: String,
    /// The categories of words.
    pub lexicon: Lexicon,
    /// The words and phrases that style lines and rules count, and the norms of the counts.
    pub cues: Cues,
    /// The texts and conditions of style lines and advice.
    pub catalogue: Catalogue,
    vectors: [VectorTable; 2],
}

/// The word vectors of one language.
#[derive(Debug)]
struct VectorTable {
    /// Sorted.
    words: Vec<&'static str>,
    /// One row of [`DIMS`] signed bytes a word.
    rows: &'static [u8],
}

impl Model {
    /// Reads a model file. Checks the seal before the contents.
    ///
    /// # Errors
    /// When the file is invalid or does not fit this crate.
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
        let header: Header =
            serde_json::from_slice(head).map_err(|error| ModelError::DoesNotFit(error.to_string()))?;
        let lexicon = Lexicon::load();
        header.check(&lexicon)?;
        let vectors = [
            VectorTable::take(&mut blobs, &header.tables.en)?,
            VectorTable::take(&mut blobs, &header.tables.pt)?,
        ];
        let cues = Cues::load().map_err(ModelError::DoesNotFit)?;
        let catalogue = Catalogue::load(&cues).map_err(ModelError::DoesNotFit)?;
        Ok(Self { header, sha256: hex::encode(seal), lexicon, cues, catalogue, vectors })
    }

    /// Returns the quantised vector of a normalised word, or of its noun if the possessive has
    /// none. Each byte is a signed number of steps of [`Header::scale`].
    pub fn vector(&self, word: &str, language: Language) -> Option<&'static [u8]> {
        let table = &self.vectors[index_of(language)];
        table.get(word).or_else(|| table.get(word.strip_suffix("'s")?))
    }

    /// Returns the categories whose words get no vector, one bit each.
    pub(super) fn unvectored(&self) -> u64 {
        let listed = |name: &&str| self.header.unvectored.iter().any(|u| u == name);
        (0..)
            .zip(&self.lexicon.categories)
            .filter(|(_, name)| listed(name))
            .fold(0, |set, (bit, _)| set | 1 << bit)
    }
}

impl VectorTable {
    /// Takes a table from the start of `blobs`: the words, one a line, then their rows.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_model_is_sound() {
        assert_eq!(check().map(|model| model.header.schema), Ok(SCHEMA));
    }

    #[test]
    fn a_flipped_byte_is_rejected_at_any_position() {
        for at in [MAGIC.len() + 100, MODEL_FILE.len() / 2, MODEL_FILE.len() - 1] {
            let mut file = MODEL_FILE.to_vec();
            file[at] ^= 1;
            assert_eq!(Model::read(file.leak()).err(), Some(ModelError::Damaged));
        }
    }

    #[test]
    fn a_short_or_foreign_file_is_rejected() {
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
    fn words_that_differ_only_in_gender_share_a_vector() {
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
