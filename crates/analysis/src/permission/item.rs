//! The words and phrases of a sentence, and what they show about it.

use super::grammar::{
    BEFORE_VERB, BETWEEN, CARDINALS, COMMON_ENDINGS, COUNTING, NUMBERS, PEOPLE, PERIODS, POSSESSIVES,
    PREPOSITIONS, SERVING, SUBJECTS, is_connector,
};
use crate::vocabulary::Classes;

/// A clause with at most this many words that carry meaning need not be about work: “as always”.
const MAX_IDLE_WORDS: usize = 1;
/// The most words of a short sentence, for which one thing of the trade is enough.
const MAX_SHORT_WORDS: usize = 10;
/// Plain words of at most this many letters carry no meaning of their own.
const MAX_LIGHT_LETTERS: usize = 4;
/// The fewest letters of an unknown word that its ending shows to be no name.
const MIN_COMMON_LETTERS: usize = 8;
/// The most words between an ambiguous word and the thing that it refers to.
const MAX_WORDS_BETWEEN: usize = 3;

/// A word or phrase of a sentence with its classes.
pub(super) struct Item<'s> {
    /// The normalised word, or the first word of a phrase.
    pub(super) word: &'s str,
    pub(super) classes: Classes,
    pub(super) is_phrase: bool,
    /// Whether its classes apply here: always, except for an ambiguous word that does not refer to
    /// a thing.
    pub(super) is_firm: bool,
    /// Whether it is capitalised and unknown, and so may be a name.
    pub(super) is_name: bool,
    /// Whether punctuation between clauses precedes it.
    pub(super) follows_mark: bool,
}

pub(super) fn is_unknown(item: &Item<'_>) -> bool {
    !item.classes.is_known()
}

pub(super) fn is_thing(item: &Item<'_>) -> bool {
    item.classes.meets(Classes::THING) || item.classes.meets(Classes::PAIR)
}

/// Whether the word is of everyday life, and neither a thing, work, a person nor plain.
pub(super) fn is_daily(item: &Item<'_>) -> bool {
    let others = Classes::PLAIN.or(Classes::WORK).or(Classes::PERSON);
    item.classes.meets(Classes::DAILY) && !is_thing(item) && !item.classes.meets(others)
}

/// Whether the word has a private sense unless it refers to a thing or a trade.
pub(super) fn is_ambiguous(item: &Item<'_>) -> bool {
    [Classes::FAR, Classes::BOUND, Classes::NEAR, Classes::DELICATE]
        .iter()
        .any(|class| item.classes.meets(*class))
}

/// Whether the word is of work. Ambiguous words count only if they refer to a thing.
pub(super) fn is_work(item: &Item<'_>) -> bool {
    let is_any = |classes: &[Classes]| classes.iter().any(|class| item.classes.meets(*class));
    if is_ambiguous(item) {
        item.is_firm && is_any(&[Classes::FAR, Classes::NEAR])
    } else {
        is_any(&[Classes::WORK, Classes::PERSON, Classes::ACT])
    }
}

pub(super) fn is_work_or_thing(item: &Item<'_>) -> bool {
    is_thing(item) || is_work(item)
}

/// Whether the word is of work and names no person.
pub(super) fn is_work_without_person(item: &Item<'_>) -> bool {
    is_work_or_thing(item) && !item.classes.meets(Classes::PERSON)
}

pub(super) fn count(items: &[Item<'_>], which: impl Fn(&Item<'_>) -> bool) -> usize {
    items.iter().filter(|item| which(item)).count()
}

/// Whether an ambiguous word refers to a thing of the trade: the thing stands beside it, or at
/// most [`MAX_WORDS_BETWEEN`] small words away, without punctuation between.
pub(super) fn is_of_a_thing(items: &[Item<'_>], at: usize) -> bool {
    let item = &items[at];
    let max_between = if item.classes.meets(Classes::NEAR) { 0 } else { MAX_WORDS_BETWEEN };
    let passes = |next: &&Item<'_>| {
        let is_small = BETWEEN.contains(&next.word)
            || next.classes.meets(Classes::WORK)
            || item.classes.meets(Classes::MILD) && PREPOSITIONS.contains(&next.word);
        is_small && !is_thing(next) && !is_ambiguous(next) && !next.classes.meets(Classes::PERSON)
    };
    let first = |side: &mut dyn Iterator<Item = &Item<'_>>| {
        let found = side.take(max_between + 1).find(|item| !passes(item)).map(is_thing);
        found.unwrap_or(false)
    };
    let begin = (0..=at).rev().find(|place| items[*place].follows_mark).unwrap_or(0);
    let after = &items[at + 1..];
    let end = after.iter().position(|item| item.follows_mark).unwrap_or(after.len());
    first(&mut after[..end].iter()) || first(&mut items[begin..at].iter().rev())
}

/// Whether the sentence is one short clause without ambiguous or everyday words and without people.
pub(super) fn is_plain_and_short(items: &[Item<'_>]) -> bool {
    let is_plain = |item: &Item<'_>| {
        !is_ambiguous(item)
            && !is_connector(item.word)
            && !PEOPLE.contains(&item.word)
            && !item.follows_mark
            && !item.classes.is_only_learnt()
            && !is_daily(item)
    };
    items.len() <= MAX_SHORT_WORDS && items.iter().all(is_plain)
}

