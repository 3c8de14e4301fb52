//! An owner's contacts in pages.

use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::row::{ContactRow, contact_columns};
use crate::domain::contact::{Contact, ContactOwner};
use crate::domain::ids::ContactId;
use crate::storage::error::StorageError;

#[derive(Debug)]
pub struct ContactPage {
    /// The contacts, oldest first.
    pub contacts: Vec<Contact>,
    /// Whether more contacts follow.
    pub has_more: bool,
}

/// Returns the owner's contacts after `after`, oldest first: at most `limit` contacts and
/// `max_bytes` of text, but at least one contact.
pub async fn read(
    connection: &mut PgConnection,
    owner: ContactOwner,
    after: Option<ContactId>,
    limit: i64,
    max_bytes: usize,
) -> Result<ContactPage, StorageError> {
    let rows: Vec<PageRow> = sqlx::query_as(concat!(
        "select ",
        contact_columns!(),
        ", is_followed
           from (select *, row_number() over line as place, sum(text_bytes) over line as bytes,
                        lead(id) over line is not null as is_followed
                   from (select * from contact
                          where account_id = $1 and mode = $2 and id > $3 order by id limit $4 + 1) as ahead
                 window line as (order by id)) as page
          where place <= $4 and (bytes <= $5 or place = 1)
          order by id"
    ))
    .bind(owner.account.as_uuid())
    .bind(owner.mode.as_str())
    .bind(after.map_or(Uuid::nil(), |id| id.as_uuid()))
    .bind(limit)
    .bind(i64::try_from(max_bytes).unwrap_or(i64::MAX))
    .fetch_all(connection)
    .await?;
    let has_more = rows.last().is_some_and(|row| row.is_followed);
    Ok(ContactPage { contacts: rows.into_iter().map(|row| row.contact.contact()).collect(), has_more })
}

#[derive(FromRow)]
struct PageRow {
    #[sqlx(flatten)]
    contact: ContactRow,
    /// Whether another contact follows.
    is_followed: bool,
}
