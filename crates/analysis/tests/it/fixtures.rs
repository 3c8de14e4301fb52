//! This crate and the trainer compute the same values, for 200 texts that `model/fixtures.py`
//! generates from words of the lexicon.

use std::io::Read;

use flate2::read::GzDecoder;
use fluence_analysis::features::Counts;
use fluence_analysis::normal::cumulative;
use fluence_analysis::score::Scores;
use fluence_analysis::traits::Calibrated;
use fluence_analysis::{clean, model, segment};
use fluence_domain::language::Language;
use serde::Deserialize;

/// The greatest difference between the trainer's values and those of this crate.
const TOLERANCE: f64 = 1e-4;

#[derive(Deserialize)]
struct Fixture {
    language: Language,
    text: String,
    words: u32,
    counted_words: u32,
    sentences: u32,
    resemblance: f64,
    scores: [f64; 5],
    probabilities: [f64; 5],
    percentiles: [f64; 5],
}

fn fixtures() -> Vec<Fixture> {
    let file = include_bytes!("../../../../model/fixtures.jsonl.gz");
    let mut lines = String::new();
    GzDecoder::new(file.as_slice()).read_to_string(&mut lines).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

struct Counted {
    words: u32,
    total: Counts,
}

fn read(fixture: &Fixture) -> Counted {
    let chars: Vec<char> = fixture.text.chars().collect();
    let mut read = Counted { words: 0, total: Counts::default() };
    for sentence in segment::sentences(&chars, &clean::own_prose(&chars)) {
        read.words += sentence.words;
        read.total.add(&Counts::of(&sentence, fixture.language, model()));
    }
    read
}

#[test]
fn there_are_two_hundred_in_both_languages() {
    let all = fixtures();
    assert_eq!(all.len(), 200);
    assert_eq!(all.iter().filter(|fixture| fixture.language == Language::Pt).count(), 100);
}

#[test]
fn words_and_sentences_are_the_trainers() {
    for (number, fixture) in fixtures().iter().enumerate() {
        let read = read(fixture);
        let found = (read.words, read.total.words, read.total.sentences);
        assert_eq!(
            found,
            (fixture.words, fixture.counted_words, fixture.sentences),
            "fixture {number}: {}",
            fixture.text
        );
    }
}

#[test]
fn scores_probabilities_and_percentiles_are_the_trainers() {
    for (number, fixture) in fixtures().iter().enumerate() {
        let read = read(fixture);
        let scores = Scores::of(read.total, fixture.language, model());
        let calibrated = Calibrated::of(&scores, read.words, fixture.language, model());
        assert!((calibrated.resemblance - fixture.resemblance).abs() < TOLERANCE, "fixture {number}");
        for t in 0..5 {
            let percentile = 100.0 * cumulative(calibrated.reliability[t] * calibrated.z[t]);
            let pairs = [
                (scores.scores[t], fixture.scores[t]),
                (calibrated.probability[t], fixture.probabilities[t]),
                (percentile, fixture.percentiles[t]),
            ];
            for (ours, theirs) in pairs {
                assert!(
                    (ours - theirs).abs() < TOLERANCE,
                    "fixture {number}, trait {t}: {ours} and {theirs}"
                );
            }
        }
    }
}
