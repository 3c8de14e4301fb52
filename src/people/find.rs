//! Finding the person of a request, across the sources, without a query for what was just answered.

use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, TimeDelta, Utc};
use quick_cache::sync::{Cache, EntryAction, EntryResult};
use sqlx::PgPool;

use super::matching::{Match, ParsedQuery, Resolution, resolve};
use super::rarity::Rarity;
use super::sample::SamplePeople;
use super::search_keys::{Breadth, query_keys};
use crate::domain::ids::AccountId;
use crate::domain::person::{Person, PersonQuery, PersonSource};
use crate::storage::directory::words::load_rarity;
use crate::storage::directory::{StoredPerson, fetch_person, find_candidates};

/// Most people described when a query means several.
const MOST_HINTS: usize = 20;
/// What an answer weighs in the cache besides the person's texts, in bytes; an estimate.
const ANSWER_BYTES: u64 = 512;

/// Among whose people a request looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Realm {
    /// Real people: the account's contacts, then the directory everybody shares.
    Live {
        /// Whose contacts.
        account: AccountId,
    },
    /// Invented people, for test environments and development.
    Sample,
}

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

/// Why nobody could be looked for.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// The database refused or is away.
    #[error("cannot look up people: {0}")]
    Storage(#[from] sqlx::Error),
}

/// What the answers of the last moments may take.
#[derive(Clone, Copy, Debug)]
pub struct FindConfig {
    /// How long an answer is given again without asking the database.
    pub answer_ttl: TimeDelta,
    /// Bytes of people kept.
    pub cache_bytes: u64,
}

impl Default for FindConfig {
    fn default() -> Self {
        Self { answer_ttl: TimeDelta::seconds(2), cache_bytes: 64 * 1024 * 1024 }
    }
}

/// The sources of people.
pub struct People {
    pool: PgPool,
    sample: SamplePeople,
    answer_ttl: TimeDelta,
    answers: Cache<Question, Answer, AnswerWeight>,
    words: RwLock<Arc<Words>>,
    /// Held while words are read, so that many requests do not read them at once.
    reading_words: tokio::sync::Mutex<()>,
}

/// What was asked of which source. Answers of the shared directory are the same for every account; what comes from an
/// account's own contacts gets a variant with the account, so that no account ever sees another's.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Question {
    Directory(PersonQuery),
    Sample(PersonQuery),
}

#[derive(Clone)]
struct Answer {
    found: Found,
    answered_at: DateTime<Utc>,
}

#[derive(Clone)]
struct AnswerWeight;

struct Words {
    version: i64,
    rarity: Rarity,
}

impl People {
    /// People of this database, and the invented ones.
    pub fn new(pool: PgPool, sample: SamplePeople, config: FindConfig) -> Self {
        let likely_answers = usize::try_from(config.cache_bytes / 4096).unwrap_or(usize::MAX);
        Self {
            pool,
            sample,
            answer_ttl: config.answer_ttl,
            answers: Cache::with_weighter(likely_answers, config.cache_bytes, AnswerWeight),
            words: RwLock::new(Arc::new(Words { version: -1, rarity: Rarity::default() })),
            reading_words: tokio::sync::Mutex::new(()),
        }
    }

