//! The rules that decide whether a sentence is private, personal, doubtful or about work.

mod plainly_work;

use super::grammar::{
    ENGLISH_FIRST_PERSON, FIRST_PLURAL_ENDING, INTIMATE_FIRST_PERSON, PEOPLE, PERIODS,
    PORTUGUESE_FIRST_PERSON, THIRD_PERSON,
};
use super::item::{
    Item, count, counts_days, has_bare_count, is_appointment, is_list_piece, is_thing, is_work_or_thing,
    is_work_without_person, serves_time, speaks_of_work,
};
use super::records::has_record_of_unknown_matter;
use super::verdict::{Silence, Verdict};
use super::worktalk::{NEUTRAL, PENALTY, PLAINLY_WORK_BONUS, PRIVATE_LIFE, QUOTABLE, SURE, UNLIKE_WORK};
use crate::vocabulary::Classes;
use crate::vocabulary::first_person::is_portuguese_first_person;
use fluence_domain::language::Language;

/// The fewest words of work that make a sentence about a delicate trade harmless.
const MIN_WORK_OF_TRADE: usize = 2;
/// The fewest words of work, including things, of a sentence about things only.
const MIN_WORK_OF_THINGS: usize = 1;
/// Shorter sentences have too few words for the model: “the tie covers it”. A sentence about work
/// by the vocabularies may have as few as [`MIN_PLAIN_WORDS`].
const MIN_SCORED_WORDS: usize = 5;
const MIN_PLAIN_WORDS: usize = 3;

/// A sentence with what the rules find in it.
pub(super) struct Judgement<'s> {
    items: Vec<Item<'s>>,
    language: Language,
    /// Whether it is in the first person singular.
    is_first_person: bool,
    /// Whether it is about the author or another person.
    is_personal: bool,
    /// Whether it is about things of the trade and mentions no people.
    is_only_of_things: bool,
    /// Whether it mentions no people and has enough words of work for a delicate trade. Words for
    /// persons by trade do not count.
    is_of_trade: bool,
    /// Whether a word of it has a private sense that the rules do not exclude.
    is_private: bool,
    /// Whether the rules refuse it whatever it scores: it is phrased like a private matter, has a
    /// name or a record of an unknown matter, or is cut off.
    is_refused: bool,
    /// Whether it is about work by the vocabularies only.
    is_plainly_work: bool,
}

impl<'s> Judgement<'s> {
    pub(super) fn new(items: Vec<Item<'s>>, language: Language) -> Self {
        let mut judgement = Self {
            items,
            language,
            is_first_person: false,
            is_personal: false,
            is_only_of_things: false,
            is_of_trade: false,
            is_private: false,
            is_refused: false,
            is_plainly_work: false,
        };
        judgement.is_first_person = judgement.says(first_person(language)) || judgement.has(Classes::FIRST);
        judgement.is_personal = judgement.is_first_person || judgement.says(THIRD_PERSON);
        judgement.is_only_of_things = !judgement.is_personal && judgement.speaks_only_of_things(language);
        judgement.is_of_trade = !judgement.is_personal
            && !judgement.says(PEOPLE)
            && count(&judgement.items, is_work_without_person) >= MIN_WORK_OF_TRADE;
        judgement.is_private = judgement.holds_private_words();
        judgement.is_refused = judgement.speaks_like_private_life();
        judgement.is_plainly_work = judgement.reads_as_work();
        judgement
    }

    pub(super) fn items(&self) -> &[Item<'s>] {
        &self.items
    }

    /// Returns the verdict. `score` scores the items; `sides_read_as_work` judges the sides of the
    /// sentence.
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

    /// Returns the effect on the sentences beside it. People write about their private life without
    /// private words: “Third specialist this quarter”. Such a sentence has a low score; one about a
    /// person needs a higher score to have no effect.
    fn silence(&self, score: f64) -> Silence {
        let is_of_person = self.is_personal || self.may_be_first_person();
        if self.is_plainly_work && !self.is_refused {
            Silence::None
        } else if score < if is_of_person { NEUTRAL } else { PRIVATE_LIFE } {
            Silence::Full
        } else if score < UNLIKE_WORK || self.is_personal && self.is_refused {
            Silence::UnlessSure
        } else {
            Silence::None
        }
    }

    /// Whether a side of a joined sentence has enough words to be judged as a sentence of its own.
    pub(super) const fn may_stand_alone(&self) -> bool {
        self.items.len() >= MIN_SCORED_WORDS
    }

