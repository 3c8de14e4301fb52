//! Finds the subject of a verb: by the words before it in English, by its ending in Portuguese.

use crate::segment::Token;
use crate::vocabulary::first_person::{is_first_person_verb, may_be_first_person_verb};
use fluence_domain::language::Language;

/// “I” or “we” is at most this many words before its verb.
const MAX_FROM_SUBJECT: usize = 3;
const SUBJECTS: [&str; 7] = ["i", "i've", "i'd", "we", "we've", "we'd", "let's"];

/// Whether “I” or “we” is among the [`MAX_FROM_SUBJECT`] words before a token.
pub(super) fn has_own_subject(tokens: &[Token], at: usize) -> bool {
    let from = at.saturating_sub(MAX_FROM_SUBJECT);
    tokens[from..at].iter().any(|token| SUBJECTS.contains(&token.norm.as_str()))
}

/// Whether a token is a Portuguese verb in the first person singular: “escrevi”, “prefiro”. After
/// an article or a preposition it is a noun: “o preparo”. At the start, before a determiner, even a
/// noun's spelling is a verb: “preparo toda negociação”.
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

/// Returns the measure that a Portuguese verb form counts for: `we` (“fizemos”), `first_person`
/// (“aprendi”) or `future` (“vai chegar”, “chegará”).
pub(super) fn inflected(
    tokens: &[Token],
    at: usize,
    language: Language,
    of_machine: bool,
) -> Option<&'static str> {
    const GENERAL_SUBJECTS: [&str; 4] = ["você", "vocês", "cê", "quem"];
    const NOT_VERBS: [&str; 16] = [
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
    if letters >= 5 && ends(&["amos", "emos", "imos"]) && !NOT_VERBS.contains(&word) {
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
    // “declará-la” is an infinitive with an object, not a future.
    let has_object =
        tokens.get(at + 1).is_some_and(|next| matches!(next.norm.as_str(), "la" | "lo" | "las" | "los"));
    let simple = !has_object
        && letters >= 5
        && ends(&["ará", "erá", "irá", "arão", "erão", "irão", "aremos", "eremos", "iremos"]);
    let is_machine = of_machine && (ends(&["á", "ão"]) || word == "vai");
    (!is_machine && (goes_on || simple && word != "será" && word != "verão")).then_some("future")
}
