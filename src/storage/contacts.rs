//! An account's contacts: kept, listed, changed, found. Every statement names the owner, so that no id of one account
//! means anything to another.

use chrono::{DateTime, Utc};
use sqlx::types::Json;
use sqlx::{Connection, FromRow, PgConnection};
use uuid::Uuid;

use crate::domain::contact::{Contact, ContactContent, ContactOwner};
use crate::domain::ids::ContactId;
use crate::domain::person::Post;
use crate::people::directory_line::DirectoryLine;
use crate::people::search_keys::stored_keys;

pub mod rights;
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

/// Keeps a new contact under a fresh id, unless the owner has `most` already.
pub async fn create(
    connection: &mut PgConnection,
    owner: ContactOwner,
    id: ContactId,
    content: ContactContent,
    most: i64,
) -> Result<Contact, ContactError> {
    let mut transaction = connection.begin().await?;
    // The lock makes two contacts made at once count each other.
    sqlx::query("select from account where id = $1 for no key update")
        .bind(owner.account.as_uuid())
        .execute(&mut *transaction)
        .await?;
    let kept: i64 = sqlx::query_scalar("select count(*) from contact where account_id = $1 and mode = $2")
        .bind(owner.account.as_uuid())
        .bind(owner.mode.as_str())
        .fetch_one(&mut *transaction)
        .await?;
    let row = NewRow::of(owner, &content);
    if kept >= most {
        // One that is there already is told, however many there are: its answer may have been lost.
        return Err(match same_name(&mut transaction, owner, &row).await? {
            same @ ContactError::Exists(_) => same,
            _ => ContactError::LimitReached,
        });
    }
    let made: Option<(DateTime<Utc>,)> = sqlx::query_as(
        "insert into contact (id, account_id, mode, first_name, last_name, company, title, email, bio, posts,
                              name_key, company_key, search_keys, content_sha256, text_bytes, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, now(), now())
             on conflict on constraint contact_once do nothing
         returning created_at",
    )
    .bind(id.as_uuid())
    .bind(owner.account.as_uuid())
    .bind(owner.mode.as_str())
    .bind(&content.first_name)
    .bind(&content.last_name)
    .bind(&content.company)
    .bind(&content.title)
    .bind(&content.email)
    .bind(&content.bio)
    .bind(Json(&content.posts))
    .bind(&row.name_key)
    .bind(&row.company_key)
    .bind(&row.search_keys)
    .bind(row.content_sha256.as_slice())
    .bind(row.text_bytes)
    .fetch_optional(&mut *transaction)
    .await?;
    let Some((at,)) = made else {
        return Err(same_name(&mut transaction, owner, &row).await?);
    };
    transaction.commit().await?;
    Ok(Contact { id, content, created_at: at, updated_at: at })
}

/// One contact of the owner.
pub async fn find(
    connection: &mut PgConnection,
    owner: ContactOwner,
    id: ContactId,
) -> Result<Option<Contact>, sqlx::Error> {
    let row: Option<ContactRow> = sqlx::query_as(
        "select id, first_name, last_name, company, title, email, bio, posts, created_at, updated_at
           from contact where account_id = $1 and mode = $2 and id = $3",
    )
    .bind(owner.account.as_uuid())
    .bind(owner.mode.as_str())
    .bind(id.as_uuid())
    .fetch_optional(connection)
    .await?;
    Ok(row.map(ContactRow::contact))
}

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
    let rows: Vec<PageRow> = sqlx::query_as(
        "select id, first_name, last_name, company, title, email, bio, posts, created_at, updated_at, followed
           from (select *, row_number() over line as place, sum(text_bytes) over line - text_bytes as bytes_before,
                        lead(id) over line is not null as followed
                   from (select * from contact
                          where account_id = $1 and mode = $2 and id > $3 order by id limit $4 + 1) as ahead
                 window line as (order by id)) as page
          where place <= $4 and bytes_before <= $5
          order by id",
    )
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

/// Changes a contact of the owner; nobody else writes it meanwhile. A change that changes nothing leaves `updated_at`.
pub async fn update(
    connection: &mut PgConnection,
    owner: ContactOwner,
    id: ContactId,
    change: impl FnOnce(ContactContent) -> ContactContent,
) -> Result<Contact, ContactError> {
    let mut transaction = connection.begin().await?;
    let row: Option<ContactRow> = sqlx::query_as(
        "select id, first_name, last_name, company, title, email, bio, posts, created_at, updated_at
           from contact where account_id = $1 and mode = $2 and id = $3 for update",
    )
    .bind(owner.account.as_uuid())
    .bind(owner.mode.as_str())
    .bind(id.as_uuid())
    .fetch_optional(&mut *transaction)
    .await?;
    let old = row.map(ContactRow::contact).ok_or(ContactError::Missing)?;
    let content = change(old.content.clone());
    if content == old.content {
        return Ok(old);
    }
    let new = NewRow::of(owner, &content);
    let changed: Result<(DateTime<Utc>,), sqlx::Error> = sqlx::query_as(
        "update contact
            set first_name = $4, last_name = $5, company = $6, title = $7, email = $8, bio = $9, posts = $10,
                name_key = $11, company_key = $12, search_keys = $13, content_sha256 = $14, text_bytes = $15,
                updated_at = now()
          where account_id = $1 and mode = $2 and id = $3
         returning updated_at",
    )
    .bind(owner.account.as_uuid())
    .bind(owner.mode.as_str())
    .bind(id.as_uuid())
    .bind(&content.first_name)
    .bind(&content.last_name)
    .bind(&content.company)
    .bind(&content.title)
    .bind(&content.email)
    .bind(&content.bio)
    .bind(Json(&content.posts))
    .bind(&new.name_key)
    .bind(&new.company_key)
    .bind(&new.search_keys)
    .bind(new.content_sha256.as_slice())
    .bind(new.text_bytes)
    .fetch_one(&mut *transaction)
    .await;
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
    row: &NewRow,
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

/// What is stored besides the texts.
struct NewRow {
    name_key: String,
    company_key: String,
    search_keys: Vec<i32>,
    content_sha256: [u8; 32],
    text_bytes: i32,
}

impl NewRow {
    fn of(owner: ContactOwner, content: &ContactContent) -> Self {
        let text_bytes = i32::try_from(content.text_bytes()).unwrap_or(i32::MAX);
        let line = DirectoryLine::from(content.clone());
        let candidate = line.candidate();
        Self {
            name_key: candidate.name.stored(),
            company_key: candidate.company.stored(),
            search_keys: search::owned(owner, &stored_keys(&candidate)),
            content_sha256: line.content_sha256(),
            text_bytes,
        }
    }
}

#[derive(FromRow)]
struct ContactRow {
    id: Uuid,
    first_name: String,
    last_name: String,
    company: String,
    title: Option<String>,
    email: Option<String>,
    bio: Option<String>,
    posts: Json<Vec<Post>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl ContactRow {
    fn contact(self) -> Contact {
        Contact {
            id: ContactId::from_uuid(self.id),
            content: ContactContent {
                first_name: self.first_name,
                last_name: self.last_name,
                company: self.company,
                title: self.title,
                email: self.email,
                bio: self.bio,
                posts: self.posts.0,
            },
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}
