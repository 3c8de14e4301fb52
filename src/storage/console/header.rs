//! The numbers beside the navigation.

use sqlx::PgConnection;

use crate::domain::ids::AccountId;
use crate::storage::error::StorageError;
use crate::storage::keys::MAX_COUNTED_ASIDE;

#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Counts {
    /// Keys that may be used or enabled, at most one more than [`MAX_COUNTED_ASIDE`].
    pub keys: i64,
    /// Members that are not disabled.
    pub members: i64,
}

pub async fn counts(connection: &mut PgConnection, account: AccountId) -> Result<Counts, StorageError> {
    let counts = sqlx::query_as(
        // The second part is not run further than the first leaves room.
        "select (select count(*) from (select from api_key where account_id = $1 and state <> 'revoked' and expires_at is null
                                       union all
                                       select from api_key where account_id = $1 and state <> 'revoked' and expires_at > now()
                                       limit $2) living) as keys,
                (select count(*) from member m where m.account_id = $1 and m.state <> 'disabled') as members",
    );
    Ok(counts.bind(account.as_uuid()).bind(MAX_COUNTED_ASIDE + 1).fetch_one(connection).await?)
}
