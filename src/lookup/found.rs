//! What a look-up ends with.

use std::sync::Arc;

use crate::domain::person::{Person, PersonSource};
use crate::people::matching::Match;
use crate::storage::error::StorageError;
use crate::upstream::client::UpstreamError;

/// Most people described when a query means several.
const MOST_HINTS: usize = 20;

/// Who was found.
#[derive(Clone, Debug)]
pub enum Found {
    /// One person.
    One {
        /// The person with all their texts.
        person: Arc<Person>,
        /// Changes whenever an analysis of the person could: a key to keep analyses by.
        version: PersonVersion,
        /// How surely, and by which rules.
        matched: Match,
        /// Which source knew the person.
        source: PersonSource,
    },
    /// People whom the query does not tell apart.
    Several {
        /// The best of them, as far as they may be shown.
        candidates: Vec<Hint>,
        /// How many they are.
        total: usize,
    },
    /// Nobody.
    None,
}

/// As much of a person as somebody may see who might mean another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Job title.
    pub role: Option<String>,
    /// City or region.
    pub city: Option<String>,
}

/// SHA-256 over everything a source holds on a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PersonVersion(pub [u8; 32]);

/// Why nobody could be looked for; told to everybody who waited for the look-up.
#[derive(Clone, Debug, thiserror::Error)]
pub enum FindError {
    /// The database refused or is away.
    #[error("cannot look up people: {0}")]
    Storage(Arc<StorageError>),
    /// The enrichment service gave no answer, or none that can be used.
    #[error("the enrichment service {0}")]
    Enrichment(#[from] UpstreamError),
}

impl From<StorageError> for FindError {
    fn from(error: StorageError) -> Self {
        Self::Storage(Arc::new(error))
    }
}

/// People whom the query does not tell apart, as far as they may be shown.
pub(super) fn several(matches: &[Match], hint: impl Fn(usize) -> Option<Hint>) -> Found {
    let candidates = matches.iter().take(MOST_HINTS).filter_map(|found| hint(found.index)).collect();
    Found::Several { candidates, total: matches.len() }
}
