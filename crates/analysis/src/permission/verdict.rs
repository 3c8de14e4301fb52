//! The verdict on one sentence, and its effect on the sentences beside it.

/// The verdict on one sentence, without regard to its neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// About a private matter.
    Private,
    /// About the author or another person, and not clearly about work.
    Personal(Silence),
    /// Not clearly about work, and not about a person.
    Doubtful(Silence),
    /// About work. `is_sure`: the score exceeds [`SURE`](super::worktalk::SURE).
    Work { is_sure: bool },
}

/// Which sentences beside an unquoted sentence may be quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Silence {
    /// All of them: it reads like work.
    None,
    /// Only those that are surely about work.
    UnlessSure,
    /// None: it reads like private life.
    Full,
}
