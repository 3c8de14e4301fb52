//! The usual Latin spellings of names whose letters do not tell them: Kim for 김, Muhammad for محمد.
//!
//! Each line has a name and, after a colon, its Latin spellings. The table is this project's own:
//! the common surnames of Korea, and common Arabic names, which are written without vowels.

use std::collections::HashMap;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use crate::normalise::words;

/// Returns the usual Latin spellings of a folded word, composed. An Arabic name may have an
/// article.
pub(super) fn usual_spellings(word: &str) -> Vec<String> {
    let listed = |name: &str| SPELLINGS.get(name).map_or(&[][..], Vec::as_slice);
    let with_article = word.strip_prefix(ARTICLE).map_or(&[][..], listed).iter();
    let with_article = with_article.flat_map(|name| [format!("al{name}"), format!("el{name}")]);
    listed(word).iter().map(|spelling| (*spelling).to_owned()).chain(with_article).collect()
}

const ARTICLE: &str = "ال";

const TABLE: &str = include_str!("usual_spellings.txt");

static SPELLINGS: LazyLock<HashMap<String, Vec<&'static str>>> = LazyLock::new(|| {
    let lines = TABLE.lines().filter_map(|line| line.split_once(": "));
    lines.map(|(name, spellings)| (folded(name), spellings.split_whitespace().collect())).collect()
});

fn folded(name: &str) -> String {
    words(name).concat().nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read_and_every_spelling_is_folded() {
        assert_eq!(SPELLINGS.len(), TABLE.lines().count());
        for spelling in SPELLINGS.values().flatten() {
            assert_eq!(words(spelling), [*spelling]);
        }
    }
}
