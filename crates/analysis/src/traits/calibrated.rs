//! Applies the norms and the calibration to scores.

use super::ocean::{MAX_EVEN, likelier};
use super::type_axes::{AxisLean, TypeAxes};
use super::{Confidence, Interval, percent};
use crate::layout::TRAITS;
use crate::model::{Band, Model, TypeAxis};
use crate::normal::{cumulative, logistic, quantile};
use crate::score::{PerTrait, Scores};
use fluence_domain::language::Language;

/// The probability that a trait lies in its interval.
const INTERVAL_LEVEL: f64 = 0.80;
/// Half the width of that interval in standard deviations of the trait given the score: the normal
/// quantile of 0.9, which leaves 10 % on each side.
const INTERVAL_HALF_WIDTH: f64 = 1.281_551_6;
/// The median, as a share and as a probability.
const MEDIAN: f64 = 0.5;

/// The calibrated figures of one text.
#[derive(Debug)]
pub struct Calibrated {
    /// Each score, standardised by text length and multiplied by the resemblance.
    pub z: PerTrait,
    /// How much the text resembles the norm's texts, above 0 and at most 1.
    pub resemblance: f64,
    /// The share of each score's variance that is between authors, 0 to 1.
    pub reliability: PerTrait,
    /// The probability that each trait is above the median.
    pub probability: PerTrait,
    /// The correlation of each score with its trait in texts of this length.
    pub validity: PerTrait,
}

impl Calibrated {
    /// Applies the norms of the language and the calibration of the text's length.
    ///
    /// `editor_words` selects the calibration band. The norms use the number of tokens that are
    /// words.
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

    /// Returns the percentile of a trait. The shorter the text, the closer to 50. It is 50 if
    /// percentile and probability would lie on different sides of the median: the probability also
    /// reflects how many people place themselves above it.
    pub fn percentile(&self, t: usize) -> u8 {
        let share_below = cumulative(self.reliability[t] * self.z[t]);
        let are_opposed = (share_below - MEDIAN) * (self.probability[t] - MEDIAN) < 0.0;
        percent(if are_opposed { MEDIAN } else { share_below })
    }

    /// Returns how certain the side of the median is.
    pub fn confidence(&self, t: usize) -> Confidence {
        Confidence::of(self.probability[t])
    }

    /// Returns the 80 % interval of a trait given its score. Trait and score are taken as normal,
    /// with the measured correlation.
    pub(super) fn interval(&self, t: usize) -> Interval {
        let middle = self.validity[t] * self.z[t];
        let half_width = INTERVAL_HALF_WIDTH * (1.0 - self.validity[t] * self.validity[t]).sqrt();
        let (low, high) =
            (percent(cumulative(middle - half_width)), percent(cumulative(middle + half_width)));
        Interval { low, high, level: INTERVAL_LEVEL }
    }

    /// Returns the letter that an axis leans to. The trait's probability is attenuated as a normal
    /// quantile by the published correlation of axis and trait.
    fn axis(&self, axis: &TypeAxis) -> AxisLean {
        let t = TRAITS.iter().position(|name| *name == axis.trait_name).unwrap_or_default();
        let high_probability = cumulative(axis.correlation * quantile(self.probability[t]));
        let (letter, probability) = if high_probability >= MEDIAN {
            (axis.high, high_probability)
        } else {
            (axis.low, 1.0 - high_probability)
        };
        AxisLean {
            letter,
            probability: likelier(probability),
            borderline: likelier(probability) <= MAX_EVEN,
            derived_from: TRAITS[t],
        }
    }

    /// Returns the four axes.
    pub fn axes(&self, model: &Model) -> TypeAxes {
        let axis = |name: &str| {
            let found = model.header.type_axes.iter().find(|axis| axis.axis == name);
            self.axis(found.unwrap_or(&model.header.type_axes[0]))
        };
        TypeAxes { ei: axis("EI"), sn: axis("SN"), tf: axis("TF"), jp: axis("JP") }
    }
}

/// Returns the band with the most words that the text has, or the shortest band.
fn band_of(bands: &[Band], words: u32) -> &Band {
    bands.iter().rev().find(|band| band.words <= words).unwrap_or(&bands[0])
}

#[cfg(test)]
mod tests {
    use super::super::three_decimals;
    use super::*;
    use crate::model::model;

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
    fn percentile_and_probability_are_never_on_different_sides() {
        for words in [120, 250, 600, 3_000] {
            for step in -60..=60 {
                let calibrated = calibrated([f64::from(step) / 50.0; 5], words, Language::En);
                for t in 0..TRAITS.len() {
                    let (percentile, probability) =
                        (calibrated.percentile(t), three_decimals(calibrated.probability[t]));
                    let sides = (f64::from(percentile) - 50.0) * (probability - 0.5);
                    assert!(sides >= 0.0, "{percentile} {probability}");
                    let interval = calibrated.interval(t);
                    assert!((interval.low..=interval.high).contains(&percentile));
                }
            }
        }
    }

    #[test]
    fn letters_are_more_probable_on_axes_that_correlate_more_and_never_more_than_their_trait() {
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

    fn of_probability(probability: f64) -> Calibrated {
        Calibrated {
            z: [0.0; 5],
            resemblance: 1.0,
            reliability: [0.7; 5],
            probability: [probability; 5],
            validity: [0.3; 5],
        }
    }

    #[test]
    fn even_odds_are_borderline() {
        let axes = of_probability(0.52).axes(model());
        assert!(axes.all().iter().all(|axis| axis.borderline));
        assert_eq!(axes.letters(), "xxxx");
    }

    #[test]
    fn an_axis_is_borderline_by_the_probability_that_is_printed() {
        for step in 0..=2_000 {
            let axes = of_probability(0.4 + f64::from(step) / 10_000.0).axes(model());
            for axis in axes.all() {
                assert_eq!(axis.borderline, axis.probability <= 0.53, "{}", axis.probability);
            }
        }
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
}
