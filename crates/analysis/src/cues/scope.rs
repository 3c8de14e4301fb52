//! What changes the meaning of a cue: negation, questions, quotations, names, other people's words.

mod senses;
mod words;

pub(crate) use self::senses::is_of_others;
pub(super) use self::senses::names_another_thing;
use self::senses::{is_scornful, speaks_to_several};
use self::words::{
    ADVERSE, ARTICLES, CLAUSE_MARKS, CLAUSE_WORDS, DETERMINERS, DISMISSING, DISMISSING_PAIRS, MACHINES,
    MENTIONS, MID_SUPPOSITIONS, NEGATING_PAIRS, NEGATIONS, OWN, PARTS, PERSONAL, PORTUGUESE_PARTS, PRAISE,
    REPORTING, ROLE_AFTER, ROLE_BEFORE, SUBJECT_ENDS, SUPPOSITIONS, TENDERS, THANKS,
};
use crate::lexicon::{Lexicon, bits, index_of};
use crate::segment::{Sentence, Token};
use fluence_domain::language::Language;

/// Words after a negation that it reaches, up to the end of the clause.
const NEGATION_REACH: usize = 6;
/// Words before a negation of which it denies something: “photos never show it”.
const NEGATION_REACH_BACK: usize = 3;
/// Words of a sentence that is no more than an exclamation: “just brilliant”.
const MAX_EXCLAIMED: usize = 3;
/// Words of a subject up to its noun: “the old fire alarm”.
const MAX_SUBJECT: usize = 4;
/// Marker words of the other language from which a sentence is in it.
const MIN_FOREIGN: u32 = 2;

/// The scope of each word of a sentence.
#[derive(Debug)]
pub(crate) struct Scope {
    void: Vec<bool>,
    negated: Vec<bool>,
    /// It is a question.
    pub(crate) asked: bool,
    /// It tells of something bad.
    pub(crate) adverse: bool,
    /// It is in the other language.
    pub(crate) foreign: bool,
    /// It tells what a machine or a program does.
    pub(crate) machine: bool,
    /// It tells of a vendor or another party, and not of the author's side.
    pub(crate) of_others: bool,
    /// It speaks to several people.
    pub(crate) to_several: bool,
    /// It praises or thanks beside bad news, which may be irony.
    ironic: bool,
}

impl Scope {
    /// Reads a sentence of the post `text`.
    pub(crate) fn of(sentence: &Sentence, text: &[char], language: Language, lexicon: &Lexicon) -> Self {
        let tokens = &sentence.tokens;
        let mut scope = Self {
            void: vec![false; tokens.len()],
            negated: vec![false; tokens.len()],
            asked: sentence.marks.question > 0,
            adverse: is_adverse(tokens),
            foreign: is_foreign(tokens, language, lexicon),
            machine: has_machine_as_subject(tokens),
            of_others: is_of_others(tokens),
            to_several: speaks_to_several(tokens),
            ironic: is_adverse(tokens) && praises(tokens),
        };
        scope.void_quotations(sentence, text);
        scope.void_names(tokens, text);
        scope.void_mentioned(tokens);
        let is_ironic = scope.adverse && opens_with_praise(tokens) || praises_a_thing(tokens, text);
        if is_reported(tokens) || is_dismissed(tokens) || is_scornful(tokens) || is_ironic {
            scope.void.fill(true);
        }
        scope.negate(tokens, text);
        scope.suppose(tokens, text);
        scope
    }

    /// Reads it after the sentence before it in the same post: irony reaches the next one, and bad
    /// news the exclamation that follows.
    pub(crate) fn after(mut self, before: &Self, tokens: &[Token]) -> Self {
        let exclaims = tokens.len() <= MAX_EXCLAIMED && praises(tokens);
        self.adverse |= before.ironic || before.adverse && exclaims;
        self
    }

    /// Whether the word is part of a name, a quotation or somebody's reported words.
    pub(crate) fn is_void(&self, token: usize) -> bool {
        self.void[token]
    }

    pub(crate) fn is_negated(&self, token: usize) -> bool {
        self.negated[token]
    }

