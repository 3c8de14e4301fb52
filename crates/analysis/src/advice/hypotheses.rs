//! Playbook lines that rest on a trait and not on counts.

use super::line::{Basis, Line, Strength};
use super::{Candidate, Context};
use crate::catalogue::{Hypothesis, Side};
use crate::traits::{Calibrated, likelier};

/// The fewest words of a text that supports hypotheses.
const MIN_WORDS: u32 = 500;
const MAX_HYPOTHESES: usize = 2;
/// The least probability of the likelier side, as printed. It is high because no quotation shows
/// what a hypothesis rests on.
const MIN_PROBABILITY: f64 = 0.65;

/// Returns the hypotheses about the traits that lean most.
pub(super) fn hypotheses<'c>(context: &Context<'c>, calibrated: &Calibrated) -> Vec<Candidate<'c>> {
    if context.texts.words < MIN_WORDS {
        return Vec::new();
    }
    let lean = |hypothesis: &Hypothesis| calibrated.probability[hypothesis.index] - 0.5;
    let applies = |hypothesis: &&Hypothesis| {
        likelier(calibrated.probability[hypothesis.index]) >= MIN_PROBABILITY
            && (lean(hypothesis) > 0.0) == (hypothesis.when == Side::High)
    };
    let listed = context.model.catalogue.hypotheses.iter().filter(applies);
    let mut found: Vec<(f64, &Hypothesis)> = listed.map(|h| (lean(h).abs(), h)).collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    found.truncate(MAX_HYPOTHESES);
    let candidate = |(lean, h): (f64, &'c Hypothesis)| Candidate {
        line: Line {
            basis: Basis::TraitHypothesis,
            strength: Strength::Moderate,
            // Below every line that rests on counts: at most 0.5, where those have 1.5 or more.
            rank: lean,
            ..Line::remark(&h.id, h.text.of(context.answer), h.section)
        },
        exclusions: &h.exclusions,
    };
    found.into_iter().map(candidate).collect()
}
