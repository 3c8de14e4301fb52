//! An account's contacts: created, listed, changed, searched. Every statement names the owner, so
//! an id of one account means nothing to another.

use sqlx::postgres::PgArguments;
use sqlx::query::QueryAs;
use sqlx::{Connection, FromRow, PgConnection, Postgres};
use uuid::Uuid;

use self::row::{ContactRow, NewRow, contact_columns};
use crate::domain::contact::{Contact, ContactContent, ContactLimit, ContactLimits, ContactOwner};
use crate::domain::ids::ContactId;
use crate::storage::error::StorageError;

pub mod page;
pub mod rights;
mod row;
pub mod search;

#[derive(Debug, thiserror::Error)]
pub enum ContactError {
    /// The owner has no contact with this id.
    #[error("the contact does not exist")]
    Missing,
    /// The owner has a contact with the same folded name and company.
    #[error("the contact already exists")]
    Exists(ContactId),
    /// The owner has reached a limit.
    #[error("the account has reached its limit of contacts")]
    LimitReached(ContactLimit),
    /// The database refused or is unavailable.
    #[error("cannot keep contacts: {0}")]
    Storage(#[from] StorageError),
}

impl From<sqlx::Error> for ContactError {
    fn from(error: sqlx::Error) -> Self {
        Self::Storage(error.into())
    }
}

/// Creates a contact within the owner's limits. It gets `fresh_id`, or the id after the owner's
/// last if that is later: ids follow the order of commits, so a client that reads page by page
/// misses no contact.
pub async fn create(
    connection: &mut PgConnection,
    owner: ContactOwner,
    fresh_id: ContactId,
    content: ContactContent,
    limits: ContactLimits,
) -> Result<Contact, ContactError> {
    let mut transaction = connection.begin().await?;
    let Kept { contacts, bytes, last } = lock_kept(&mut transaction, owner).await?;
    let row = NewRow::new(owner, &content);
    if let Some(limit) = limits.exceeded_by(contacts + 1, bytes + i64::from(row.text_bytes)) {
        // An existing contact is reported even at the limit: an earlier answer may have been lost.
        return Err(match same_name(&mut transaction, owner, &row).await? {
            same @ ContactError::Exists(_) => same,
            _ => ContactError::LimitReached(limit),
        });
    }
    let id = last.map_or(fresh_id, |last| fresh_id.max(behind(last)));
    let made = row.written_by(INSERT, owner, id).fetch_optional(&mut *transaction).await?;
    let Some((at,)) = made else {
        return Err(same_name(&mut transaction, owner, &row).await?);
    };
    transaction.commit().await?;
    Ok(Contact { id, content, created_at: at, updated_at: at })
}

/// What an owner has stored.
#[derive(FromRow)]
struct Kept {
    contacts: i64,
    bytes: i64,
    last: Option<Uuid>,
}

/// Adds up the owner's contacts, and locks them against other writers until the transaction ends.
/// So two contacts that are created at once count each other.
async fn lock_kept(connection: &mut PgConnection, owner: ContactOwner) -> Result<Kept, StorageError> {
    sqlx::query("select from account where id = $1 for no key update")
        .bind(owner.account.as_uuid())
        .execute(&mut *connection)
        .await?;
    let rows = sqlx::query_as(
        "select count(*) as contacts, coalesce(sum(text_bytes), 0) as bytes,
                (select id from contact where account_id = $1 and mode = $2 order by id desc limit 1) as last
           from contact where account_id = $1 and mode = $2",
    )
    .bind(owner.account.as_uuid())
    .bind(owner.mode.as_str())
    .fetch_one(connection)
    .await?;
    Ok(rows)
}

/// Returns the next id. It stays a UUIDv7, whose lowest 62 bits count from a random number.
fn behind(last: Uuid) -> ContactId {
    ContactId::from_uuid(Uuid::from_u128(last.as_u128().saturating_add(1)))
}

const INSERT: &str = "
    insert into contact (account_id, mode, id, first_name, last_name, company, title, email, bio, posts,
                         name_key, company_key, search_keys, content_sha256, text_bytes, keys_edition, created_at, updated_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
            statement_timestamp(), statement_timestamp())
        on conflict on constraint contact_once do nothing
    returning updated_at";

pub async fn find(
    connection: &mut PgConnection,
    owner: ContactOwner,
    id: ContactId,
) -> Result<Option<Contact>, StorageError> {
    let row = select_one(FIND, owner, id).fetch_optional(connection).await?;
    Ok(row.map(ContactRow::contact))
}

const FIND: &str =
    concat!("select ", contact_columns!(), " from contact where account_id = $1 and mode = $2 and id = $3");

fn select_one<'q>(
    statement: &'static str,
    owner: ContactOwner,
    id: ContactId,
) -> QueryAs<'q, Postgres, ContactRow, PgArguments> {
    sqlx::query_as(statement).bind(owner.account.as_uuid()).bind(owner.mode.as_str()).bind(id.as_uuid())
}

