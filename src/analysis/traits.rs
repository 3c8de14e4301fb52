//! From scores to what is said of a person: percentiles, probabilities, intervals, four letters.

mod ocean;
mod type_axes;

use serde::Serialize;

pub use self::ocean::{Confidence, Ocean};
pub use self::type_axes::{AxisLean, TypeAxes};
use super::evidence::{self, Evidence, rounded};
use super::features::{FIRST_DIM, TRAITS};
use super::model::{Band, Model, TypeAxis, feature_names};
use super::normal::{cumulative, logistic, quantile};
use super::reading::{Reading, Texts};
use super::score::{PerTrait, Scores};
use super::text::{self, Lean};
use crate::domain::language::Language;

/// Share of people whose own standing lies inside the interval, if the model's assumptions hold.
const INTERVAL_LEVEL: f64 = 0.80;
/// Half the width of that interval, in standard deviations: the normal quantile of 0.9.
const INTERVAL_HALF_WIDTH: f64 = 1.281_551_6;
/// An axis whose probability lies between these is a toss-up.
const BORDERLINE: std::ops::RangeInclusive<f64> = 0.47..=0.53;
/// Features listed by name in a breakdown; the others are summed up.
const MAX_LISTED_FEATURES: usize = 6;

/// One trait, with where it came from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TraitDetail {
    /// One sentence for the reader.
    pub reading: String,
    /// Standing of the text among the norms' texts, drawn towards 50 for short texts: 0 to 100.
    pub percentile: u8,
    /// Calibrated probability that the person stands above the median.
    pub probability_above_median: f64,
    /// Where the person may stand.
    pub interval: Interval,
    /// How much it rests on.
    pub confidence: Confidence,
    /// The linear score, in standard deviations of the norms' texts before length is allowed for.
    pub score: f64,
    /// What the score is made of; the points add up to it.
    pub contributions: Vec<Contribution>,
    /// Sentences that raise the score, then sentences that lower it.
    pub evidence: Vec<Evidence>,
}

/// A range of percentiles.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// Lower end.
    pub low: u8,
    /// Upper end.
    pub high: u8,
    /// Share of people inside.
    pub level: f64,
}

/// A feature's points of a score.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Contribution {
    /// `word.CATEGORY`, `mark.MARK`, `shape.SHAPE`, `meaning` (the word vectors together) or `other`.
    pub feature: String,
    /// Points, up or down.
    pub points: f64,
}

/// The calibrated figures of one text.
#[derive(Debug)]
pub struct Calibrated {
    /// Score by length norm, in standard deviations, lessened as far as the text is unlike the norms' texts.
    pub z: PerTrait,
    /// How much the text is like the norms' texts: 1, or less.
    pub resemblance: f64,
    /// Share of the spread that is the author's.
    pub reliability: PerTrait,
    /// Probability above the median.
    pub probability: PerTrait,
    /// Correlation of score and trait at this length.
    pub validity: PerTrait,
}

impl Calibrated {
    /// Applies the norms of the language and the calibration of the text's length.
    ///
    /// `editor_words` picks the band; the norms go by the words that were counted.
    pub fn of(scores: &Scores<'_>, editor_words: u32, language: Language, model: &Model) -> Self {
        let words = f64::from(scores.words().max(1));
        let resemblance = model.header.distance.of(language).resemblance(&scores.z, words);
        Self::from_scores(&scores.scores, words, resemblance, editor_words, language, model)
    }

    fn from_scores(
        scores: &PerTrait,
        words: f64,
        resemblance: f64,
        editor_words: u32,
        language: Language,
        model: &Model,
    ) -> Self {
        let norms = model.header.score_norms.of(language);
        let band = band_of(&model.header.bands, editor_words);
        let per_trait = |make: &dyn Fn(usize) -> f64| std::array::from_fn(make);
        let z: PerTrait = per_trait(&|t| resemblance * norms[t].z(scores[t], words));
        Self {
            z,
            resemblance,
            reliability: per_trait(&|t| norms[t].reliability(words)),
            probability: per_trait(&|t| logistic(band.slope[t] * z[t] + band.intercept[t])),
            validity: per_trait(&|t| band.validity[t]),
        }
    }

    /// Percentile, shrunk towards 50 as far as the text is short.
    pub fn percentile(&self, t: usize) -> u8 {
        percent(cumulative(self.reliability[t] * self.z[t]))
    }

    /// Where the person may stand: the trait given the score, both normal, correlated as measured.
    fn interval(&self, t: usize) -> Interval {
        let middle = self.validity[t] * self.z[t];
        let half = INTERVAL_HALF_WIDTH * (1.0 - self.validity[t] * self.validity[t]).sqrt();
        let (low, high) = (percent(cumulative(middle - half)), percent(cumulative(middle + half)));
        Interval { low, high, level: INTERVAL_LEVEL }
    }

    /// The letter an axis leans to. The trait's probability is attenuated by the published correlation, as a normal
    /// variable is by a correlate.
    fn axis(&self, axis: &TypeAxis) -> AxisLean {
        let t = TRAITS.iter().position(|name| *name == axis.trait_name).unwrap_or_default();
        let high = cumulative(axis.correlation * quantile(self.probability[t]));
        let (letter, probability) = if high >= 0.5 { (axis.high, high) } else { (axis.low, 1.0 - high) };
        AxisLean {
            letter,
            probability: three_decimals(probability),
            borderline: BORDERLINE.contains(&high),
            derived_from: TRAITS[t],
        }
    }

    /// The four axes.
    pub fn axes(&self, model: &Model) -> TypeAxes {
        let axis = |name: &str| {
            let found = model.header.type_axes.iter().find(|axis| axis.axis == name);
            self.axis(found.unwrap_or(&model.header.type_axes[0]))
        };
        TypeAxes { ei: axis("EI"), sn: axis("SN"), tf: axis("TF"), jp: axis("JP") }
    }
}

