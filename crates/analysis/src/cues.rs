//! Finds the words and phrases that the style lines and the playbook count, from `cues.toml`, which
//! is compiled in.

mod book;
pub mod measures;
pub mod norms;
pub mod scope;
mod verbs;

use serde::Deserialize;

use self::book::{Book, Matches};
use self::measures::{LAST_OF_CONTENT, LONG_WORDS, SENTENCE_LENGTH, STRUCTURAL};
use self::norms::Norms;
use self::scope::{
    Scope, begins_nothing, begins_with_a_thing, gives_a_ratio, goes_worse, is_act_of_machine,
    is_between_things, is_missing, is_need_of_thing, is_of_machine, labels_a_part, lies_somewhere,
    names_a_part, names_another_thing,
};
use self::verbs::{has_own_subject, inflected};
use crate::lexicon::index_of;
use crate::segment::Token;
use fluence_domain::language::Language;

/// One occurrence of a measure in a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The index of the measure in [`Cues::names`].
    pub measure: usize,
    /// The index of its first token in the sentence.
    pub token: usize,
    /// The number of its tokens. 0 for punctuation, which follows the token or encloses it.
    pub tokens: usize,
}

static CUES_TOML: &str = include_str!("cues/cues.toml");

#[derive(Deserialize)]
struct File {
    measure: Vec<Measure>,
}

/// An entry of `cues.toml`, whose head explains how entries are written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Measure {
    name: String,
    /// Counts under a negation too.
    #[serde(default)]
    negated: bool,
    /// Counts in a question too.
    #[serde(default)]
    asked: bool,
    /// Counts only after “I” or “we” in English; Portuguese verb forms show their subject.
    #[serde(default)]
    own: bool,
    /// Does not count in a sentence that also reports bad news, which may be irony.
    #[serde(default)]
    earnest: bool,
    /// Also counts in sentences about the author or other persons: it reveals nothing private.
    #[serde(default)]
    rated: bool,
    /// Counts once in a sentence.
    #[serde(default)]
    once: bool,
    /// Does not count in a sentence about what a machine or a program does.
    #[serde(default)]
    personal: bool,
    /// Does not count in the name of a part of something: “result field”.
    #[serde(default)]
    noun: bool,
    /// Counts only for the author's own work: not for a vendor's, a timetable or a tariff.
    #[serde(default)]
    planned: bool,
    /// Does not count in a sentence about a vendor or another firm.
    #[serde(default)]
    ours: bool,
    /// Does not count in a sentence that addresses several people.
    #[serde(default)]
    one: bool,
    /// Does not count for what is missing, cancelled, refused, avoided or missed.
    #[serde(default)]
    present: bool,
    /// Does not count where something goes worse: “increased the number of errors”.
    #[serde(default)]
    good: bool,
    /// Does not count for what a machine does: “our system decides”.
    #[serde(default)]
    human: bool,
    /// Does not count for what belongs to a machine: “the target of the compiler”.
    #[serde(default)]
    owned: bool,
    /// Does not count in a post that shouts or insults, nor as a plea.
    #[serde(default)]
    civil: bool,
    /// Another measure, whose entries count for this one too.
    #[serde(default)]
    begins: bool,
    #[serde(default)]
    between: bool,
    #[serde(default)]
    felt: bool,
    #[serde(default)]
    spoken: bool,
    #[serde(default)]
    placed: bool,
    #[serde(default)]
    with: Option<String>,
    /// The English entries.
    en: String,
    /// The Portuguese entries.
    pt: String,
}

impl Measure {
    /// Whether an occurrence counts in its sentence.
    fn counts(&self, hit: &Hit, tokens: &[Token], text: &[char], scope: &Scope, language: Language) -> bool {
        let words = hit.token..hit.token + hit.tokens;
        self.counts_in(scope, hit.token)
            && !(self.noun && names_a_part(tokens, words.clone()))
            && !(self.noun && begins_with_a_thing(tokens, words.clone()))
            && !(self.spoken && labels_a_part(tokens, words.clone()))
            && !(self.placed && lies_somewhere(tokens, words.end))
            && !(self.begins && begins_nothing(tokens, hit.token))
            && !(self.between && is_between_things(tokens, hit.token))
            && !(self.felt && is_need_of_thing(tokens, hit.token))
            && !(self.planned && (scope.of_others || names_another_thing(tokens, words.clone())))
            && !(self.present && is_missing(tokens, words.clone()))
            && !(self.good && goes_worse(tokens, hit.token, text))
            && !(self.human && is_act_of_machine(tokens, hit.token))
            && !(self.owned && is_of_machine(tokens, words.end))
            && !(scope.machine && tokens[hit.token].norm == "will")
            && (!self.own || language == Language::Pt || has_own_subject(tokens, hit.token))
    }

