//! A line counts only sentences that support it: pairs of line and sentence, each judged twice by
//! hand against a rubric.
//!
//! `precision.tsv` has the rubric and the pairs of the second draw with both judgements.
//! `precision_third.tsv` to `precision_seventh.tsv` have those of later draws,
//! `precision_mended.tsv` the pairs of the first draw that did not support their line. Every draw
//! but the fifth led to changes of the cues.

use std::collections::{BTreeMap, HashSet};
use std::io::Write as _;

use fluence_analysis::catalogue::Side;
use fluence_analysis::model;
use fluence_analysis::permission::Permission;
use fluence_analysis::reading::Reading;
use fluence_analysis::style::Style;
use fluence_domain::language::Language;

use super::people::{post, writer_of};
use super::voices::of_the_study;

/// The draws of which every judged pair is kept, oldest first.
const DRAWS: [(&str, &str); 6] = [
    ("second", include_str!("precision.tsv")),
    ("third", include_str!("precision_third.tsv")),
    ("fourth", include_str!("precision_fourth.tsv")),
    ("fifth", include_str!("precision_fifth.tsv")),
    ("sixth", include_str!("precision_sixth.tsv")),
    ("seventh", include_str!("precision_seventh.tsv")),
];
/// The latest draw, from posts that were written after the cues. The floors below apply to it.
const STUDY: &str = DRAWS[5].1;
/// Pairs of the first draw that did not support their line.
const MENDED: &str = include_str!("precision_mended.tsv");
const BOTH: [(&str, Language); 2] = [("en", Language::En), ("pt", Language::Pt)];
/// The least size of the study, and the least share of its pairs that support their line.
const MIN_PAIRS: usize = 300;
const MIN_PEOPLE: usize = 40;
const MIN_SUPPORTED: f64 = 0.95;
/// The least percentage of supporting pairs among those of each draw that are still counted.
const MIN_SUPPORTED_NOW: f64 = 96.0;
/// The greatest share of judged pairs that support their line but are no longer counted, because a
/// stricter rule excludes them.
const MAX_LOST: f64 = 0.035;
/// The most pairs that are drawn for one line and language.
const MAX_PER_LINE: usize = 16;

struct Pair {
    language: Language,
    person: &'static str,
    line: &'static str,
    verdicts: [&'static str; 2],
    sentence: &'static str,
}

fn read(file: &'static str) -> Vec<Pair> {
    let lines = file.lines().filter(|line| !line.starts_with('#'));
    let pair = |line: &'static str| {
        let fields: Vec<&str> = line.split('\t').collect();
        let language = if fields[0] == "pt" { Language::Pt } else { Language::En };
        Pair {
            language,
            person: fields[1],
            line: fields[2],
            verdicts: [fields[3], fields[4]],
            sentence: fields[5],
        }
    };
    lines.map(pair).collect()
}

/// Returns the playbook lines for a high standing that count something, with the index of their
/// measure.
fn lines() -> BTreeMap<&'static str, usize> {
    let rules = model().catalogue.rules.iter().filter(|rule| rule.when == Side::High);
    // Long words and sentence length leave nothing to judge.
    let cues = &model().cues;
    let counted =
        rules.filter(|rule| !cues.is_sentence_length(rule.index) && !cues.is_long_words(rule.index));
    counted.map(|rule| (rule.id.as_str(), rule.index)).collect()
}

/// Text that makes the language of a short sentence certain, in English and in Portuguese.
const AROUND: [&str; 2] = [
    "The table is where it was and they are all there with it.",
    "A mesa está onde estava e eles também estão lá com ela desde o dia em que ela veio.",
];

/// Whether the line counts the sentence.
fn counts(pair: &Pair) -> bool {
    let around = AROUND[usize::from(pair.language == Language::Pt)];
    let count = |text: &str, measure: usize| {
        let person = writer_of(vec![post(text)]);
        let reading = Reading::of(&person.posts, model());
        let texts = reading.texts(pair.language);
        Style::of(texts, &reading, pair.language, model()).count(measure).occurrences
    };
    let with = format!("{around}\n{}", pair.sentence);
    lines().get(pair.line).is_some_and(|measure| count(&with, *measure) > count(around, *measure))
}

fn supports(pair: &Pair) -> bool {
    pair.verdicts == ["supports"; 2]
}

