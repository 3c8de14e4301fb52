//! From scores to what is said of a person: percentiles, probabilities, intervals, four letters.

mod calibrated;
mod ocean;
mod type_axes;
mod wording;

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::Serialize;

pub use self::calibrated::Calibrated;
pub use self::ocean::{Confidence, Ocean, TextLength};
pub use self::type_axes::{AxisLean, TypeAxes};
pub use self::wording::trait_lean;
use self::wording::{Lean, trait_reading};
use super::evidence::{self, Evidence, TraitGround, rounded};
use super::layout::{FIRST_DIM, TRAITS, feature_names};
use super::model::Model;
use super::reading::{Reading, Texts};
use super::score::{PerTrait, Scores};
use fluence_domain::language::Language;

/// Features listed by name in a breakdown; the others are summed up.
const MAX_LISTED_FEATURES: usize = 6;

/// One trait, with where it came from.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct TraitDetail {
    /// One sentence for the reader.
    pub reading: String,
    /// Standing of the text among the norms' texts, drawn towards 50 for short texts: 0 to 100.
    pub percentile: u8,
    /// Calibrated probability that the person stands above the median.
    pub probability_above_median: f64,
    /// Where the person may stand.
    pub interval: Interval,
    /// How surely the person stands on the side that the figures point to.
    pub confidence: Confidence,
    /// The linear score, in standard deviations of the norms' texts before length is allowed for.
    pub score: f64,
    /// What the score is made of; the points add up to it. Only at full detail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contributions: Option<Vec<Contribution>>,
    /// Sentences that move the score to the side it leans to; none where it does not lean.
    pub evidence: Vec<Evidence>,
}

/// A range of percentiles.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Interval {
    /// Lower end.
    pub low: u8,
    /// Upper end.
    pub high: u8,
    /// Share of people inside.
    pub level: f64,
}

/// A feature's points of a score.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Contribution {
    /// `word.CATEGORY`, `mark.MARK`, `shape.SHAPE`, `meaning` (the word vectors together) or
    /// `other`.
    pub feature: String,
    /// Points, up or down.
    pub points: f64,
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
    // The clearest lean chooses its sentences first: each stands beside one trait only.
    let mut order: [usize; TRAITS.len()] = std::array::from_fn(|t| t);
    let lean = |t: usize| calibrated.probability[t] - 0.5;
    order.sort_by(|a, b| lean(*b).abs().total_cmp(&lean(*a).abs()));
    let ground = TraitGround { scores, texts, without: &without, reading, language, model };
    let mut used = HashSet::new();
    let mut shown: [Vec<Evidence>; TRAITS.len()] = Default::default();
    for t in order {
        if calibrated.confidence(t) != Confidence::VeryLow {
            shown[t] = evidence::of_trait(t, lean(t) > 0.0, &ground, &mut used);
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

/// The percentiles alone.
pub fn percentiles(calibrated: &Calibrated) -> Ocean<u8> {
    Ocean::from_fn(|t| calibrated.percentile(t))
}

/// The features that count most, by name, and the rest in one; rounded so that they still add up to
/// the score.
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
