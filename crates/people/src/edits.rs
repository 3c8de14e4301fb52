//! The typing errors between two words. One error is called a slip: a missing, extra or replaced
//! letter, or two swapped neighbours.

mod slip;
#[cfg(test)]
mod tests;

pub use self::slip::{are_two_likely_slips, is_likely_slip};

/// The words in which a slip is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slips {
    /// Words of the usual length.
    InLongWords,
    /// Shorter words too, if everything else agrees exactly.
    InShortWordsToo,
}

/// Returns the length of the shorter word in letters.
pub fn shorter_length(one: &str, other: &str) -> usize {
    one.chars().count().min(other.chars().count())
}
