//! The outcome of a lookup.

use std::sync::Arc;

use crate::domain::ids::ContactId;
use crate::domain::person::{Person, PersonSource};
use crate::people::matching::{Match, Resolution};
use crate::storage::directory::StoredPerson;
use crate::storage::error::StorageError;
use crate::upstream::error::UpstreamError;

/// The most people described when a query means several.
const MAX_HINTS: usize = 20;

#[derive(Clone, Debug)]
pub enum Found {
    One {
        /// The person with all texts.
        person: Arc<Person>,
        /// Changes whenever an analysis of the person could. Analyses are cached by it.
        version: PersonVersion,
        /// How surely, and by which rules.
        matched: Match,
        source: PersonSource,
    },
    /// The query fits several people.
    Several {
        /// The best matches, as far as they may be shown.
        candidates: Vec<Hint>,
        /// The number of matches.
        total: usize,
    },
    None,
}

/// The part of a person that may be shown to a client that may mean another person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    pub role: Option<String>,
    /// City or region.
    pub city: Option<String>,
    /// Set for a contact of the caller's own account.
    pub contact: Option<ContactId>,
}

/// SHA-256 of everything that a source holds on a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PersonVersion(pub [u8; 32]);

/// Why a lookup failed. Every request that waited for the lookup gets the same error.
#[derive(Clone, Debug, thiserror::Error)]
pub enum FindError {
    /// The database refused or is unavailable.
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

impl Found {
    /// What a source found among its candidates. `fetch` reads the person at a place among them,
    /// and `hint` describes one.
    pub(super) async fn of(
        source: PersonSource,
        decided: Resolution,
        fetch: impl AsyncFnOnce(usize) -> Result<Option<StoredPerson>, StorageError>,
        hint: impl Fn(usize) -> Option<Hint>,
    ) -> Result<Self, FindError> {
        Ok(match decided {
            Resolution::None => Self::None,
            // Deleted between the two queries: counts as not found.
            Resolution::One(matched) => match fetch(matched.index).await? {
                None => Self::None,
                Some(StoredPerson { person, content_sha256 }) => Self::One {
                    person: Arc::new(person),
                    version: PersonVersion(content_sha256),
                    matched,
                    source,
                },
            },
            Resolution::Several(matches) => several(&matches, hint),
        })
    }
}

/// Describes the people that a query fits, as far as they may be shown.
pub(super) fn several(matches: &[Match], hint: impl Fn(usize) -> Option<Hint>) -> Found {
    let candidates = matches.iter().take(MAX_HINTS).filter_map(|found| hint(found.index)).collect();
    Found::Several { candidates, total: matches.len() }
}