fn band_of(bands: &[Band], words: u32) -> &Band {
    bands.iter().rev().find(|band| band.words <= words).unwrap_or(&bands[0])
}

/// The details of all traits, with their evidence.
pub fn details(
    scores: &Scores<'_>,
    calibrated: &Calibrated,
    texts: &Texts,
    reading: &Reading<'_>,
    language: Language,
    answer: Language,
    model: &Model,
) -> Ocean<TraitDetail> {
    let without: Vec<PerTrait> =
        texts.sentences.iter().map(|placed| scores.without(&placed.counts)).collect();
    Ocean::from_fn(|t| {
        let confidence = Confidence::of(texts.words);
        TraitDetail {
            reading: text::trait_reading(t, Lean::of(calibrated.probability[t]), confidence, answer),
            percentile: calibrated.percentile(t),
            probability_above_median: three_decimals(calibrated.probability[t]),
            interval: calibrated.interval(t),
            confidence,
            score: rounded(scores.scores[t]),
            contributions: contributions(t, scores, model),
            evidence: evidence::of_trait(t, scores, texts, &without, reading, language, model),
        }
    })
}

/// The percentiles alone.
pub fn percentiles(calibrated: &Calibrated) -> Ocean<u8> {
    Ocean::from_fn(|t| calibrated.percentile(t))
}

/// The features that count most, by name, and the rest in one; rounded so that they still add up to the score.
fn contributions(t: usize, scores: &Scores<'_>, model: &Model) -> Vec<Contribution> {
    let points = scores.by_feature(t);
    let names = feature_names(&model.header.categories);
    let mut named: Vec<(&str, f64)> = names.iter().map(String::as_str).zip(points).collect();
    named.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(b.0)));
    named.truncate(MAX_LISTED_FEATURES);
    named.push(("meaning", points[FIRST_DIM]));
    let listed: Vec<Contribution> = named
        .iter()
        .map(|(name, p)| Contribution { feature: (*name).to_owned(), points: rounded(*p) })
        .collect();
    let other = rounded(scores.scores[t]) - listed.iter().map(|c| c.points).sum::<f64>();
    let other = Contribution { feature: "other".to_owned(), points: rounded(other) };
    listed.into_iter().chain([other]).collect()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a probability times 100 fits")]
pub(super) fn percent(probability: f64) -> u8 {
    (probability.clamp(0.0, 1.0) * 100.0).round() as u8
}

fn three_decimals(value: f64) -> f64 {
    (value * 1e3).round() / 1e3
}

#[cfg(test)]
mod tests {
    use super::super::model::model;
    use super::*;

    fn calibrated(scores: PerTrait, words: u32, language: Language) -> Calibrated {
        Calibrated::from_scores(&scores, f64::from(words), 1.0, words, language, model())
    }

    #[test]
    fn short_texts_shrink_towards_the_middle() {
        let scores = [1.0; 5];
        let short = calibrated(scores, 130, Language::En);
        let long = calibrated(scores, 2_000, Language::En);
        for (t, name) in TRAITS.iter().enumerate() {
            assert!(short.percentile(t) < long.percentile(t), "{}", name);
        }
    }

    #[test]
    fn a_higher_score_never_gives_a_lower_figure() {
        let low = calibrated([-1.0; 5], 600, Language::Pt);
        let high = calibrated([1.0; 5], 600, Language::Pt);
        for (t, _) in TRAITS.iter().enumerate() {
            assert!(low.percentile(t) < high.percentile(t));
            assert!(low.probability[t] < high.probability[t]);
        }
    }

    #[test]
    fn letters_are_surer_for_axes_that_correlate_more_and_never_surer_than_their_trait() {
        let calibrated = Calibrated {
            z: [1.0; 5],
            resemblance: 1.0,
            reliability: [0.7; 5],
            probability: [0.65; 5],
            validity: [0.3; 5],
        };
        let axes = calibrated.axes(model());
        assert_eq!(axes.letters(), "ENFJ");
        assert!(axes.ei.probability > axes.tf.probability);
        assert!(axes.all().iter().all(|axis| axis.probability < 0.65));
    }

    #[test]
    fn a_text_unlike_the_norms_moves_less() {
        let alike = Calibrated::from_scores(&[1.0; 5], 600.0, 1.0, 600, Language::En, model());
        let unlike = Calibrated::from_scores(&[1.0; 5], 600.0, 0.4, 600, Language::En, model());
        assert!((0..TRAITS.len()).all(|t| unlike.percentile(t) < alike.percentile(t)));
    }

    #[test]
    fn even_odds_are_borderline() {
        let calibrated = Calibrated {
            z: [0.0; 5],
            resemblance: 1.0,
            reliability: [0.7; 5],
            probability: [0.52; 5],
            validity: [0.3; 5],
        };
        assert!(calibrated.axes(model()).all().iter().all(|axis| axis.borderline));
    }

    #[test]
    fn the_interval_is_wide_and_holds_the_percentile() {
        let calibrated = calibrated([0.8; 5], 600, Language::En);
        for (t, _) in TRAITS.iter().enumerate() {
            let interval = calibrated.interval(t);
            assert!(interval.high - interval.low > 60, "a weak signal must not look precise");
            assert!((interval.low..=interval.high).contains(&calibrated.percentile(t)));
        }
    }

    #[test]
    fn confidence_goes_by_words_and_high_does_not_exist() {
        let of = |words| Confidence::of(words);
        assert_eq!(
            [of(120), of(249), of(250), of(499), of(500), of(90_000)].map(|c| c as u8),
            [0, 0, 1, 1, 2, 2]
        );
    }
}
