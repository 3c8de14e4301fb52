//! Scores how much a sentence reads like work, by a linear model of its classes of words, their
//! mean vector, its words and pairs of words, and the patterns of their roles.
//!
//! `model/worktalk.py` fits the weights in `worktalk.tsv` to invented sentences about work and
//! private life. The rules in `judgement` override the model.

mod features;

use std::collections::HashMap;
use std::sync::LazyLock;

use self::features::COUNTS;
pub(super) use self::features::Features;
use super::roles::{Pattern, each_pattern};
use crate::layout::DIMS;
use crate::lexicon::index_of;
use fluence_domain::language::Language;

/// A sentence that scores higher, with its allowance, may be quoted.
pub(super) const QUOTABLE: f64 = 3.2;
/// A short side of a joined sentence must score more than this, and more by
/// [`PER_POINT_OF_BEST_SIDE`] for each point of the side that scores highest, up to
/// [`MAX_BEST_SIDE`] points.
pub(super) const QUOTABLE_SHORT_SIDE: f64 = 0.75;
pub(super) const PER_POINT_OF_BEST_SIDE: f64 = 0.3;
pub(super) const MAX_BEST_SIDE: f64 = 5.0;
/// An unquoted sentence about a person that scores lower keeps its neighbours from being quoted.
pub(super) const NEUTRAL: f64 = 1.5;
/// So does any other unquoted sentence that scores lower than this.
pub(super) const PRIVATE_LIFE: f64 = -1.5;
/// An unquoted sentence that scores lower leaves only neighbours that are surely about work.
pub(super) const UNLIKE_WORK: f64 = -0.5;
/// A sentence that scores higher, with its allowance, is surely about work.
pub(super) const SURE: f64 = 4.8;
/// Added to the score of a sentence that is about work by the vocabularies only.
pub(super) const PLAINLY_WORK_BONUS: f64 = 1.0;
/// Subtracted from the score for each of these: a word with a private sense or a possible
/// appointment, a vague first person, a person named by trade, and such a person beside a word with
/// a private sense.
pub(super) const PENALTY: f64 = 1.0;

static WORKTALK: LazyLock<WorkTalk> = LazyLock::new(|| WorkTalk::load(include_str!("worktalk.tsv")));

/// The weights of the model.
#[derive(Debug)]
pub(super) struct WorkTalk {
    base: f64,
    counts: [f64; COUNTS.len()],
    meaning: [f64; DIMS],
    entries: [HashMap<&'static str, f64>; 2],
    patterns: HashMap<Pattern, f64>,
}

/// Returns the compiled-in model.
pub(super) fn worktalk() -> &'static WorkTalk {
    &WORKTALK
}

impl WorkTalk {
    /// Reads lines of kind, name and weight. Lines of another format are skipped; a test proves
    /// that there are none.
    fn load(table: &'static str) -> Self {
        let mut model = Self {
            base: 0.0,
            counts: [0.0; COUNTS.len()],
            meaning: [0.0; DIMS],
            entries: Default::default(),
            patterns: HashMap::new(),
        };
        for (kind, name, weight) in table.lines().filter_map(row) {
            let place = match kind {
                "base" => Some(&mut model.base),
                "count" => COUNTS.iter().position(|known| *known == name).map(|at| &mut model.counts[at]),
                "dim" => name.parse().ok().and_then(|at: usize| model.meaning.get_mut(at)),
                "en" => Some(model.entries[index_of(Language::En)].entry(name).or_default()),
                "pt" => Some(model.entries[index_of(Language::Pt)].entry(name).or_default()),
                "role" => Pattern::named(name).map(|pattern| model.patterns.entry(pattern).or_default()),
                _ => None,
            };
            if let Some(place) = place {
                *place = weight;
            }
        }
        model
    }

    /// Returns the score. The higher it is, the more the sentence reads like work.
    pub(super) fn score(&self, features: &Features<'_>) -> f64 {
        let dot =
            |weights: &[f64], values: &[f64]| -> f64 { weights.iter().zip(values).map(|(w, v)| w * v).sum() };
        let mut score =
            self.base + dot(&self.counts, &features.counts) + dot(&self.meaning, &features.meaning);
        let entries = &self.entries[index_of(features.language)];
        features.each_entry(|entry, value| score += entries.get(entry).map_or(0.0, |weight| weight * value));
        let patterns = &self.patterns;
        each_pattern(&features.roles, |pattern, value| {
            score += patterns.get(&pattern).map_or(0.0, |weight| weight * value);
        });
        score
    }
}

/// Returns the kind, name and weight of a line.
fn row(line: &'static str) -> Option<(&'static str, &'static str, f64)> {
    let (kind, rest) = line.split_once('\t')?;
    let (name, weight) = rest.split_once('\t')?;
    Some((kind, name, weight.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_a_weight() {
        let table = include_str!("worktalk.tsv");
        let lines: Vec<&str> = table.lines().filter(|line| !line.starts_with('#')).collect();
        let read: Vec<_> = lines.iter().filter_map(|line| row(line)).collect();
        assert_eq!(read.len(), lines.len());
        let of = |kind: &str| read.iter().filter(|row| row.0 == kind).count();
        assert_eq!((of("base"), of("count"), of("dim")), (1, COUNTS.len(), DIMS));
        assert!(of("en") > 1000 && of("pt") > 1000 && of("role") > 100);
        assert!(read.iter().filter(|row| row.0 == "count").all(|row| COUNTS.contains(&row.1)));
        assert!(read.iter().filter(|row| row.0 == "role").all(|row| Pattern::named(row.1).is_some()));
    }
}
