//! Decides whether a hashtag is about work: it consists of words of trades and small words only.
//!
//! A hashtag has no context, and most private ones have no private word: “#onedayatatime”. So a tag
//! is taken for one about work only if its words are known to be.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::{Classes, Vocabulary};
use fluence_domain::language::Language;

/// Words that may join the words of a tag, in either language.
const JOINING: &[&str] = &[
    "and", "of", "the", "for", "in", "to", "at", "on", "with", "by", "is", "are", "we", "our", "my", "how",
    "e", "de", "da", "do", "das", "dos", "em", "com", "para", "por", "nosso", "nossa",
];
/// The most letters of a tag that is read, and of one of its words.
const MAX_LETTERS: usize = 60;
const MAX_WORD_LETTERS: usize = 24;

/// The fewest letters of a word of a hashtag, unless it is listed for hashtags, like “hr”.
const MIN_TOPIC_LETTERS: usize = 3;

static TOPICS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let vocabularies = [Language::En, Language::Pt].map(Vocabulary::of);
    let written = |word: &str| plain(&word.replace(' ', ""));
    let topics = vocabularies.iter().flat_map(|vocabulary| vocabulary.topics()).map(written);
    let mut topics: HashSet<String> = topics.collect();
    for private in vocabularies.iter().flat_map(|vocabulary| vocabulary.words_with_private_sense()) {
        topics.remove(&written(private));
    }
    topics
});

impl Vocabulary {
    /// Returns the words and phrases that may be parts of a hashtag about work.
    fn topics(&self) -> impl Iterator<Item = &str> {
        // Forms of verbs such as “graví” are no words of tags, but would be the start of “gravida”.
        let is_word = |word: &str| word.len() >= MIN_TOPIC_LETTERS && !word.ends_with('í');
        let is_topic = move |word: &str, classes: &Classes| {
            classes.is_topic_of_work() && (is_word(word) || classes.meets(Classes::TOPIC))
        };
        self.words
            .iter()
            .filter(move |(word, classes)| is_topic(word, classes))
            .map(|(word, _)| word.as_str())
    }

    fn words_with_private_sense(&self) -> impl Iterator<Item = &str> {
        let is_private = |classes: &Classes| classes.has_private_sense() && !classes.is_topic_of_work();
        self.words.iter().filter(move |(_, classes)| is_private(classes)).map(|(word, _)| word.as_str())
    }
}

/// Whether a hashtag, in lower case, consists of words of work. Digits may stand after its words.
pub(crate) fn is_tag_of_work(tag: &str) -> bool {
    let letters: Vec<char> = plain(tag).chars().collect();
    let letters = match letters.iter().rposition(|c| !c.is_ascii_digit()) {
        Some(last) if last < MAX_LETTERS => &letters[..=last],
        _ => return false,
    };
    // For each place whether the letters up to it are small words only, and whether they are words
    // of which one is a topic of work.
    let mut reached = vec![(false, false); letters.len() + 1];
    reached[0] = (true, false);
    for end in 1..=letters.len() {
        for start in end.saturating_sub(MAX_WORD_LETTERS)..end {
            let (is_small, has_topic) = reached[start];
            if !is_small && !has_topic {
                continue;
            }
            let word: String = letters[start..end].iter().collect();
            if TOPICS.contains(&word) {
                reached[end].1 = true;
            } else if JOINING.contains(&word.as_str()) {
                reached[end].0 |= is_small;
                reached[end].1 |= has_topic;
            }
        }
    }
    reached[letters.len()].1
}

/// Returns the text without the accents of Portuguese, which many tags omit.
fn plain(text: &str) -> String {
    let letter = |c: char| match c {
        'á' | 'à' | 'â' | 'ã' => 'a',
        'é' | 'ê' => 'e',
        'í' => 'i',
        'ó' | 'ô' | 'õ' => 'o',
        'ú' | 'ü' => 'u',
        'ç' => 'c',
        other => other,
    };
    text.chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_of_words_of_work_are_distinguished_from_others() {
        for tag in
            ["logistics", "supplychain", "internetofthings", "inovacao", "gestãodeprojetos", "ces2026tech"]
        {
            assert_eq!(is_tag_of_work(tag), tag != "ces2026tech", "{tag}");
        }
        for tag in ["onedayatatime", "depressed", "fiv", "t1d", "of", "2026", "блог", ""] {
            assert!(!is_tag_of_work(tag), "{tag}");
        }
    }
}
