//! Style lines and the buyer playbook. Every line about the person rests on counts of the person's
//! words, with quotations that show them, or on a trait.

mod examined;
mod gist;
mod hypotheses;
mod line;
mod quotations;
mod standing;
mod template;

pub use self::examined::Examined;
pub use self::gist::{Gist, summary};
use self::hypotheses::hypotheses;
pub use self::line::{Basis, Line, Strength, Tally};
use super::catalogue::{Exclusions, Section, Side};
use super::model::Model;
use super::reading::{Reading, Texts};
use super::style::Style;
use super::text;
use super::traits::{Calibrated, TypeAxes};
use fluence_domain::language::Language;

/// The most lines of one part of the playbook, so that each part has room.
const MAX_PER_SECTION: usize = 2;
/// A playbook with fewer lines says that little sets the person apart.
const MIN_LINES: usize = 3;

/// The data that advice is computed from.
#[derive(Debug)]
pub struct Context<'a> {
    /// The counts of every measure.
    pub style: &'a Style,
    /// The posts in the analysed language.
    pub texts: &'a Texts,
    /// All posts.
    pub reading: &'a Reading<'a>,
    /// The analysed language.
    pub language: Language,
    /// The language of the answer.
    pub answer: Language,
    /// The model.
    pub model: &'a Model,
}

/// A line that may be given, unless another one excludes it.
struct Candidate<'c> {
    line: Line,
    exclusions: &'c Exclusions,
}

/// Returns the style lines: one for each aspect in which the text stands apart.
pub fn style(context: &Context<'_>) -> Vec<Line> {
    let mut candidates = Vec::new();
    for style in &context.model.catalogue.style {
        for (side, name, line) in [(Side::Low, "low", &style.low), (Side::High, "high", &style.high)] {
            let Some(entry) = line else { continue };
            if let Some(standing) = context.stands_apart(style.index, side, &entry.exclusions) {
                let text = entry.text.of(context.answer);
                let line = context.line(style.line_id(name), None, text, style.index, side, &standing);
                candidates.push(Candidate { line, exclusions: &entry.exclusions });
            }
        }
    }
    let mut lines = without_contradictions(candidates, usize::MAX);
    context.quote(&mut lines);
    lines
}

/// Returns the playbook: rules that the counts support, then hypotheses, strongest first within
/// each part; at the end, what not to infer. `style` has the style lines of the same answer.
pub fn playbook(
    context: &Context<'_>,
    style: &[Line],
    calibrated: &Calibrated,
    axes: &TypeAxes,
) -> Vec<Line> {
    let mut candidates = Vec::new();
    for rule in &context.model.catalogue.rules {
        if let Some(standing) = context.stands_apart(rule.index, rule.when, &rule.exclusions) {
            let text = rule.text.of(context.answer);
            let mut line = context.line(
                rule.id.clone(),
                Some(rule.section),
                &text.text,
                rule.index,
                rule.when,
                &standing,
            );
            line.gist = Some(Gist { finding: text.finding.clone(), advice: text.advice.clone() });
            candidates.push(Candidate { line, exclusions: &rule.exclusions });
        }
    }
    candidates.extend(hypotheses(context, calibrated));
    candidates.retain(|candidate| !style.iter().any(|line| candidate.exclusions.unless.contains(&line.id)));
    let mut lines = without_contradictions(candidates, MAX_PER_SECTION);
    context.quote(&mut lines);
    if lines.len() < MIN_LINES {
        lines.push(little_sets_apart(lines.is_empty(), context));
    }
    let warning =
        text::do_not_infer(axes, context.texts.words, !style.is_empty(), context.language, context.answer);
    lines.push(Line::remark("what_not_to_infer", &warning, Section::DoNotInfer));
    lines.sort_by_key(|line| line.section);
    lines
}

/// Returns the line that says that little or nothing sets the person apart. It is strong only if
/// most of the text was examined.
fn little_sets_apart(is_nothing: bool, context: &Context<'_>) -> Line {
    let examined = context.examined();
    let text = examined.little_sets_apart(is_nothing, context.answer);
    // “Little else” refers to the lines before it.
    let section = if is_nothing { Section::Opening } else { Section::Close };
    let strength = if examined.is_most() { Strength::Strong } else { Strength::Moderate };
    Line { strength, ..Line::remark("little_sets_apart", &text, section) }
}

/// Returns the candidates, strongest first, without those that a stronger one excludes and with at
/// most `max_per_section` lines of each section.
fn without_contradictions(mut candidates: Vec<Candidate<'_>>, max_per_section: usize) -> Vec<Line> {
    candidates.sort_by(|a, b| b.line.rank.total_cmp(&a.line.rank).then_with(|| a.line.id.cmp(&b.line.id)));
    let mut kept: Vec<Candidate<'_>> = Vec::new();
    for candidate in candidates {
        let in_section = kept.iter().filter(|other| other.line.section == candidate.line.section).count();
        if in_section < max_per_section && kept.iter().all(|other| !contradict(other, &candidate)) {
            kept.push(candidate);
        }
    }
    kept.into_iter().map(|candidate| candidate.line).collect()
}

fn contradict(one: &Candidate<'_>, other: &Candidate<'_>) -> bool {
    let excludes = |a: &Candidate<'_>, b: &Candidate<'_>| a.exclusions.unless.contains(&b.line.id);
    let shares_slot = one.exclusions.slot.is_some() && one.exclusions.slot == other.exclusions.slot;
    shares_slot || excludes(one, other) || excludes(other, one)
}
