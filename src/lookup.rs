//! Finds the person of a request in all sources, and caches the answer for a moment.
//!
//! An account's contacts come first: a person that it keeps is the person that it means. Then come
//! the sources that all accounts share: the directory, or the invented people of a test
//! environment. The operator's enrichment service is last, for people unknown to the others.
//!
//! A contact without posts identifies the person but has no text. Then the next sources are
//! searched for that person by the contact's whole name, and the contact answers only if none of
//! them has posts of exactly one person.

mod contacts;
mod directory;
mod enrichment;
mod found;
mod ttl_cache;
mod words;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;

use self::contacts::Contacts;
use self::found::several;
pub use self::found::{FindError, Found, Hint, PersonVersion};
use self::ttl_cache::{CacheEntry, TtlCache};
use self::words::KnownWords;
use crate::domain::contact::ContactOwner;
use crate::domain::key::Mode;
use crate::domain::person::{Person, PersonQuery, PersonSource};
use crate::domain::setting;
use crate::people::matching::{Resolution, resolve};
use crate::people::rarity::Rarity;
use crate::people::sample::SamplePeople;
use crate::upstream::client::Upstream;
pub use crate::upstream::error::UpstreamError;

/// An estimate of what an answer takes in the cache besides the person's texts, in bytes.
const ANSWER_BYTES: u64 = 512;

/// The `[people]` settings.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub struct PeopleSettings {
    /// How long the result of a search is cached.
    #[serde(rename = "cache_ms", with = "setting::millis_or_zero")]
    pub cache: Duration,
    /// Memory for cached results.
    #[serde(deserialize_with = "setting::bytes")]
    pub cache_bytes: NonZeroUsize,
    /// How long people stay in the directory after their last import.
    #[serde(rename = "retention_days", with = "setting::days")]
    pub retention: Duration,
}

/// All sources of people.
pub struct People {
    pool: PgPool,
    sample: SamplePeople,
    contacts: Contacts,
    answers: TtlCache<Question, Found, FindError, AnswerWeight>,
    words: KnownWords,
    enrichment: Option<Upstream>,
}

/// A question to one source. Answers of the shared sources are the same for every account. Answers
/// from contacts are cached under their owner, so no account ever sees another's.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Question {
    Contacts { owner: ContactOwner, stamp: u64, query: PersonQuery },
    Directory(PersonQuery),
    Enrichment(PersonQuery),
    Sample(PersonQuery),
}

#[derive(Clone)]
struct AnswerWeight;

impl People {
    /// People of this database, and the invented ones.
    pub fn new(pool: PgPool, sample: SamplePeople, settings: PeopleSettings) -> Self {
        let cache_bytes = settings.cache_bytes.get();
        let (likely_answers, ttl) = (cache_bytes / 4096, setting::time_delta(settings.cache));
        Self {
            pool,
            sample,
            contacts: Contacts::new(ttl),
            answers: TtlCache::weighing(likely_answers, cache_bytes as u64, AnswerWeight, ttl),
            words: KnownWords::none_yet(),
            enrichment: None,
        }
    }

    /// Adds an enrichment service as the last source.
    pub fn enriched_by(self, upstream: Upstream) -> Self {
        Self { enrichment: Some(upstream), ..self }
    }

    /// Finds the person that the query means: among the caller's contacts, then among the people
    /// that its mode shares. Concurrent requests for one person share a lookup.
    pub async fn find(
        &self,
        caller: ContactOwner,
        query: &PersonQuery,
        now: DateTime<Utc>,
    ) -> Result<Found, FindError> {
        let own = self.find_contact(caller, query, now).await?;
        let Found::One { person, matched, .. } = &own else {
            return if matches!(own, Found::None) {
                self.find_shared(caller, query, now).await
            } else {
                Ok(own)
            };
        };
        if !person.posts.is_empty() {
            return Ok(own);
        }
        let this_person = PersonQuery {
            first_name: person.first_name.clone(),
            last_name: person.last_name.clone(),
            company: person.company.clone(),
        };
        match self.find_shared(caller, &this_person, now).await? {
            Found::One { person, version, matched: shared, source } if !person.posts.is_empty() => {
                Ok(Found::One { person, version, matched: matched.confirmed_by(&shared), source })
            }
            _ => Ok(own),
        }
    }

