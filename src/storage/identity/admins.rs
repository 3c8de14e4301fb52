//! The active admins of accounts: who is written to, and who may vouch.

use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::language::Language;
use crate::storage::error::StorageError;

/// An active admin of an account.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Admin {
    pub account_id: Uuid,
    pub account_name: String,
    pub member_id: Uuid,
    /// `None`: the person has never logged in.
    pub identity_id: Option<Uuid>,
    /// The present address of the person.
    pub email: String,
    mail_language: Option<String>,
}

impl Admin {
    /// The language of e-mails to the person, as [`crate::identity::Identity::mail_language`].
    pub fn mail_language(&self) -> Option<Language> {
        self.mail_language.as_deref().and_then(Language::from_code)
    }
}

/// Admins that are read at once.
const MAX_ADMINS: i64 = 50;

/// Returns the active admins of these accounts, the oldest first, at most 50 of all.
pub async fn active(connection: &mut PgConnection, accounts: &[Uuid]) -> Result<Vec<Admin>, StorageError> {
    let found = sqlx::query_as(
        "select a.id as account_id, a.name as account_name, m.id as member_id, m.identity_id,
                coalesce(i.email, m.email) as email, coalesce(i.language, i.last_language) as mail_language
           from member m join account a on a.id = m.account_id left join identity i on i.id = m.identity_id
          where m.account_id = any($1) and m.role = 'admin' and m.state = 'active' and (i.id is null or i.state = 'active')
          order by a.id, m.id limit $2",
    );
    Ok(found.bind(accounts).bind(MAX_ADMINS).fetch_all(connection).await?)
}
