//! Statistics of the directory, for operators.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{FromRow, PgPool};

use crate::people::sample::SAMPLE_SOURCE;
use crate::storage::error::StorageError;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DirectoryStats {
    /// People who can be found.
    pub people: i64,
    /// Of these, people with at least one text.
    pub people_with_posts: i64,
    pub companies: i64,
    /// Expired people: not found any more, not yet deleted.
    pub expired: i64,
    /// Identities that opted out: names at companies, and ids of sources.
    pub opt_outs: i64,
    /// Why customers find no real person, if that is so.
    pub shortage: Option<Shortage>,
    /// People by source and legal basis, the largest group first, at most 100 rows.
    pub sources: Vec<SourceStats>,
}

/// The people of one source with one legal basis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, FromRow)]
pub struct SourceStats {
    /// The origin of the records.
    pub source: String,
    /// The legal basis for keeping the records, if stated.
    pub legal_basis: Option<String>,
    pub people: i64,
}

/// Why the directory is of no use to customers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shortage {
    Empty,
    /// It has only invented people.
    SampleOnly,
}

/// Whether the directory holds real people, and what is wrong where it does not.
pub async fn shortage(pool: &PgPool, now: DateTime<Utc>) -> Result<Option<Shortage>, StorageError> {
    let (has_real, has_sample): (bool, bool) = sqlx::query_as(
        "select exists (select from directory_people where source <> $1 and expires_at > $2),
                exists (select from directory_people where source = $1 and expires_at > $2)",
    )
    .bind(SAMPLE_SOURCE)
    .bind(now)
    .fetch_one(pool)
    .await?;
    Ok(match (has_real, has_sample) {
        (true, _) => None,
        (false, true) => Some(Shortage::SampleOnly),
        (false, false) => Some(Shortage::Empty),
    })
}

/// Counts what the directory holds. Reads all of it: for an operator, not for a request.
pub async fn stats(pool: &PgPool, now: DateTime<Utc>) -> Result<DirectoryStats, StorageError> {
    let (people, people_with_posts, companies, expired, opt_outs): (i64, i64, i64, i64, i64) =
        sqlx::query_as(
            "select count(*) filter (where expires_at > $1),
                count(*) filter (where expires_at > $1 and jsonb_array_length(posts) > 0),
                count(distinct company_key) filter (where expires_at > $1),
                count(*) filter (where expires_at <= $1),
                (select count(*) from directory_opt_outs)
           from directory_people",
        )
        .bind(now)
        .fetch_one(pool)
        .await?;
    let sources = sqlx::query_as(
        "select source, legal_basis, count(*) as people
           from directory_people where expires_at > $1
          group by source, legal_basis order by people desc, source, legal_basis limit 100",
    )
    .bind(now)
    .fetch_all(pool)
    .await?;
    let shortage = shortage(pool, now).await?;
    Ok(DirectoryStats { people, people_with_posts, companies, expired, opt_outs, shortage, sources })
}
