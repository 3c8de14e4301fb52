//! Analyses, kept while they cannot change: the engine is pure, so the same words give the same
//! bytes.

use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, NaiveDate, Utc};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use tokio::sync::Semaphore;

use crate::analysis::{InsufficientData, InsufficientReason, analyse, depth};
use crate::domain::depth::Depth;
use crate::domain::detail::Detail;
use crate::domain::language::Language;
use crate::domain::person::Person;
use crate::domain::refusal::Refusal;
use crate::lookup::PersonVersion;

/// All that an analysis depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AnalysisKey {
    /// The person's words, by their hash.
    pub version: PersonVersion,
    pub depth: Depth,
    /// Language of the answer's texts.
    pub texts: Language,
    /// The detail of the answer.
    pub detail: Detail,
    /// The freshness of texts is given in days.
    pub day: NaiveDate,
}

/// What became of an analysis. That the words do not support one is kept as well: it costs as much
/// to find out again.
#[derive(Clone)]
enum CachedAnalysis {
    Analysis(Bytes),
    Insufficient(InsufficientData),
}

/// Makes analyses away from the async threads, and keeps them.
pub struct AnalysisCache {
    kept: Cache<AnalysisKey, CachedAnalysis, ByteWeight>,
    /// One for each core: more at once would only make each of them later.
    permits: Arc<Semaphore>,
}

#[derive(Clone)]
struct ByteWeight;

/// Estimated overhead of an entry, in bytes.
const ENTRY_BYTES: u64 = 128;
/// A typical analysis, for sizing the cache's tables.
const LIKELY_BYTES: u64 = 8 * 1024;

impl Weighter<AnalysisKey, CachedAnalysis> for ByteWeight {
    fn weight(&self, _: &AnalysisKey, cached: &CachedAnalysis) -> u64 {
        match cached {
            CachedAnalysis::Analysis(analysis) => ENTRY_BYTES + analysis.len() as u64,
            CachedAnalysis::Insufficient(_) => ENTRY_BYTES,
        }
    }
}

impl AnalysisCache {
    /// Keeps at most `cache_bytes` of analyses.
    pub fn new(cache_bytes: u64) -> Self {
        let likely = usize::try_from(cache_bytes / LIKELY_BYTES).unwrap_or(usize::MAX);
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            kept: Cache::with_weighter(likely, cache_bytes, ByteWeight),
            permits: Arc::new(Semaphore::new(cores)),
        }
    }

    /// The analysis of `person`, as a JSON object. Many requests for one share one run.
    pub async fn of(
        &self,
        person: &Arc<Person>,
        key: AnalysisKey,
        now: DateTime<Utc>,
    ) -> Result<Bytes, Refusal> {
        match self.kept.get_or_insert_async(&key, self.make(person.clone(), key, now)).await? {
            CachedAnalysis::Analysis(analysis) => Ok(analysis),
            CachedAnalysis::Insufficient(insufficient) => Err(refusal(insufficient)),
        }
    }

    async fn make(
        &self,
        person: Arc<Person>,
        key: AnalysisKey,
        now: DateTime<Utc>,
    ) -> Result<CachedAnalysis, Refusal> {
        let permit = self.permits.clone().acquire_owned().await;
        let made = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let analysis = match analyse(&person, key.depth, key.texts, now) {
                Ok(analysis) => analysis,
                Err(insufficient) => return Ok(CachedAnalysis::Insufficient(insufficient)),
            };
            depth::json(analysis, key.detail, &person)
                .map(|json| CachedAnalysis::Analysis(json.into()))
                .map_err(|error| {
                    tracing::error!(%error, "writing an analysis failed");
                    Refusal::Internal
                })
        });
        made.await.unwrap_or_else(|error| {
            tracing::error!(%error, "analysis panicked");
            Err(Refusal::Internal)
        })
    }
}

fn refusal(insufficient: InsufficientData) -> Refusal {
    Refusal::InsufficientData {
        words: insufficient.words,
        words_needed: insufficient.words_needed,
        unsupported_language: insufficient.reason == InsufficientReason::UnsupportedLanguage,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::PersonId;
    use crate::domain::person::Post;
    use uuid::Uuid;

    fn silent(posts: usize) -> Arc<Person> {
        let post = Post { text: "... !!! ...".to_owned(), published_at: None, language: None };
        Arc::new(Person {
            id: PersonId::from_uuid(Uuid::nil()),
            first_name: "Ana".to_owned(),
            last_name: "Souza".to_owned(),
            company: "Nubank".to_owned(),
            title: None,
            location: None,
            bio: None,
            languages: Vec::new(),
            aliases: Vec::new(),
            former_companies: Vec::new(),
            posts: vec![post; posts],
        })
    }

    #[tokio::test]
    async fn a_person_without_words_is_analysed_once() {
        let analyses = AnalysisCache::new(1024 * 1024);
        let (now, version) = (DateTime::UNIX_EPOCH, PersonVersion([7; 32]));
        let key = |depth| AnalysisKey {
            version,
            depth,
            texts: Language::En,
            detail: Detail::Standard,
            day: now.date_naive(),
        };
        let basic = analyses.of(&silent(50), key(Depth::Basic), now).await;
        assert!(basic.is_ok() && analyses.kept.get(&key(Depth::Basic)).is_some());
        let first = analyses.of(&silent(50), key(Depth::Standard), now).await.unwrap_err();
        assert!(matches!(first, Refusal::InsufficientData { words: 0, .. }), "{first:?}");
        assert!(analyses.kept.get(&key(Depth::Standard)).is_some());
        assert_eq!(analyses.of(&silent(50), key(Depth::Standard), now).await, Err(first));
        assert!(analyses.kept.weight() < 64 * 1024);
    }
}
