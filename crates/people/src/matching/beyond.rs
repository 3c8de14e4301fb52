//! Where a source has more than the query: a longer name, a longer name of the company.

/// The fields of which the source has more than the query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Beyond {
    pub(super) given: bool,
    pub(super) surnames: bool,
    pub(super) company: bool,
}

impl Beyond {
    /// Whether the other has all that this has beyond the query, and more.
    pub(super) fn is_within(self, other: Self) -> bool {
        let fields = |beyond: Self| [beyond.given, beyond.surnames, beyond.company];
        self != other && fields(self).iter().zip(fields(other)).all(|(this, other)| *this <= other)
    }

    /// Whether this name is exactly the query's.
    pub(super) fn is_whole_name(self) -> bool {
        !self.given && !self.surnames
    }
}
