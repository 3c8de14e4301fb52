//! The shared people directory: search, import, statistics, and data protection requests.

use chrono::{DateTime, Utc};
use sqlx::types::Json;
use sqlx::{FromRow, PgPool};
use uuid::Uuid;

use crate::domain::ids::PersonId;
use crate::domain::person::{Person, Post};
use crate::people::company::CompanyName;
use crate::people::matching::Candidate;
use crate::people::name::PersonName;
use crate::people::search_keys::{Breadth, QueryKeys};
use crate::storage::error::{RowRef, StorageError};

pub mod import;
pub mod opt_outs;
pub mod removal;
pub mod rights;
pub mod stats;
pub mod words;

/// The most candidates of one search. Those with every queried word come first.
pub const MAX_CANDIDATES: i64 = 200;

#[derive(Debug)]
pub struct CandidatePage {
    /// At most [`MAX_CANDIDATES`], most likely first.
    pub candidates: Vec<Candidate>,
    /// Their profiles, in the same order.
    pub profiles: Vec<CandidateProfile>,
    /// The directory's current version of word counts, see [`words::load_rarity`].
    pub words_version: i64,
}

/// What a candidate has besides names, companies and texts.
#[derive(Clone, Debug)]
pub struct CandidateProfile {
    pub id: PersonId,
    pub title: Option<String>,
    /// City or region.
    pub location: Option<String>,
}

/// A person of the directory with all texts.
#[derive(Debug)]
pub struct StoredPerson {
    pub person: Person,
    /// SHA-256 of the contents. It changes whenever an analysis of the person could.
    pub content_sha256: [u8; 32],
}

/// Returns the people who share a name key and a company key with the query. One round trip, with
/// the index `directory_people_search`.
pub async fn find_candidates(
    pool: &PgPool,
    keys: &QueryKeys,
    breadth: Breadth,
    now: DateTime<Utc>,
) -> Result<CandidatePage, StorageError> {
    let rows: Vec<CandidateRow> = sqlx::query_as(FIND_CANDIDATES)
        .bind(keys.names.for_breadth(breadth))
        .bind(keys.company.for_breadth(breadth))
        .bind(&keys.every_word)
        .bind(now)
        .bind(MAX_CANDIDATES)
        .bind(&keys.whole_name)
        .fetch_all(pool)
        .await?;
    let words_version = rows.first().map_or(0, |row| row.words_version);
    let (candidates, profiles) = rows.into_iter().filter_map(CandidateRow::candidate).unzip();
    Ok(CandidatePage { candidates, profiles, words_version })
}

/// Also returns the version of the word counts, in a row of its own if no person matches.
pub const FIND_CANDIDATES: &str = "
    select state.words_version, found.*
      from directory_state as state
      left join lateral (
          select id, name_key, company_key, alias_keys, former_keys, title, location
            from directory_people
           where search_keys && $1 and search_keys && $2 and expires_at > $4
           order by name_key = $6 desc, search_keys @> $3 desc, id
           limit $5
      ) as found on true";

#[derive(FromRow)]
struct CandidateRow {
    words_version: i64,
    id: Option<Uuid>,
    name_key: Option<String>,
    company_key: Option<String>,
    alias_keys: Option<Vec<String>>,
    former_keys: Option<Vec<String>>,
    title: Option<String>,
    location: Option<String>,
}

impl CandidateRow {
    fn candidate(self) -> Option<(Candidate, CandidateProfile)> {
        let aliases = self.alias_keys.unwrap_or_default();
        let former = self.former_keys.unwrap_or_default();
        let candidate = Candidate {
            name: PersonName::from_stored(&self.name_key?),
            aliases: aliases.iter().map(|alias| PersonName::from_stored(alias)).collect(),
            company: CompanyName::from_stored(&self.company_key?),
            former_companies: former.iter().map(|company| CompanyName::from_stored(company)).collect(),
        };
        let id = PersonId::from_uuid(self.id?);
        Some((candidate, CandidateProfile { id, title: self.title, location: self.location }))
    }
}

/// Returns a person with all texts, or `None` if they were deleted or have expired.
pub async fn fetch_person(
    pool: &PgPool,
    id: PersonId,
    now: DateTime<Utc>,
) -> Result<Option<StoredPerson>, StorageError> {
    let row: Option<PersonRow> = sqlx::query_as(
        "select id, first_name, last_name, company, title, location, bio, languages, aliases, former_companies,
                posts, content_sha256
           from directory_people
          where id = $1 and expires_at > $2",
    )
    .bind(id.as_uuid())
    .bind(now)
    .fetch_optional(pool)
    .await?;
    row.map(PersonRow::person).transpose()
}

#[derive(FromRow)]
struct PersonRow {
    id: Uuid,
    first_name: String,
    last_name: String,
    company: String,
    title: Option<String>,
    location: Option<String>,
    bio: Option<String>,
    languages: Vec<String>,
    aliases: Vec<String>,
    former_companies: Vec<String>,
    posts: Json<Vec<Post>>,
    content_sha256: Vec<u8>,
}

impl PersonRow {
    fn person(self) -> Result<StoredPerson, StorageError> {
        Ok(StoredPerson {
            content_sha256: RowRef::new("directory_people", self.id)
                .convert("content_sha256", self.content_sha256)?,
            person: Person {
                id: PersonId::from_uuid(self.id),
                first_name: self.first_name,
                last_name: self.last_name,
                company: self.company,
                title: self.title,
                location: self.location,
                bio: self.bio,
                languages: self.languages,
                aliases: self.aliases,
                former_companies: self.former_companies,
                posts: self.posts.0,
            },
        })
    }
}
