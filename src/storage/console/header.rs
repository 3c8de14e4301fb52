//! The numbers beside the navigation.

use sqlx::PgConnection;

use crate::domain::ids::AccountId;
use crate::storage::error::StorageError;
use crate::storage::keys::MAX_COUNTED;

#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Counts {
    /// Keys that may be used or enabled, at most one more than [`MAX_COUNTED`].
    pub keys: i64,
    /// Members that are not disabled.
    pub members: i64,
}

pub async fn counts(connection: &mut PgConnection, account: AccountId) -> Result<Counts, StorageError> {
    let counts = sqlx::query_as(
        "select least((select count(*) from (select from api_key where account_id = $1 and state <> 'revoked'
                                               and expires_at is null order by expires_at limit $2) unending)
                    + (select count(*) from (select from api_key where account_id = $1 and state <> 'revoked'
                                               and expires_at > now() order by expires_at limit $2) unended), $2) as keys,
                (select count(*) from member m where m.account_id = $1 and m.state <> 'disabled') as members",
    );
    Ok(counts.bind(account.as_uuid()).bind(MAX_COUNTED + 1).fetch_one(connection).await?)
}
