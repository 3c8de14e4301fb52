//! What a word may be in a sentence, as the vocabularies have it.

/// A set of classes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Classes(u32);

impl Classes {
    /// No class: the word is unknown.
    pub(crate) const NONE: Self = Self(0);
    /// A thing of the trade that is nothing else: a server, an invoice, a clause.
    pub(crate) const THING: Self = Self(1);
    /// A word of work that can mean other things too.
    pub(crate) const WORK: Self = Self(1 << 1);
    /// A person by their part in the work.
    pub(crate) const PERSON: Self = Self(1 << 2);
    /// What an author may say that they did, and have it quoted.
    pub(crate) const ACT: Self = Self(1 << 3);
    /// What an author may say that they thought, said or used.
    pub(crate) const SAY: Self = Self(1 << 4);
    /// Harmless, and no sign of work.
    pub(crate) const PLAIN: Self = Self(1 << 5);
    /// A weekday or a time of day.
    pub(crate) const CLOCK: Self = Self(1 << 6);
    /// What may follow “my”.
    pub(crate) const OWN: Self = Self(1 << 7);
    /// Private, unless it is said of a thing nearby: “the build is sick”.
    pub(crate) const FAR: Self = Self(1 << 8);
    /// Like `FAR`, and no sign of work even then: “the job takes ten minutes”.
    pub(crate) const BOUND: Self = Self(1 << 14);
    /// Private, unless it stands right beside a thing.
    pub(crate) const NEAR: Self = Self(1 << 9);
    /// A phrase of the trade that holds a private word: “health check”.
    pub(crate) const PAIR: Self = Self(1 << 10);
    /// Private, unless the sentence is of nobody and reads surely like work: “a pulse survey”.
    pub(crate) const PRIVATE: Self = Self(1 << 11);
    /// Private whatever else the sentence holds: no words of work weigh against it.
    pub(crate) const GRAVE: Self = Self(1 << 19).or(Self::PRIVATE);
    /// A verb in the first person singular.
    pub(crate) const FIRST: Self = Self(1 << 12);
    /// Begins a phrase.
    pub(crate) const OPENS: Self = Self(1 << 13);
    /// One of the ambiguous words that a sentence about things alone may hold anywhere.
    pub(crate) const MILD: Self = Self(1 << 16);
    /// Harmless as far as its vector tells.
    pub(crate) const LEARNT: Self = Self(1 << 15);

    /// Harmless, and of a home as well as of a workplace: a door, a card, the water.
    pub(crate) const DAILY: Self = Self(1 << 17);

    /// Of customers and goods of delicate trades, like a clinic: private, unless the sentence is
    /// about nobody and either a thing stands near or there are words of work enough.
    pub(crate) const DELICATE: Self = Self(1 << 18);

    /// Ambiguous words that are private unless they are said of a thing.
    pub(crate) const SAID_OF_THINGS: Self = Self::FAR.or(Self::BOUND).or(Self::NEAR);

    /// Both sets together.
    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether this set has all classes of the other.
    pub(crate) const fn holds(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether the two sets share a class.
    pub(crate) const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether the vocabulary has the word at all.
    pub(crate) const fn is_known(self) -> bool {
        self.0 & !(Self::OPENS.0 | Self::MILD.0) != 0
    }

    /// Whether the word alone makes a hashtag or a quotation private, where nothing shows what it
    /// is said of.
    pub(crate) const fn is_private_in_passing(self) -> bool {
        self.meets(Self::PRIVATE) || self.is_delicate_alone()
    }

    /// Whether the word is of a delicate trade, and not known as one that may be said of a thing.
    pub(crate) const fn is_delicate_alone(self) -> bool {
        self.meets(Self::DELICATE) && !self.meets(Self::SAID_OF_THINGS)
    }

    /// Whether the word is in a list of harmless ones.
    pub(crate) const fn is_work_or_plain(self) -> bool {
        self.meets(Self::THING.or(Self::WORK).or(Self::PERSON).or(Self::PLAIN).or(Self::DAILY))
    }

    /// Whether the word is private in some sense.
    pub(crate) const fn has_private_sense(self) -> bool {
        self.meets(Self::PRIVATE.or(Self::DELICATE).or(Self::SAID_OF_THINGS))
    }

    /// Whether nothing but its vector speaks for the word.
    pub(crate) const fn is_learnt_alone(self) -> bool {
        self.0 & !Self::OPENS.0 == Self::LEARNT.0
    }

    /// The class of a section of the word files.
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
            _ => return None,
        })
    }
}
