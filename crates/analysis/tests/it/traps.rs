//! A sentence that contains a cue of a line but does not support it does not count; one that
//! supports it does. The sentences are in `traps.tsv`.

use fluence_analysis::model;
use fluence_analysis::reading::Reading;
use fluence_analysis::style::Style;
use fluence_domain::language::Language;

use super::people::{post, writer_of};

/// Text that makes the language of a short sentence certain.
const AROUND: [&str; 2] = [
    "The table is where it was and they are all there with it.",
    "A mesa está onde estava e eles também estão lá com ela desde o dia em que ela veio.",
];

/// Whether the line of the playbook counts the sentence.
fn counts(language: Language, line: &str, sentence: &str) -> bool {
    let rule = model().catalogue.rules.iter().find(|rule| rule.id == line).unwrap();
    let around = AROUND[usize::from(language == Language::Pt)];
    let count = |text: &str| {
        let person = writer_of(vec![post(text)]);
        let reading = Reading::of(&person.posts, model());
        let texts = reading.texts(language);
        Style::of(texts, &reading, language, model()).count(rule.index).occurrences
    };
    count(&format!("{around}\n{sentence}")) > count(around)
}

#[test]
fn sentences_count_exactly_where_they_support_the_line() {
    let lines = include_str!("traps.tsv").lines().filter(|line| !line.starts_with('#'));
    let wrong: Vec<&str> = lines
        .filter(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            let [language, rule, verdict, sentence] = fields[..] else { return true };
            let language = if language == "pt" { Language::Pt } else { Language::En };
            counts(language, rule, sentence) != (verdict == "supports")
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
