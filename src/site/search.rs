//! The index of the search: a line for each section of each page, with its words. `assets/site.js`
//! looks through it.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::markdown::heading_id;
use super::page::Page;

/// Words of fewer letters are not looked for in texts.
const MIN_WORD_BYTES: usize = 2;

/// The index of these pages, as JSON: a list of address, title of the page, heading of the section,
/// and words.
pub(super) fn index<'p>(pages: impl Iterator<Item = (&'p str, Page)>) -> String {
    let mut sections: Vec<[String; 4]> = Vec::new();
    for (address, page) in pages {
        let title = page.title_for_search();
        for (place, section) in page.text.split("\n## ").enumerate() {
            let (heading, text) = section.split_once('\n').unwrap_or((section, ""));
            let (address, heading) = match place {
                0 => (address.to_owned(), String::new()),
                _ => (format!("{address}#{}", heading_id(heading)), heading.replace('`', "")),
            };
            sections.push([address, title.clone(), heading, words_of(text)]);
        }
    }
    serde_json::to_string(&sections).unwrap_or_default()
}

/// The distinct words of a text in lowercase letters without marks.
fn words_of(text: &str) -> String {
    let folded: String =
        text.nfd().filter(|letter| !is_combining_mark(*letter)).collect::<String>().to_lowercase();
    let words = folded.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    let distinct: BTreeSet<&str> = words.filter(|word| word.len() >= MIN_WORD_BYTES).collect();
    distinct.into_iter().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_without_marks_and_once() {
        assert_eq!(
            words_of("Crédito, créditos: `credits_after` é o CRÉDITO."),
            "credito creditos credits_after"
        );
    }
}
