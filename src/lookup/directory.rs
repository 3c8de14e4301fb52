//! The shared directory as a source.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use super::found::{FindError, Found, Hint, PersonVersion, several};
use super::words::KnownWords;
use crate::domain::person::{PersonQuery, PersonSource};
use crate::people::matching::{ParsedQuery, Resolution, resolve};
use crate::people::search_keys::{Breadth, query_keys};
use crate::storage::directory::{StoredPerson, fetch_person, find_candidates};

/// Finds the person in the directory.
pub(super) async fn look_up(
    pool: &PgPool,
    words: &KnownWords,
    query: &PersonQuery,
    now: DateTime<Utc>,
) -> Result<Found, FindError> {
    let parsed = ParsedQuery::from(query);
    let mut known = words.newest();
    let mut keys = query_keys(&parsed, &known.rarity);
    let mut page = find_candidates(pool, &keys, Breadth::WholeWords, now).await?;
    if page.words_version != known.version {
        known = words.at_least(page.words_version, pool).await?;
        keys = query_keys(&parsed, &known.rarity);
    }
    let mut decided = resolve(query, &page.candidates, &known.rarity);
    if !keys.are_settled_by(&decided) {
        page = find_candidates(pool, &keys, Breadth::WithSlips, now).await?;
        decided = resolve(query, &page.candidates, &known.rarity);
    }
    let profiles = page.profiles;
    match decided {
        Resolution::None => Ok(Found::None),
        Resolution::One(matched) => {
            let Some(profile) = profiles.get(matched.index) else { return Ok(Found::None) };
            let fetched = fetch_person(pool, profile.id, now).await?;
            // Deleted between the two queries: counts as not found.
            Ok(fetched.map_or(Found::None, |StoredPerson { person, content_sha256 }| Found::One {
                person: Arc::new(person),
                version: PersonVersion(content_sha256),
                matched,
                source: PersonSource::Directory,
            }))
        }
        Resolution::Several(matches) => Ok(several(&matches, |index| {
            let profile = profiles.get(index)?;
            Some(Hint { role: profile.title.clone(), city: profile.location.clone() })
        })),
    }
}
