//! What a line counts is what it says: sentences that were judged by hand, one by one, against a rubric.
//!
//! `precision.tsv` holds the pairs of line and sentence with both judgements, and the rubric; `precision_mended.tsv` those of
//! an earlier draw that did not support their line and led to a change of the cues. They must not be counted again.

use std::collections::{BTreeMap, HashSet};
use std::io::Write as _;

use fluence::analysis::catalogue::Side;
use fluence::analysis::model;
use fluence::analysis::permission::Permission;
use fluence::analysis::reading::Reading;
use fluence::analysis::style::Style;
use fluence::domain::language::Language;
use fluence::domain::person::Person;

use super::people::{post, writer_of};
use super::voices::{sample_in, voices};

const JUDGED: &str = include_str!("precision.tsv");
/// Pairs of an earlier draw that did not support their line.
const MENDED: &str = include_str!("precision_mended.tsv");
const BOTH: [(&str, Language); 2] = [("en", Language::En), ("pt", Language::Pt)];
/// Pairs of the study, and the share of them that support their line.
const MIN_PAIRS: usize = 300;
const MIN_PEOPLE: usize = 40;
const MIN_SUPPORTED: f64 = 0.95;
/// Pairs drawn of one line and language, so that frequent lines do not crowd out the others.
const MAX_OF_A_LINE: usize = 16;

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

/// The playbook lines that say that there is much of something, with the place of its measure.
fn lines() -> BTreeMap<&'static str, usize> {
    let rules = model().catalogue.rules.iter().filter(|rule| rule.when == Side::High);
    // Long words and the length of sentences are measured; there is nothing to judge.
    let cues = &model().cues;
    let counted = rules.filter(|rule| !cues.is_sentence_length(rule.at) && !cues.is_long_words(rule.at));
    counted.map(|rule| (rule.id.as_str(), rule.at)).collect()
}

/// Text by which the language of a short sentence is known.
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

#[test]
fn the_study_is_large_enough_and_nearly_every_pair_that_is_counted_supports_its_line() {
    let judged = read(JUDGED);
    let share = |pairs: &[&Pair], which: &dyn Fn(&Pair) -> bool| {
        pairs.iter().filter(|pair| which(pair)).count() as f64 / pairs.len() as f64
    };
    let all: Vec<&Pair> = judged.iter().collect();
    let counted: Vec<&Pair> = judged.iter().filter(|pair| counts(pair)).collect();
    let supports = |pair: &Pair| pair.verdicts == ["supports"; 2];
    let people: HashSet<&str> = judged.iter().map(|pair| pair.person).collect();
    println!(
        "Judged pairs: {} of {} people; supported as drawn {:.1} %, of those counted now {:.1} %; agreement {:.1} %",
        all.len(),
        people.len(),
        100.0 * share(&all, &supports),
        100.0 * share(&counted, &supports),
        100.0 * share(&all, &|pair| pair.verdicts[0] == pair.verdicts[1]),
    );
    assert!(all.len() >= MIN_PAIRS && people.len() >= MIN_PEOPLE);
    assert!(share(&counted, &supports) >= MIN_SUPPORTED);
    assert!(judged.iter().all(|pair| !pair.verdicts.contains(&"disproves")));
}

#[test]
fn pairs_that_do_not_support_their_line_are_not_counted_and_the_others_are() {
    let mended = read(MENDED);
    let wrong: Vec<_> = mended.iter().filter(|pair| counts(pair)).map(|p| (p.line, p.sentence)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let judged = read(JUDGED);
    let supported = judged.iter().filter(|pair| pair.verdicts == ["supports"; 2]);
    let lost: Vec<_> = supported.filter(|pair| !counts(pair)).map(|p| (p.line, p.sentence)).collect();
    assert!(lost.is_empty(), "{lost:#?}");
}

/// Writes pairs to be judged, drawn by a fixed rule, to the file that `PRECISION_PAIRS` names.
#[test]
fn pairs_can_be_drawn() {
    let Some(path) = std::env::var_os("PRECISION_PAIRS") else { return };
    let mut drawn = Vec::new();
    for (code, language) in BOTH {
        let mut people: Vec<(String, Person)> = voices(language);
        people.extend(sample_in(language).into_iter().map(|person| (person.first_name.clone(), person)));
        for (name, person) in people {
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
                    if style.hits(at).iter().any(|hit| hit.measure == measure) {
                        drawn
                            .push(format!("{code}\t{name}\t{line}\t{}", sentence.replace(['\n', '\t'], " ")));
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
        let step = of_line.len().div_ceil(MAX_OF_A_LINE).max(1);
        for pair in of_line.iter().step_by(step) {
            writeln!(file, "{pair}").unwrap();
        }
    }
}
