//! Style lines and the buyer playbook: only what the person's own words support, with those words beside it.

mod shown;

use serde::Serialize;

use super::catalogue::{Rule, Section, Side};
use super::evidence::Evidence;
use super::features::{Features, SENTENCE_LENGTH, WORD_LENGTH};
use super::model::{Measure, Model};
use super::normal::cumulative;
use super::reading::{Reading, Texts};
use super::text;
use super::traits::{Calibrated, TypeAxes};
use crate::domain::language::Language;

/// A rule speaks only as far as the deviation is the author's: |z| times the square root of the reliability.
const MIN_TRUE_Z: f64 = 0.45;
/// Occurrences a rule needs, for measures that count words or marks.
const MIN_OCCURRENCES: u32 = 4;
/// Lines of one part of the playbook, so that none crowds out the others.
const MAX_PER_SECTION: usize = 2;
/// Below this many lines the text does not set the person apart, and that is said.
const MIN_LINES: usize = 3;
/// Share of the norms' texts that look less in one direction of time than a text that is said to look there.
const TIME_FOCUS_ABOVE: f64 = 0.70;
/// Words from which trait hypotheses are made, and the probabilities outside of which.
const HYPOTHESIS_WORDS: u32 = 500;
const HYPOTHESIS_LOW: f64 = 0.40;
const HYPOTHESIS_HIGH: f64 = 0.60;
const MAX_HYPOTHESES: usize = 2;
/// Quotations beside one line.
const MAX_EVIDENCE: usize = 2;

/// One line of advice.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// The same in both languages.
    pub id: String,
    /// Part of the playbook; style lines have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section: Option<Section>,
    /// What to know or do.
    pub text: String,
    /// What it rests on.
    pub basis: Basis,
    /// How far from the middle.
    pub strength: Strength,
    /// Share of the norms' texts of this length and register that stand lower: 0 to 100. It describes the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percentile: Option<u8>,
    /// What was counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counts: Option<Tally>,
    /// The person's own words behind it.
    pub evidence: Vec<Evidence>,
}

/// What a line rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Counted in the person's texts.
    ObservedStyle,
    /// A guess from a trait's probability.
    TraitHypothesis,
    /// What the analysis cannot tell.
    Limits,
}

/// How far from the middle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// Not set apart.
    None,
    /// From 0.7 standard deviations.
    Slight,
    /// From 1.2.
    Clear,
    /// From 2.
    Strong,
}

impl Strength {
    fn of(z: f64) -> Self {
        match z.abs() {
            z if z >= 2.0 => Self::Strong,
            z if z >= 1.2 => Self::Clear,
            z if z >= 0.7 => Self::Slight,
            _ => Self::None,
        }
    }
}

/// A count and what it is out of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Occurrences; for sentence length, the mean length.
    pub matched: u32,
    /// Out of how many words.
    pub of_words: u32,
}

/// Everything the advice looks at.
#[derive(Debug)]
pub struct Ground<'a> {
    /// Standardised features.
    pub z: &'a Features,
    /// Sentences of the language analysed.
    pub texts: &'a Texts,
    /// All posts.
    pub reading: &'a Reading<'a>,
    /// Counts of those sentences together.
    pub total: &'a super::features::Counts,
    /// Language of the posts.
    pub language: Language,
    /// Language of the answer.
    pub answer: Language,
    /// The model.
    pub model: &'a Model,
}

/// One measure of this person.
struct Standing {
    z: f64,
    reliability: f64,
}

