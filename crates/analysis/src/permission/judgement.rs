//! The rules by which a sentence is private, personal, doubtful, or about work.

mod plainly_work;

use super::grammar::{ENGLISH_FIRST, FIRST_PLURAL, INTIMATE, PEOPLE, PERIODS, PORTUGUESE_FIRST, THIRD};
use super::item::{
    Item, count, counts_days, has_bare_count, is_appointment, is_list_piece, is_thing, is_work_of_nobody,
    is_work_or_thing, serves_time, speaks_of_work,
};
use super::verdict::{Silence, Verdict};
use super::worktalk::{NEUTRAL, PLAINLY, PRIVATE_LIFE, QUOTABLE, RESERVE, SURE, UNLIKE_WORK};
use crate::vocabulary::Classes;
use crate::vocabulary::first_person::is_portuguese_first_person;
use fluence_domain::language::Language;

/// Words of work of a sentence about a delicate trade.
const MIN_WORK_OF_TRADE: usize = 2;
/// Things of a sentence that is about nothing else.
const MIN_THINGS_ALONE: usize = 1;
/// Words below which a sentence gives the model too little to go by: “the tie covers it”; the same
/// of one plainly about work.
const MIN_SCORED_WORDS: usize = 5;
const MIN_PLAIN_WORDS: usize = 3;
/// A sentence under judgement.
pub(super) struct Judgement<'s> {
    items: Vec<Item<'s>>,
    language: Language,
    /// Whether the author speaks of themselves.
    is_first_person: bool,
    /// Whether the sentence is of the author or of another person.
    is_personal: bool,
    /// Whether the sentence is of things of the trade and of no person.
    is_of_things_alone: bool,
    /// Whether the sentence is about nobody and has words of work enough for a delicate trade,
    /// besides those that name somebody by theirs.
    is_of_trade: bool,
    /// Whether a word of it has a private sense, and nothing by the rules shows that it is said of
    /// a thing or a trade.
    is_private: bool,
    /// Whether something in it is a private matter's way of speaking, a name, or cut off, whatever
    /// it scores.
    is_refused: bool,
    /// Whether it is about work by its words alone.
    is_plainly_work: bool,
}

impl<'s> Judgement<'s> {
    pub(super) fn new(items: Vec<Item<'s>>, language: Language) -> Self {
        let mut judgement = Self {
            items,
            language,
            is_first_person: false,
            is_personal: false,
            is_of_things_alone: false,
            is_of_trade: false,
            is_private: false,
            is_refused: false,
            is_plainly_work: false,
        };
        judgement.is_first_person = judgement.says(first_person(language)) || judgement.has(Classes::FIRST);
        judgement.is_personal = judgement.is_first_person || judgement.says(THIRD);
        judgement.is_of_things_alone = !judgement.is_personal && judgement.speaks_of_things_alone(language);
        judgement.is_of_trade = !judgement.is_personal
            && !judgement.says(PEOPLE)
            && count(&judgement.items, is_work_of_nobody) >= MIN_WORK_OF_TRADE;
        judgement.is_private = judgement.holds_private_words();
        judgement.is_refused = judgement.speaks_like_private_life();
        judgement.is_plainly_work = judgement.reads_as_work();
        judgement
    }

    pub(super) fn items(&self) -> &[Item<'s>] {
        &self.items
    }

