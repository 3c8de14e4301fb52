//! The index of the search: a line for each section of each page, with its words and those that
//! readers look for in their place. `assets/site.js` looks through it.

use std::collections::BTreeSet;

use serde::Serialize;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::markdown::heading_id;
use super::page::Page;
use super::words::Words;
use crate::domain::language::Language;

/// Words of fewer letters are not looked for in texts.
const MIN_WORD_BYTES: usize = 2;

/// What the texts say, in lowercase letters without marks, and what readers call the same.
const SYNONYMS: [(Language, &str, &str); 9] = [
    (Language::En, "given back", "refund reimbursement"),
    (Language::En, "statement", "invoice bill"),
    (Language::En, "rotat", "renew"),
    (Language::Pt, "devolv", "reembolso estorno"),
    (Language::Pt, "devoluc", "reembolso estorno"),
    (Language::Pt, "extrato", "fatura"),
    (Language::Pt, "troca", "rotacionar rotacao"),
    (Language::Pt, "revoga", "deletar excluir apagar"),
    (Language::Pt, "cortesia", "bonus"),
];

/// What the search of a language reads.
#[derive(Serialize)]
struct Index {
    /// What tells that one page, or `{n}` pages, were found.
    one: &'static str,
    many: &'static str,
    /// Address, title of the page, heading of the section, words, and other names of the heading.
    sections: Vec<[String; 5]>,
}

/// The index of these pages, as JSON.
pub(super) fn index<'p>(language: Language, pages: impl Iterator<Item = (&'p str, Page)>) -> String {
    let mut sections = Vec::new();
    for (address, page) in pages {
        let title = page.title_for_search();
        for (place, section) in page.text.split("\n## ").enumerate() {
            let heading = section.split('\n').next().unwrap_or_default();
            let (address, heading) = match place {
                0 => (address.to_owned(), String::new()),
                _ => (format!("{address}#{}", heading_id(heading)), heading.replace('`', "")),
            };
            let also = synonyms(language, &folded(&heading));
            sections.push([address, title.clone(), heading, with_synonyms(language, section), also]);
        }
    }
    let words = Words(language);
    let index = Index { one: words.one_page_found(), many: words.pages_found(), sections };
    serde_json::to_string(&index).unwrap_or_default()
}

/// The words of a section, and what readers of the language call some of them.
fn with_synonyms(language: Language, section: &str) -> String {
    let text = folded(section);
    let (words, others) = (words_of(&text), synonyms(language, &text));
    if others.is_empty() { words } else { format!("{words} {others}") }
}

/// What readers call something in a folded text.
fn synonyms(language: Language, text: &str) -> String {
    let found = SYNONYMS.iter().filter(|(known, ours, _)| *known == language && text.contains(ours));
    let distinct: BTreeSet<&str> = found.flat_map(|(_, _, others)| others.split(' ')).collect();
    distinct.into_iter().collect::<Vec<_>>().join(" ")
}

/// Lowercase letters without marks.
fn folded(text: &str) -> String {
    text.nfd().filter(|letter| !is_combining_mark(*letter)).collect::<String>().to_lowercase()
}

/// The distinct words of a folded text.
fn words_of(text: &str) -> String {
    let words = text.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    let distinct: BTreeSet<&str> = words.filter(|word| word.len() >= MIN_WORD_BYTES).collect();
    distinct.into_iter().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_without_marks_and_once() {
        assert_eq!(
            words_of(&folded("Crédito, créditos: `credits_after` é o CRÉDITO.")),
            "credito creditos credits_after"
        );
    }

    #[test]
    fn a_text_is_found_by_what_readers_call_its_words() {
        assert_eq!(
            with_synonyms(Language::Pt, "Créditos: o que é devolvido"),
            "creditos devolvido que estorno reembolso"
        );
        assert_eq!(
            with_synonyms(Language::En, "Credits are given back"),
            "are back credits given refund reimbursement"
        );
        assert_eq!(with_synonyms(Language::En, "devolvido"), "devolvido");
    }
}
