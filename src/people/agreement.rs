//! That two fields agree: by which rule, and how far.

/// By which rule two fields agree, and the degree, above 0 and at most 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreement<Rule> {
    /// The rule that found them the same.
    pub rule: Rule,
    /// How far they agree.
    pub degree: f64,
    /// Whether the query says less than the source knows.
    pub says_less: bool,
}

/// Saying less than the source knows is no evidence against: with all three fields it stays inside the window.
pub(super) const SAYS_LESS: f64 = 0.995;

impl<Rule> Agreement<Rule> {
    /// Agreement by this rule to this degree.
    pub fn new(rule: Rule, degree: f64) -> Self {
        Self { rule, degree, says_less: false }
    }

    /// The same, where the query says less than the source knows.
    pub fn saying_less(self) -> Self {
        Self { degree: self.degree * SAYS_LESS, says_less: true, ..self }
    }

    /// The one of the highest degree; of equals the last.
    pub fn best(all: impl Iterator<Item = Self>) -> Option<Self> {
        all.max_by(|one, other| one.degree.total_cmp(&other.degree))
    }
}
