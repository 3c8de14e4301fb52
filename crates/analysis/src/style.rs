//! What a person's writing shows plainly: cues, figures and marks, counted for the style lines and
//! the playbook.
//!
//! A lexicon that scores traits may be vague, since errors cancel out over a text. A line of advice
//! stands beside the sentence that it rests on, so what it counts must be what it says:
//! [`super::cues`] lists plain words and phrases, [`super::cues::scope`] takes back those that a
//! negation, a question, a quotation or a name changes, and [`super::cues::norms`] compares the
//! counts with professional posts of the same length.

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

/// What was counted of one measure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Occurrences.
    pub occurrences: u32,
    /// Posts that hold one.
    pub posts: u32,
}

/// How much the sentences of a text hold: all of them, since a length tells nothing private.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lengths {
    /// Words.
    pub words: u32,
    /// Sentences.
    pub sentences: u32,
}

impl Lengths {
    /// Words per sentence.
    pub fn mean(self) -> f64 {
        f64::from(self.words) / f64::from(self.sentences.max(1))
    }
}

/// What a text shows of every measure.
#[derive(Debug)]
pub struct Style {
    /// Words of the sentences that lines may count in.
    pub countable_words: u32,
    /// Words of all sentences but those about private matters.
    pub words: u32,
    /// Words and sentences of the whole text.
    pub lengths: Lengths,
    counts: Vec<Count>,
    hits: Vec<Vec<Hit>>,
}

impl Style {
    /// Counts the sentences of a language. A sentence that recurs, such as a motto, counts once.
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
            let mut scope = Scope::of(&placed.sentence, text, language, &model.lexicon);
            if let Some((_, before)) = before.filter(|(post, _)| *post == placed.post) {
                scope = scope.after(&before, tokens);
            }
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
        let mut hits = cues.hits(&placed.sentence.tokens, scope, language);
        let first = cues.first_structural();
        let mut add = |which: usize, token: usize, tokens: usize| {
            hits.push(Hit { measure: first + which, token, tokens });
        };
        for (token, tokens) in figures::figures(&placed.sentence, text) {
            if !scope.is_void(token) {
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
        if placed.sentence.marks.exclamation > 0 {
            add(EXCLAMATIONS, last, 0);
        }
        figures::ellipses(&placed.sentence, text).into_iter().for_each(|token| add(ELLIPSES, token, 0));
        figures::asides(&placed.sentence, text).into_iter().for_each(|token| add(ASIDES, token, 0));
        for (token, word) in placed.sentence.tokens.iter().enumerate() {
            if word.is_word && word.norm.chars().count() >= LONG_WORD_LETTERS && !scope.is_void(token) {
                add(LONG_WORDS, token, 1);
            }
        }
        hits.retain(|hit| is_countable || cues.is_rated(hit.measure));
        hits
    }

    /// What was counted of a measure.
    pub fn count(&self, measure: usize) -> Count {
        self.counts[measure]
    }

    /// The occurrences in a sentence, by its place among the texts.
    pub fn hits(&self, sentence: usize) -> &[Hit] {
        &self.hits[sentence]
    }
}

/// Letters of a word that carries meaning.
const CONTENT_LETTERS: usize = 4;

/// Whether a word may carry meaning by itself: no number, no name, no small word.
pub fn carries_meaning(token: &Token) -> bool {
    token.is_word && !token.titlecase && token.norm.chars().count() >= CONTENT_LETTERS
}

/// The words of a sentence, whatever its marks and letter case.
fn wording(placed: &Placed) -> String {
    placed.sentence.tokens.iter().map(|token| token.norm.as_str()).collect::<Vec<_>>().join(" ")
}
