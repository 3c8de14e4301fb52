//! The depth of an analysis, `tier` on the wire.

use serde::{Deserialize, Serialize};

/// How much an analysis contains. Each depth contains the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Depth {
    /// Person, match and summary. Needs a profile, not posts.
    Basic,
    /// Also traits from the person's own words, with their evidence.
    Standard,
    /// Also communication style and buyer playbook.
    Premium,
}

impl Depth {
    /// Every depth, from shallow to deep.
    pub const ALL: [Self; 3] = [Self::Basic, Self::Standard, Self::Premium];
}
