//! Turns trait scores into percentiles, probabilities, intervals, four letters and evidence.

mod calibrated;
mod ocean;
mod type_axes;
mod wording;

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::Serialize;

pub use self::calibrated::Calibrated;
pub use self::ocean::{Confidence, Ocean, TextLength, likelier};
pub use self::type_axes::{AxisLean, TypeAxes};
pub use self::wording::trait_lean;
use self::wording::{Lean, trait_reading};
use super::evidence::{self, Evidence, TraitContext, rounded};
use super::layout::{FIRST_DIM, TRAITS, feature_names};
use super::model::Model;
use super::reading::{Reading, Texts};
use super::score::{PerTrait, Scores};
use fluence_domain::language::Language;

/// The most features that a trait lists by name. The others are summed up.
const MAX_LISTED_FEATURES: usize = 6;

/// One trait, with where it came from.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct TraitDetail {
    /// One sentence for the reader.
    pub reading: String,
    /// The percentile of the text among the norm's texts, 0 to 100. The shorter the text, the
    /// closer to 50.
    pub percentile: u8,
    /// The calibrated probability that the person's trait is above the median.
    pub probability_above_median: f64,
    /// The percentiles between which the person's trait lies with probability [`Interval::level`].
    pub interval: Interval,
    /// How certain the side of the median is.
    pub confidence: Confidence,
    /// The linear score, before it is standardised by text length.
    pub score: f64,
    /// The features that make up the score, whose points add up to it. Full detail only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contributions: Option<Vec<Contribution>>,
    /// Sentences that move the score to the side that it leans to. None if the trait does not lean.
    pub evidence: Vec<Evidence>,
}

/// A range of percentiles.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Interval {
    /// The lower percentile.
    pub low: u8,
    /// The upper percentile.
    pub high: u8,
    /// The share of people whose trait lies in the interval.
    pub level: f64,
}

/// A feature's points of a score.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Contribution {
    /// `word.CATEGORY`, `mark.MARK`, `shape.SHAPE`, `meaning` (the word vectors together) or
    /// `other`.
    pub feature: String,
    /// Points of the score, negative if they lower it.
    pub points: f64,
}

/// Returns the details of all traits, with their evidence.
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
    // A sentence is quoted for one trait only, so the trait that leans most chooses first.
    let mut order: [usize; TRAITS.len()] = std::array::from_fn(|t| t);
    let lean = |t: usize| calibrated.probability[t] - 0.5;
    order.sort_by(|a, b| lean(*b).abs().total_cmp(&lean(*a).abs()));
    let context = TraitContext { scores, texts, without: &without, reading, language, model };
    let mut used = HashSet::new();
    let mut shown: [Vec<Evidence>; TRAITS.len()] = Default::default();
    for t in order {
        if calibrated.confidence(t) != Confidence::VeryLow {
            shown[t] = evidence::of_trait(t, lean(t) > 0.0, &context, &mut used);
        }
    }
    Ocean::from_fn(|t| TraitDetail {
        reading: trait_reading(t, Lean::of(calibrated.probability[t]), TextLength::of(texts.words), answer),
        percentile: calibrated.percentile(t),
        probability_above_median: three_decimals(calibrated.probability[t]),
        interval: calibrated.interval(t),
        confidence: calibrated.confidence(t),
        score: rounded(scores.scores[t]),
        contributions: Some(contributions(t, scores, model)),
        evidence: std::mem::take(&mut shown[t]),
    })
}

/// Returns the percentile of each trait.
pub fn percentiles(calibrated: &Calibrated) -> Ocean<u8> {
    Ocean::from_fn(|t| calibrated.percentile(t))
}

/// Returns the points of the features that count most, of meaning, and of all others. They are
/// rounded so that they still add up to the score.
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
