//! What the directory holds, for an operator.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{FromRow, PgPool};

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

/// Counts what the directory holds. Reads all of it: for an operator, not for a request.
pub async fn stats(pool: &PgPool, now: DateTime<Utc>) -> Result<DirectoryStats, sqlx::Error> {
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
    Ok(DirectoryStats { people, people_with_posts, companies, expired, opt_outs, sources })
}
