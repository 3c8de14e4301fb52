//! The norms of style fit the posts in the repository, and no line is given to most people.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use fluence_analysis::advice::{Basis, Line, Strength};
use fluence_analysis::cues::measures::STRUCTURAL;
use fluence_analysis::cues::norms::{CountNorm, LengthNorm, Norm};
use fluence_analysis::style::Style;
use fluence_analysis::{analyse, model};
use fluence_domain::depth::Depth;
use fluence_domain::language::Language;
use fluence_domain::person::Person;

use super::people::{premium, sample, today};
use super::voices::{halves, parts, sample_in, style_of, voices};

const BOTH: [Language; 2] = Language::ALL;
/// The greatest share of texts that may get the same line, and get it as strong.
const MAX_GIVEN: f64 = 0.40;
const MAX_STRONG: f64 = 0.15;
/// The greatest difference of a parameter in `norms.toml` from its fitted value.
const TOLERANCE: f64 = 0.002;
/// The least and the greatest shape of the distribution of rates between authors.
const SHAPES: (f64, f64) = (0.4, 2.0);
/// The least mean of the logarithm of sentence length, and its least variance between authors. One
/// terse writer invented all these people, so they are more alike than real people.
const MIN_LOG_LENGTH: f64 = 2.46;
const MIN_BETWEEN: f64 = 0.09;

/// Returns the texts of a language: invented people, their halves, and parts of the sample people.
fn texts(language: Language) -> Vec<Person> {
    let mut all = Vec::new();
    for (_, person) in voices(language) {
        all.extend(halves(&person));
        all.push(person);
    }
    all.extend(sample_in(language).iter().flat_map(parts));
    all.retain(|person| premium(person).is_ok());
    all
}

fn lines(person: &Person) -> (Vec<Line>, Vec<Line>) {
    let advice = analyse(person, Depth::Premium, Language::En, today()).unwrap().advice.unwrap();
    (advice.communication_style, advice.buyer_playbook)
}

/// Fits the norm of every measure to the people of a language.
fn fitted(language: Language) -> BTreeMap<String, Norm> {
    let mut people: Vec<Person> = voices(language).into_iter().map(|(_, person)| person).collect();
    people.extend(sample_in(language));
    let styles: Vec<Style> = people.iter().map(|person| style_of(person, language)).collect();
    let cues = &model().cues;
    let mut norms = BTreeMap::new();
    for (at, name) in cues.names().enumerate() {
        if name != STRUCTURAL[7] {
            let words = |style: &Style| {
                f64::from(if cues.is_rated(at) { style.words } else { style.countable_words })
            };
            let counts: Vec<(f64, f64)> =
                styles.iter().map(|style| (f64::from(style.count(at).occurrences), words(style))).collect();
            norms.insert(name.to_owned(), Norm::Count(count_norm(&counts, least_rate(name))));
        }
    }
    norms.insert(STRUCTURAL[7].to_owned(), Norm::Length(length_norm(&styles, &people, language)));
    norms
}

/// Returns the least rate of a measure, per 100 words. The invented posts have fewer of these words
/// than ordinary prose.
fn least_rate(measure: &str) -> f64 {
    match measure {
        "counterpoints" | "reasons" | "hedges" => 0.3,
        "wishes" | "future" => 0.4,
        "first_person" => 1.8,
        "reader" => 0.8,
        "results" | "plans" | "novelty" => 0.3,
        _ => 0.1,
    }
}

/// Returns the rate and shape of the negative binomial distribution with the greatest likelihood,
/// on a grid. `counts` has occurrences and words; `least` is the least rate per 100 words.
fn count_norm(counts: &[(f64, f64)], least: f64) -> CountNorm {
    let steps = |from: f64, to: f64, count: u32| {
        (0..=count).map(move |at| from * (to / from).powf(f64::from(at) / f64::from(count)))
    };
    let total: f64 = counts.iter().map(|(count, _)| count).sum();
    let words: f64 = counts.iter().map(|(_, words)| words).sum();
    // Half an occurrence is added, so that no rate is 0.
    let mean = (total + 0.5) / words;
    let least = least / 100.0;
    let mut best = (f64::NEG_INFINITY, CountNorm { rate: 0.0, shape: 0.0 });
    for rate in steps(mean / 2.0, mean * 1.5, 40).map(|rate| rate.max(least)) {
        for shape in steps(SHAPES.0, SHAPES.1, 40) {
            let likelihood =
                counts.iter().map(|(count, words)| log_likelihood(*count, rate * words, shape)).sum();
            if likelihood > best.0 {
                best = (likelihood, CountNorm { rate: 100.0 * rate, shape });
            }
        }
    }
    best.1
}

/// Returns the logarithm of the probability of a count under a negative binomial distribution.
fn log_likelihood(count: f64, mean: f64, shape: f64) -> f64 {
    let ratio = mean / (mean + shape);
    let mut sum = shape * (1.0 - ratio).ln();
    for k in 0..count as u32 {
        sum += ((f64::from(k) + shape) / (f64::from(k) + 1.0) * ratio).ln();
    }
    sum
}

