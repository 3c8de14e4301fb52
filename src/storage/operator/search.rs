//! Finding accounts and keys by what a customer says or pastes.

use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ids::AccountId;
use crate::domain::text::EmailAddress;
use crate::identity::email::EmailKey;
use crate::storage::error::StorageError;

/// The most keys of one search.
pub const MAX_KEYS: i64 = 50;

/// A key that was found.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct FoundKey {
    pub id: Uuid,
    pub name: String,
    /// `active`, `disabled`, `expired` or `revoked`.
    pub state: String,
    pub prefix: String,
    pub last_four: String,
    pub account_id: Uuid,
    pub account_name: String,
}

/// Returns the keys whose secret ends with these four characters, and begins with `prefix` if
/// given, newest first.
pub async fn keys_by_ends(
    connection: &mut PgConnection,
    prefix: Option<&str>,
    last_four: &str,
) -> Result<Vec<FoundKey>, StorageError> {
    let keys = sqlx::query_as(
        "select k.id, k.name,
                case when k.state <> 'revoked' and k.expires_at <= now() then 'expired' else k.state end as state, s.prefix, s.last_four, a.id as account_id, a.name as account_name
           from key_secret s join api_key k on k.id = s.key_id join account a on a.id = k.account_id
          where s.last_four = $1 and ($2::text is null or starts_with(s.prefix, $2) or starts_with($2, s.prefix))
          order by k.id desc, s.version desc limit $3",
    );
    Ok(keys.bind(last_four).bind(prefix).bind(MAX_KEYS).fetch_all(connection).await?)
}

/// Returns the accounts of members with this address, at most 50.
pub async fn accounts_of_member(
    connection: &mut PgConnection,
    email: &EmailAddress,
) -> Result<Vec<AccountId>, StorageError> {
    let found: Vec<(Uuid,)> = sqlx::query_as(
        "select distinct m.account_id from member m left join identity i on i.id = m.identity_id
          where lower(m.email) in (lower($1), $2) or i.email_key = $2 limit 50",
    )
    .bind(email.as_str())
    .bind(EmailKey::of(email).as_str())
    .fetch_all(connection)
    .await?;
    Ok(found.into_iter().map(|(id,)| AccountId::from_uuid(id)).collect())
}
