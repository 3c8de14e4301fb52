//! An account's contacts: kept, listed, changed, found. Every statement names the owner, so that no id of one account
//! means anything to another.

use sqlx::postgres::PgArguments;
use sqlx::query::QueryAs;
use sqlx::{Connection, FromRow, PgConnection, Postgres};
use uuid::Uuid;

use self::row::{ContactRow, NewRow, columns};
use crate::domain::contact::{Contact, ContactContent, ContactOwner};
use crate::domain::ids::ContactId;

pub mod rights;
mod row;
pub mod search;

/// Bytes of text after which a page of a list ends, however many contacts were asked for.
const PAGE_BYTES: i64 = 4 * 1024 * 1024;

/// Why a contact was not written.
#[derive(Debug, thiserror::Error)]
pub enum ContactError {
    /// The owner has no such contact.
    #[error("there is no such contact")]
    Missing,
    /// The owner has a contact of the same folded name and company.
    #[error("there is such a contact already")]
    Exists(ContactId),
    /// The owner has as many contacts as it may have.
    #[error("the account has as many contacts as it may have")]
    LimitReached,
    /// The database refused or is away.
    #[error("cannot keep contacts: {0}")]
    Storage(#[from] sqlx::Error),
}

/// Keeps a new contact, unless the owner has `most` already. It gets the fresh id, or the one behind the owner's last
/// where that is later: so ids are in the order of commits, and no reader of pages is past a contact that is not there yet.
pub async fn create(
    connection: &mut PgConnection,
    owner: ContactOwner,
    fresh_id: ContactId,
    content: ContactContent,
    most: i64,
) -> Result<Contact, ContactError> {
    let mut transaction = connection.begin().await?;
    // The lock makes two contacts made at once count each other, and follow each other.
    sqlx::query("select from account where id = $1 for no key update")
        .bind(owner.account.as_uuid())
        .execute(&mut *transaction)
        .await?;
    let (kept, last): (i64, Option<Uuid>) = sqlx::query_as(
        "select count(*), (select id from contact where account_id = $1 and mode = $2 order by id desc limit 1)
           from contact where account_id = $1 and mode = $2",
    )
    .bind(owner.account.as_uuid())
    .bind(owner.mode.as_str())
    .fetch_one(&mut *transaction)
    .await?;
    let row = NewRow::new(owner, &content);
    if kept >= most {
        // One that is there already is told, however many there are: its answer may have been lost.
        return Err(match same_name(&mut transaction, owner, &row).await? {
            same @ ContactError::Exists(_) => same,
            _ => ContactError::LimitReached,
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

/// The next id, which stays a UUIDv7: its lowest 62 bits count from a random number.
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

/// One contact of the owner.
pub async fn find(
    connection: &mut PgConnection,
    owner: ContactOwner,
    id: ContactId,
) -> Result<Option<Contact>, sqlx::Error> {
    select_one(FIND, owner, id).fetch_optional(connection).await.map(|row| row.map(ContactRow::contact))
}

const FIND: &str =
    concat!("select ", columns!(), " from contact where account_id = $1 and mode = $2 and id = $3");

/// A page of a list.
#[derive(Debug)]
pub struct ContactPage {
    /// The contacts, oldest first.
    pub contacts: Vec<Contact>,
    /// Whether there are more behind them.
    pub more: bool,
}

/// The owner's contacts behind `after`, oldest first, at most `limit` of them and not many more bytes than
/// [`PAGE_BYTES`].
pub async fn page(
    connection: &mut PgConnection,
    owner: ContactOwner,
    after: Option<ContactId>,
    limit: i64,
) -> Result<ContactPage, sqlx::Error> {
    let rows: Vec<PageRow> = sqlx::query_as(concat!(
        "select ",
        columns!(),
        ", followed
           from (select *, row_number() over line as place, sum(text_bytes) over line - text_bytes as bytes_before,
                        lead(id) over line is not null as followed
                   from (select * from contact
                          where account_id = $1 and mode = $2 and id > $3 order by id limit $4 + 1) as ahead
                 window line as (order by id)) as page
          where place <= $4 and bytes_before <= $5
          order by id"
    ))
    .bind(owner.account.as_uuid())
    .bind(owner.mode.as_str())
    .bind(after.map_or(Uuid::nil(), |id| id.as_uuid()))
    .bind(limit)
    .bind(PAGE_BYTES)
    .fetch_all(connection)
    .await?;
    let more = rows.last().is_some_and(|row| row.followed);
    Ok(ContactPage { contacts: rows.into_iter().map(|row| row.contact.contact()).collect(), more })
}

#[derive(FromRow)]
struct PageRow {
    #[sqlx(flatten)]
    contact: ContactRow,
    /// Whether another contact stands behind this one.
    followed: bool,
}

fn select_one<'q>(
    statement: &'static str,
    owner: ContactOwner,
    id: ContactId,
) -> QueryAs<'q, Postgres, ContactRow, PgArguments> {
    sqlx::query_as(statement).bind(owner.account.as_uuid()).bind(owner.mode.as_str()).bind(id.as_uuid())
}

/// Changes a contact of the owner; nobody else writes it meanwhile. A change that changes nothing leaves `updated_at`.
pub async fn update(
    connection: &mut PgConnection,
    owner: ContactOwner,
    id: ContactId,
    change: impl FnOnce(ContactContent) -> ContactContent,
) -> Result<Contact, ContactError> {
    let mut transaction = connection.begin().await?;
    let row = select_one(LOCK, owner, id).fetch_optional(&mut *transaction).await?;
    let old = row.map(ContactRow::contact).ok_or(ContactError::Missing)?;
    let content = change(old.content.clone());
    if content == old.content {
        return Ok(old);
    }
    let new = NewRow::new(owner, &content);
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
    columns!(),
    " from contact where account_id = $1 and mode = $2 and id = $3 for update"
);

const UPDATE: &str = "
    update contact
       set first_name = $4, last_name = $5, company = $6, title = $7, email = $8, bio = $9, posts = $10,
           name_key = $11, company_key = $12, search_keys = $13, content_sha256 = $14, text_bytes = $15,
           keys_edition = $16, updated_at = now()
     where account_id = $1 and mode = $2 and id = $3
    returning updated_at";

/// Deletes a contact of the owner, and says whether there was one.
pub async fn delete(
    connection: &mut PgConnection,
    owner: ContactOwner,
    id: ContactId,
) -> Result<bool, sqlx::Error> {
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

/// The contact that stands in the way of another of the same name; it may have gone meanwhile.
async fn same_name(
    connection: &mut PgConnection,
    owner: ContactOwner,
    row: &NewRow<'_>,
) -> Result<ContactError, sqlx::Error> {
    let id: Option<Uuid> = sqlx::query_scalar(
        "select id from contact where account_id = $1 and mode = $2 and name_key = $3 and company_key = $4",
    )
    .bind(owner.account.as_uuid())
    .bind(owner.mode.as_str())
    .bind(&row.name_key)
    .bind(&row.company_key)
    .fetch_optional(connection)
    .await?;
    Ok(id.map_or(ContactError::Storage(sqlx::Error::RowNotFound), |id| {
        ContactError::Exists(ContactId::from_uuid(id))
    }))
}
