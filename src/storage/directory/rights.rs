//! Data protection requests about the directory: export, erasure, opt-out.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::types::Json;
use sqlx::{Connection, FromRow, PgConnection, PgPool};
use uuid::Uuid;

use super::opt_outs::{identities_of, leave_out};
use crate::domain::ids::PersonId;
use crate::domain::person::Post;
use crate::people::company::CompanyName;
use crate::people::name::PersonName;
use crate::storage::error::StorageError;

/// The most records in one request.
pub const MAX_RECORDS: i64 = 1_000;

/// Identifies the person of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PersonSelector {
    Id(PersonId),
    ExternalId {
        source: String,
        external_id: String,
    },
    /// A whole name and company, equal except for case, accents, particles and legal form: the
    /// record's own name or an alias, at a current or former company.
    Name {
        /// All given names.
        first_name: String,
        /// All surnames.
        last_name: String,
        company: String,
    },
}

/// Everything that is stored about one person.
#[derive(Clone, Debug, PartialEq, Serialize, FromRow)]
pub struct ExportedPerson {
    pub id: Uuid,
    pub first_name: String,
    pub last_name: String,
    pub company: String,
    pub title: Option<String>,
    pub location: Option<String>,
    pub email: Option<String>,
    pub bio: Option<String>,
    pub languages: Vec<String>,
    pub aliases: Vec<String>,
    pub former_companies: Vec<String>,
    pub posts: Json<Vec<Post>>,
    pub source: String,
    pub external_id: Option<String>,
    pub legal_basis: Option<String>,
    pub imported_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// Selects the person's records by `$1` to `$5`, the same ones for export and deletion.
macro_rules! is_meant {
    () => {
        "(id = $1 or (source = $2 and external_id = $3)
             or ($4 = any(name_key || alias_keys) and $5 = any(company_key || former_keys)))"
    };
}

/// All that is held on the person, whether their time is over or not.
pub async fn export(pool: &PgPool, who: &PersonSelector) -> Result<Vec<ExportedPerson>, StorageError> {
    let (id, source, external_id, name_key, company_key) = bounds(who);
    let rows = sqlx::query_as(
        concat!(
            "select id, first_name, last_name, company, title, location, email, bio, languages, aliases, former_companies,
                posts, source, external_id, legal_basis, imported_at, expires_at
           from directory_people
          where ",
            is_meant!(),
            " order by id limit $6"
        ),
    )
    .bind(id)
    .bind(source)
    .bind(external_id)
    .bind(name_key)
    .bind(company_key)
    .bind(MAX_RECORDS)
    .fetch_all(pool)
    .await?;
    Ok(rows)
}

/// Deletes every record of the person and says how many there were. A later import may bring the
/// person back; use [`opt_out`] to prevent it.
pub async fn erase(connection: &mut PgConnection, who: &PersonSelector) -> Result<u64, StorageError> {
    Ok(delete(connection, who).await?.len() as u64)
}

/// Deletes every record of the person and records, as digests, that they opted out: the ids of the
/// deleted records, all their names at all their companies, and the values of the request itself.
/// Returns the number of records.
pub async fn opt_out(
    connection: &mut PgConnection,
    who: &PersonSelector,
    now: DateTime<Utc>,
) -> Result<u64, StorageError> {
    let mut transaction = connection.begin().await?;
    // Waits for imports: one that has read the opt-outs must not store the person afterwards.
    sqlx::query("select from directory_state for update").execute(&mut *transaction).await?;
    let deleted = delete(&mut transaction, who).await?;
    let mut identities: Vec<[u8; 32]> = deleted.iter().flat_map(DeletedRow::identities).collect();
    identities.extend(asked_identities(who));
    leave_out(&mut transaction, &identities, now).await?;
    transaction.commit().await?;
    Ok(deleted.len() as u64)
}

/// Deletes at most `most` expired people and returns how many. Call it again while it returns
/// `most`.
pub async fn delete_expired(
    connection: &mut PgConnection,
    now: DateTime<Utc>,
    most: i64,
) -> Result<u64, StorageError> {
    let done = sqlx::query(
        "delete from directory_people
          where id in (select id from directory_people where expires_at <= $1 limit $2 for update skip locked)",
    )
    .bind(now)
    .bind(most)
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}

async fn delete(
    connection: &mut PgConnection,
    who: &PersonSelector,
) -> Result<Vec<DeletedRow>, StorageError> {
    let (id, source, external_id, name_key, company_key) = bounds(who);
    let rows = sqlx::query_as(
        concat!(
            "delete from directory_people
          where id in (select id from directory_people where ",
            is_meant!(),
            " limit $6)
         returning name_key || alias_keys as names, company_key || former_keys as companies, source, external_id"
        ),
    )
    .bind(id)
    .bind(source)
    .bind(external_id)
    .bind(name_key)
    .bind(company_key)
    .bind(MAX_RECORDS)
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

#[derive(FromRow)]
struct DeletedRow {
    names: Vec<String>,
    companies: Vec<String>,
    source: String,
    external_id: Option<String>,
}

impl DeletedRow {
    fn identities(&self) -> Vec<[u8; 32]> {
        let external = self.external_id.as_deref().map(|external_id| (self.source.as_str(), external_id));
        identities_of(&self.names, &self.companies, external)
    }
}

/// Returns the identities in the request itself. Empty for the directory's own id.
fn asked_identities(who: &PersonSelector) -> Vec<[u8; 32]> {
    let (_, source, external_id, name, company) = bounds(who);
    let external = source.as_deref().zip(external_id.as_deref());
    identities_of(name.as_slice(), company.as_slice(), external)
}

/// The required value of each column. A column without one is compared with null and so never
/// equal.
pub(in crate::storage) type Bounds =
    (Option<Uuid>, Option<String>, Option<String>, Option<String>, Option<String>);

pub(in crate::storage) fn bounds(who: &PersonSelector) -> Bounds {
    match who {
        PersonSelector::Id(id) => (Some(id.as_uuid()), None, None, None, None),
        PersonSelector::ExternalId { source, external_id } => {
            (None, Some(source.clone()), Some(external_id.clone()), None, None)
        }
        PersonSelector::Name { first_name, last_name, company } => {
            let name = PersonName::parse(first_name, last_name).stored();
            (None, None, None, Some(name), Some(CompanyName::parse(company).stored()))
        }
    }
}