    fn void_quotations(&mut self, sentence: &Sentence, text: &[char]) {
        let mut is_quoted = false;
        let mut at = sentence.start;
        for (place, token) in sentence.tokens.iter().enumerate() {
            for mark in text.get(at..token.start).unwrap_or(&[]) {
                match mark {
                    '"' => is_quoted = !is_quoted,
                    '\u{201c}' | '\u{201e}' | '\u{ab}' => is_quoted = true,
                    '\u{201d}' | '\u{bb}' => is_quoted = false,
                    _ => {}
                }
            }
            at = token.end;
            self.void[place] |= is_quoted;
        }
    }

    /// A capital inside a sentence marks a name; so does a role beside the word.
    fn void_names(&mut self, tokens: &[Token], text: &[char]) {
        for (at, token) in tokens.iter().enumerate() {
            let gap_before = at.checked_sub(1).map_or(&[][..], |before| gap(text, &tokens[before], token));
            let opens =
                at == 0 || gap_before.iter().any(|c| matches!(c, ':' | '"' | '\u{201c}' | '-' | '\u{2014}'));
            let is_pronoun = token.norm == "i" || token.norm.starts_with("i'");
            let is_capital = text.get(token.start).is_some_and(|c| c.is_uppercase()) && !is_pronoun;
            let next = tokens.get(at + 1);
            let joins_name = next.is_some_and(|next| next.titlecase && gap(text, token, next) == [' ']);
            let has_role_after = next.is_some_and(|next| {
                ROLE_AFTER.contains(&next.norm.as_str()) && gap(text, token, next) == [' ']
            });
            let has_role_before = at >= 2
                && matches!(tokens[at - 1].norm.as_str(), "de" | "do" | "da" | "dos" | "das")
                && ROLE_BEFORE.contains(&tokens[at - 2].norm.as_str());
            self.void[at] |= is_capital && (!opens || joins_name) || has_role_after || has_role_before;
        }
    }

    fn void_mentioned(&mut self, tokens: &[Token]) {
        for at in 1..tokens.len() {
            self.void[at] |= MENTIONS.contains(&tokens[at - 1].norm.as_str());
        }
    }

    /// What a sentence begins by supposing is not said to be so.
    fn suppose(&mut self, tokens: &[Token], text: &[char]) {
        let asked = self.asked;
        let supposes = |at: usize| {
            let word = tokens[at].norm.as_str();
            at == 0 && !asked && SUPPOSITIONS.contains(&word) || MID_SUPPOSITIONS.contains(&word)
        };
        for start in (0..tokens.len()).filter(|at| supposes(*at)) {
            let ends = |at: usize| at > start && gap(text, &tokens[at - 1], &tokens[at]).contains(&',');
            let end = (start..tokens.len()).find(|at| ends(*at)).unwrap_or(tokens.len());
            self.negated[start..end].fill(true);
        }
    }

    fn negate(&mut self, tokens: &[Token], text: &[char]) {
        for at in 0..tokens.len() {
            let is_pair = || is_any_pair(&tokens[at..], NEGATING_PAIRS);
            if !is_negation(&tokens[at].norm) && !is_pair() {
                continue;
            }
            let back = if denies_its_subject(&tokens[at].norm) { NEGATION_REACH_BACK } else { 0 };
            for before in (at.saturating_sub(back)..at).rev() {
                if gap(text, &tokens[before], &tokens[before + 1]).iter().any(|c| CLAUSE_MARKS.contains(c)) {
                    break;
                }
                self.negated[before] = true;
            }
            for next in at + 1..tokens.len().min(at + 1 + NEGATION_REACH) {
                let is_parted =
                    gap(text, &tokens[next - 1], &tokens[next]).iter().any(|c| CLAUSE_MARKS.contains(c));
                if is_parted || CLAUSE_WORDS.contains(&tokens[next].norm.as_str()) {
                    break;
                }
                self.negated[next] = true;
            }
        }
    }
}

/// Whether a denial may follow what it denies: “photos never show it”, but not “a target without
/// milestones”.
fn denies_its_subject(word: &str) -> bool {
    matches!(word, "not" | "never" | "não" | "nunca" | "jamais") || word.ends_with("n't")
}

/// Whether a normalised word denies.
pub fn is_negation(word: &str) -> bool {
    NEGATIONS.contains(&word) || word.ends_with("n't")
}

/// Whether these words belong to the name of a part of something: “the result field”, “the diagram
/// printer”, “o campo de resultado”.
pub(super) fn names_a_part(tokens: &[Token], words: std::ops::Range<usize>) -> bool {
    let is = |at: Option<usize>, list: &[&str]| {
        at.and_then(|at| tokens.get(at)).is_some_and(|token| list.contains(&token.norm.as_str()))
    };
    let before = |steps| words.start.checked_sub(steps);
    is(Some(words.end), PARTS)
        || is(before(1), &["de", "do", "da", "dos", "das"]) && is(before(2), PORTUGUESE_PARTS)
}

