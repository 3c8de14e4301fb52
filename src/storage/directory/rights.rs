//! What people may ask of those who hold their record: to see it, to have it erased, to be left out for good.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::types::Json;
use sqlx::{Connection, FromRow, PgConnection, PgPool};
use uuid::Uuid;

use super::identity;
use crate::domain::ids::PersonId;
use crate::domain::person::Post;
use crate::people::company::CompanyName;
use crate::people::name::PersonName;

/// Most records given out, erased or left out by one request.
pub const MOST_RECORDS: i64 = 1_000;

/// Whose record is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PersonSelector {
    /// Our own id.
    Id(PersonId),
    /// The source's id.
    ExternalId {
        /// Where the record is from.
        source: String,
        /// The id within it.
        external_id: String,
    },
    /// The whole name and company, equal but for case, accents, particles and legal form.
    Name {
        /// First name or names.
        first_name: String,
        /// All surnames.
        last_name: String,
        /// Employer.
        company: String,
    },
}

/// All that is held on one person.
#[derive(Clone, Debug, PartialEq, Serialize, FromRow)]
#[expect(missing_docs, reason = "the fields are the columns of the table, named as in a directory file")]
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

/// All that is held on the person, whether their time is over or not.
pub async fn export(pool: &PgPool, who: &PersonSelector) -> Result<Vec<ExportedPerson>, sqlx::Error> {
    let (id, source, external_id, name_key, company_key) = bounds(who);
    sqlx::query_as(
        "select id, first_name, last_name, company, title, location, email, bio, languages, aliases, former_companies,
                posts, source, external_id, legal_basis, imported_at, expires_at
           from directory_people
          where id = $1 or (source = $2 and external_id = $3) or (name_key = $4 and company_key = $5)
          order by id limit $6",
    )
    .bind(id)
    .bind(source)
    .bind(external_id)
    .bind(name_key)
    .bind(company_key)
    .bind(MOST_RECORDS)
    .fetch_all(pool)
    .await
}

/// Deletes every record of the person and says how many there were. A later import may bring the person back; use
/// [`opt_out`] to prevent it.
pub async fn erase(connection: &mut PgConnection, who: &PersonSelector) -> Result<u64, sqlx::Error> {
    Ok(delete(connection, who).await?.len() as u64)
}

/// Deletes every record of the person and remembers, as digests, that they are to stay out: by the ids and names of
/// the deleted records, and by what was asked for itself. Says how many records there were.
pub async fn opt_out(
    connection: &mut PgConnection,
    who: &PersonSelector,
    now: DateTime<Utc>,
) -> Result<u64, sqlx::Error> {
    let mut transaction = connection.begin().await?;
    // In turn with imports: one that has read who opted out must not store the person after all.
    sqlx::query("select from directory_state for update").execute(&mut *transaction).await?;
    let deleted = delete(&mut transaction, who).await?;
    let mut identities: Vec<[u8; 32]> = deleted.iter().flat_map(DeletedRow::identities).collect();
    identities.extend(asked_identity(who));
    let identities: Vec<&[u8]> = identities.iter().map(<[u8; 32]>::as_slice).collect();
    sqlx::query(
        "insert into directory_opt_outs (identity_sha256, opted_out_at) select distinct unnest($1::bytea[]), $2
             on conflict do nothing",
    )
    .bind(identities)
    .bind(now)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(deleted.len() as u64)
}

/// Deletes at most `most` people whose time is over and says how many it were. Call again while it is `most`.
pub async fn delete_expired(
    connection: &mut PgConnection,
    now: DateTime<Utc>,
    most: i64,
) -> Result<u64, sqlx::Error> {
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

async fn delete(connection: &mut PgConnection, who: &PersonSelector) -> Result<Vec<DeletedRow>, sqlx::Error> {
    let (id, source, external_id, name_key, company_key) = bounds(who);
    sqlx::query_as(
        "delete from directory_people
          where id in (select id from directory_people
                        where id = $1 or (source = $2 and external_id = $3) or (name_key = $4 and company_key = $5)
                        limit $6)
         returning name_key, company_key, source, external_id",
    )
    .bind(id)
    .bind(source)
    .bind(external_id)
    .bind(name_key)
    .bind(company_key)
    .bind(MOST_RECORDS)
    .fetch_all(connection)
    .await
}

#[derive(FromRow)]
struct DeletedRow {
    name_key: String,
    company_key: String,
    source: String,
    external_id: Option<String>,
}

impl DeletedRow {
    fn identities(&self) -> Vec<[u8; 32]> {
        let by_name = identity("name", &self.name_key, &self.company_key);
        let by_id =
            self.external_id.as_ref().map(|external_id| identity("external_id", &self.source, external_id));
        std::iter::once(by_name).chain(by_id).collect()
    }
}

fn asked_identity(who: &PersonSelector) -> Option<[u8; 32]> {
    match who {
        PersonSelector::Id(_) => None,
        PersonSelector::ExternalId { source, external_id } => {
            Some(identity("external_id", source, external_id))
        }
        PersonSelector::Name { first_name, last_name, company } => {
            let name = PersonName::parse(first_name, last_name).stored();
            Some(identity("name", &name, &CompanyName::parse(company).stored()))
        }
    }
}

/// What each column must equal; a column that was not asked for is compared with null and so never equal.
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
