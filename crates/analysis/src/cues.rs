//! The words and phrases that are counted, read from `cues.toml`, which is compiled in.

pub mod measures;
pub mod norms;
pub mod scope;

use std::collections::HashMap;

use serde::Deserialize;

use self::measures::{LAST_SAID, LONG_WORDS, SENTENCE_LENGTH, STRUCTURAL};
use self::norms::Norms;
use self::scope::Scope;
use crate::lexicon::side;
use crate::segment::Token;
use crate::vocabulary::first_person::{is_first_person_verb, may_be_first_person_verb};
use fluence_domain::language::Language;

/// One occurrence of a measure in a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Which measure.
    pub measure: usize,
    /// First word or number of the occurrence, by its place in the sentence.
    pub token: usize,
    /// How many of them it takes: none for a mark, which stands at its word.
    pub tokens: usize,
}

static CUES_TOML: &str = include_str!("cues/cues.toml");

/// Words between “I” or “we” and the verb of what they did.
const MAX_FROM_SUBJECT: usize = 3;
const SUBJECTS: [&str; 7] = ["i", "i've", "i'd", "we", "we've", "we'd", "let's"];

#[derive(Deserialize)]
struct File {
    measure: Vec<Measure>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Measure {
    name: String,
    #[serde(default)]
    negated: bool,
    #[serde(default)]
    asked: bool,
    #[serde(default)]
    own: bool,
    #[serde(default)]
    earnest: bool,
    #[serde(default)]
    rated: bool,
    #[serde(default)]
    once: bool,
    #[serde(default)]
    personal: bool,
    en: String,
    pt: String,
}

/// What an entry does to its measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Counts,
    CountsFirst,
    TakesBack,
    TakesBackSentence,
}

#[derive(Debug)]
struct Entry {
    measure: usize,
    kind: Kind,
    /// The words after the first one.
    rest: Vec<&'static str>,
}

#[derive(Debug, Default)]
struct Book {
    by_first_word: HashMap<&'static str, Vec<Entry>>,
    stems: Vec<(&'static str, usize)>,
}

/// All cues of both languages, and the norms of what they count.
#[derive(Debug)]
pub struct Cues {
    measures: Vec<Measure>,
    books: [Book; 2],
    /// Where the counts of professional posts lie.
    pub norms: Norms,
}

impl Cues {
    /// Reads the compiled-in files, or says what is wrong.
    pub fn load() -> Result<Self, String> {
        let file: File = toml::from_str(CUES_TOML).map_err(|error| format!("cues: {error}"))?;
        let mut books = <[Book; 2]>::default();
        // Leaked once: entries live as long as the program.
        let measures = file.measure;
        for (at, measure) in measures.iter().enumerate() {
            books[side(Language::En)].add(at, measure.en.clone().leak());
            books[side(Language::Pt)].add(at, measure.pt.clone().leak());
        }
        let names: Vec<&str> =
            measures.iter().map(|measure| measure.name.as_str()).chain(STRUCTURAL).collect();
        let norms = Norms::load(&names)?;
        Ok(Self { measures, books, norms })
    }

    /// How many measures there are.
    pub const fn measures(&self) -> usize {
        self.measures.len() + STRUCTURAL.len()
    }

    /// The place of a measure by its name.
    pub fn place_of(&self, name: &str) -> Option<usize> {
        self.names().position(|measure| measure == name)
    }

    /// The names of all measures, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.measures.iter().map(|measure| measure.name.as_str()).chain(STRUCTURAL)
    }

    pub(crate) const fn first_structural(&self) -> usize {
        self.measures.len()
    }

    /// Whether the measure is the mean length of sentences, which is no count.
    pub const fn is_sentence_length(&self, measure: usize) -> bool {
        measure == self.measures.len() + SENTENCE_LENGTH
    }

    /// Whether the measure counts long words.
    pub const fn is_long_words(&self, measure: usize) -> bool {
        measure == self.measures.len() + LONG_WORDS
    }

    /// Whether the measure also counts in sentences about the author, as a rate over the whole
    /// text.
    pub fn is_rated(&self, measure: usize) -> bool {
        let structural = || measure - self.measures.len() > LAST_SAID;
        self.measures.get(measure).map_or_else(structural, |measure| measure.rated)
    }