    /// What the sentence is, given how much it and its sides read like work.
    pub(super) fn verdict(
        &self,
        score: impl Fn(&[Item<'s>]) -> f64,
        sides_read_as_work: impl Fn() -> bool,
    ) -> Verdict {
        if self.is_surely_private() {
            return Verdict::Private;
        }
        let score = score(&self.items);
        let allowed = self.allowance().map_or(f64::MIN, |allowance| score + allowance);
        if allowed > QUOTABLE && sides_read_as_work() {
            Verdict::Work { is_sure: allowed > SURE }
        } else if self.is_private {
            Verdict::Private
        } else if self.is_personal && (self.is_refused || !self.is_plainly_work) {
            Verdict::Personal(self.silence(score))
        } else {
            Verdict::Doubtful(self.silence(score))
        }
    }

    /// People tell of their private life without a word for it: “Third specialist this quarter”.
    /// Such a sentence reads unlike work, the more so where somebody speaks of themselves.
    fn silence(&self, score: f64) -> Silence {
        let is_of_somebody = self.is_personal || self.may_be_first_person();
        if self.is_plainly_work && !self.is_refused {
            Silence::None
        } else if score < if is_of_somebody { NEUTRAL } else { PRIVATE_LIFE } {
            Silence::Full
        } else if score < UNLIKE_WORK || self.is_personal && self.is_refused {
            Silence::UnlessSure
        } else {
            Silence::None
        }
    }

    /// Whether one side of a joined sentence says enough to be judged as a sentence of its own.
    pub(super) const fn may_stand_alone(&self) -> bool {
        self.items.len() >= MIN_SCORED_WORDS
    }

    /// What the rules add to the score of one side; `None` if they refuse it whatever it scores. Of
    /// a shorter one than a sentence of its own they ask less.
    pub(super) fn allowance_as_a_side(&self) -> Option<f64> {
        if self.may_stand_alone() {
            return self.allowance();
        }
        let loss = if self.is_private { RESERVE } else { 0.0 };
        (!self.is_surely_private() && !self.is_refused).then(|| self.bonus() - loss)
    }

    /// What the rules add to the score of the sentence; `None` if they refuse it whatever it
    /// scores.
    pub(super) fn allowance(&self) -> Option<f64> {
        let words = self.items.len();
        let gives_too_little = words < MIN_SCORED_WORDS || self.tells_of_own_life();
        let is_vetoed = self.is_refused
            || words < MIN_PLAIN_WORDS
            || self.is_surely_private()
            || !self.is_plainly_work && gives_too_little;
        let is_vague_first_person = !self.is_plainly_work && self.may_be_first_person();
        let is_of_somebody = self.has(Classes::PERSON) && self.has_private_sense();
        let needs_more =
            [self.is_private || is_appointment(&self.items), is_vague_first_person, is_of_somebody];
        let loss: f64 = needs_more.into_iter().filter(|more| *more).map(|_| RESERVE).sum();
        (!is_vetoed).then_some(self.bonus() - loss)
    }

    /// What it gains for words of work alone, and loses for a person by trade: “the welder” may be
    /// told of as “the printer” is.
    fn bonus(&self) -> f64 {
        let gain = if self.is_plainly_work { PLAINLY } else { 0.0 };
        let loss = if self.has(Classes::PERSON) { RESERVE } else { 0.0 };
        gain - loss
    }

    /// Whether no words of work weigh against the private ones. “The methadone queue moves faster
    /// than the support queue” speaks of nobody, and tells of somebody.
    fn is_surely_private(&self) -> bool {
        let is_grave = self.items.iter().any(|item| item.classes.holds(Classes::GRAVE));
        is_grave || self.is_private && self.is_personal
    }

    fn holds_private_words(&self) -> bool {
        let unclear: Vec<&Item<'_>> = self.items.iter().filter(|item| !self.is_clear(item)).collect();
        let is_grave =
            |item: &&Item<'_>| !item.classes.meets(Classes::MILD) && !item.classes.meets(Classes::BOUND);
        let is_of_people =
            self.is_personal && !unclear.is_empty() || unclear.iter().any(is_grave) && self.says(PEOPLE);
        let is_delicate = |item: &Item<'_>| item.classes.meets(Classes::DELICATE);
        let is_delicate_matter =
            self.is_personal && self.is_of_delicate_trade() || unclear.iter().any(|item| is_delicate(item));
        self.has(Classes::PRIVATE) || is_of_people || is_delicate_matter || unclear.len() > 1
    }

    fn speaks_like_private_life(&self) -> bool {
        counts_days(&self.items)
            || serves_time(&self.items)
            || has_bare_count(&self.items)
            || is_list_piece(&self.items)
            || self.is_personal && is_appointment(&self.items)
            || self.items.iter().any(|item| item.is_name)
            || self.says(THIRD)
            || self.says(INTIMATE)
    }

    fn may_be_first_person(&self) -> bool {
        let by_ending = |item: &Item<'_>| !is_work_or_thing(item) && is_portuguese_first_person(item.word);
        self.is_first_person || self.language == Language::Pt && self.items.iter().any(by_ending)
    }

    /// Whether the author names a time, or says what they did, thought or own outside of work.
    fn tells_of_own_life(&self) -> bool {
        let names_a_time = || self.has(Classes::CLOCK) || self.says(PERIODS);
        self.may_be_first_person() && (names_a_time() || !speaks_of_work(&self.items))
    }

    fn speaks_of_things_alone(&self, language: Language) -> bool {
        let is_of_us = |item: &Item<'_>| language == Language::Pt && item.word.ends_with(FIRST_PLURAL);
        !self.says(PEOPLE)
            && !self.items.iter().any(is_of_us)
            && self.items.iter().any(is_thing)
            && count(&self.items, is_work_or_thing)
                >= MIN_THINGS_ALONE + usize::from(self.has(Classes::PERSON))
    }

    fn is_of_delicate_trade(&self) -> bool {
        self.items.iter().any(|item| item.classes.is_delicate_alone())
    }

    fn is_clear(&self, item: &Item<'_>) -> bool {
        item.is_firm
            || self.is_of_things_alone && item.classes.meets(Classes::MILD)
            || self.is_of_trade && item.classes.meets(Classes::DELICATE)
    }

    /// Whether a word has a private sense, whatever it says here.
    fn has_private_sense(&self) -> bool {
        self.items.iter().any(|item| item.classes.has_private_sense())
    }

    fn has(&self, class: Classes) -> bool {
        self.items.iter().any(|item| item.classes.meets(class))
    }

    fn says(&self, list: &[&str]) -> bool {
        self.items.iter().any(|item| list.contains(&item.word))
    }
}

const fn first_person(language: Language) -> &'static [&'static str] {
    match language {
        Language::En => ENGLISH_FIRST,
        Language::Pt => PORTUGUESE_FIRST,
    }
}