    /// Finds whom the query means. Many requests for one person share one look-up.
    pub async fn find(
        &self,
        realm: Realm,
        query: &PersonQuery,
        now: DateTime<Utc>,
    ) -> Result<Found, FindError> {
        match realm {
            Realm::Sample => self.find_remembered(Question::Sample(query.clone()), now).await,
            Realm::Live { account: _ } => self.find_remembered(Question::Directory(query.clone()), now).await,
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
                Some(Hint { role: person.title.clone(), city: person.location.clone() })
            }),
        }
    }

    /// An invented person to answer for somebody unknown, where a test asks for mock data.
    pub fn stand_in(&self) -> Option<Found> {
        let person = Arc::clone(&self.sample.get(0)?.person);
        let query = PersonQuery {
            first_name: person.first_name.clone(),
            last_name: person.last_name.clone(),
            company: person.company.clone(),
        };
        Some(self.find_in_sample(&query))
    }

    async fn find_remembered(&self, question: Question, now: DateTime<Utc>) -> Result<Found, FindError> {
        // The common case takes no write lock: thousands of requests a second may ask for one person.
        if let Some(answer) = self.answers.get(&question).filter(|answer| self.is_fresh(answer, now)) {
            return Ok(answer.found);
        }
        let entry = self
            .answers
            .entry_async(&question, |_, answer| {
                if self.is_fresh(answer, now) {
                    EntryAction::Retain(answer.found.clone())
                } else {
                    EntryAction::ReplaceWithGuard
                }
            })
            .await;
        match entry {
            EntryResult::Retained(found) => Ok(found),
            EntryResult::Vacant(place) | EntryResult::Replaced(place, _) => {
                let found = self.look_up(&question, now).await?;
                // Refused only when the place was taken away meanwhile; the answer is as good.
                let _ = place.insert(Answer { found: found.clone(), answered_at: now });
                Ok(found)
            }
            EntryResult::Removed(..) | EntryResult::Timeout => self.look_up(&question, now).await,
        }
    }

    /// A clock that was set back must not keep answers alive, so their age counts both ways.
    fn is_fresh(&self, answer: &Answer, now: DateTime<Utc>) -> bool {
        (now - answer.answered_at).abs() < self.answer_ttl
    }

    async fn look_up(&self, question: &Question, now: DateTime<Utc>) -> Result<Found, FindError> {
        match question {
            Question::Sample(query) => Ok(self.find_in_sample(query)),
            Question::Directory(query) => self.look_up_in_directory(query, now).await,
        }
    }

    async fn look_up_in_directory(
        &self,
        query: &PersonQuery,
        now: DateTime<Utc>,
    ) -> Result<Found, FindError> {
        let parsed = ParsedQuery::from(query);
        let mut known = self.words();
        let mut keys = query_keys(&parsed, &known.rarity);
        let mut page = find_candidates(&self.pool, &keys, Breadth::WholeWords, now).await?;
        if page.words_version != known.version {
            known = self.read_words(page.words_version).await?;
            keys = query_keys(&parsed, &known.rarity);
        }
        let mut decided = resolve(query, &page.candidates, &known.rarity);
        if !keys.are_settled_by(&decided) {
            page = find_candidates(&self.pool, &keys, Breadth::WithSlips, now).await?;
            decided = resolve(query, &page.candidates, &known.rarity);
        }
        let profiles = page.profiles;
        match decided {
            Resolution::None => Ok(Found::None),
            Resolution::One(matched) => {
                let Some(profile) = profiles.get(matched.index) else { return Ok(Found::None) };
                let fetched = fetch_person(&self.pool, profile.id, now).await?;
                // Deleted between the two queries: as if never there.
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

    fn words(&self) -> Arc<Words> {
        Arc::clone(&self.words.read().unwrap_or_else(PoisonError::into_inner))
    }

    async fn read_words(&self, wanted: i64) -> Result<Arc<Words>, FindError> {
        let _turn = self.reading_words.lock().await;
        let known = self.words();
        if known.version >= wanted {
            return Ok(known);
        }
        let (version, rarity) = load_rarity(&self.pool).await?;
        let read = Arc::new(Words { version, rarity });
        *self.words.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&read);
        Ok(read)
    }
}

fn several(matches: &[Match], hint: impl Fn(usize) -> Option<Hint>) -> Found {
    let candidates = matches.iter().take(MOST_HINTS).filter_map(|found| hint(found.index)).collect();
    Found::Several { candidates, total: matches.len() }
}

impl quick_cache::Weighter<Question, Answer> for AnswerWeight {
    fn weight(&self, _: &Question, answer: &Answer) -> u64 {
        let Found::One { person, .. } = &answer.found else { return ANSWER_BYTES };
        let texts: usize = person.posts.iter().map(|post| post.text.len() + 64).sum();
        ANSWER_BYTES + (texts + person.bio.as_ref().map_or(0, String::len)) as u64
    }
}
