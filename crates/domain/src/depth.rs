//! The depth of an analysis, `tier` on the wire.

use super::named_enum::named_enum;

named_enum! {
    /// How much an analysis contains. Each depth contains the one before it.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Depth {
        /// Person, match and summary. Needs a profile, not posts.
        Basic = "basic",
        /// Also traits from the person's own words, with their evidence.
        Standard = "standard",
        /// Also communication style and buyer playbook.
        Premium = "premium",
    }
}
