//! Fills counts into the text of a line, in the grammatical number and gender of the language.

use super::line::Tally;
use crate::text::number;
use fluence_domain::language::Language;

/// Replaces `{times}`, `{count:…}`, `{of}` and `{mean}`, which `advice.toml` explains. `whole` is
/// the number of words of the text if not all of them were counted.
pub(super) fn fill(template: &str, tally: Tally, whole: Option<u32>, answer: Language) -> String {
    let mut text = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((field, tail)) = after.split_once('}') else { break };
        text.push_str(before);
        text.push_str(&value(field, tally, whole, answer));
        rest = tail;
    }
    text + rest
}

fn value(field: &str, tally: Tally, whole: Option<u32>, answer: Language) -> String {
    match field.split_once(':') {
        Some(("count", nouns)) => counted(nouns, tally.matched, answer),
        None if field == "of" => words_of(tally.of_words, whole, answer),
        None if field == "mean" => words(tally.matched, answer),
        None if field == "times" => times(tally.matched, answer),
        _ => String::new(),
    }
}

/// Returns the number of searched words, and “of” how many if not all words were searched.
fn words_of(counted: u32, whole: Option<u32>, answer: Language) -> String {
    match (answer, whole) {
        (_, None) => words(counted, answer),
        (Language::En, Some(whole)) => format!("{} of {}", number(counted, answer), words(whole, answer)),
        (Language::Pt, Some(whole)) => format!("{} de {}", number(counted, answer), words(whole, answer)),
    }
}

fn words(count: u32, answer: Language) -> String {
    match (answer, count) {
        (Language::En, 1) => "1 word".to_owned(),
        (Language::En, n) => format!("{} words", number(n, answer)),
        (Language::Pt, 1) => "1 palavra".to_owned(),
        (Language::Pt, n) => format!("{} palavras", number(n, answer)),
    }
}

fn times(count: u32, answer: Language) -> String {
    match (answer, count) {
        (Language::En, 0) => "never".to_owned(),
        (Language::En, 1) => "once".to_owned(),
        (Language::En, n) => format!("{} times", number(n, answer)),
        (Language::Pt, 0) => "nenhuma vez".to_owned(),
        (Language::Pt, 1) => "uma vez".to_owned(),
        (Language::Pt, n) => format!("{} vezes", number(n, answer)),
    }
}

/// Returns a count with its noun. `nouns` has the singular, the plural and, in Portuguese, the
/// gender, separated by bars.
fn counted(nouns: &str, count: u32, answer: Language) -> String {
    let mut parts = nouns.split('|');
    let (one, many) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    match (answer, count, parts.next()) {
        (Language::En, 0, _) => format!("no {many}"),
        (Language::Pt, 0, Some("f")) => format!("nenhuma {one}"),
        (Language::Pt, 0, _) => format!("nenhum {one}"),
        (_, 1, _) => format!("1 {one}"),
        (_, n, _) => format!("{} {many}", number(n, answer)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::model;

    const NUMBERS: [u32; 4] = [0, 1, 2, 5];

    fn filled(template: &str, answer: Language) -> [String; 4] {
        NUMBERS.map(|matched| fill(template, Tally { matched, of_words: 300 }, None, answer))
    }

    #[test]
    fn number_and_gender_agree() {
        assert_eq!(
            filled("{count:ressalva|ressalvas|f}; {times}", Language::Pt),
            [
                "nenhuma ressalva; nenhuma vez",
                "1 ressalva; uma vez",
                "2 ressalvas; 2 vezes",
                "5 ressalvas; 5 vezes"
            ]
        );
        assert_eq!(
            filled("{count:número|números|m} em {of}", Language::Pt),
            [
                "nenhum número em 300 palavras",
                "1 número em 300 palavras",
                "2 números em 300 palavras",
                "5 números em 300 palavras"
            ]
        );
        assert_eq!(
            filled("{count:hedge|hedges}, {times}, {mean}", Language::En),
            [
                "no hedges, never, 0 words",
                "1 hedge, once, 1 word",
                "2 hedges, 2 times, 2 words",
                "5 hedges, 5 times, 5 words"
            ]
        );
        let some = |answer| fill("{of}", Tally { matched: 1, of_words: 1160 }, Some(2303), answer);
        assert_eq!(some(Language::En), "1,160 of 2,303 words");
        assert_eq!(some(Language::Pt), "1.160 de 2.303 palavras");
        assert_eq!(fill("{of}", Tally { matched: 1, of_words: 1 }, None, Language::Pt), "1 palavra");
    }

    #[test]
    fn every_line_of_the_catalogue_agrees_with_none_one_two_and_five() {
        let catalogue = &model().catalogue;
        for answer in Language::ALL {
            let style = catalogue.style.iter().flat_map(|style| [&style.low, &style.high]).flatten();
            let style = style.map(|line| line.text.of(answer).as_str());
            let rules = catalogue.rules.iter().map(|rule| rule.text.of(answer).text.as_str());
            for template in style.chain(rules) {
                let [none, one, two, five] = filled(template, answer);
                assert!(!none.contains(['{', '}', '|']), "{none}");
                assert_ne!(none, one);
                assert_eq!(two.replace('2', "5"), five, "{template}");
                for wrong in ["1 words", "1 times", "1 vezes", "1 palavras", "no 0", "1 no"] {
                    assert!(!one.split(' ').collect::<Vec<_>>().join(" ").starts_with(wrong), "{one}");
                }
                let last = |text: &str| text.trim_end_matches('.').to_owned();
                let (plural, singular) = match answer {
                    Language::En => ("1 times", "1 hedges"),
                    Language::Pt => ("1 vezes", "1 ressalvas"),
                };
                assert!(!last(&one).contains(plural) && !last(&one).contains(singular), "{one}");
            }
        }
    }
}
