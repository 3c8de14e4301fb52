//! A word or phrase of a sentence, and what it does there.

use super::grammar::{
    BEFORE_VERB, BETWEEN, CARDINALS, COMMON_ENDINGS, COUNTING, NUMBERS, PEOPLE, PERIODS, POSSESSIVES,
    PREPOSITIONS, SERVING, SUBJECTS, is_connector,
};
use crate::vocabulary::Classes;

/// Words that carry meaning, of a clause that need not speak of work: “as always”.
const MAX_IDLE_WORDS: usize = 1;
/// Words of a sentence of one clause for which one thing of the trade is enough.
const MAX_SHORT_WORDS: usize = 10;
/// Plain words of so many letters carry no meaning of their own.
const LIGHT_LETTERS: usize = 4;
/// Letters of the shortest word that is known by its ending.
const MIN_COMMON_LETTERS: usize = 8;
/// Words between a private word and the thing it is said of.
const MAX_STEPS: usize = 3;

/// A word or phrase of a sentence with its classes.
pub(super) struct Item<'s> {
    /// As normalised; of a phrase its first word.
    pub(super) word: &'s str,
    pub(super) classes: Classes,
    pub(super) is_phrase: bool,
    /// Whether it counts as what it is: an ambiguous word does only when it is said of a thing.
    pub(super) is_firm: bool,
    /// Written like a name that no vocabulary has.
    pub(super) is_name: bool,
    /// Whether a mark that parts clauses stands before it.
    pub(super) is_parted: bool,
}

pub(super) fn is_unknown(item: &Item<'_>) -> bool {
    !item.classes.is_known()
}

pub(super) fn is_thing(item: &Item<'_>) -> bool {
    item.classes.meets(Classes::THING) || item.classes.meets(Classes::PAIR)
}

/// Whether the word is of any home and any workplace alike, and in no other list of harmless words.
pub(super) fn is_daily(item: &Item<'_>) -> bool {
    let others = Classes::PLAIN.or(Classes::WORK).or(Classes::PERSON);
    item.classes.meets(Classes::DAILY) && !is_thing(item) && !item.classes.meets(others)
}

pub(super) fn is_ambiguous(item: &Item<'_>) -> bool {
    [Classes::FAR, Classes::BOUND, Classes::NEAR, Classes::DELICATE]
        .iter()
        .any(|class| item.classes.meets(*class))
}

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

/// Whether the word is of work and names nobody by theirs.
pub(super) fn is_work_of_nobody(item: &Item<'_>) -> bool {
    is_work_or_thing(item) && !item.classes.meets(Classes::PERSON)
}

pub(super) fn count(items: &[Item<'_>], which: impl Fn(&Item<'_>) -> bool) -> usize {
    items.iter().filter(|item| which(item)).count()
}

/// Whether a word with a private sense is said of a thing: beside it, or few small words away, with
/// no mark between.
pub(super) fn is_of_a_thing(items: &[Item<'_>], at: usize) -> bool {
    let item = &items[at];
    let steps = if item.classes.meets(Classes::NEAR) { 0 } else { MAX_STEPS };
    let passes = |next: &&Item<'_>| {
        let small = BETWEEN.contains(&next.word)
            || next.classes.meets(Classes::WORK)
            || item.classes.meets(Classes::MILD) && PREPOSITIONS.contains(&next.word);
        small && !is_thing(next) && !is_ambiguous(next) && !next.classes.meets(Classes::PERSON)
    };
    let first = |side: &mut dyn Iterator<Item = &Item<'_>>| {
        let skipped = side.take(steps + 1).find(|item| !passes(item)).map(is_thing);
        skipped.unwrap_or(false)
    };
    let begin = (0..=at).rev().find(|place| items[*place].is_parted).unwrap_or(0);
    let after = &items[at + 1..];
    let end = after.iter().position(|item| item.is_parted).unwrap_or(after.len());
    first(&mut after[..end].iter()) || first(&mut items[begin..at].iter().rev())
}

/// Whether the sentence is one short clause without an ambiguous word and without people.
pub(super) fn is_plain_and_short(items: &[Item<'_>]) -> bool {
    let is_plain = |item: &Item<'_>| {
        !is_ambiguous(item)
            && !is_connector(item.word)
            && !PEOPLE.contains(&item.word)
            && !item.is_parted
            && !item.classes.is_learnt_alone()
            && !is_daily(item)
    };
    items.len() <= MAX_SHORT_WORDS && items.iter().all(is_plain)
}

/// Whether a word that the vocabularies lack opens the sentence and is no name all the same: by its
/// ending, or beside a noun of the trade, as in “Catheter packs”.
pub(super) fn opens_with_common_word(items: &[Item<'_>]) -> bool {
    let [first, rest @ ..] = items else { return false };
    let is_noun = |item: &Item<'_>| {
        (is_thing(item) || item.classes.meets(Classes::WORK))
            && !item.classes.meets(Classes::ACT)
            && !item.is_parted
    };
    let is_long = first.word.chars().count() >= MIN_COMMON_LETTERS;
    is_unknown(first)
        && (is_long && COMMON_ENDINGS.iter().any(|ending| first.word.ends_with(ending))
            || rest.first().is_some_and(is_noun))
}

