//! Words that are part of a name, and words that are mentioned rather than used.

mod words;

use self::words::{
    ABSTRACT, ABSTRACT_ENDINGS, ABSTRACT_ENDINGS_PT, ABSTRACT_PT, AFTER_SUBJECT, ARTICLES, FIELDS, PARTS,
    PORTUGUESE_PARTS,
};
pub(super) use self::words::{MENTIONS, ROLE_AFTER, ROLE_BEFORE};
use super::machines::is_determiner;
use crate::segment::Token;
use std::ops::Range;

/// Words before a verb that make it no part of a name.
const PRONOUNS: &[&str] = &["i", "we", "you", "they", "he", "she", "to"];
/// Endings of participles, which belong to a name only after a determiner: “the approved list”.
const PARTICIPLES: [&str; 3] = ["ed", "ing", "responsible"];
const OF: &[&str] = &["de", "do", "da", "dos", "das"];
/// Words after which a name is mentioned: “Members first is the name of our tariff”.
const NAMING: [[&str; 4]; 6] = [
    ["is", "the", "name", "of"],
    ["is", "the", "title", "of"],
    ["é", "o", "nome", "do"],
    ["é", "o", "nome", "da"],
    ["é", "o", "título", "do"],
    ["é", "o", "título", "da"],
];

/// Whether the tokens in `words` belong to the name of a part: “the result field”, “the approved
/// vendor list”, “o campo de resultado”, “a coluna meta”.
pub(in crate::cues) fn names_a_part(tokens: &[Token], words: Range<usize>) -> bool {
    let is = |at: Option<usize>, list: &[&str]| is_any(tokens, at, list);
    let before = |steps| words.start.checked_sub(steps);
    let last = tokens[words.end - 1].norm.as_str();
    let is_determined = is_determined(tokens, words.start);
    let is_participle = words.len() == 1 && PARTICIPLES.iter().any(|ending| last.ends_with(ending));
    let may_begin = is_determined || !is_participle && !is(before(1), PRONOUNS);
    may_begin && is(Some(words.end), PARTS)
        || is_determined && is_participle && is(Some(words.end + 1), PARTS)
        || is(before(1), OF) && is(before(2), PORTUGUESE_PARTS)
        || is(before(1), FIELDS)
        || is(before(1), &["com"]) && is(before(2), FIELDS)
}

/// Whether the sentence begins with a thing that is named after what the tokens in `words` say:
/// “the risk drawer is locked”, “o ícone de prazo”. An abstract noun keeps the sense: “the decision
/// process is slow”, “a gestão de prazos”.
pub(in crate::cues) fn begins_with_a_thing(tokens: &[Token], words: Range<usize>) -> bool {
    let is = |at: usize, list: &[&str]| is_any(tokens, Some(at), list);
    let is_article = is(0, ARTICLES);
    let word = |at: usize| tokens.get(at).map_or("", |token| token.norm.as_str());
    let ends = |at: usize, endings: &[&str]| endings.iter().any(|ending| word(at).ends_with(ending));
    let in_english = || {
        let head = words.end;
        let is_noun = !ends(words.end - 1, &["ed", "ble", "sky"]);
        let is_thing = tokens.get(head).is_some_and(|token| token.is_word && !token.titlecase)
            && !ends(head, ABSTRACT_ENDINGS)
            && !is(head, ABSTRACT);
        words.start <= 1 && is_noun && is_thing && (is(head + 1, AFTER_SUBJECT) || ends(head + 1, &["ed"]))
    };
    let in_portuguese =
        || words.start == 3 && is(2, &["de"]) && !ends(1, ABSTRACT_ENDINGS_PT) && !is(1, ABSTRACT_PT);
    is_article && (in_english() || in_portuguese())
}

/// Whether the tokens in `words`, which name no thing by themselves, are the label of a part: “the
/// because field”, “o campo porque”.
pub(in crate::cues) fn labels_a_part(tokens: &[Token], words: Range<usize>) -> bool {
    let is = |at: Option<usize>, list: &[&str]| is_any(tokens, at, list);
    let before = |steps| words.start.checked_sub(steps);
    is_determined(tokens, words.start) && is(Some(words.end), PARTS)
        || words.start <= 2 && is(before(1), FIELDS)
        || is(before(1), &["de", "do", "da", "com"]) && is(before(2), FIELDS)
        || is(before(1), &["de"]) && is(before(2), &["fila", "lista"])
}

/// Whether the sentence says what is called by its first words: “… is the name of our tariff”.
pub(super) fn explains_a_name(tokens: &[Token]) -> bool {
    tokens.windows(4).any(|part| {
        NAMING.iter().any(|naming| part.iter().zip(naming).all(|(token, word)| token.norm == *word))
    })
}

/// Whether a determiner stands before the position.
fn is_determined(tokens: &[Token], at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| &tokens[before]);
    before.is_some_and(|token| is_determiner(token) && !PRONOUNS.contains(&token.norm.as_str()))
}

fn is_any(tokens: &[Token], at: Option<usize>, list: &[&str]) -> bool {
    at.and_then(|at| tokens.get(at)).is_some_and(|token| list.contains(&token.norm.as_str()))
}