impl Ground<'_> {
    /// Where the person stands on a measure, for the register they write in.
    fn standing(&self, measure: &Measure) -> Standing {
        let sum =
            |mix: &[(usize, f64)]| mix.iter().map(|(feature, weight)| weight * self.z[*feature]).sum::<f64>();
        let norm = measure.norm(self.language);
        let score = sum(&measure.mix) - norm.register * sum(&self.model.register);
        let words = f64::from(self.total.words.max(1));
        Standing { z: norm.spread.z(score, words), reliability: norm.spread.reliability(words) }
    }

    fn measure(&self, at: usize) -> &Measure {
        &self.model.header.measures[at]
    }

    /// Whether what the measure counts occurs often enough to say that there is much of it. Shapes always do, and so
    /// does a measure of what is absent.
    fn has_enough(&self, measure: &Measure) -> bool {
        let counted = measure.mix.iter().filter(|(_, weight)| *weight > 0.0);
        let occurrences: u32 = counted.map(|(feature, _)| self.total.occurrences(*feature)).sum();
        measure.has_shape() || measure.only_removes(Side::High) || occurrences >= MIN_OCCURRENCES
    }

    fn tally(&self, measure: &Measure) -> Option<Tally> {
        let of_words = self.total.words;
        if measure.mix.iter().any(|(feature, _)| *feature == SENTENCE_LENGTH) {
            let matched = (f64::from(of_words) / f64::from(self.total.sentences.max(1))).round();
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a mean of word counts"
            )]
            return Some(Tally { matched: matched as u32, of_words });
        }
        let matched = measure.mix.iter().map(|(feature, _)| self.total.occurrences(*feature)).sum();
        measure.mix.iter().all(|(feature, _)| *feature != WORD_LENGTH).then_some(Tally { matched, of_words })
    }
}

impl Measure {
    /// Whether it measures the length of words or sentences.
    fn has_shape(&self) -> bool {
        self.mix.iter().any(|(feature, _)| *feature >= SENTENCE_LENGTH)
    }

    /// Whether a text stands on this side by what it lacks.
    fn only_removes(&self, side: Side) -> bool {
        self.mix.iter().all(|(_, weight)| weight * side.sign() <= 0.0)
    }
}

/// Observed style: a line for each aspect, and one for the direction of time when one stands out.
pub fn style(ground: &Ground<'_>) -> Vec<Line> {
    let mut lines: Vec<Line> = ground
        .model
        .catalogue
        .style
        .iter()
        .map(|style| {
            let measure = ground.measure(style.at);
            let standing = ground.standing(measure);
            let share = standing.share();
            let (level, texts, side) = match share {
                s if s < style.low_below => ("low", &style.low, Some(Side::Low)),
                s if s > style.high_above && ground.has_enough(measure) => {
                    ("high", &style.high, Some(Side::High))
                }
                _ => ("mid", &style.mid, None),
            };
            // What is seldom there is told by the count; a sentence without it would show nothing.
            let shown = side.filter(|side| !measure.only_removes(*side));
            let evidence = shown.map_or_else(Vec::new, |side| ground.evidence(measure, side));
            let id = format!("{}.{level}", style.id);
            ground.line(id, None, texts.of(ground.answer), Some(measure), &standing, evidence)
        })
        .collect();
    lines.extend(time_focus(ground));
    lines
}

fn time_focus(ground: &Ground<'_>) -> Option<Line> {
    let standings = ground.model.catalogue.time_focus.iter().map(|focus| {
        let measure = ground.measure(focus.at);
        (focus, measure, ground.standing(measure))
    });
    let (focus, measure, standing) = standings.max_by(|a, b| a.2.true_z().total_cmp(&b.2.true_z()))?;
    (standing.share() > TIME_FOCUS_ABOVE).then(|| {
        let evidence = ground.evidence(measure, Side::High);
        ground.line(focus.id.clone(), None, focus.text.of(ground.answer), Some(measure), &standing, evidence)
    })
}

