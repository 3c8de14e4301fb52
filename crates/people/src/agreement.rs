//! The rule by which two fields agree, and the degree of the agreement.

/// The agreement of a field of the query with the same field of the source.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreement<Rule> {
    pub rule: Rule,
    /// Above 0 and at most 1.
    pub degree: f64,
    /// Whether the query has fewer words than the source.
    pub says_less: bool,
}

/// The factor of a field in which the query has fewer words than the source. That is no evidence
/// against a match: with all three fields, the difference is within the ambiguity window.
pub(super) const SAYS_LESS: f64 = 0.995;

impl<Rule> Agreement<Rule> {
    pub fn new(rule: Rule, degree: f64) -> Self {
        Self { rule, degree, says_less: false }
    }

    /// Marks the agreement of a query that has fewer words than the source.
    pub fn saying_less(self) -> Self {
        Self { degree: self.degree * SAYS_LESS, says_less: true, ..self }
    }

    /// Returns the agreement with the highest degree. Of equal ones, returns the last.
    pub fn best(all: impl Iterator<Item = Self>) -> Option<Self> {
        all.max_by(|one, other| one.degree.total_cmp(&other.degree))
    }
}
