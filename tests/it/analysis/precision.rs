//! What a line counts is what it says: sentences that were judged by hand, one by one, against a rubric.
//!
//! `precision.tsv` holds the pairs of line and sentence with both judgements, and the rubric. Pairs that were judged not
//! to support their line led to a change of the cues; they stay in the file, and must not be counted again.

use std::collections::BTreeMap;
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
const BOTH: [(&str, Language); 2] = [("en", Language::En), ("pt", Language::Pt)];
/// Pairs of the study, and the share of them that support their line.
const MIN_PAIRS: usize = 300;
const MIN_SUPPORTED: f64 = 0.95;
/// Pairs drawn of one line and language, so that frequent lines do not crowd out the others.
const MAX_OF_A_LINE: usize = 10;

struct Pair {
    language: Language,
    line: &'static str,
    verdicts: [&'static str; 2],
    sentence: &'static str,
}

fn judged() -> Vec<Pair> {
    let lines = JUDGED.lines().filter(|line| !line.starts_with('#'));
    let pair = |line: &'static str| {
        let fields: Vec<&str> = line.split('\t').collect();
        let language = if fields[0] == "pt" { Language::Pt } else { Language::En };
        Pair { language, line: fields[2], verdicts: [fields[3], fields[4]], sentence: fields[5] }
    };
    lines.map(pair).collect()
}

/// The playbook lines that say that there is much of something, with the place of its measure.
fn lines() -> BTreeMap<&'static str, usize> {
    let rules = model().catalogue.rules.iter().filter(|rule| rule.when == Side::High);
    let counted = rules.filter(|rule| !model().cues.is_sentence_length(rule.at));
    counted.map(|rule| (rule.id.as_str(), rule.at)).collect()
}

fn counts(pair: &Pair) -> bool {
    let person = writer_of(vec![post(pair.sentence)]);
    let reading = Reading::of(&person.posts, model());
    let style = Style::of(reading.texts(pair.language), &reading, pair.language, model());
    lines().get(pair.line).is_some_and(|measure| style.count(*measure).occurrences > 0)
}

#[test]
fn the_study_is_large_enough_and_nearly_every_pair_supports_its_line() {
    let judged = judged();
    let share =
        |which: &dyn Fn(&&Pair) -> bool| judged.iter().filter(which).count() as f64 / judged.len() as f64;
    let supported = share(&|pair| pair.verdicts == ["supports"; 2]);
    let agreed = share(&|pair| pair.verdicts[0] == pair.verdicts[1]);
    let disproved = judged.iter().filter(|pair| pair.verdicts.contains(&"disproves")).count();
    println!(
        "Judged pairs: {}; both judgements support {:.1} %; agreement {:.1} %; disprove {disproved}",
        judged.len(),
        100.0 * supported,
        100.0 * agreed
    );
    assert!(judged.len() >= MIN_PAIRS && supported >= MIN_SUPPORTED && disproved == 0);
}

#[test]
fn pairs_that_do_not_support_their_line_are_not_counted_and_the_others_are() {
    let (mut lost, mut wrong) = (Vec::new(), Vec::new());
    for pair in judged() {
        match (pair.verdicts == ["supports"; 2], counts(&pair)) {
            (true, false) => lost.push((pair.line, pair.sentence)),
            (false, true) => wrong.push((pair.line, pair.sentence)),
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
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
