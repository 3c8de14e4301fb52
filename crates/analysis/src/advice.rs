//! Style lines and the buyer playbook: only what the person's own words support, with those words
//! beside it.

mod examined;
mod gist;
mod line;
mod shown;
mod template;

pub use self::examined::Examined;
pub use self::gist::{Gist, summary};
use self::line::Standing;
pub use self::line::{Basis, Line, Strength, Tally};
use self::shown::Shown;
use super::catalogue::{Exclusions, Section, Side};
use super::cues::norms::Norm;
use super::model::Model;
use super::reading::{Reading, Texts};
use super::style::Style;
use super::text;
use super::traits::{Calibrated, TypeAxes};
use fluence_domain::language::Language;

/// Occurrences from which there can be much of something, and the posts that hold them where there
/// are several.
const MIN_OCCURRENCES: u32 = 3;
const MIN_POSTS: u32 = 2;
/// Occurrences to expect of a measure before a lack of it can mean something.
const MIN_EXPECTED: f64 = 4.0;
/// Sentences from which their length can be told: one long sentence is no long-winded writer.
const MIN_SENTENCES: u32 = 6;
/// A measure is counted in one of so many words of the text at least, or it does not speak for it.
const COUNTED_SHARE: u32 = 3;
/// Lines of one part of the playbook, so that none crowds out the others.
const MAX_PER_SECTION: usize = 2;
/// Below this many lines the text does not set the person apart, and that is said.
const MIN_LINES: usize = 3;
/// Words from which trait hypotheses are made.
const HYPOTHESIS_WORDS: u32 = 500;
const MAX_HYPOTHESES: usize = 2;
/// How far from even a trait's probability must be for one: no text shows what it rests on.
const HYPOTHESIS_LEAN: f64 = 0.15;

/// Everything the advice looks at.
#[derive(Debug)]
pub struct Ground<'a> {
    /// What was counted.
    pub style: &'a Style,
    /// Sentences of the language analysed.
    pub texts: &'a Texts,
    /// All posts.
    pub reading: &'a Reading<'a>,
    /// Language of the posts.
    pub language: Language,
    /// Language of the answer.
    pub answer: Language,
    /// The model.
    pub model: &'a Model,
}

/// A line that may be given, before those that exclude each other are parted.
struct Candidate<'c> {
    line: Line,
    exclusions: &'c Exclusions,
}

/// Observed style: a line for each aspect in which the text stands apart.
pub fn style(ground: &Ground<'_>) -> Vec<Line> {
    let mut candidates = Vec::new();
    for style in &ground.model.catalogue.style {
        for (side, name, line) in [(Side::Low, "low", &style.low), (Side::High, "high", &style.high)] {
            let Some(said) = line else { continue };
            if let Some(standing) = ground.stands_apart(style.index, side, &said.exclusions) {
                let text = said.text.of(ground.answer);
                let line = ground.line(style.line_id(name), None, text, style.index, side, &standing);
                candidates.push(Candidate { line, exclusions: &said.exclusions });
            }
        }
    }
    let mut lines = without_contradictions(candidates, usize::MAX);
    ground.show(&mut lines);
    lines
}

/// The playbook: rules that the words support, strongest first within each part; hypotheses; what
/// not to infer. `style` are the lines of style of the same answer.
pub fn playbook(ground: &Ground<'_>, style: &[Line], calibrated: &Calibrated, axes: &TypeAxes) -> Vec<Line> {
    let mut candidates = Vec::new();
    for rule in &ground.model.catalogue.rules {
        if let Some(standing) = ground.stands_apart(rule.index, rule.when, &rule.exclusions) {
            let said = rule.text.of(ground.answer);
            let mut line = ground.line(
                rule.id.clone(),
                Some(rule.section),
                &said.text,
                rule.index,
                rule.when,
                &standing,
            );
            line.gist = Some(Gist { finding: said.finding.clone(), advice: said.advice.clone() });
            candidates.push(Candidate { line, exclusions: &rule.exclusions });
        }
    }
    candidates.extend(hypotheses(ground, calibrated));
    let mut lines = without_contradictions(candidates, MAX_PER_SECTION);
    ground.show(&mut lines);
    if lines.len() < MIN_LINES {
        lines.push(little_sets_apart(lines.is_empty(), ground));
    }
    let warning =
        text::do_not_infer(axes, ground.texts.words, !style.is_empty(), ground.language, ground.answer);
    lines.push(Line::remark("what_not_to_infer", &warning, Section::DoNotInfer));
    lines.sort_by_key(|line| line.section);
    lines
}

/// Says that there is little, which is sure only where most of the text was examined.
fn little_sets_apart(is_nothing: bool, ground: &Ground<'_>) -> Line {
    let examined = ground.examined();
    let text = examined.little_sets_apart(is_nothing, ground.answer);
    // It speaks of the lines before it, so it stands after them.
    let section = if is_nothing { Section::Opening } else { Section::Close };
    let strength = if examined.is_most() { Strength::Strong } else { Strength::Moderate };
    Line { strength, ..Line::remark("little_sets_apart", &text, section) }
}

