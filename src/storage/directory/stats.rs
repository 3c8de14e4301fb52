//! What the directory holds, for an operator.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{FromRow, PgPool};

use crate::people::sample::SAMPLE_SOURCE;
use crate::storage::error::StorageError;

/// What the directory holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DirectoryStats {
    /// People who can be found.
    pub people: i64,
    /// Of these, people with at least one text.
    pub people_with_posts: i64,
    /// Distinct companies.
    pub companies: i64,
    /// People whose time is over, not found any more and not yet deleted.
    pub expired: i64,
    /// Identities that are left out: names at companies, and ids of sources.
    pub opt_outs: i64,
    /// Why customers find nobody real, if they do not.
    pub shortage: Option<Shortage>,
    /// People by source and legal basis, the largest first, at most 100 rows.
    pub sources: Vec<SourceStats>,
}

/// People of one source held on one legal basis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, FromRow)]
pub struct SourceStats {
    /// Where the records are from.
    pub source: String,
    /// By what right they are held, when it was said.
    pub legal_basis: Option<String>,
    /// People.
    pub people: i64,
}

/// Why the directory is of no use to customers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shortage {
    /// It holds nobody.
    Empty,
    /// It holds invented people alone.
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
