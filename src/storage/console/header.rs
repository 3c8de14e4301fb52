//! The numbers beside the navigation.

use sqlx::PgConnection;

use crate::domain::ids::AccountId;
use crate::storage::error::StorageError;

#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Counts {
    /// Keys that may be used or enabled.
    pub keys: i64,
    /// Members that are not disabled.
    pub members: i64,
}

pub async fn counts(connection: &mut PgConnection, account: AccountId) -> Result<Counts, StorageError> {
    let counts = sqlx::query_as(
        "select (select count(*) from api_key k where k.account_id = $1 and k.state <> 'revoked'
                    and (k.expires_at is null or k.expires_at > now())) as keys,
                (select count(*) from member m where m.account_id = $1 and m.state <> 'disabled') as members",
    );
    Ok(counts.bind(account.as_uuid()).fetch_one(connection).await?)
}
