//! What the console shows of members beyond role and state.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ids::{AccountId, MemberId};
use crate::storage::error::StorageError;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// Empty until the person gives one.
    pub name: String,
    pub has_second_factor: bool,
    /// When they last used a session.
    pub seen_at: Option<DateTime<Utc>>,
    /// The end of an open invitation.
    pub invited_until: Option<DateTime<Utc>>,
}

#[derive(sqlx::FromRow)]
struct PersonRow {
    id: Uuid,
    name: Option<String>,
    has_second_factor: bool,
    seen_at: Option<DateTime<Utc>>,
    invited_until: Option<DateTime<Utc>>,
}

/// Returns the people of an account by their memberships.
pub async fn of_account(
    connection: &mut PgConnection,
    account: AccountId,
) -> Result<HashMap<MemberId, Person>, StorageError> {
    let rows: Vec<PersonRow> = sqlx::query_as(
        "select m.id, i.name, i.totp is not null as has_second_factor, greatest(i.last_log_in_at, (select max(s.seen_at) from session s where s.identity_id = i.id)) as seen_at,
                (select max(t.ends_at) from one_time_token t
                  where t.member_id = m.id and t.purpose = 'invitation' and t.used_at is null and t.ends_at > now()) as invited_until
           from member m left join identity i on i.id = m.identity_id
          where m.account_id = $1",
    )
    .bind(account.as_uuid())
    .fetch_all(connection)
    .await?;
    let person = |row: PersonRow| {
        let PersonRow { id, name, has_second_factor, seen_at, invited_until } = row;
        let name = name.unwrap_or_default();
        (MemberId::from_uuid(id), Person { name, has_second_factor, seen_at, invited_until })
    };
    Ok(rows.into_iter().map(person).collect())
}
