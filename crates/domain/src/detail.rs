//! How much of an analysis an answer contains.

use super::named_enum::named_enum;

named_enum! {
    /// The detail of an answer. It changes neither the price nor the depth of the analysis.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub enum Detail {
        /// What a person reads: the summary, the figures and the strongest lines.
        Brief = "brief",
        /// Every figure, and each line with one quotation.
        #[default]
        Standard = "standard",
        /// Also what each score is made of, word by word.
        Full = "full",
    }
}