    /// The cues of a sentence that its scope leaves standing.
    pub(crate) fn hits(&self, tokens: &[Token], scope: &Scope, language: Language) -> Vec<Hit> {
        if scope.foreign {
            return Vec::new();
        }
        let book = &self.books[side(language)];
        let (mut found, mut taken_back) = (Vec::new(), Vec::new());
        for at in 0..tokens.len() {
            book.match_at(tokens, at, &mut found, &mut taken_back);
        }
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
            let stands = !is_taken_back(hit)
                && !scope.is_void(hit.token)
                && (measure.negated || !scope.is_negated(hit.token))
                && (measure.asked || !scope.asked)
                && !(measure.earnest && scope.adverse)
                && !(measure.personal && scope.machine)
                && !(scope.machine && tokens[hit.token].norm == "will")
                && (!measure.own || language == Language::Pt || has_own_subject(tokens, hit.token));
            // Of entries that overlap, the one that begins first and is longest counts.
            let is_free = hit.token >= last_end[hit.measure];
            if stands && is_free {
                last_end[hit.measure] = if measure.once { usize::MAX } else { hit.token + hit.tokens };
            }
            stands && is_free
        });
        found
    }
}

/// An entry that takes a measure back, and where.
struct TakenBack {
    measure: usize,
    /// None for the whole sentence.
    range: Option<std::ops::Range<usize>>,
}

impl TakenBack {
    fn covers(&self, hit: &Hit) -> bool {
        self.range.as_ref().is_none_or(|range| {
            range.len() > hit.tokens && range.start < hit.token + hit.tokens && hit.token < range.end
        })
    }
}

impl Book {
    fn add(&mut self, measure: usize, entries: &'static str) {
        for entry in entries.split_whitespace() {
            let (kind, pattern) = match entry.strip_prefix("!!").map(|rest| (Kind::TakesBackSentence, rest)) {
                Some(found) => found,
                None => match (entry.strip_prefix('!'), entry.strip_prefix('^')) {
                    (Some(rest), _) => (Kind::TakesBack, rest),
                    (None, Some(rest)) => (Kind::CountsFirst, rest),
                    (None, None) => (Kind::Counts, entry),
                },
            };
            if let Some(stem) = pattern.strip_suffix('*') {
                self.stems.push((stem, measure));
                continue;
            }
            let mut words = pattern.split('_');
            let Some(first) = words.next() else { continue };
            self.by_first_word.entry(first).or_default().push(Entry { measure, kind, rest: words.collect() });
        }
    }

    fn match_at(&self, tokens: &[Token], at: usize, found: &mut Vec<Hit>, taken_back: &mut Vec<TakenBack>) {
        let Some(entries) = self.by_first_word.get(tokens[at].norm.as_str()) else { return };
        for entry in entries {
            let end = at + 1 + entry.rest.len();
            let follows =
                |tokens: &[Token]| tokens.iter().zip(&entry.rest).all(|(token, word)| token.norm == *word);
            if !tokens.get(at + 1..end).is_some_and(follows) {
                continue;
            }
            match entry.kind {
                Kind::CountsFirst if at > 0 => {}
                Kind::Counts | Kind::CountsFirst => {
                    found.push(Hit { measure: entry.measure, token: at, tokens: end - at });
                }
                Kind::TakesBack => {
                    taken_back.push(TakenBack { measure: entry.measure, range: Some(at..end) })
                }
                Kind::TakesBackSentence => taken_back.push(TakenBack { measure: entry.measure, range: None }),
            }
        }
    }
}

fn has_own_subject(tokens: &[Token], at: usize) -> bool {
    let from = at.saturating_sub(MAX_FROM_SUBJECT);
    tokens[from..at].iter().any(|token| SUBJECTS.contains(&token.norm.as_str()))
}

