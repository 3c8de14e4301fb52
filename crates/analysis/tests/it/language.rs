//! The language of short sentences is detected, on the sets of the red team.

use fluence_analysis::language::{Detected, detect};
use fluence_analysis::{clean, model, segment};
use fluence_domain::language::Language;

fn language_of(text: &str) -> Detected {
    let chars: Vec<char> = text.chars().collect();
    let sentences = segment::sentences(&chars, &clean::own_prose(&chars));
    detect(&sentences, model::model())
}

#[test]
fn nearly_all_short_sentences_are_of_their_language() {
    let sets = [
        include_str!("redteam/harmless_eleventh.tsv"),
        include_str!("redteam/harmless_hostile.tsv"),
        include_str!("redteam/private_eleventh.tsv"),
        include_str!("redteam/private_tenth.tsv"),
    ];
    let lines = sets.iter().flat_map(|set| set.lines()).filter(|line| !line.starts_with('#'));
    let sentences: Vec<(&str, &str)> =
        lines.map(|line| (&line[..2], line.rsplit('\t').next().unwrap())).collect();
    let is_other = |(language, text): &&(&str, &str)| {
        language_of(text) != Detected::Ours(if *language == "pt" { Language::Pt } else { Language::En })
    };
    let others: Vec<_> = sentences.iter().filter(is_other).collect();
    assert!(others.len() * 100 <= sentences.len(), "{} of {}: {others:#?}", others.len(), sentences.len());
}
