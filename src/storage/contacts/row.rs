//! A contact as a row of its table: the columns to read and the values to write.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgArguments;
use sqlx::query::QueryAs;
use sqlx::types::Json;
use sqlx::{FromRow, Postgres};
use uuid::Uuid;

use super::search;
use crate::domain::contact::{Contact, ContactContent, ContactOwner};
use crate::domain::ids::ContactId;
use crate::domain::person::Post;
use crate::people::directory_line::DirectoryLine;
use crate::people::search_keys::{KEYS_EDITION, stored_keys};

/// The columns of a [`ContactRow`].
macro_rules! contact_columns {
    () => {
        "id, first_name, last_name, company, title, email, bio, posts, created_at, updated_at"
    };
}
pub(super) use contact_columns;

#[derive(FromRow)]
pub(super) struct ContactRow {
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
    pub(super) fn contact(self) -> Contact {
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

/// The values of a contact's row: the account's input, and what is derived from it.
pub(super) struct NewRow<'a> {
    content: &'a ContactContent,
    pub(super) name_key: String,
    pub(super) company_key: String,
    search_keys: Vec<i32>,
    content_sha256: [u8; 32],
    pub(super) text_bytes: i32,
}

impl<'a> NewRow<'a> {
    pub(super) fn new(owner: ContactOwner, content: &'a ContactContent) -> Self {
        let line = DirectoryLine::from(content.clone());
        let candidate = line.candidate();
        Self {
            content,
            name_key: candidate.name.stored(),
            company_key: candidate.company.stored(),
            search_keys: search::owned(owner, &stored_keys(&candidate)),
            content_sha256: line.content_sha256(),
            text_bytes: i32::try_from(content.text_bytes()).unwrap_or(i32::MAX),
        }
    }

    /// Returns a statement that writes this row and returns its time. `$1` to `$3` are account,
    /// mode and id; `$4` to `$16` are the columns from `first_name` to `keys_edition`.
    pub(super) fn written_by(
        &'a self,
        statement: &'static str,
        owner: ContactOwner,
        id: ContactId,
    ) -> QueryAs<'a, Postgres, (DateTime<Utc>,), PgArguments> {
        let ContactContent { first_name, last_name, company, title, email, bio, posts } = self.content;
        sqlx::query_as(statement)
            .bind(owner.account.as_uuid())
            .bind(owner.mode.as_str())
            .bind(id.as_uuid())
            .bind(first_name)
            .bind(last_name)
            .bind(company)
            .bind(title)
            .bind(email)
            .bind(bio)
            .bind(Json(posts))
            .bind(&self.name_key)
            .bind(&self.company_key)
            .bind(&self.search_keys)
            .bind(self.content_sha256.as_slice())
            .bind(self.text_bytes)
            .bind(KEYS_EDITION)
    }
}