    /// Makes the next search read this owner's contacts again. Other gateways do so when their
    /// cached answers expire.
    pub fn contacts_changed(&self, owner: ContactOwner) {
        self.contacts.changed(owner);
    }

    /// Returns an invented person with the requested name, for tests that need an answer about an
    /// unknown person.
    pub fn mock(&self, query: &PersonQuery) -> Option<(Arc<Person>, PersonVersion)> {
        let (person, content_sha256) = self.sample.mock(query)?;
        Some((Arc::new(person), PersonVersion(content_sha256)))
    }

    /// Whether the enrichment service is paused, because it fails or has asked for it.
    pub fn is_enrichment_paused(&self) -> bool {
        self.enrichment.as_ref().is_some_and(Upstream::is_paused)
    }

    async fn find_contact(
        &self,
        owner: ContactOwner,
        query: &PersonQuery,
        now: DateTime<Utc>,
    ) -> Result<Found, FindError> {
        let snapshot = self.contacts.snapshot(&self.pool, owner, now).await?;
        if snapshot.is_empty {
            return Ok(Found::None);
        }
        let question = Question::Contacts { owner, stamp: snapshot.stamp, query: query.clone() };
        let look_up = || contacts::look_up(&self.pool, &self.words, owner, query);
        self.answers.get(&question, now, look_up).await
    }

    /// Finds the person among the sources that all accounts share: the directory and the enrichment
    /// service, or the invented people of test keys. Enough for an account without contacts.
    pub async fn find_shared(
        &self,
        caller: ContactOwner,
        query: &PersonQuery,
        now: DateTime<Utc>,
    ) -> Result<Found, FindError> {
        match caller.mode {
            Mode::Test => {
                let look_up = async || Ok(self.find_in_sample(query));
                self.answers.get(&Question::Sample(query.clone()), now, look_up).await
            }
            Mode::Live => {
                let look_up = || directory::look_up(&self.pool, &self.words, query, now);
                let found = self.answers.get(&Question::Directory(query.clone()), now, look_up).await?;
                let Some(upstream) = self.enrichment.as_ref().filter(|_| matches!(found, Found::None)) else {
                    return Ok(found);
                };
                let look_up =
                    || enrichment::look_up(&self.pool, &self.words, upstream, caller.account, query);
                self.answers.get(&Question::Enrichment(query.clone()), now, look_up).await
            }
        }
    }

    fn find_in_sample(&self, query: &PersonQuery) -> Found {
        let candidates = self.sample.candidates();
        match resolve(query, candidates, &Rarity::default()) {
            Resolution::None => Found::None,
            Resolution::One(matched) => {
                self.sample.get(matched.index).map_or(Found::None, |sample| Found::One {
                    person: Arc::clone(&sample.person),
                    version: PersonVersion(sample.content_sha256),
                    matched,
                    source: PersonSource::Sample,
                })
            }
            Resolution::Several(matches) => several(&matches, |index| {
                let person = &self.sample.get(index)?.person;
                Some(Hint { role: person.title.clone(), city: person.location.clone(), contact: None })
            }),
        }
    }
}

impl quick_cache::Weighter<Question, CacheEntry<Found, FindError>> for AnswerWeight {
    fn weight(&self, _: &Question, answer: &CacheEntry<Found, FindError>) -> u64 {
        let CacheEntry::Value { value: Found::One { person, .. }, .. } = answer else { return ANSWER_BYTES };
        let texts: usize = person.posts.iter().map(|post| post.text.len() + 64).sum();
        ANSWER_BYTES + (texts + person.bio.as_ref().map_or(0, String::len)) as u64
    }
}
