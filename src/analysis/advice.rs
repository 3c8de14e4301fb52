//! Style lines and the buyer playbook: only what the person's own words support, with those words beside it.

mod ground;
mod line;
mod shown;
mod standing;

pub use self::ground::Ground;
pub use self::line::{Basis, Line, Strength};
pub use self::standing::Tally;
use super::catalogue::{Rule, Section, Side};
use super::text;
use super::traits::{Calibrated, TypeAxes};

/// A rule speaks only as far as the deviation is the author's: |z| times the square root of the reliability.
const MIN_TRUE_Z: f64 = 0.45;
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
        lines.push(Line::remark(
            "little_sets_apart",
            text::little_sets_apart(ground.answer),
            Section::Opening,
        ));
    }
    let warning = text::do_not_infer(axes, ground.texts.words, ground.language, ground.answer);
    lines.push(Line::remark("what_not_to_infer", &warning, Section::DoNotInfer));
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
    // A line that nothing quotable shows stands on its counts; without counts either, it falls.
    let evidence = ground.evidence(measure, rule.when);
    if evidence.is_empty() && ground.tally(measure).is_none() {
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
            strength: Strength::Slight,
            ..Line::remark(&h.id, h.text.of(ground.answer), h.section)
        })
        .collect()
}