fn gap<'t>(text: &'t [char], before: &Token, after: &Token) -> &'t [char] {
    text.get(before.end..after.start).unwrap_or(&[])
}

/// Whether the first two of these words are one of the pairs.
fn is_any_pair(tokens: &[Token], pairs: &[[&str; 2]]) -> bool {
    let [one, two, ..] = tokens else { return false };
    pairs.iter().any(|pair| one.norm == pair[0] && two.norm == pair[1])
}

/// Whether another person says it.
fn is_reported(tokens: &[Token]) -> bool {
    (0..tokens.len()).any(|at| {
        let own = tokens[at.saturating_sub(2)..at].iter().any(|token| OWN.contains(&token.norm.as_str()));
        REPORTING.contains(&tokens[at].norm.as_str()) && !own
    })
}

fn is_dismissed(tokens: &[Token]) -> bool {
    let has_word = tokens.iter().any(|token| DISMISSING.contains(&token.norm.as_str()));
    has_word || (0..tokens.len()).any(|at| is_any_pair(&tokens[at..], DISMISSING_PAIRS))
}

/// “Great, another migration”, “que maravilha”.
fn opens_with_praise(tokens: &[Token]) -> bool {
    tokens.iter().take(2).any(|token| PRAISE.contains(&token.norm.as_str()))
}

/// “Wonderful, the form now has eleven steps”: praise and a thing, which no person is thanked for.
fn praises_a_thing(tokens: &[Token], text: &[char]) -> bool {
    let [praise, next, ..] = tokens else { return false };
    PRAISE.contains(&praise.norm.as_str())
        && gap(text, praise, next).contains(&',')
        && ARTICLES.contains(&next.norm.as_str())
}

/// Whether it holds praise or thanks, meant or not.
fn praises(tokens: &[Token]) -> bool {
    let is_praise = |word: &str| PRAISE.contains(&word) || THANKS.contains(&word);
    tokens.iter().any(|token| is_praise(token.norm.as_str()))
}

/// Whether its subject is a machine or a program, and no person is spoken of: “the old fire alarm
/// rings”, but not “the pump supplier” or “the pump told us a story”.
fn has_machine_as_subject(tokens: &[Token]) -> bool {
    let Some((first, rest)) = tokens.split_first() else { return false };
    let is_machine = |token: &Token| {
        let word = token.norm.as_str();
        MACHINES.contains(&word) || word.strip_suffix('s').is_some_and(|one| MACHINES.contains(&one))
    };
    let tends = |token: &Token| TENDERS.contains(&token.norm.as_str()) || token.norm.ends_with("ers");
    let at = rest.iter().take(MAX_SUBJECT - 1).position(|token| !token.is_word || is_machine(token));
    let is_subject = |at: usize| is_machine(&rest[at]) && !rest.get(at + 1).is_some_and(tends);
    DETERMINERS.contains(&first.norm.as_str())
        && at.is_some_and(is_subject)
        && rest[..at.unwrap_or(0)].iter().all(|token| !SUBJECT_ENDS.contains(&token.norm.as_str()))
        && !tokens.iter().any(|token| PERSONAL.contains(&token.norm.as_str()))
}

fn is_adverse(tokens: &[Token]) -> bool {
    let is_word = |token: &Token| ADVERSE.contains(&token.norm.as_str());
    let is_pair = |pair: &[Token]| ADVERSE.contains(&format!("{}_{}", pair[0].norm, pair[1].norm).as_str());
    tokens.iter().any(is_word) || tokens.windows(2).any(is_pair)
}

/// Whether more of its words are function words of the other language than of its own.
fn is_foreign(tokens: &[Token], language: Language, lexicon: &Lexicon) -> bool {
    let mut hits = [0_u32; 2];
    for token in tokens.iter().filter(|token| token.is_word) {
        for marker in bits(lexicon.marker_languages(&token.norm)).filter(|marker| *marker < 2) {
            hits[marker] += 1;
        }
    }
    let (own, other) = (hits[index_of(language)], hits[index_of(language.other())]);
    other >= MIN_FOREIGN && other > own
}