/// The candidates that stand, strongest first: none beside one that excludes it, and not too many
/// of one section.
fn without_contradictions(mut candidates: Vec<Candidate<'_>>, most_of_a_section: usize) -> Vec<Line> {
    candidates.sort_by(|a, b| b.line.rank.total_cmp(&a.line.rank).then_with(|| a.line.id.cmp(&b.line.id)));
    let mut kept: Vec<Candidate<'_>> = Vec::new();
    for candidate in candidates {
        let of_section = kept.iter().filter(|other| other.line.section == candidate.line.section).count();
        if of_section < most_of_a_section && kept.iter().all(|other| !contradict(other, &candidate)) {
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

fn hypotheses<'g>(ground: &Ground<'g>, calibrated: &Calibrated) -> Vec<Candidate<'g>> {
    if ground.texts.words < HYPOTHESIS_WORDS {
        return Vec::new();
    }
    let applies = |at: usize, when: Side| {
        let lean = calibrated.probability[at] - 0.5;
        lean.abs() >= HYPOTHESIS_LEAN && (lean > 0.0) == (when == Side::High)
    };
    let listed = ground.model.catalogue.hypotheses.iter().filter(|h| applies(h.index, h.when));
    let mut found: Vec<_> = listed.map(|h| ((calibrated.probability[h.index] - 0.5).abs(), h)).collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    found.truncate(MAX_HYPOTHESES);
    let candidate = |(lean, h): (f64, &'g super::catalogue::Hypothesis)| Candidate {
        line: Line {
            basis: Basis::TraitHypothesis,
            strength: Strength::Moderate,
            // After every line that rests on counts.
            rank: lean,
            ..Line::remark(&h.id, h.text.of(ground.answer), h.section)
        },
        exclusions: &h.exclusions,
    };
    found.into_iter().map(candidate).collect()
}

impl Ground<'_> {
    /// How much of the text the lines could count in.
    pub fn examined(&self) -> Examined {
        Examined::of(self.style, self.texts.words)
    }

    /// Where the text stands on a measure, if it stands apart on this side and nothing excludes
    /// saying so.
    fn stands_apart(&self, measure: usize, side: Side, exclusions: &Exclusions) -> Option<Standing> {
        if exclusions.without_indexes.iter().any(|other| self.style.count(*other).occurrences > 0) {
            return None;
        }
        let standing = self.standing(measure);
        (self.has_enough(measure, side) && Strength::of(standing.share, side).is_some()).then_some(standing)
    }

    fn has_enough(&self, measure: usize, side: Side) -> bool {
        let (count, words) = (self.style.count(measure), self.words_for(measure));
        let speaks_for_the_text = words * COUNTED_SHARE >= self.texts.words;
        let is_enough = match (side, self.model.cues.norms.of(measure, self.language)) {
            (_, Norm::Length(_)) => self.style.lengths.sentences >= MIN_SENTENCES,
            (Side::High, Norm::Count(_)) => {
                count.occurrences >= MIN_OCCURRENCES && count.posts >= MIN_POSTS.min(self.texts.posts)
            }
            (Side::Low, Norm::Count(norm)) => norm.expected(words) >= MIN_EXPECTED,
        };
        is_enough && speaks_for_the_text
    }

    /// The words that a measure is counted in.
    fn words_for(&self, measure: usize) -> u32 {
        let cues = &self.model.cues;
        if cues.is_sentence_length(measure) {
            self.style.lengths.words
        } else if cues.is_rated(measure) {
            self.style.words
        } else {
            self.style.countable_words
        }
    }

    /// The words of the text, if the measure leaves sentences out that may be private.
    fn words_of_whole(&self, measure: usize) -> Option<u32> {
        let counted = self.words_for(measure);
        (counted < self.style.lengths.words.min(self.texts.words)).then_some(self.texts.words)
    }

    fn standing(&self, measure: usize) -> Standing {
        let (count, of_words) = (self.style.count(measure).occurrences, self.words_for(measure));
        let (share, matched) = match self.model.cues.norms.of(measure, self.language) {
            Norm::Count(norm) => (norm.share_below(count, of_words), count),
            Norm::Length(norm) => {
                let lengths = self.style.lengths;
                (norm.share_below(lengths.mean(), lengths.sentences), rounded(lengths.mean()))
            }
        };
        Standing { share, tally: Tally { matched, of_words } }
    }

    /// A line that rests on where the text stands, without its evidence.
    fn line(
        &self,
        id: String,
        section: Option<Section>,
        template: &str,
        measure: usize,
        side: Side,
        standing: &Standing,
    ) -> Line {
        Line {
            id,
            section,
            text: template::fill(template, standing.tally, self.words_of_whole(measure), self.answer),
            basis: Basis::ObservedStyle,
            strength: Strength::of(standing.share, side).unwrap_or(Strength::Moderate),
            percentile: Some(standing.percentile()),
            counts: Some(standing.tally),
            evidence: Vec::new(),
            rank: standing.surprise(side),
            gist: None,
            shows: Some(Shown { measure, side }),
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a mean of word counts")]
fn rounded(length: f64) -> u32 {
    length.round() as u32
}