/// Whether a Portuguese verb is in the first person singular: “escrevi”, “prefiro”. After an
/// article or a preposition it is a noun: “o preparo”; before one, at the beginning, it is none:
/// “preparo toda negociação”.
fn is_first_person(tokens: &[Token], at: usize) -> bool {
    const BEFORE_NOUNS: [&str; 26] = [
        "o", "a", "os", "as", "um", "uma", "de", "do", "da", "dos", "das", "em", "no", "na", "ao", "à",
        "com", "sem", "por", "pelo", "pela", "para", "cada", "este", "esse", "todo",
    ];
    const DETERMINERS: [&str; 14] = [
        "o", "a", "os", "as", "um", "uma", "cada", "todo", "toda", "todos", "todas", "meu", "minha", "nosso",
    ];
    let is_noun = at > 0 && BEFORE_NOUNS.contains(&tokens[at - 1].norm.as_str());
    let word = tokens[at].norm.as_str();
    let takes_object = at == 0 && tokens.get(1).is_some_and(|next| DETERMINERS.contains(&next.norm.as_str()));
    let is_verb = is_first_person_verb(word) || takes_object && may_be_first_person_verb(word);
    !is_noun && (at == 0 || !tokens[at].titlecase) && is_verb
}

/// The measure that the ending of a Portuguese verb counts for: “fizemos”, “aprendi”, “vai
/// chegar”, “chegará”.
fn inflected(tokens: &[Token], at: usize, language: Language, of_machine: bool) -> Option<&'static str> {
    const GENERAL_SUBJECTS: [&str; 4] = ["você", "vocês", "cê", "quem"];
    const NO_VERBS: [&str; 16] = [
        "últimos",
        "próximos",
        "mínimos",
        "máximos",
        "íntimos",
        "ótimos",
        "péssimos",
        "legítimos",
        "anônimos",
        "extremos",
        "supremos",
        "termos",
        "ramos",
        "números",
        "remos",
        "demos",
    ];
    if language != Language::Pt {
        return None;
    }
    let word = tokens[at].norm.as_str();
    let letters = word.chars().count();
    let ends = |endings: &[&str]| endings.iter().any(|ending| word.ends_with(ending));
    if letters >= 5 && ends(&["amos", "emos", "imos"]) && !NO_VERBS.contains(&word) {
        return Some("we");
    }
    if is_first_person(tokens, at) {
        return Some("first_person");
    }
    let is_going = matches!(word, "vou" | "vai" | "vamos" | "vão");
    let infinitive = |token: &Token| {
        token.norm.chars().count() >= 3
            && ["ar", "er", "ir"].iter().any(|ending| token.norm.ends_with(ending))
    };
    let is_general = tokens[..at].iter().any(|token| GENERAL_SUBJECTS.contains(&token.norm.as_str()));
    let goes_on = is_going && !is_general && tokens.get(at + 1).is_some_and(infinitive);
    // “declará-la” is an infinitive with its object.
    let has_object =
        tokens.get(at + 1).is_some_and(|next| matches!(next.norm.as_str(), "la" | "lo" | "las" | "los"));
    let simple = !has_object
        && letters >= 5
        && ends(&["ará", "erá", "irá", "arão", "erão", "irão", "aremos", "eremos", "iremos"]);
    let is_machine = of_machine && (ends(&["á", "ão"]) || word == "vai");
    (!is_machine && (goes_on || simple && word != "será" && word != "verão")).then_some("future")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::model;
    use crate::{clean, segment};

    fn counted(text: &str, language: Language) -> Vec<String> {
        let cues = &model().cues;
        let chars: Vec<char> = text.chars().collect();
        let names: Vec<&str> = cues.names().collect();
        let (mut found, mut before) = (Vec::new(), None::<Scope>);
        for sentence in segment::sentences(&chars, &clean::own_prose(&chars)) {
            let alone = Scope::of(&sentence, &chars, language, &model().lexicon);
            let scope = match before {
                Some(before) => alone.after(&before, &sentence.tokens),
                None => alone,
            };
            let hits = cues.hits(&sentence.tokens, &scope, language);
            found.extend(hits.iter().map(|hit| names[hit.measure].to_owned()));
            before = Some(scope);
        }
        found
    }

    fn english(text: &str) -> Vec<String> {
        counted(text, Language::En)
    }

    fn portuguese(text: &str) -> Vec<String> {
        counted(text, Language::Pt)
    }

    fn shows(found: &[String], measure: &str) -> bool {
        found.iter().any(|name| name == measure)
    }

    #[test]
    fn what_is_denied_is_no_thanks() {
        assert!(!shows(&english("He won't be grateful either."), "thanks"));
        assert!(!shows(&english("Thanks to the new cache the page loads fast."), "thanks"));
        assert!(shows(&english("Thank you to everyone who helped with it."), "thanks"));
        assert!(!shows(&portuguese("O fornecedor foi obrigado a refazer a peça."), "thanks"));
        assert!(shows(&portuguese("Obrigada a todos que ajudaram na virada."), "thanks"));
    }

    #[test]
    fn irony_beside_bad_news_is_no_thanks() {
        assert!(!shows(&english("Thank you, router, for another outage."), "thanks"));
        assert!(!shows(&portuguese("Obrigado, roteador, por mais uma queda."), "thanks"));
    }

    #[test]
    fn irony_reaches_the_next_sentence() {
        for text in [
            "Another wonderful outage, thank you so much. Just brilliant.",
            "The router broke again. Just brilliant.",
            "Thank you, router, for another outage. We are all so grateful.",
        ] {
            assert!(!shows(&english(text), "warmth"), "{text}");
        }
        assert!(!shows(&portuguese("O roteador caiu de novo. Parabéns."), "warmth"));
        assert!(!shows(&portuguese("Obrigada, sistema, por mais uma pane. Maravilhoso mesmo."), "warmth"));
        assert!(shows(
            &english("The pump broke at noon. Thank you to the night shift for staying."),
            "warmth"
        ));
        assert!(shows(&portuguese("A bomba quebrou. Agradeço à equipe da noite pela ajuda."), "warmth"));
    }

    #[test]
    fn names_quotations_and_reported_words_count_for_nothing() {
        assert!(!shows(&english("The Risk Committee meets with the Planning Office."), "risks"));
        assert!(!shows(&english("They banned the word \"deadline\" from the chat."), "plans"));
        assert!(!shows(&english("Their controls lead asked why we had no deadline."), "plans"));
        assert!(!shows(&english("She said that the decision was late."), "control"));
        assert!(!shows(&portuguese("A gerente de planejamento mudou de sala."), "plans"));
        assert!(!shows(&portuguese("Ele disse que a decisão atrasou."), "control"));
    }

    #[test]
    fn questions_are_no_plans_and_go_or_no_go_starts_nothing() {
        assert!(!shows(&portuguese("Será que vai chegar amanhã?"), "future"));
        assert!(shows(&portuguese("A carga vai chegar amanhã."), "future"));
        assert!(!shows(&english("Which day is go or no-go."), "initiative"));
        assert!(shows(&english("We quickly built a test rig."), "initiative"));
        assert!(!shows(&english("The vendor built a test rig."), "initiative"));
    }

    #[test]
    fn the_longest_entry_wins() {
        assert!(!shows(&english("It is not only fast but small."), "counterpoints"));
        assert!(shows(&english("It is fast but large."), "counterpoints"));
        assert!(!shows(&portuguese("Não só é rápido, mas também é leve."), "counterpoints"));
        assert!(!shows(&portuguese("O plano de saúde mudou."), "plans"));
    }

    /// Sentences of which it was judged whether they show a measure: what a thing or a program
    /// does, and what a word means beside another, shows nothing of a person.
    #[test]
    fn judged_sentences_count_or_do_not() {
        let lines = include_str!("cues/judged.tsv").lines().filter(|line| !line.starts_with('#'));
        let wrong: Vec<&str> = lines
            .filter(|line| {
                let fields: Vec<&str> = line.split('\t').collect();
                let [language, measure, verdict, sentence] = fields[..] else { return true };
                let language = if language == "pt" { Language::Pt } else { Language::En };
                shows(&counted(sentence, language), measure) != (verdict == "shows")
            })
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn a_new_way_counts_once_in_a_sentence() {
        let new = |found: Vec<String>| found.iter().filter(|name| *name == "novelty").count();
        assert_eq!(new(english("We tried the prototype and the redesign in one experiment.")), 1);
        assert_eq!(new(portuguese("Experimentamos o protótipo e repensamos o redesenho.")), 1);
    }

    #[test]
    fn a_look_ahead_counts_once_in_a_sentence() {
        let future = |found: Vec<String>| found.iter().filter(|name| *name == "future").count();
        assert_eq!(future(english("The report will be published next week.")), 1);
        assert_eq!(future(portuguese("Amanhã a carga vai chegar.")), 1);
    }

    #[test]
    fn every_measure_has_cues_in_both_languages() {
        for measure in &model().cues.measures {
            assert!(
                measure.en.split(' ').count() >= 8 && measure.pt.split(' ').count() >= 4,
                "{}",
                measure.name
            );
        }
    }
}
