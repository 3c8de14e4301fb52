//! That two fields agree: by which rule, and how far.

/// By which rule two fields agree, and the degree, above 0 and at most 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreement<Rule> {
    /// The rule that found them the same.
    pub rule: Rule,
    /// How far they agree.
    pub degree: f64,
}

impl<Rule> Agreement<Rule> {
    /// Agreement by this rule to this degree.
    pub fn new(rule: Rule, degree: f64) -> Self {
        Self { rule, degree }
    }

    /// The one of the highest degree; of equals the last.
    pub fn best(all: impl Iterator<Item = Self>) -> Option<Self> {
        all.max_by(|one, other| one.degree.total_cmp(&other.degree))
    }
}