/// The playbook: rules that the words support, strongest first within each part; hypotheses; what not to infer.
pub fn playbook(ground: &Ground<'_>, calibrated: &Calibrated, axes: &TypeAxes) -> Vec<Line> {
    let mut fired: Vec<(f64, Line)> =
        ground.model.catalogue.rules.iter().filter_map(|rule| rule_line(rule, ground)).collect();
    fired.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.id.cmp(&b.1.id)));
    let mut lines: Vec<Line> = Vec::new();
    for (_, line) in fired {
        if lines.iter().filter(|other| other.section == line.section).count() < MAX_PER_SECTION {
            lines.push(line);
        }
    }
    lines.extend(hypotheses(ground, calibrated));
    if lines.len() < MIN_LINES {
        lines.push(remark("little_sets_apart", text::little_sets_apart(ground.answer), Section::Opening));
    }
    let warning = text::do_not_infer(axes, ground.texts.words, ground.language, ground.answer);
    lines.push(remark("what_not_to_infer", &warning, Section::DoNotInfer));
    lines.sort_by_key(|line| line.section);
    lines
}

/// The line of a rule and its strength, when the measure, the length of the text and the evidence allow it.
fn rule_line(rule: &Rule, ground: &Ground<'_>) -> Option<(f64, Line)> {
    let measure = ground.measure(rule.at);
    let standing = ground.standing(measure);
    let strength = rule.when.sign() * standing.true_z();
    if rule.when.sign() * standing.z < rule.from || strength < MIN_TRUE_Z || !ground.has_enough(measure) {
        return None;
    }
    let evidence = ground.evidence(measure, rule.when);
    if evidence.is_empty() {
        return None;
    }
    let text = rule.text.of(ground.answer);
    Some((
        strength,
        ground.line(rule.id.clone(), Some(rule.section), text, Some(measure), &standing, evidence),
    ))
}

fn hypotheses(ground: &Ground<'_>, calibrated: &Calibrated) -> Vec<Line> {
    if ground.texts.words < HYPOTHESIS_WORDS {
        return Vec::new();
    }
    let applies = |at: usize, when: Side| match when {
        Side::High => calibrated.probability[at] > HYPOTHESIS_HIGH,
        Side::Low => calibrated.probability[at] < HYPOTHESIS_LOW,
    };
    let listed = ground.model.catalogue.hypotheses.iter().filter(|h| applies(h.at, h.when));
    let mut found: Vec<_> = listed.map(|h| ((calibrated.probability[h.at] - 0.5).abs(), h)).collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    found.truncate(MAX_HYPOTHESES);
    found
        .into_iter()
        .map(|(_, h)| Line {
            basis: Basis::TraitHypothesis,
            ..remark(&h.id, h.text.of(ground.answer), h.section).with_strength(Strength::Slight)
        })
        .collect()
}

fn remark(id: &str, text: &str, section: Section) -> Line {
    Line {
        id: id.to_owned(),
        section: Some(section),
        text: text.to_owned(),
        basis: Basis::Limits,
        strength: Strength::None,
        percentile: None,
        counts: None,
        evidence: Vec::new(),
    }
}

impl Line {
    fn with_strength(self, strength: Strength) -> Self {
        Self { strength, ..self }
    }
}

impl Standing {
    /// The deviation that is the author's and not chance, in standard deviations of authors.
    fn true_z(&self) -> f64 {
        self.z * self.reliability.sqrt()
    }

    /// Share of the norms' texts of this length that stand lower.
    fn share(&self) -> f64 {
        cumulative(self.z)
    }
}

impl Ground<'_> {
    fn line(
        &self,
        id: String,
        section: Option<Section>,
        template: &str,
        measure: Option<&Measure>,
        standing: &Standing,
        evidence: Vec<Evidence>,
    ) -> Line {
        let counts = measure.and_then(|measure| self.tally(measure));
        let fill = |name: &str, value: u32, text: String| text.replace(name, &value.to_string());
        let mut text = template.to_owned();
        if let Some(tally) = counts {
            text = fill("{matched}", tally.matched, fill("{of}", tally.of_words, text));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a probability times 100 fits"
        )]
        let percentile = (standing.share() * 100.0).round() as u8;
        Line {
            id,
            section,
            text,
            basis: Basis::ObservedStyle,
            strength: Strength::of(standing.z),
            percentile: Some(percentile),
            counts,
            evidence,
        }
    }
}
