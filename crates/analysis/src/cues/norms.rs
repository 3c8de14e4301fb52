//! Where the counts of professional posts lie, by language and length.
//!
//! Occurrences of a cue in posts of one author follow a negative binomial law: chance around the
//! author's own rate, and rates that differ between authors (a gamma law). The figures in
//! `norms.toml` are fitted to the invented posts of `model/posts` and of the sample people; a test
//! fits them again and compares.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::lexicon::index_of;
use crate::normal::cumulative;
use fluence_domain::language::Language;

static NORMS_TOML: &str = include_str!("norms.toml");

/// How often something occurs in posts.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct CountNorm {
    /// Occurrences in a hundred words.
    pub rate: f64,
    /// How alike authors are: the variance of their rates is the square of the rate over this.
    pub shape: f64,
}

/// How long sentences are in posts, in logarithms of words.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct LengthNorm {
    /// Mean over authors.
    pub mean: f64,
    /// Variance between authors.
    pub between: f64,
    /// Variance within an author's text, times its sentences.
    pub within: f64,
}

/// The norm of one measure.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Norm {
    /// Of what is counted.
    Count(CountNorm),
    /// Of the length of sentences.
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
    pub(crate) fn load(names: &[&str]) -> Result<Self, String> {
        let file: File = toml::from_str(NORMS_TOML).map_err(|error| format!("style norms: {error}"))?;
        let of = |norms: &BTreeMap<String, Norm>| {
            let norm =
                |name: &&str| norms.get(*name).copied().ok_or_else(|| format!("no style norm of {name}"));
            names.iter().map(norm).collect::<Result<Vec<_>, _>>()
        };
        Ok(Self([of(&file.en)?, of(&file.pt)?]))
    }

    /// The norm of a measure.
    pub fn of(&self, measure: usize, language: Language) -> Norm {
        self.0[index_of(language)][measure]
    }
}

impl CountNorm {
    /// Share of posts of `words` words that hold fewer occurrences than `count`, those with as many
    /// counted half.
    pub fn share_below(&self, count: u32, words: u32) -> f64 {
        let mean = self.rate * f64::from(words) / 100.0;
        let miss = mean / (mean + self.shape);
        let mut probability = (1.0 - miss).powf(self.shape);
        let mut below = 0.0;
        for k in 0..count {
            below += probability;
            probability *= (f64::from(k) + self.shape) / (f64::from(k) + 1.0) * miss;
        }
        (below + probability / 2.0).min(1.0)
    }

    /// Occurrences to expect in `words` words.
    pub fn expected(&self, words: u32) -> f64 {
        self.rate * f64::from(words) / 100.0
    }
}

impl LengthNorm {
    /// Share of texts of as many sentences whose sentences are shorter.
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
