//! What one sentence is, by itself: private, personal, doubtful, or about work.

use super::Aside;
use super::classes::Classes;
use super::grammar::{
    ENGLISH_FIRST, FIRST_PLURAL, INTIMATE, PARTING, PEOPLE, PERIODS, PORTUGUESE_FIRST, THIRD,
};
use super::item::{
    Item, count, counts_days, is_ambiguous, is_appointment, is_of_a_thing, is_plain_and_short, is_thing,
    is_weighty, is_work, is_work_or_thing, is_work_throughout, speaks_of_work,
};
use super::vocabulary::{MAX_PHRASE_WORDS, Vocabulary};
use crate::analysis::lexicon::Lexicon;
use crate::analysis::segment::{Sentence, Token};
use crate::domain::language::Language;

/// Words of work that a sentence needs, things included: told of others or of “we”; told of “I”.
const MIN_WORK: usize = 2;
const MIN_WORK_FIRST_PERSON: usize = 3;
/// The same without any thing of the trade.
const MIN_WORK_WITHOUT_THING: usize = 3;
/// Things of a sentence that is about nothing else.
const MIN_THINGS_ALONE: usize = 2;
/// One in so many words that carry meaning is of work.
const WORK_SHARE: usize = 4;

/// What one sentence is, by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Speaks of a private matter.
    Private,
    /// Told of the author or of another person, and not plainly about work.
    Personal,
    /// Not plainly about work.
    Doubtful,
    /// About work; how firmly, in words of work.
    Work(usize),
}

/// Reads the sentences of one post.
pub(super) struct Reader<'l> {
    pub(super) text: &'l [char],
    pub(super) own: &'static Vocabulary,
    pub(super) other: &'static Vocabulary,
    pub(super) language: Language,
    pub(super) lexicon: &'l Lexicon,
}

impl Reader<'_> {
    /// What the sentence is, by itself.
    pub(super) fn verdict(&self, sentence: &Sentence) -> Verdict {
        let mut items = self.items(&sentence.tokens);
        for at in 0..items.len() {
            items[at].is_firm = !is_ambiguous(&items[at]) || is_of_a_thing(&items, at);
        }
        let items = items;
        let has = |class| items.iter().any(|item| item.classes.meets(class));
        let says = |list: &[&str]| items.iter().any(|item| list.contains(&item.word));
        let first = says(self.first_person()) || has(Classes::FIRST);
        let personal = first || says(THIRD);
        let of_things_alone = !personal
            && !says(PEOPLE)
            && !items.iter().any(|item| self.language == Language::Pt && item.word.ends_with(FIRST_PLURAL))
            && items.iter().any(is_thing)
            && count(&items, is_work_or_thing) >= MIN_THINGS_ALONE + usize::from(has(Classes::PERSON));
        let is_clear =
            |item: &&Item<'_>| item.is_firm || of_things_alone && item.classes.meets(Classes::MILD);
        let unclear: Vec<&Item<'_>> = items.iter().filter(|item| !is_clear(item)).collect();
        let grave = unclear
            .iter()
            .any(|item| !item.classes.meets(Classes::MILD) && !item.classes.meets(Classes::BOUND));
        let of_people = personal && !unclear.is_empty() || grave && says(PEOPLE);
        if has(Classes::PRIVATE) || of_people || unclear.len() > 1 {
            return Verdict::Private;
        }
        let unless_work = if personal { Verdict::Personal } else { Verdict::Doubtful };
        let is_unknown =
            |item: &Item<'_>| item.classes == Classes::NONE || first && item.classes.is_learnt_alone();
        let unknown = items.iter().any(is_unknown);
        let things = count(&items, is_thing);
        if unknown
            || !unclear.is_empty()
            || counts_days(&items)
            || is_appointment(&items)
            || says(THIRD)
            || says(INTIMATE)
        {
            return unless_work;
        }
        if first
            && (items.iter().any(is_ambiguous)
                || has(Classes::CLOCK)
                || says(PERIODS)
                || !speaks_of_work(&items))
        {
            return unless_work;
        }
        let phrases = count(&items, |item| is_thing(item) && item.is_phrase);
        let work = things + phrases + count(&items, |item| !is_thing(item) && is_work(item));
        let weighty = count(&items, is_weighty);
        let needed = match (first, things) {
            (true, 0) => return unless_work,
            (true, _) => MIN_WORK_FIRST_PERSON,
            (false, 0) => MIN_WORK_WITHOUT_THING,
            (false, 1) if is_plain_and_short(&items) => 1,
            (false, _) => MIN_WORK,
        };
        if work < needed || !is_work_throughout(&items) || work * WORK_SHARE < weighty {
            return unless_work;
        }
        Verdict::Work(work)
    }

    const fn first_person(&self) -> &'static [&'static str] {
        match self.language {
            Language::En => ENGLISH_FIRST,
            Language::Pt => PORTUGUESE_FIRST,
        }
    }

    fn items<'s>(&self, tokens: &'s [Token]) -> Vec<Item<'s>> {
        let mut items = Vec::with_capacity(tokens.len());
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            let (length, classes) = self.phrase(&tokens[at..]).unwrap_or_else(|| {
                let previous = at.checked_sub(1).map_or("", |before| tokens[before].norm.as_str());
                (1, self.classes(previous, token))
            });
            let before = at.checked_sub(1).map_or(token.start, |before| tokens[before].end);
            let is_parted =
                self.text.get(before..token.start).is_some_and(|gap| gap.iter().any(|c| PARTING.contains(c)));
            items.push(Item { word: &token.norm, classes, is_phrase: length > 1, is_firm: true, is_parted });
            at += length;
        }
        items
    }

    /// The longest phrase that begins here, in words, and its classes.
    fn phrase(&self, tokens: &[Token]) -> Option<(usize, Classes)> {
        let first = &tokens.first()?.norm;
        if !self.own.opens_phrase(first) {
            return None;
        }
        (2..=MAX_PHRASE_WORDS.min(tokens.len())).rev().find_map(|length| {
            let words: Vec<&str> = tokens[..length].iter().map(|token| token.norm.as_str()).collect();
            Some((length, self.own.phrase(&words.join(" "))?))
        })
    }

    fn classes(&self, previous: &str, token: &Token) -> Classes {
        let word = token.norm.as_str();
        let known = self.own.word(word);
        if known.is_known() {
            return known;
        }
        if self.is_private(previous, word) {
            return Classes::PRIVATE;
        }
        let is_letter = word.chars().nth(1).is_none();
        if is_letter || word.chars().any(|c| c.is_ascii_digit()) {
            return Classes::PLAIN;
        }
        let lent = self.other.word(word);
        if lent.meets(Classes::THING) { Classes::THING } else { Classes::NONE }
    }

    fn is_private(&self, previous: &str, word: &str) -> bool {
        let listed = |language| self.lexicon.is_sensitive(previous, word, language);
        self.other.word(word).meets(Classes::PRIVATE) || listed(Language::En) || listed(Language::Pt)
    }

    /// Whether a word outside the prose speaks of a private matter.
    pub(super) fn is_private_aside(&self, aside: &Aside) -> bool {
        let word = aside.word.as_str();
        let known = self.own.word(word);
        let hides =
            || aside.is_tag && [self.own, self.other].iter().any(|words| words.hides_private_word(word));
        known.meets(Classes::PRIVATE) || !known.is_known() && (self.is_private("", word) || hides())
    }
}