/// Fits the norm of sentence length to the halves of each person: the covariance of the halves is
/// the variance between authors.
fn length_norm(styles: &[Style], people: &[Person], language: Language) -> LengthNorm {
    let logs: Vec<f64> = styles.iter().map(|style| style.lengths.mean().ln()).collect();
    let mean = logs.iter().sum::<f64>() / logs.len() as f64;
    let pairs: Vec<[Style; 2]> =
        people.iter().map(|person| halves(person).map(|half| style_of(&half, language))).collect();
    let deviation = |style: &Style| style.lengths.mean().ln() - mean;
    let between = pairs.iter().map(|[a, b]| deviation(a) * deviation(b)).sum::<f64>() / pairs.len() as f64;
    let within = pairs.iter().map(|[a, b]| {
        let sentences = f64::from(a.lengths.sentences + b.lengths.sentences) / 2.0;
        (deviation(a) - deviation(b)).powi(2) / 2.0 * sentences
    });
    let within = within.sum::<f64>() / pairs.len() as f64;
    LengthNorm { mean: mean.max(MIN_LOG_LENGTH), between: between.max(MIN_BETWEEN), within }
}

fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

fn written() -> String {
    let mut text = "# The distribution of each measure in professional posts; see norms.rs. Fitted to model/posts and sample/people.jsonl by\n\
        # `UPDATE_STYLE_NORMS=1 cargo test --package fluence-analysis coverage`: rates are per hundred words.\n"
        .to_owned();
    for (code, language) in [("en", Language::En), ("pt", Language::Pt)] {
        let _ = writeln!(text, "\n[{code}]");
        for (name, norm) in fitted(language) {
            let _ = match norm {
                Norm::Count(norm) => {
                    let (rate, shape) = (rounded(norm.rate), rounded(norm.shape));
                    writeln!(text, "{name} = {{ rate = {rate:?}, shape = {shape:?} }}")
                }
                Norm::Length(norm) => {
                    let [mean, between, within] = [norm.mean, norm.between, norm.within].map(rounded);
                    writeln!(
                        text,
                        "{name} = {{ mean = {mean:?}, between = {between:?}, within = {within:?} }}"
                    )
                }
            };
        }
    }
    text
}

#[test]
fn the_norms_of_style_are_those_of_the_posts_in_the_repository() {
    if std::env::var_os("UPDATE_STYLE_NORMS").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/cues/norms.toml");
        std::fs::write(path, written()).unwrap();
        return;
    }
    for language in BOTH {
        let fitted = fitted(language);
        for (at, name) in model().cues.names().enumerate() {
            let off = match (model().cues.norms.of(at, language), fitted[name]) {
                (Norm::Count(a), Norm::Count(b)) => (a.rate - b.rate).abs().max((a.shape - b.shape).abs()),
                (Norm::Length(a), Norm::Length(b)) => (a.mean - b.mean).abs(),
                _ => f64::INFINITY,
            };
            assert!(off < TOLERANCE, "{name}: {off}");
        }
    }
}

#[test]
fn no_line_is_given_to_most_people() {
    let mut people: Vec<Person> = BOTH.into_iter().flat_map(texts).collect();
    people.extend(sample());
    assert!(people.len() >= 220, "{}", people.len());
    let mut said: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    let (mut of_style, mut of_playbook) = (0, 0);
    for person in &people {
        let (style, playbook) = lines(person);
        of_style += style.len();
        let own = playbook.into_iter().filter(|line| line.basis == Basis::ObservedStyle);
        let own: Vec<Line> = own.collect();
        of_playbook += own.len();
        for line in style.into_iter().chain(own) {
            let counts = said.entry(line.id).or_default();
            counts.0 += 1;
            counts.1 += u32::from(line.strength == Strength::Strong);
        }
    }
    let share = |count: u32| f64::from(count) / people.len() as f64;
    println!("Lines over {} texts: share said at all, share said as strong", people.len());
    for (id, (all, strong)) in &said {
        println!("  {id:34}{:6.1} %{:6.1} %", 100.0 * share(*all), 100.0 * share(*strong));
    }
    let each = |count: usize| count as f64 / people.len() as f64;
    println!("  lines each: style {:.1}, playbook {:.1}", each(of_style), each(of_playbook));
    for (id, (all, strong)) in said {
        assert!(share(all) <= MAX_GIVEN && share(strong) <= MAX_STRONG, "{id}: {all}, {strong}");
    }
}

#[test]
fn no_aspect_puts_most_sample_people_at_the_same_end() {
    for language in BOTH {
        let people = sample_in(language);
        let mut ends: BTreeMap<String, usize> = BTreeMap::new();
        for person in &people {
            for line in lines(person).0 {
                *ends.entry(line.id).or_default() += 1;
            }
        }
        for (id, count) in ends {
            assert!(2 * count <= people.len(), "{id}: {count} of {}", people.len());
        }
    }
}
