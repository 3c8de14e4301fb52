//! Whether a sentence is about work by the vocabularies only: every word is known and harmless, and
//! enough of them are words of work.

use super::super::anchors::anchored;
use super::super::item::{
    Item, count, is_ambiguous, is_daily, is_plain_and_short, is_thing, is_unknown, is_weighty, is_work,
    is_work_throughout,
};
use super::Judgement;

/// The fewest words of work, including things of the trade, of a sentence without and with a first
/// person singular.
const MIN_WORK: usize = 2;
const MIN_WORK_FIRST_PERSON: usize = 3;
/// The same for a sentence without a thing of the trade.
const MIN_WORK_WITHOUT_THING: usize = 3;
/// The same for a sentence with a word of everyday life: “the letter”, “the door”.
const MIN_WORK_BESIDE_DAILY: usize = 3;
/// At least one in this many words that carry meaning is a word of work.
const WORK_ONE_IN: usize = 4;

impl Judgement<'_> {
    /// Whether the sentence is about work by its words.
    pub(super) fn reads_as_work(&self) -> bool {
        self.items.iter().all(|item| self.is_clear(item))
            && !self.is_of_delicate_trade()
            && !self.is_partly_unknown()
            && !self.is_first_person_off_work()
            && self.has_words_of_work()
    }

    /// Whether a word is unknown or, in the first person, known only by its vector or as everyday.
    fn is_partly_unknown(&self) -> bool {
        let is_vague =
            |item: &Item<'_>| self.is_first_person && (item.classes.is_only_learnt() || is_daily(item));
        self.items.iter().any(|item| is_unknown(item) || is_vague(item))
    }

    /// Whether the sentence is in the first person singular and not clearly about the author's
    /// work.
    fn is_first_person_off_work(&self) -> bool {
        self.is_first_person && (self.items.iter().any(is_ambiguous) || self.tells_of_own_life())
    }

    /// Whether there are enough words of work. A thing counts once, and a phrase that names a thing
    /// twice. Words that only state a time or a place do not count.
    fn has_words_of_work(&self) -> bool {
        let anchored = anchored(&self.items);
        let counted = |which: &dyn Fn(&Item<'_>) -> bool| {
            self.items.iter().zip(&anchored).filter(|(item, anchored)| !**anchored && which(item)).count()
        };
        let things = counted(&is_thing);
        let phrases = counted(&|item| is_thing(item) && item.is_phrase);
        let work = things + phrases + counted(&|item| !is_thing(item) && is_work(item));
        self.words_of_work_needed(things).is_some_and(|needed| work >= needed)
            && is_work_throughout(&self.items)
            && work * WORK_ONE_IN >= count(&self.items, is_weighty)
    }

    /// Returns the number of words of work that the sentence needs, given its number of things, or
    /// `None` if no number is enough.
    fn words_of_work_needed(&self, things: usize) -> Option<usize> {
        match (self.is_first_person, things) {
            (true, 0) => None,
            (true, _) => Some(MIN_WORK_FIRST_PERSON),
            (false, 0) => Some(MIN_WORK_WITHOUT_THING),
            (false, 1) if is_plain_and_short(&self.items) => Some(1),
            (false, _) if self.items.iter().any(is_daily) => Some(MIN_WORK_BESIDE_DAILY),
            (false, _) => Some(MIN_WORK),
        }
    }
}
