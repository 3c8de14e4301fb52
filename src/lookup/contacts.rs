//! An account's contacts as a source.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;

use super::found::{FindError, Found, Hint};
use super::ttl_cache::TtlCache;
use super::words::KnownWords;
use crate::domain::contact::ContactOwner;
use crate::domain::person::{PersonQuery, PersonSource};
use crate::people::matching::{ParsedQuery, resolve};
use crate::people::search_keys::{Breadth, query_keys};
use crate::storage::contacts::search;

/// The most owners in the cache.
const MAX_OWNERS: usize = 10_000;

/// What is cached of an owner's contacts.
#[derive(Clone, Copy, Debug)]
pub(super) struct ContactSnapshot {
    /// Whether the owner has no contacts, as after the last one is deleted: the account still
    /// counts as having some.
    pub(super) is_empty: bool,
    /// Changes on every reload, so that answers from before a change are never reused.
    pub(super) stamp: u64,
}

pub(super) struct Contacts {
    snapshots: TtlCache<ContactOwner, ContactSnapshot, FindError>,
    stamps: AtomicU64,
}

impl Contacts {
    pub(super) fn new(ttl: TimeDelta) -> Self {
        Self { snapshots: TtlCache::at_most(MAX_OWNERS, ttl), stamps: AtomicU64::new(0) }
    }

    pub(super) async fn snapshot(
        &self,
        pool: &PgPool,
        owner: ContactOwner,
        now: DateTime<Utc>,
    ) -> Result<ContactSnapshot, FindError> {
        let look = async || {
            let is_empty = !search::has_any(pool, owner).await?;
            Ok(ContactSnapshot { is_empty, stamp: self.stamps.fetch_add(1, Ordering::Relaxed) })
        };
        self.snapshots.get(&owner, now, look).await
    }

    pub(super) fn changed(&self, owner: ContactOwner) {
        self.snapshots.remove(&owner);
    }
}

/// Finds the person among the owner's contacts.
pub(super) async fn look_up(
    pool: &PgPool,
    words: &KnownWords,
    owner: ContactOwner,
    query: &PersonQuery,
) -> Result<Found, FindError> {
    let words = words.at_least(0, pool).await?;
    let keys = query_keys(&ParsedQuery::from(query), &words.rarity);
    let (mut candidates, mut profiles) =
        search::find_candidates(pool, owner, &keys, Breadth::WholeWords).await?;
    let mut decided = resolve(query, &candidates, &words.rarity);
    if !keys.are_settled_by(&decided) {
        (candidates, profiles) = search::find_candidates(pool, owner, &keys, Breadth::WithSlips).await?;
        decided = resolve(query, &candidates, &words.rarity);
    }
    let fetch = async |index: usize| match profiles.get(index) {
        Some(profile) => search::fetch(pool, owner, profile.id).await,
        None => Ok(None),
    };
    let hint = |index: usize| {
        let profile = profiles.get(index)?;
        Some(Hint { role: profile.title.clone(), city: None, contact: Some(profile.id) })
    };
    Found::of(PersonSource::Contacts, decided, fetch, hint).await
}
