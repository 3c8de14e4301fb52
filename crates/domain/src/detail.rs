//! How much of an analysis an answer contains.

/// The detail of an answer. It changes neither the price nor the depth of the analysis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Detail {
    /// What a person reads: the summary, the figures and the strongest lines.
    Brief,
    /// Every figure, and each line with one quotation.
    #[default]
    Standard,
    /// Also what each score is made of, word by word.
    Full,
}

impl Detail {
    /// Every detail, shortest first.
    pub const ALL: [Self; 3] = [Self::Brief, Self::Standard, Self::Full];
}