    /// Returns what the rules add to the score of a side, or `None` if they refuse it whatever it
    /// scores. Fewer rules apply to a side that is too short to be a sentence of its own.
    pub(super) fn allowance_as_a_side(&self) -> Option<f64> {
        if self.may_stand_alone() {
            return self.allowance();
        }
        let loss = if self.is_private { PENALTY } else { 0.0 };
        (!self.is_surely_private() && !self.is_refused).then(|| self.bonus() - loss)
    }

    /// Returns what the rules add to the score of the sentence, or `None` if they refuse it
    /// whatever it scores.
    pub(super) fn allowance(&self) -> Option<f64> {
        let words = self.items.len();
        let gives_too_little = words < MIN_SCORED_WORDS || self.tells_of_own_life();
        let is_vetoed = self.is_refused
            || words < MIN_PLAIN_WORDS
            || self.is_surely_private()
            || !self.is_plainly_work && gives_too_little;
        let is_vague_first_person = !self.is_plainly_work && self.may_be_first_person();
        let is_of_person = self.has(Classes::PERSON) && self.has_private_sense();
        let risks = [self.is_private || is_appointment(&self.items), is_vague_first_person, is_of_person];
        let loss: f64 = risks.into_iter().filter(|risk| *risk).map(|_| PENALTY).sum();
        (!is_vetoed).then_some(self.bonus() - loss)
    }

    /// Returns the bonus for words of work, less the penalty for a person by trade: words of work
    /// about “the welder” may be private where the same words about “the printer” are not.
    fn bonus(&self) -> f64 {
        let gain = if self.is_plainly_work { PLAINLY_WORK_BONUS } else { 0.0 };
        let loss = if self.has(Classes::PERSON) { PENALTY } else { 0.0 };
        gain - loss
    }

    /// Whether it is private whatever its words of work: it has a grave word, or a private one
    /// beside a person. “The methadone queue moves faster than the support queue” names no person,
    /// but is about one.
    fn is_surely_private(&self) -> bool {
        let is_grave = self.items.iter().any(|item| item.classes.holds(Classes::GRAVE));
        is_grave || self.is_private && self.is_personal
    }

    /// Whether a word has a private sense that the sentence does not exclude.
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

    /// Whether the sentence has a form that private life often has, a name or a record of an
    /// unknown matter, or is cut off.
    fn speaks_like_private_life(&self) -> bool {
        counts_days(&self.items)
            || serves_time(&self.items)
            || has_bare_count(&self.items)
            || is_list_piece(&self.items)
            || self.is_personal && is_appointment(&self.items)
            || self.items.iter().any(|item| item.is_name)
            || self.says(THIRD_PERSON)
            || self.says(INTIMATE_FIRST_PERSON)
            || has_record_of_unknown_matter(&self.items, self.language)
    }

    /// Whether the sentence is, or by a Portuguese ending may be, in the first person singular.
    fn may_be_first_person(&self) -> bool {
        let by_ending = |item: &Item<'_>| !is_work_or_thing(item) && is_portuguese_first_person(item.word);
        self.is_first_person || self.language == Language::Pt && self.items.iter().any(by_ending)
    }

    /// Whether a sentence that may be in the first person names a time, or an act or a possession
    /// that is not of work.
    fn tells_of_own_life(&self) -> bool {
        let names_a_time = || self.has(Classes::CLOCK) || self.says(PERIODS);
        self.may_be_first_person() && (names_a_time() || !speaks_of_work(&self.items))
    }

    /// Whether the sentence has things of the trade and mentions no people.
    fn speaks_only_of_things(&self, language: Language) -> bool {
        let says_we = |item: &Item<'_>| language == Language::Pt && item.word.ends_with(FIRST_PLURAL_ENDING);
        !self.says(PEOPLE)
            && !self.items.iter().any(says_we)
            && self.items.iter().any(is_thing)
            && count(&self.items, is_work_or_thing)
                >= MIN_WORK_OF_THINGS + usize::from(self.has(Classes::PERSON))
    }

    fn is_of_delicate_trade(&self) -> bool {
        self.items.iter().any(|item| item.classes.is_only_delicate())
    }

    /// Whether the word's classes apply here, including by the rules on things and trades.
    fn is_clear(&self, item: &Item<'_>) -> bool {
        item.is_firm
            || self.is_only_of_things && item.classes.meets(Classes::MILD)
            || self.is_of_trade && item.classes.meets(Classes::DELICATE)
    }

    /// Whether a word has a private sense in some context.
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
        Language::En => ENGLISH_FIRST_PERSON,
        Language::Pt => PORTUGUESE_FIRST_PERSON,
    }
}