/// Whether an unknown word opens the sentence and is not a name: its ending shows that, or a noun
/// of the trade follows, as in “Catheter packs”.
pub(super) fn opens_with_common_word(items: &[Item<'_>]) -> bool {
    let [first, rest @ ..] = items else { return false };
    let is_noun = |item: &Item<'_>| {
        (is_thing(item) || item.classes.meets(Classes::WORK))
            && !item.classes.meets(Classes::ACT)
            && !item.follows_mark
    };
    let is_long = first.word.chars().count() >= MIN_COMMON_LETTERS;
    is_unknown(first)
        && (is_long && COMMON_ENDINGS.iter().any(|ending| first.word.ends_with(ending))
            || rest.first().is_some_and(is_noun))
}

/// Whether the word begins a clause.
pub(super) fn begins_clause(item: &Item<'_>) -> bool {
    item.follows_mark || is_connector(item.word)
}

/// Returns the clauses of a sentence. None is empty.
pub(super) fn clauses<'i, 's>(items: &'i [Item<'s>]) -> impl Iterator<Item = &'i [Item<'s>]> {
    items.chunk_by(|_, next| !begins_clause(next))
}

/// Whether every clause has a word of work or hardly any meaning. “They found it early, so the
/// roadmap stays” does not qualify.
pub(super) fn is_work_throughout(items: &[Item<'_>]) -> bool {
    let idle_words = |item: &Item<'_>| {
        let has_weight = is_weighty(item) && !is_connector(item.word);
        if item.is_firm { usize::from(has_weight) } else { MAX_IDLE_WORDS + 1 }
    };
    clauses(items).all(|clause| {
        clause.iter().any(is_work_or_thing) || clause.iter().map(idle_words).sum::<usize>() <= MAX_IDLE_WORDS
    })
}

/// Whether a word carries meaning by itself. Small words, numbers, periods and times do not.
pub(super) fn is_weighty(item: &Item<'_>) -> bool {
    let is_time = PERIODS.contains(&item.word) || item.classes.meets(Classes::CLOCK);
    let is_small = item.word.chars().count() <= MAX_LIGHT_LETTERS && item.classes.meets(Classes::PLAIN);
    !is_time && !is_small && !NUMBERS.contains(&item.word)
}

/// Whether the sentence reports a prison term: “served 18 months”.
pub(super) fn serves_time(items: &[Item<'_>]) -> bool {
    let is_number =
        |item: &Item<'_>| CARDINALS.contains(&item.word) || item.word.chars().all(|c| c.is_ascii_digit());
    let serves = |part: &[Item<'_>]| {
        SERVING.contains(&part[0].word) && is_number(&part[1]) && PERIODS.contains(&part[2].word)
    };
    items.windows(3).any(serves)
}

/// Whether the sentence counts days, as people count sobriety or grief: “day 214”, “day fourteen”,
/// “six months today”.
pub(super) fn counts_days(items: &[Item<'_>]) -> bool {
    let is_period = |item: &Item<'_>| PERIODS.contains(&item.word);
    let is_number =
        |item: &Item<'_>| CARDINALS.contains(&item.word) || item.word.chars().all(|c| c.is_ascii_digit());
    let numbered = items.windows(2).any(|pair| is_period(&pair[0]) && is_number(&pair[1]));
    numbered
        || items.iter().any(is_period)
            && !items.iter().any(is_thing)
            && items.iter().any(|item| COUNTING.contains(&item.word))
}

/// Whether the sentence may be about a private appointment: it names a day or a time and has a
/// clause without a word of work, as “see you on Thursday” does.
pub(super) fn is_appointment(items: &[Item<'_>]) -> bool {
    is_timed(items) && clauses(items).any(|clause| !clause.iter().any(is_work_or_thing))
}

/// Whether the sentence names a day or a time and has a clause without a thing of the trade.
pub(super) fn is_timed_without_thing(items: &[Item<'_>]) -> bool {
    is_timed(items) && clauses(items).any(|clause| !clause.iter().any(is_thing))
}

fn is_timed(items: &[Item<'_>]) -> bool {
    items.iter().any(|item| item.classes.meets(Classes::CLOCK))
}

/// Whether a clause has a number or a period and no other word with meaning: “four hours, then two,
/// then none”.
pub(super) fn has_bare_count(items: &[Item<'_>]) -> bool {
    let counts = |item: &Item<'_>| NUMBERS.contains(&item.word) || PERIODS.contains(&item.word);
    let has_meaning =
        |item: &Item<'_>| is_work_or_thing(item) || is_weighty(item) && !is_connector(item.word);
    clauses(items).any(|clause| clause.iter().any(counts) && !clause.iter().any(has_meaning))
}

/// Whether the sentence ends with the number of the next list item, as in “a table with units, 3.”.
pub(super) fn is_list_piece(items: &[Item<'_>]) -> bool {
    items.last().is_some_and(|item| item.follows_mark && item.word.chars().all(|c| c.is_ascii_digit()))
}

/// Whether every “I” has a verb of the classes `act` or `say`, and every “my” has a noun of the
/// class `own` within two words.
pub(super) fn speaks_of_work(items: &[Item<'_>]) -> bool {
    let is_verb = |item: &Item<'_>| item.classes.meets(Classes::ACT) || item.classes.meets(Classes::SAY);
    (0..items.len()).all(|at| {
        let word = items[at].word;
        let after = &items[at + 1..];
        if SUBJECTS.contains(&word) {
            let is_progressive = word == "i'm" || after.first().is_some_and(|item| item.word == "am");
            let verb = after.iter().find(|item| !BEFORE_VERB.contains(&item.word));
            return verb.is_some_and(|verb| is_verb(verb) && (!is_progressive || verb.word.ends_with("ing")));
        }
        !POSSESSIVES.contains(&word) || after.iter().take(2).any(|item| item.classes.meets(Classes::OWN))
    })
}
