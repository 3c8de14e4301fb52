//! Counts cues, figures, punctuation and long words for the style lines and the playbook.
//!
//! A lexicon that scores traits may be vague, because errors cancel out over a text. A line of
//! advice quotes the sentence that it rests on, so it must count what it says. [`super::cues`]
//! lists unambiguous words and phrases, [`super::cues::scope`] excludes those that a negation, a
//! question, a quotation or a name changes, and [`super::cues::norms`] compares the counts with
//! professional posts of the same length.

pub(crate) mod figures;

use std::collections::HashSet;

use super::cues::Hit;
use super::cues::measures::{
    ASIDES, DURATIONS, ELLIPSES, EXCLAMATIONS, FIGURES, LONG_WORD_LETTERS, LONG_WORDS, QUESTIONS,
};
use super::cues::scope::Scope;
use super::model::Model;
use super::permission::Permission;
use super::reading::{Placed, Reading, Texts};
use super::segment::Token;
use fluence_domain::language::Language;

/// The count of one measure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Occurrences.
    pub occurrences: u32,
    /// Posts with at least one occurrence.
    pub posts: u32,
}

/// The words and sentences of a whole text. Lengths reveal nothing private, so every sentence
/// counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lengths {
    /// Words.
    pub words: u32,
    /// Sentences.
    pub sentences: u32,
}

impl Lengths {
    /// Returns the mean number of words per sentence.
    pub fn mean(self) -> f64 {
        f64::from(self.words) / f64::from(self.sentences.max(1))
    }
}

/// The counts of every measure in a text.
#[derive(Debug)]
pub struct Style {
    /// Words of the sentences in which every measure counts: those that may be quoted or counted.
    pub countable_words: u32,
    /// Words of the sentences in which rated measures count: all that are not withheld.
    pub words: u32,
    /// Words and sentences of the whole text.
    pub lengths: Lengths,
    /// By measure.
    counts: Vec<Count>,
    /// By sentence.
    hits: Vec<Vec<Hit>>,
}

impl Style {
    /// Counts the sentences of one language. A repeated sentence, such as a motto, counts once.
    pub fn of(texts: &Texts, reading: &Reading<'_>, language: Language, model: &Model) -> Self {
        let cues = &model.cues;
        let mut style = Self {
            countable_words: 0,
            words: 0,
            lengths: Lengths::default(),
            counts: vec![Count::default(); cues.measures()],
            hits: Vec::with_capacity(texts.sentences.len()),
        };
        let mut last_post = vec![usize::MAX; cues.measures()];
        let mut seen = HashSet::new();
        let mut before: Option<(usize, Scope)> = None;
        for placed in &texts.sentences {
            let (text, tokens) = (reading.chars_of(placed.post), &placed.sentence.tokens);
            let alone = Scope::of(&placed.sentence, text, language, &model.lexicon);
            let scope = match before.filter(|(post, _)| *post == placed.post) {
                Some((_, before)) => alone.after(&before, tokens),
                None => alone.first_in(text),
            };
            let is_new = seen.insert(wording(placed));
            if is_new {
                style.lengths.words += placed.counts.words;
                style.lengths.sentences += 1;
            }
            let hits = if is_new && placed.permission != Permission::Withheld {
                style.read(placed, text, &scope, language, model)
            } else {
                Vec::new()
            };
            before = Some((placed.post, scope));
            for hit in &hits {
                let count = &mut style.counts[hit.measure];
                count.occurrences += 1;
                if last_post[hit.measure] != placed.post {
                    last_post[hit.measure] = placed.post;
                    count.posts += 1;
                }
            }
            style.hits.push(hits);
        }
        style
    }

    /// Adds the words of a sentence and returns its hits.
    fn read(
        &mut self,
        placed: &Placed,
        text: &[char],
        scope: &Scope,
        language: Language,
        model: &Model,
    ) -> Vec<Hit> {
        let cues = &model.cues;
        let is_countable = matches!(placed.permission, Permission::Quoted | Permission::Counted);
        self.words += placed.counts.words;
        self.countable_words += if is_countable { placed.counts.words } else { 0 };
        let mut hits = cues.hits(&placed.sentence.tokens, text, scope, language);
        let first = cues.first_structural();
        let mut add = |which: usize, token: usize, tokens: usize| {
            hits.push(Hit { measure: first + which, token, tokens });
        };
        for (token, tokens) in figures::figures(&placed.sentence, text) {
            if !scope.is_void(token) && !figures::is_needless(&placed.sentence.tokens, token) {
                add(FIGURES, token, tokens);
            }
        }
        for (token, tokens) in figures::durations(&placed.sentence, text, language) {
            if !scope.is_void(token) && !scope.asked {
                add(DURATIONS, token, tokens);
            }
        }
        let last = placed.sentence.tokens.len() - 1;
        if scope.asked {
            add(QUESTIONS, last, 0);
        }
        if placed.sentence.exclaims {
            add(EXCLAMATIONS, last, 0);
        }
        figures::ellipses(&placed.sentence, text).into_iter().for_each(|token| add(ELLIPSES, token, 0));
        figures::asides(&placed.sentence, text).into_iter().for_each(|token| add(ASIDES, token, 0));
        for (token, word) in placed.sentence.tokens.iter().enumerate() {
            if word.is_word && word.letters() >= LONG_WORD_LETTERS && !scope.is_void(token) {
                add(LONG_WORDS, token, 1);
            }
        }
        hits.retain(|hit| is_countable || cues.is_rated(hit.measure));
        hits
    }

    /// Returns the count of a measure by its index.
    pub fn count(&self, measure: usize) -> Count {
        self.counts[measure]
    }

    /// Returns the hits in a sentence, by its index in [`Texts::sentences`].
    pub fn hits(&self, sentence: usize) -> &[Hit] {
        &self.hits[sentence]
    }
}

/// The fewest letters of a word that carries meaning.
const MIN_CONTENT_LETTERS: usize = 4;

/// Whether a token may carry meaning by itself: numbers, names and short words do not.
pub fn carries_meaning(token: &Token) -> bool {
    token.is_word && !token.titlecase && token.letters() >= MIN_CONTENT_LETTERS
}

/// Returns the normalised words of a sentence. Sentences with equal words are repeated ones.
fn wording(placed: &Placed) -> String {
    placed.sentence.tokens.iter().map(|token| token.norm.as_str()).collect::<Vec<_>>().join(" ")
}
