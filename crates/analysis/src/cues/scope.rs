//! The scope of a cue: negation, supposition, questions, quotations, names, irony and reported
//! words change what it means.

mod beginnings;
mod irony;
mod machines;
mod names;
mod negation;
mod outcomes;
mod reported;
mod senses;
mod shouting;
mod undone;

pub(super) use self::beginnings::begins_nothing;
use self::irony::{
    is_adverse, is_dismissed, is_resigned, opens_with_praise, praises, praises_a_machine, praises_a_thing,
};
use self::machines::has_machine_as_subject;
pub(super) use self::machines::{is_act_of_machine, is_between_things, is_need_of_thing, is_of_machine};
use self::names::{MENTIONS, ROLE_AFTER, ROLE_BEFORE, explains_a_name};
pub(super) use self::names::{begins_with_a_thing, labels_a_part, names_a_part};
pub use self::negation::is_negation;
use self::negation::{
    CLAUSE_MARKS, CLAUSE_WORDS, MID_SUPPOSITIONS, NEGATING_PAIRS, SUPPOSITIONS, negates_backwards,
};
pub(super) use self::outcomes::goes_worse;
use self::reported::is_reported;
pub(crate) use self::senses::is_of_others;
pub(super) use self::senses::{gives_a_ratio, lies_somewhere, names_another_thing};
use self::senses::{is_scornful, speaks_to_several};
use self::shouting::{insults, pleads, shouts};
pub(super) use self::undone::is_missing;
use self::undone::undone;
use crate::lexicon::{Lexicon, bits, index_of};
use crate::quotation::is_open_after;
use crate::segment::{Sentence, Token};
use fluence_domain::language::Language;

/// The most words after a negation that it negates. It ends with the clause.
const NEGATION_REACH: usize = 6;
/// The most words before a negation that it negates: “photos never show it”.
const NEGATION_REACH_BACK: usize = 3;
/// The most words of an exclamation: “just brilliant”.
const MAX_EXCLAIMED: usize = 3;
/// The fewest function words of the other language in a sentence of that language.
const MIN_FOREIGN: u32 = 2;

/// What surrounds each word of a sentence.
#[derive(Debug)]
pub(crate) struct Scope {
    /// For each token, whether no cue counts there.
    void: Vec<bool>,
    /// For each token, whether it is negated or supposed.
    negated: Vec<bool>,
    /// For each token, whether it is cancelled, refused, avoided or missed.
    undone: Vec<bool>,
    /// Whether the sentence is a question.
    pub(crate) asked: bool,
    /// Whether it reports bad news.
    pub(crate) adverse: bool,
    /// Whether it is in the other language.
    pub(crate) foreign: bool,
    /// Whether it is about what a machine or a program does.
    pub(crate) machine: bool,
    /// Whether it is about a vendor or another party, and not about the author's side.
    pub(crate) of_others: bool,
    /// Whether it addresses several people.
    pub(crate) to_several: bool,
    /// Whether the sentence insults or only pleads.
    uncivil: bool,
    /// Whether the post shouts.
    in_shouted_post: bool,
    /// Whether it has praise or thanks beside bad news, which may be irony.
    ironic: bool,
}

impl Scope {
    /// Returns the scope of a sentence of the post `text`.
    pub(crate) fn of(sentence: &Sentence, text: &[char], language: Language, lexicon: &Lexicon) -> Self {
        let tokens = &sentence.tokens;
        let mut scope = Self {
            void: vec![false; tokens.len()],
            negated: vec![false; tokens.len()],
            undone: undone(tokens, text),
            asked: sentence.asks,
            adverse: is_adverse(tokens),
            foreign: is_foreign(tokens, language, lexicon),
            machine: has_machine_as_subject(tokens),
            of_others: is_of_others(tokens),
            to_several: speaks_to_several(tokens),
            uncivil: insults(tokens) || pleads(tokens),
            in_shouted_post: false,
            ironic: is_adverse(tokens) && praises(tokens),
        };
        scope.void_quotations(sentence, text);
        scope.void_names(tokens, text);
        scope.void_mentioned(tokens);
        let is_ironic = scope.adverse && opens_with_praise(tokens)
            || praises_a_thing(tokens, text)
            || praises_a_machine(tokens)
            || is_resigned(tokens);
        let is_of_words = is_reported(tokens) || explains_a_name(tokens);
        if is_of_words || is_dismissed(tokens) || is_scornful(tokens) || is_ironic {
            scope.void.fill(true);
        }
        scope.negate(tokens, text);
        scope.suppose(tokens, text);
        scope
    }

    /// The same for the first sentence of the post `text`.
    pub(crate) fn first_in(mut self, text: &[char]) -> Self {
        self.in_shouted_post = shouts(text);
        self
    }

    /// Adds the effect of the previous sentence of the post. Irony extends to this sentence; bad
    /// news does so only if this is an exclamation of praise or thanks.
    pub(crate) fn after(mut self, before: &Self, tokens: &[Token]) -> Self {
        let exclaims = tokens.len() <= MAX_EXCLAIMED && praises(tokens);
        self.adverse |= before.ironic || before.adverse && exclaims;
        self.in_shouted_post = before.in_shouted_post;
        self
    }

    /// Whether words of courtesy are no courtesy.
    pub(crate) const fn is_uncivil(&self) -> bool {
        self.uncivil || self.in_shouted_post
    }

    /// Whether no cue counts at the token: it is part of a name, a quotation, reported words or
    /// irony.
    pub(crate) fn is_void(&self, token: usize) -> bool {
        self.void[token]
    }

    /// Whether the token is negated or supposed.
    pub(crate) fn is_negated(&self, token: usize) -> bool {
        self.negated[token]
    }

    /// Whether the token is cancelled, refused, avoided or missed.
    pub(crate) fn is_undone(&self, token: usize) -> bool {
        self.undone[token]
    }

    fn void_quotations(&mut self, sentence: &Sentence, text: &[char]) {
        let mut is_quoted = false;
        let mut gap_start = sentence.start;
        for (place, token) in sentence.tokens.iter().enumerate() {
            for at in gap_start..token.start.min(text.len()) {
                let before = at.checked_sub(1).map(|before| text[before]);
                is_quoted = is_open_after(is_quoted, before, text[at]);
            }
            gap_start = token.end;
            self.void[place] |= is_quoted;
        }
    }

    /// Voids names: capitalised words inside a sentence, and words beside a role or a team.
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

    /// Marks suppositions as negated, from their first word to the next comma.
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
            let back = if negates_backwards(&tokens[at].norm) { NEGATION_REACH_BACK } else { 0 };
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

/// Returns the text between two tokens.
fn gap<'t>(text: &'t [char], before: &Token, after: &Token) -> &'t [char] {
    text.get(before.end..after.start).unwrap_or(&[])
}

/// Whether the first two tokens are one of the pairs.
fn is_any_pair(tokens: &[Token], pairs: &[[&str; 2]]) -> bool {
    let [one, two, ..] = tokens else { return false };
    pairs.iter().any(|pair| one.norm == pair[0] && two.norm == pair[1])
}

/// Whether a sentence has more function words of the other language than of its own, and at least
/// [`MIN_FOREIGN`].
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