#[test]
fn the_study_is_large_enough_and_nearly_every_pair_supports_its_line() {
    for (name, file) in DRAWS {
        let pairs = read(file);
        let counted: Vec<&Pair> = pairs.iter().filter(|pair| counts(pair)).collect();
        let share = |part: usize, of: usize| 100.0 * part as f64 / of.max(1) as f64;
        let now = share(counted.iter().filter(|pair| supports(pair)).count(), counted.len());
        println!(
            "Judged pairs, {name} draw: {}; supported as drawn {:.1} %, of the {} counted now {:.1} %; agreement {:.1} %",
            pairs.len(),
            share(pairs.iter().filter(|pair| supports(pair)).count(), pairs.len()),
            counted.len(),
            now,
            share(pairs.iter().filter(|pair| pair.verdicts[0] == pair.verdicts[1]).count(), pairs.len()),
        );
        assert!(now >= MIN_SUPPORTED_NOW, "{name}: {now:.1}");
    }
    let study = read(STUDY);
    let people: HashSet<&str> = study.iter().map(|pair| pair.person).collect();
    let supported = study.iter().filter(|pair| supports(pair)).count() as f64;
    assert!(study.len() >= MIN_PAIRS && people.len() >= MIN_PEOPLE, "{} {}", study.len(), people.len());
    assert!(supported / study.len() as f64 >= MIN_SUPPORTED);
    assert!(study.iter().all(|pair| !pair.verdicts.contains(&"disproves")));
}

#[test]
fn pairs_that_do_not_support_their_line_are_not_counted_and_the_others_are() {
    let draws: Vec<Pair> = DRAWS.iter().flat_map(|(_, file)| read(file)).collect();
    let mended = DRAWS[..2].iter().flat_map(|(_, file)| read(file));
    let failed = read(MENDED).into_iter().chain(mended).filter(|pair| !supports(pair));
    let wrong: Vec<_> = failed.filter(counts).map(|pair| (pair.line, pair.sentence)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let lost: Vec<_> = draws
        .iter()
        .filter(|pair| supports(pair) && !counts(pair))
        .map(|pair| (pair.line, pair.sentence))
        .collect();
    println!("Supporting pairs no longer counted: {} of {}\n{lost:#?}", lost.len(), draws.len());
    assert!(lost.len() as f64 <= MAX_LOST * draws.len() as f64, "{lost:#?}");
}

/// Draws pairs by a fixed rule and writes them, to be judged, to the file `PRECISION_PAIRS`.
#[test]
fn pairs_can_be_drawn() {
    let Some(path) = std::env::var_os("PRECISION_PAIRS") else { return };
    let known: Vec<Pair> = DRAWS.iter().flat_map(|(_, file)| read(file)).chain(read(MENDED)).collect();
    let is_known =
        |line: &str, sentence: &str| known.iter().any(|pair| pair.line == line && pair.sentence == sentence);
    let mut drawn = Vec::new();
    for (code, language) in BOTH {
        for (name, person) in of_the_study(language) {
            let reading = Reading::of(&person.posts, model());
            let texts = reading.texts(language);
            let style = Style::of(texts, &reading, language, model());
            for (at, placed) in texts.sentences.iter().enumerate() {
                if !matches!(placed.permission, Permission::Quoted | Permission::Counted) {
                    continue;
                }
                let chars = reading.chars_of(placed.post);
                let sentence: String = chars[placed.sentence.start..placed.sentence.end].iter().collect();
                for (line, measure) in lines() {
                    let sentence = sentence.replace(['\n', '\t'], " ");
                    let is_counted = style.hits(at).iter().any(|hit| hit.measure == measure);
                    if is_counted && !is_known(line, &sentence) {
                        drawn.push(format!("{code}\t{name}\t{line}\t{sentence}"));
                    }
                }
            }
        }
    }
    let mut file = std::fs::File::create(path).unwrap();
    let mut by_line: BTreeMap<String, Vec<&String>> = BTreeMap::new();
    for pair in &drawn {
        let fields: Vec<&str> = pair.split('\t').collect();
        by_line.entry(format!("{} {}", fields[0], fields[2])).or_default().push(pair);
    }
    for of_line in by_line.values() {
        let step = of_line.len().div_ceil(MAX_PER_LINE).max(1);
        for pair in of_line.iter().step_by(step) {
            writeln!(file, "{pair}").unwrap();
        }
    }
}
