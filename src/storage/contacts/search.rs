//! Searches contacts by the keys of a query.

use sqlx::{FromRow, PgPool};
use uuid::Uuid;

use crate::domain::contact::ContactOwner;
use crate::domain::ids::{ContactId, PersonId};
use crate::people::company::CompanyName;
use crate::people::directory_line::DirectoryLine;
use crate::people::matching::Candidate;
use crate::people::name::PersonName;
use crate::people::search_keys::{Breadth, QueryKeys};
use crate::storage::directory::StoredPerson;
use crate::storage::error::StorageError;

/// The most candidates of one search.
const MAX_CANDIDATES: i64 = 200;

/// A contact that a query may mean.
#[derive(Clone, Debug)]
pub struct ContactCandidate {
    pub id: ContactId,
    pub title: Option<String>,
}

/// Combines search keys with account and mode, so that the common index returns only this owner's
/// contacts. A collision only offers another owner's candidate, which the statement excludes.
pub(in crate::storage) fn owned(owner: ContactOwner, keys: &[i32]) -> Vec<i32> {
    let mut salt = crc32fast::Hasher::new();
    salt.update(owner.account.as_uuid().as_bytes());
    salt.update(owner.mode.as_str().as_bytes());
    let of = |key: &i32| {
        let mut hasher = salt.clone();
        hasher.update(&key.to_be_bytes());
        hasher.finalize().cast_signed()
    };
    keys.iter().map(of).collect()
}

/// Whether the owner has any contact at all.
pub async fn has_any(pool: &PgPool, owner: ContactOwner) -> Result<bool, StorageError> {
    let rows = sqlx::query_scalar("select exists (select from contact where account_id = $1 and mode = $2)")
        .bind(owner.account.as_uuid())
        .bind(owner.mode.as_str())
        .fetch_one(pool)
        .await?;
    Ok(rows)
}

/// Returns the owner's contacts that share a name key and a company key with the query.
pub async fn find_candidates(
    pool: &PgPool,
    owner: ContactOwner,
    keys: &QueryKeys,
    breadth: Breadth,
) -> Result<(Vec<Candidate>, Vec<ContactCandidate>), StorageError> {
    let rows: Vec<CandidateRow> = sqlx::query_as(
        "select id, name_key, company_key, title
           from contact
          where search_keys && $3 and search_keys && $4 and account_id = $1 and mode = $2
          order by name_key = $7 desc, search_keys @> $5 desc, id
          limit $6",
    )
    .bind(owner.account.as_uuid())
    .bind(owner.mode.as_str())
    .bind(owned(owner, &keys.names.for_breadth(breadth)))
    .bind(owned(owner, &keys.company.for_breadth(breadth)))
    .bind(owned(owner, &keys.every_word))
    .bind(MAX_CANDIDATES)
    .bind(&keys.whole_name)
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(CandidateRow::candidate).unzip())
}

#[derive(FromRow)]
struct CandidateRow {
    id: Uuid,
    name_key: String,
    company_key: String,
    title: Option<String>,
}

impl CandidateRow {
    fn candidate(self) -> (Candidate, ContactCandidate) {
        let candidate = Candidate {
            name: PersonName::from_stored(&self.name_key),
            company: CompanyName::from_stored(&self.company_key),
            ..Candidate::default()
        };
        (candidate, ContactCandidate { id: ContactId::from_uuid(self.id), title: self.title })
    }
}

/// Returns a contact of the owner as a person with all texts, or `None` if it was deleted.
pub async fn fetch(
    pool: &PgPool,
    owner: ContactOwner,
    id: ContactId,
) -> Result<Option<StoredPerson>, StorageError> {
    let found = super::find(&mut *pool.acquire().await?, owner, id).await?;
    Ok(found.map(|contact| {
        let line = DirectoryLine::from(contact.content);
        let content_sha256 = line.content_sha256();
        StoredPerson { content_sha256, person: line.into_person(PersonId::from_uuid(id.as_uuid())) }
    }))
}
