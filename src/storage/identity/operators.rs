//! Operators: identities of their own realm, each with a role.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::identities::by_key;
use crate::domain::ids::IdentityId;
use crate::domain::text::EmailAddress;
use crate::identity::Identity;
use crate::identity::email::EmailKey;
use crate::identity::operator::{Operator, OperatorRole};
use crate::storage::error::{RowRef, StorageError};

/// The address in the form by which it is unique among operators. No account owner's has this form.
fn key_of(email: &EmailAddress) -> String {
    format!("operator {}", EmailKey::of(email).as_str())
}

/// Returns the active operator with an address.
pub async fn by_email(
    connection: &mut PgConnection,
    email: &EmailAddress,
) -> Result<Option<Identity>, StorageError> {
    by_key(connection, &key_of(email)).await
}

/// Adds an operator without a password. One who was removed comes back under the old id. Returns
/// the id, or `None` if there is an active one with the address.
pub async fn add(
    connection: &mut PgConnection,
    id: IdentityId,
    email: &EmailAddress,
    name: &str,
    role: OperatorRole,
) -> Result<Option<IdentityId>, StorageError> {
    let added: Option<(Uuid,)> = sqlx::query_as(
        "insert into identity (id, email, email_key, name, realm, created_at) values ($1, $2, $3, $4, 'operator', now())
             on conflict (email_key) do update set email = $2, name = $4, state = 'active' where identity.state = 'closed'
         returning id",
    )
    .bind(id.as_uuid())
    .bind(email.as_str())
    .bind(key_of(email))
    .bind(name)
    .fetch_optional(&mut *connection)
    .await?;
    let Some((id,)) = added else { return Ok(None) };
    let id = IdentityId::from_uuid(id);
    set_role(connection, id, role).await?;
    Ok(Some(id))
}

/// Gives an operator a role.
pub async fn set_role(
    connection: &mut PgConnection,
    id: IdentityId,
    role: OperatorRole,
) -> Result<(), StorageError> {
    sqlx::query(
        "insert into operator_role (identity_id, role, created_at) values ($1, $2, now())
             on conflict (identity_id) do update set role = excluded.role",
    )
    .bind(id.as_uuid())
    .bind(role.as_str())
    .execute(connection)
    .await?;
    Ok(())
}

/// Returns the role of an operator.
pub async fn role(
    connection: &mut PgConnection,
    id: IdentityId,
) -> Result<Option<OperatorRole>, StorageError> {
    let role: Option<String> = sqlx::query_scalar("select role from operator_role where identity_id = $1")
        .bind(id.as_uuid())
        .fetch_optional(connection)
        .await?;
    let row = RowRef::new("operator_role", id);
    Ok(role.map(|name| row.read("role", OperatorRole::from_name(&name))).transpose()?)
}

/// Takes everything from an operator: role, password, sessions. The row stays, because the audit
/// log names its id.
pub async fn remove(connection: &mut PgConnection, id: IdentityId) -> Result<(), StorageError> {
    sqlx::query("update identity set state = 'closed', password = null where id = $1 and realm = 'operator'")
        .bind(id.as_uuid())
        .execute(&mut *connection)
        .await?;
    sqlx::query("delete from operator_role where identity_id = $1")
        .bind(id.as_uuid())
        .execute(connection)
        .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct OperatorRow {
    id: Uuid,
    email: String,
    name: String,
    role: String,
    has_password: bool,
    has_second_factor: bool,
    created_at: DateTime<Utc>,
    last_log_in_at: Option<DateTime<Utc>>,
}

/// Returns the operators by name.
pub async fn list(connection: &mut PgConnection) -> Result<Vec<Operator>, StorageError> {
    let rows: Vec<OperatorRow> = sqlx::query_as(
        "select i.id, i.email, i.name, r.role, i.password is not null as has_password, i.totp is not null as has_second_factor,
                i.created_at, i.last_log_in_at
           from operator_role r join identity i on i.id = r.identity_id
          where i.state = 'active' order by lower(i.name), i.id limit 1000",
    )
    .fetch_all(connection)
    .await?;
    let read = |row: OperatorRow| {
        Ok(Operator {
            id: IdentityId::from_uuid(row.id),
            role: RowRef::new("operator_role", row.id).read("role", OperatorRole::from_name(&row.role))?,
            email: row.email,
            name: row.name,
            has_password: row.has_password,
            has_second_factor: row.has_second_factor,
            created_at: row.created_at,
            last_log_in_at: row.last_log_in_at,
        })
    };
    rows.into_iter().map(read).collect()
}
