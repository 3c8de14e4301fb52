//! The distribution of each measure in professional posts, by language and length of text.
//!
//! Occurrences of a cue in the posts of an author follow a negative binomial distribution: Poisson
//! around the author's own rate, with rates that follow a gamma distribution between authors. The
//! parameters in `norms.toml` are fitted to the invented posts of `model/posts` and of the sample
//! people. A test fits them again and compares.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::lexicon::index_of;
use crate::normal::cumulative;
use fluence_domain::language::Language;

static NORMS_TOML: &str = include_str!("norms.toml");

/// The distribution of a count.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct CountNorm {
    /// Mean occurrences per 100 words.
    pub rate: f64,
    /// The shape of the gamma distribution of rates: their variance is `rate² / shape`.
    pub shape: f64,
}

/// The distribution of an author's mean sentence length, as a natural logarithm of words.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct LengthNorm {
    /// Mean over authors.
    pub mean: f64,
    /// Variance between authors.
    pub between: f64,
    /// Variance within an author's text, multiplied by its number of sentences.
    pub within: f64,
}

/// The norm of one measure.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Norm {
    /// Of a count.
    Count(CountNorm),
    /// Of the mean sentence length.
    Length(LengthNorm),
}

/// The norms of every measure in both languages.
#[derive(Debug)]
pub struct Norms([Vec<Norm>; 2]);

#[derive(Deserialize)]
struct File {
    en: BTreeMap<String, Norm>,
    pt: BTreeMap<String, Norm>,
}

impl Norms {
    /// Reads the norms of the measures with these names.
    ///
    /// # Errors
    /// Names the measure that has no norm.
    pub(crate) fn load(names: &[&str]) -> Result<Self, String> {
        let file: File = toml::from_str(NORMS_TOML).map_err(|error| format!("style norms: {error}"))?;
        let of = |norms: &BTreeMap<String, Norm>| {
            let norm =
                |name: &&str| norms.get(*name).copied().ok_or_else(|| format!("no style norm of {name}"));
            names.iter().map(norm).collect::<Result<Vec<_>, _>>()
        };
        Ok(Self([of(&file.en)?, of(&file.pt)?]))
    }

    /// Returns the norm of a measure by its index.
    pub fn of(&self, measure: usize, language: Language) -> Norm {
        self.0[index_of(language)][measure]
    }
}

impl CountNorm {
    /// Returns the share of texts of `words` words with fewer occurrences than `count`, plus half
    /// of those with as many.
    pub fn share_below(&self, count: u32, words: u32) -> f64 {
        let mean = self.rate * f64::from(words) / 100.0;
        let ratio = mean / (mean + self.shape);
        let mut probability = (1.0 - ratio).powf(self.shape);
        let mut below = 0.0;
        for k in 0..count {
            below += probability;
            probability *= (f64::from(k) + self.shape) / (f64::from(k) + 1.0) * ratio;
        }
        (below + probability / 2.0).min(1.0)
    }

    /// Returns the mean occurrences in `words` words.
    pub fn expected(&self, words: u32) -> f64 {
        self.rate * f64::from(words) / 100.0
    }
}

impl LengthNorm {
    /// Returns the share of texts of this many sentences whose mean sentence length, in words, is
    /// below `length`.
    pub fn share_below(&self, length: f64, sentences: u32) -> f64 {
        let variance = self.between + self.within / f64::from(sentences.max(1));
        cumulative((length.max(1.0).ln() - self.mean) / variance.sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_and_grow_with_the_count() {
        let norm = CountNorm { rate: 0.5, shape: 1.5 };
        let shares: Vec<f64> = (0..30).map(|count| norm.share_below(count, 400)).collect();
        assert!(shares.is_sorted() && shares[0] > 0.0 && shares[29] > 0.999);
    }

    #[test]
    fn the_same_count_says_more_in_fewer_words() {
        let norm = CountNorm { rate: 0.5, shape: 1.5 };
        assert!(norm.share_below(5, 150) > norm.share_below(5, 900));
    }
}