    /// Whether a token counts in the scope of its sentence.
    fn counts_in(&self, scope: &Scope, token: usize) -> bool {
        let is_unsaid = scope.is_void(token)
            || !self.negated && scope.is_negated(token)
            || !self.asked && scope.asked
            || self.present && scope.is_undone(token);
        let is_of_another =
            self.personal && scope.machine || self.ours && scope.of_others || self.one && scope.to_several;
        let is_insincere = self.earnest && scope.adverse || self.civil && scope.is_uncivil();
        !is_unsaid && !is_of_another && !is_insincere
    }
}

/// The cues of both languages, and the norms of the counts.
#[derive(Debug)]
pub struct Cues {
    measures: Vec<Measure>,
    books: [Book; 2],
    /// The distribution of each measure in professional posts.
    pub norms: Norms,
}

impl Cues {
    /// Reads the compiled-in files.
    ///
    /// # Errors
    /// States what is wrong with a file.
    pub fn load() -> Result<Self, String> {
        let file: File = toml::from_str(CUES_TOML).map_err(|error| format!("cues: {error}"))?;
        let mut books = <[Book; 2]>::default();
        // The entries are leaked once and live as long as the program.
        let measures = file.measure;
        for (at, measure) in measures.iter().enumerate() {
            let with = measures.iter().find(|other| measure.with.as_ref() == Some(&other.name));
            for part in [Some(measure), with].into_iter().flatten() {
                books[index_of(Language::En)].add(at, part.en.clone().leak());
                books[index_of(Language::Pt)].add(at, part.pt.clone().leak());
            }
        }
        let names: Vec<&str> =
            measures.iter().map(|measure| measure.name.as_str()).chain(STRUCTURAL).collect();
        let norms = Norms::load(&names)?;
        Ok(Self { measures, books, norms })
    }

    /// Returns the number of measures.
    pub const fn measures(&self) -> usize {
        self.measures.len() + STRUCTURAL.len()
    }

    /// Returns the index of a measure by its name.
    pub fn index_of(&self, name: &str) -> Option<usize> {
        self.names().position(|measure| measure == name)
    }

    /// Returns the names of all measures, in the order of their indexes.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.measures.iter().map(|measure| measure.name.as_str()).chain(STRUCTURAL)
    }

    /// Returns the index of the first measure of [`STRUCTURAL`].
    pub(crate) const fn first_structural(&self) -> usize {
        self.measures.len()
    }

    /// Whether the measure is the mean sentence length, which is not a count.
    pub const fn is_sentence_length(&self, measure: usize) -> bool {
        measure == self.measures.len() + SENTENCE_LENGTH
    }

    /// Whether the measure counts long words.
    pub const fn is_long_words(&self, measure: usize) -> bool {
        measure == self.measures.len() + LONG_WORDS
    }

    /// Whether the measure also counts in sentences about the author or other persons, as a rate
    /// over the whole text.
    pub fn is_rated(&self, measure: usize) -> bool {
        let structural = || measure - self.measures.len() > LAST_OF_CONTENT;
        self.measures.get(measure).map_or_else(structural, |measure| measure.rated)
    }

    /// Returns the cues of a sentence that count in its scope, by measure, then by position.
    pub(crate) fn hits(
        &self,
        tokens: &[Token],
        text: &[char],
        scope: &Scope,
        language: Language,
    ) -> Vec<Hit> {
        if scope.foreign {
            return Vec::new();
        }
        let book = &self.books[index_of(language)];
        let Matches { mut found, taken_back, affirmed } = book.matches(tokens);
        for (at, token) in tokens.iter().enumerate() {
            let inflected = inflected(tokens, at, language, scope.machine);
            let named = |name| self.measures.iter().position(|measure| measure.name == name);
            if let Some(measure) = inflected.and_then(named) {
                found.push(Hit { measure, token: at, tokens: 1 });
            }
            for (stem, measure) in &book.stems {
                if token.norm.starts_with(stem) {
                    found.push(Hit { measure: *measure, token: at, tokens: 1 });
                }
            }
        }
        let is_taken_back =
            |hit: &Hit| taken_back.iter().any(|back| back.measure == hit.measure && back.covers(hit));
        let mut last_end = vec![0; self.measures.len()];
        found.sort_by_key(|hit| (hit.measure, hit.token, std::cmp::Reverse(hit.tokens)));
        found.retain(|hit| {
            let measure = &self.measures[hit.measure];
            let is_denied = affirmed.contains(&(hit.measure, hit.token))
                && (scope.is_negated(hit.token)
                    || is_of_machine(tokens, hit.token + hit.tokens)
                    || gives_a_ratio(tokens, hit.token..hit.token + hit.tokens));
            let stands =
                !is_denied && !is_taken_back(hit) && measure.counts(hit, tokens, text, scope, language);
            // Of overlapping entries, the one that begins first counts, then the longest.
            let is_free = hit.token >= last_end[hit.measure];
            if stands && is_free {
                last_end[hit.measure] = if measure.once { usize::MAX } else { hit.token + hit.tokens };
            }
            stands && is_free
        });
        found
    }
}

#[cfg(test)]
mod tests;
