//! The classes of words in the vocabularies.

/// A set of classes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Classes(u32);

impl Classes {
    /// No class: the word is unknown.
    pub(crate) const NONE: Self = Self(0);
    /// A thing of a trade without another sense: a server, an invoice, a clause.
    pub(crate) const THING: Self = Self(1);
    /// A word of work that has other senses too.
    pub(crate) const WORK: Self = Self(1 << 1);
    /// A person by their trade or role.
    pub(crate) const PERSON: Self = Self(1 << 2);
    /// An act of the author at work, such as “shipped”.
    pub(crate) const ACT: Self = Self(1 << 3);
    /// A verb of thinking, saying or using, for the author at work.
    pub(crate) const SAY: Self = Self(1 << 4);
    /// Harmless, but no evidence of work.
    pub(crate) const PLAIN: Self = Self(1 << 5);
    /// A weekday or a time of day.
    pub(crate) const CLOCK: Self = Self(1 << 6);
    /// A noun of work that may follow “my”.
    pub(crate) const OWN: Self = Self(1 << 7);
    /// Private, unless it refers to a thing of the trade nearby: “the build is sick”.
    pub(crate) const FAR: Self = Self(1 << 8);
    /// Like [`Self::FAR`], but no evidence of work even then: “the job takes ten minutes”.
    pub(crate) const BOUND: Self = Self(1 << 14);
    /// Private, unless it stands next to a thing of the trade.
    pub(crate) const NEAR: Self = Self(1 << 9);
    /// A phrase of a trade that contains a private word: “health check”.
    pub(crate) const PAIR: Self = Self(1 << 10);
    /// Private, unless the sentence mentions no person and is clearly about work: “a pulse survey”.
    pub(crate) const PRIVATE: Self = Self(1 << 11);
    /// Private whatever the rest of the sentence.
    pub(crate) const GRAVE: Self = Self(1 << 19).or(Self::PRIVATE);
    /// A verb in the first person singular.
    pub(crate) const FIRST: Self = Self(1 << 12);
    /// The first word of a phrase.
    pub(crate) const OPENS: Self = Self(1 << 13);
    /// An ambiguous word that a sentence about things only may contain anywhere.
    pub(crate) const MILD: Self = Self(1 << 16);
    /// Harmless according to its word vector.
    pub(crate) const LEARNT: Self = Self(1 << 15);

    /// Harmless, and common at home and at work: a door, a card, the water.
    pub(crate) const DAILY: Self = Self(1 << 17);

    /// A customer or a good of a delicate trade, such as a clinic: private, unless the sentence
    /// mentions no person and has a thing of the trade nearby or enough words of work.
    pub(crate) const DELICATE: Self = Self(1 << 18);

    /// What holds or shows facts of a matter: a log, a module, a spreadsheet. It says nothing about
    /// the matter.
    pub(crate) const RECORD: Self = Self(1 << 20);
    /// A record that people keep of themselves, or to keep one: a diary, “we track”.
    pub(crate) const DIARY: Self = Self(1 << 21).or(Self::RECORD);
    /// What records of a trade may be about, though the word is no evidence of work: a temperature.
    pub(crate) const MATTER: Self = Self(1 << 22);
    /// A word of professional hashtags.
    pub(crate) const TOPIC: Self = Self(1 << 23);
    /// The classes that do not make a word known.
    const MARKS: Self = Self::OPENS.or(Self::MILD).or(Self::DIARY).or(Self::MATTER).or(Self::TOPIC);

    /// The classes that are private unless they refer to a thing.
    pub(crate) const AMBIGUOUS: Self = Self::FAR.or(Self::BOUND).or(Self::NEAR);

    /// Returns the union of both sets.
    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether this set has every class of the other.
    pub(crate) const fn holds(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether the two sets share a class.
    pub(crate) const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether the vocabulary lists the word itself, not only phrases that begin with it.
    pub(crate) const fn is_known(self) -> bool {
        self.0 & !Self::MARKS.0 != 0
    }

    /// Whether the word makes a quotation private, whose other words are not judged.
    pub(crate) const fn is_private_without_context(self) -> bool {
        self.meets(Self::PRIVATE) || self.is_only_delicate()
    }

    /// Whether the word is of a delicate trade and not of [`Self::AMBIGUOUS`].
    pub(crate) const fn is_only_delicate(self) -> bool {
        self.meets(Self::DELICATE) && !self.meets(Self::AMBIGUOUS)
    }

    /// Whether the word may be a part of a hashtag about work: it has no private sense, unless as a
    /// phrase of a trade, and is no verb in the first person.
    pub(crate) const fn is_topic_of_work(self) -> bool {
        let trade = Self::THING.or(Self::WORK).or(Self::PERSON).or(Self::RECORD).or(Self::TOPIC);
        let is_clear = !self.has_private_sense() && !self.meets(Self::FIRST);
        self.meets(Self::PAIR) || self.meets(trade) && is_clear
    }

    /// Whether the word is listed as harmless.
    pub(crate) const fn is_work_or_plain(self) -> bool {
        self.meets(Self::THING.or(Self::WORK).or(Self::PERSON).or(Self::PLAIN).or(Self::DAILY))
    }

    /// Whether the word has a private sense in some context.
    pub(crate) const fn has_private_sense(self) -> bool {
        self.meets(Self::PRIVATE.or(Self::DELICATE).or(Self::AMBIGUOUS))
    }

    /// Whether it has no other classes than these, marks excepted.
    pub(crate) const fn is_only(self, classes: Self) -> bool {
        self.0 & !(Self::MARKS.0 | classes.0) == 0
    }

    /// Whether only its word vector shows that the word is harmless.
    pub(crate) const fn is_only_learnt(self) -> bool {
        self.0 & !(Self::MARKS.0 & !Self::MILD.0) == Self::LEARNT.0
    }

    /// Returns the class of a section of the word files.
    pub(crate) fn of_section(name: &str) -> Option<Self> {
        Some(match name {
            "thing" => Self::THING,
            "work" => Self::WORK,
            "person" => Self::PERSON,
            "act" => Self::ACT,
            "say" => Self::SAY,
            "plain" => Self::PLAIN,
            "daily" => Self::DAILY,
            "delicate" => Self::DELICATE,
            "clock" => Self::CLOCK,
            "own" => Self::OWN,
            "far" => Self::FAR,
            "bound" => Self::BOUND,
            "near" => Self::NEAR,
            "pair" => Self::PAIR,
            "private" => Self::PRIVATE,
            "grave" => Self::GRAVE,
            "mild" => Self::MILD,
            "first" => Self::FIRST,
            "learnt" => Self::LEARNT,
            "record" => Self::RECORD,
            "diary" => Self::DIARY,
            "matter" => Self::MATTER,
            "topic" => Self::TOPIC,
            _ => return None,
        })
    }
}
