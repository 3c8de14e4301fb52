//! How deep an analysis goes.

use serde::{Deserialize, Serialize};

/// The depth of an analysis; each tier holds all of the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Who the person is: person, match and summary. Needs a profile, not posts.
    Basic,
    /// Traits from the person's own words, with their evidence.
    Standard,
    /// Communication style and buyer playbook besides.
    Premium,
}

impl Tier {
    /// Every tier, shallowest first.
    pub const ALL: [Self; 3] = [Self::Basic, Self::Standard, Self::Premium];
}
