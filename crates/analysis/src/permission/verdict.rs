//! What a sentence is, and what it does to those beside it.

/// What one sentence is, by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Speaks of a private matter.
    Private,
    /// About the author or another person, and not plainly about work.
    Personal(Silence),
    /// Not plainly about work.
    Doubtful(Silence),
    /// About work; whether surely so.
    Work { is_sure: bool },
}

/// What a sentence that is not quoted does to the sentences beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Silence {
    /// Nothing: it reads like work.
    None,
    /// Only those are quoted that are surely about work.
    UnlessSure,
    /// It reads like private life: none is quoted.
    Full,
}
