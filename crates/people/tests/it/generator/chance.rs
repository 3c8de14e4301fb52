//! Random draws that a seed repeats.

/// A small reproducible random generator (SplitMix64, Steele, Lea and Flood 2014).
pub(crate) struct Chance(u64);

impl Chance {
    /// The same seed, the same draws.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// True in this percentage of cases.
    pub(crate) fn percent(&mut self, percent: u64) -> bool {
        self.next() % 100 < percent
    }

    pub(super) fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    /// Prefers earlier entries, about as 1/rank.
    pub(super) fn pick_common<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below_common(of.len())].clone()
    }

    /// A number below `end`, preferring small ones, about as 1/√rank: the largest of 50,000
    /// companies has half a percent of the people.
    pub(super) fn below_skewed(&mut self, end: usize) -> usize {
        let place = self.below(end);
        place * place / end
    }

    /// A number below `end`, preferring small ones, about as 1/rank.
    fn below_common(&mut self, end: usize) -> usize {
        #[expect(clippy::cast_precision_loss, reason = "a table is short")]
        let ranks = end as f64;
        #[expect(clippy::cast_precision_loss, reason = "53 bits are kept")]
        let share = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and the table's length"
        )]
        let rank = (ranks.powf(share) - 1.0) as usize;
        rank.min(end - 1)
    }
}
