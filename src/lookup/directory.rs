//! The shared directory as a source.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use super::found::{FindError, Found, Hint};
use super::words::KnownWords;
use crate::domain::person::{PersonQuery, PersonSource};
use crate::people::matching::{ParsedQuery, resolve};
use crate::people::search_keys::{Breadth, query_keys};
use crate::storage::directory::{fetch_person, find_candidates};

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
    let fetch = async |index: usize| match profiles.get(index) {
        Some(profile) => fetch_person(pool, profile.id, now).await,
        None => Ok(None),
    };
    let hint = |index: usize| {
        let profile = profiles.get(index)?;
        Some(Hint { role: profile.title.clone(), city: profile.location.clone(), contact: None })
    };
    Found::of(PersonSource::Directory, decided, fetch, hint).await
}
