//! The agreement of two fields: by which rule, and to what degree.

/// The rule by which two fields agree, and the degree, above 0 and at most 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreement<Rule> {
    pub rule: Rule,
    pub degree: f64,
    /// Whether the query has fewer words than the source.
    pub says_less: bool,
}

/// Fewer words than the source are no evidence against a match: with all three fields it stays
/// inside the window.
pub(super) const SAYS_LESS: f64 = 0.995;

impl<Rule> Agreement<Rule> {
    pub fn new(rule: Rule, degree: f64) -> Self {
        Self { rule, degree, says_less: false }
    }

    /// Marks the agreement of a query that has fewer words than the source.
    pub fn saying_less(self) -> Self {
        Self { degree: self.degree * SAYS_LESS, says_less: true, ..self }
    }

    /// Returns the agreement of the highest degree, the last of several.
    pub fn best(all: impl Iterator<Item = Self>) -> Option<Self> {
        all.max_by(|one, other| one.degree.total_cmp(&other.degree))
    }
}
