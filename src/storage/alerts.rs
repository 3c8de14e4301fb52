//! Alerts: the rules of accounts, what is due, and what was sent.

mod due;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::error::{RowRef, StorageError};
use crate::domain::alert::{AlertKind, AlertRule};
use crate::domain::ids::{AccountId, KeyId};

pub use due::{DueAlert, due, rearm};

/// Accounts of one look.
pub const SLICE: i64 = 2_000;

/// Returns what an account chose, by kind.
pub async fn rules(
    connection: &mut PgConnection,
    account: AccountId,
) -> Result<BTreeMap<AlertKind, AlertRule>, StorageError> {
    let rows: Vec<(String, bool, Option<i64>)> =
        sqlx::query_as("select kind, is_on, threshold from alert_rule where account_id = $1")
            .bind(account.as_uuid())
            .fetch_all(connection)
            .await?;
    let stored = RowRef::new("alert_rule", account);
    let chosen = rows.into_iter().map(|(kind, is_on, threshold)| {
        Ok((stored.read("kind", AlertKind::from_name(&kind))?, AlertRule { is_on, threshold }))
    });
    let chosen: BTreeMap<AlertKind, AlertRule> = chosen.collect::<Result<_, StorageError>>()?;
    let all =
        AlertKind::ALL.iter().map(|kind| (*kind, chosen.get(kind).copied().unwrap_or(AlertRule::DEFAULT)));
    Ok(all.collect())
}

/// Stores what an account chose about one kind.
pub async fn set_rule(
    connection: &mut PgConnection,
    account: AccountId,
    kind: AlertKind,
    rule: AlertRule,
) -> Result<(), StorageError> {
    sqlx::query(
        "insert into alert_rule (account_id, kind, is_on, threshold) values ($1, $2, $3, $4)
             on conflict (account_id, kind) do update set is_on = excluded.is_on, threshold = excluded.threshold",
    )
    .bind(account.as_uuid())
    .bind(kind.as_str())
    .bind(rule.is_on)
    .bind(rule.threshold)
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes the next accounts to look at, for this transaction only: active ones with an admin who
/// can be written to. `None`: another gateway is looking.
pub async fn take_slice(connection: &mut PgConnection) -> Result<Option<Vec<Uuid>>, StorageError> {
    let cursor: Option<(Option<Uuid>,)> =
        sqlx::query_as("select after_account from alert_cursor for update skip locked")
            .fetch_optional(&mut *connection)
            .await?;
    let Some((after,)) = cursor else { return Ok(None) };
    let accounts: Vec<(Uuid,)> = sqlx::query_as(
        "select a.id from account a
          where ($1::uuid is null or a.id > $1) and a.state = 'active' and a.closed_at is null
            and exists (select from member m where m.account_id = a.id and m.role = 'admin' and m.state = 'active'
                           and m.identity_id is not null)
          order by a.id limit $2",
    )
    .bind(after)
    .bind(SLICE)
    .fetch_all(connection)
    .await?;
    Ok(Some(accounts.into_iter().map(|(id,)| id).collect()))
}

/// Notes how far the look has come; the next one begins behind it. `None`: from the beginning.
pub async fn advance(connection: &mut PgConnection, after: Option<Uuid>) -> Result<(), StorageError> {
    sqlx::query("update alert_cursor set after_account = $1").bind(after).execute(connection).await?;
    Ok(())
}

/// Marks an alert as sent. False if it was sent before.
pub async fn fire(connection: &mut PgConnection, id: Uuid, alert: &DueAlert) -> Result<bool, StorageError> {
    let fired = sqlx::query(
        "insert into alert_event (id, account_id, kind, subject, name, fired_at) values ($1, $2, $3, $4, nullif($5, ''), now())
             on conflict (account_id, kind, subject) where rearmed_at is null do nothing",
    )
    .bind(id)
    .bind(alert.account_id)
    .bind(alert.kind.as_str())
    .bind(&alert.subject)
    .bind(&alert.name)
    .execute(connection)
    .await?;
    Ok(fired.rows_affected() == 1)
}

/// An alert that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentAlert {
    pub kind: AlertKind,
    /// The name of the key, or the names of the first keys.
    pub name: Option<String>,
    /// The key that expires or has expired.
    pub key_id: Option<KeyId>,
    /// Whether that key had expired.
    pub has_ended: bool,
    pub fired_at: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct SentRow {
    kind: String,
    name: Option<String>,
    key_id: Option<Uuid>,
    has_ended: bool,
    fired_at: DateTime<Utc>,
}

/// Returns the alerts that were sent last, newest first.
pub async fn sent(
    connection: &mut PgConnection,
    account: AccountId,
    limit: i64,
) -> Result<Vec<SentAlert>, StorageError> {
    // The subject of an alert about a key's end is the key, its end and the days that are left.
    let rows: Vec<SentRow> = sqlx::query_as(
        "select e.kind, coalesce(e.name, k.name) as name, k.id as key_id,
                e.kind = 'key_ends' and split_part(e.subject, ' ', 3) = '0' as has_ended, e.fired_at
           from (select * from alert_event where account_id = $1 order by fired_at desc, id desc limit $2) e
           left join api_key k on k.account_id = $1
                 and k.id = case e.kind when 'key_ends' then split_part(e.subject, ' ', 1)::uuid end
          order by e.fired_at desc, e.id desc",
    )
    .bind(account.as_uuid())
    .bind(limit)
    .fetch_all(connection)
    .await?;
    let stored = RowRef::new("alert_event", account);
    let sent = rows.into_iter().map(|row| {
        let SentRow { kind, name, key_id, has_ended, fired_at } = row;
        let kind = stored.read("kind", AlertKind::from_name(&kind))?;
        Ok(SentAlert { kind, name, key_id: key_id.map(KeyId::from_uuid), has_ended, fired_at })
    });
    sent.collect()
}

/// Deletes events after 400 days, when nothing they speak of can be due again.
pub async fn delete_old(connection: &mut PgConnection) -> Result<u64, StorageError> {
    let deleted = sqlx::query("delete from alert_event where fired_at < now() - interval '400 days'")
        .execute(connection)
        .await?;
    Ok(deleted.rows_affected())
}