/// Changes a contact within the owner's limits. Other writes wait. A change without effect keeps
/// `updated_at`.
pub async fn update(
    connection: &mut PgConnection,
    owner: ContactOwner,
    id: ContactId,
    change: impl FnOnce(ContactContent) -> ContactContent,
    limits: ContactLimits,
) -> Result<Contact, ContactError> {
    let mut transaction = connection.begin().await?;
    // Locked before the contact, in the same order as for a new one.
    let kept = lock_kept(&mut transaction, owner).await?;
    let row = select_one(LOCK, owner, id).fetch_optional(&mut *transaction).await?;
    let old = row.map(ContactRow::contact).ok_or(ContactError::Missing)?;
    let content = change(old.content.clone());
    if content == old.content {
        return Ok(old);
    }
    let new = NewRow::new(owner, &content);
    let grown = i64::from(new.text_bytes) - i64::try_from(old.content.text_bytes()).unwrap_or(i64::MAX);
    // A change that frees space always passes, even if the limit was lowered meanwhile.
    if grown > 0
        && let Some(limit) = limits.exceeded_by(0, kept.bytes + grown)
    {
        return Err(ContactError::LimitReached(limit));
    }
    let changed = new.written_by(UPDATE, owner, id).fetch_one(&mut *transaction).await;
    match changed {
        Ok((updated_at,)) => {
            transaction.commit().await?;
            Ok(Contact { content, updated_at, ..old })
        }
        Err(error) if is_same_name(&error) => {
            transaction.rollback().await?;
            Err(same_name(connection, owner, &new).await?)
        }
        Err(error) => Err(error.into()),
    }
}

const LOCK: &str = concat!(
    "select ",
    contact_columns!(),
    " from contact where account_id = $1 and mode = $2 and id = $3 for update"
);

const UPDATE: &str = "
    update contact
       set first_name = $4, last_name = $5, company = $6, title = $7, email = $8, bio = $9, posts = $10,
           name_key = $11, company_key = $12, search_keys = $13, content_sha256 = $14, text_bytes = $15,
           keys_edition = $16, updated_at = now()
     where account_id = $1 and mode = $2 and id = $3
    returning updated_at";

/// Deletes a contact of the owner and returns whether it existed.
pub async fn delete(
    connection: &mut PgConnection,
    owner: ContactOwner,
    id: ContactId,
) -> Result<bool, StorageError> {
    let done = sqlx::query("delete from contact where account_id = $1 and mode = $2 and id = $3")
        .bind(owner.account.as_uuid())
        .bind(owner.mode.as_str())
        .bind(id.as_uuid())
        .execute(connection)
        .await?;
    Ok(done.rows_affected() > 0)
}

fn is_same_name(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|error| error.constraint()) == Some("contact_once")
}

/// Returns the existing contact of the same name as an error. It may have been deleted meanwhile.
async fn same_name(
    connection: &mut PgConnection,
    owner: ContactOwner,
    row: &NewRow<'_>,
) -> Result<ContactError, StorageError> {
    let id: Option<Uuid> = sqlx::query_scalar(
        "select id from contact where account_id = $1 and mode = $2 and name_key = $3 and company_key = $4",
    )
    .bind(owner.account.as_uuid())
    .bind(owner.mode.as_str())
    .bind(&row.name_key)
    .bind(&row.company_key)
    .fetch_optional(connection)
    .await?;
    Ok(match id {
        Some(id) => ContactError::Exists(ContactId::from_uuid(id)),
        None => StorageError::Missing("the contact of the same name was deleted meanwhile").into(),
    })
}