/// Whether a clause begins with this word.
pub(super) fn begins_clause(item: &Item<'_>) -> bool {
    item.is_parted || is_connector(item.word)
}

/// The clauses of a sentence, none of them empty.
pub(super) fn clauses<'i, 's>(items: &'i [Item<'s>]) -> impl Iterator<Item = &'i [Item<'s>]> {
    items.chunk_by(|_, next| !begins_clause(next))
}

/// Whether every clause is about work: “they found it early, so the roadmap stays” is not.
pub(super) fn is_work_throughout(items: &[Item<'_>]) -> bool {
    let idle = |item: &Item<'_>| {
        let weighs = is_weighty(item) && !is_connector(item.word);
        if item.is_firm { usize::from(weighs) } else { MAX_IDLE_WORDS + 1 }
    };
    let works = |item: &Item<'_>| is_thing(item) || is_work(item);
    clauses(items)
        .all(|clause| clause.iter().any(works) || clause.iter().map(idle).sum::<usize>() <= MAX_IDLE_WORDS)
}

/// Whether a word means something by itself: not a small word, a number, a period or a time of day.
pub(super) fn is_weighty(item: &Item<'_>) -> bool {
    let is_time = PERIODS.contains(&item.word) || item.classes.meets(Classes::CLOCK);
    let is_small = item.word.chars().count() <= LIGHT_LETTERS && item.classes.meets(Classes::PLAIN);
    !is_time && !is_small && !NUMBERS.contains(&item.word)
}

/// Whether somebody serves a number of months or years, as a convict does: “served 18 months”.
pub(super) fn serves_time(items: &[Item<'_>]) -> bool {
    let is_number =
        |item: &Item<'_>| CARDINALS.contains(&item.word) || item.word.chars().all(|c| c.is_ascii_digit());
    let serves = |part: &[Item<'_>]| {
        SERVING.contains(&part[0].word) && is_number(&part[1]) && PERIODS.contains(&part[2].word)
    };
    items.windows(3).any(serves)
}

/// Whether a period is counted as the sober and the bereaved count it: “day 214”, “day fourteen”,
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

/// Whether a sentence names a day or an hour and has a clause without a word of work: “see you on
/// Thursday” may be a private appointment.
pub(super) fn is_appointment(items: &[Item<'_>]) -> bool {
    is_timed(items) && clauses(items).any(|clause| !clause.iter().any(is_work_or_thing))
}

/// Whether a sentence names a day or an hour and has a clause without a thing of the trade.
pub(super) fn is_timed_without_thing(items: &[Item<'_>]) -> bool {
    is_timed(items) && clauses(items).any(|clause| !clause.iter().any(is_thing))
}

fn is_timed(items: &[Item<'_>]) -> bool {
    items.iter().any(|item| item.classes.meets(Classes::CLOCK))
}

/// Whether a clause holds a number or a period and nothing else that means something: “four hours,
/// then two, then none”.
pub(super) fn has_bare_count(items: &[Item<'_>]) -> bool {
    let counts = |item: &Item<'_>| NUMBERS.contains(&item.word) || PERIODS.contains(&item.word);
    let says = |item: &Item<'_>| is_work_or_thing(item) || is_weighty(item) && !is_connector(item.word);
    clauses(items).any(|clause| clause.iter().any(counts) && !clause.iter().any(says))
}

/// Whether the sentence is a piece of a numbered list that stands in one line: “a table with units,
/// 3.”.
pub(super) fn is_list_piece(items: &[Item<'_>]) -> bool {
    items.last().is_some_and(|item| item.is_parted && item.word.chars().all(|c| c.is_ascii_digit()))
}

/// Whether all that the author says of themselves is an act or a view of work, and all they call
/// theirs is of work.
pub(super) fn speaks_of_work(items: &[Item<'_>]) -> bool {
    let is_verb = |item: &Item<'_>| item.classes.meets(Classes::ACT) || item.classes.meets(Classes::SAY);
    (0..items.len()).all(|at| {
        let word = items[at].word;
        let after = &items[at + 1..];
        if SUBJECTS.contains(&word) {
            let going_on = word == "i'm" || after.first().is_some_and(|item| item.word == "am");
            let verb = after.iter().find(|item| !BEFORE_VERB.contains(&item.word));
            return verb.is_some_and(|verb| is_verb(verb) && (!going_on || verb.word.ends_with("ing")));
        }
        !POSSESSIVES.contains(&word) || after.iter().take(2).any(|item| item.classes.meets(Classes::OWN))
    })
}
