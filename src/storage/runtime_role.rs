//! The role of a running gateway. It may do what requests need, but cannot change entries and
//! batches of the ledger. `migrations/0008_runtime_role.sql` creates it with its rights.

use sqlx::postgres::PgConnection;

use super::error::StorageError;

/// Puts the role on, for as long as the connection lives. A login that may not keeps its own
/// rights.
const PUT_ON: &str = "
select set_config('role', rolname, false) from pg_roles
 where rolname = 'fluence_runtime'
   and pg_has_role(oid, case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end)";

/// Works as the runtime role from now on, where the login may. Returns whether it does.
///
/// # Errors
/// When the database is unavailable.
pub async fn put_on(connection: &mut PgConnection) -> sqlx::Result<bool> {
    Ok(sqlx::query(PUT_ON).fetch_optional(connection).await?.is_some())
}

/// What an operator must run where this connection's login cannot put the role on; none where it
/// can.
///
/// # Errors
/// When the database is unavailable.
pub async fn advice(connection: &mut PgConnection) -> Result<Option<String>, StorageError> {
    let (exists, may, login): (bool, bool, String) = sqlx::query_as(
        "select to_regrole('fluence_runtime') is not null,
                exists (select from pg_roles
                         where rolname = 'fluence_runtime'
                           and pg_has_role(session_user, oid, case
                               when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end)),
                quote_ident(session_user)",
    )
    .fetch_one(connection)
    .await?;
    let grant = format!("GRANT fluence_runtime TO {login};");
    Ok(match (exists, may) {
        (_, true) => None,
        (true, false) => Some(grant),
        (false, false) => Some(format!("CREATE ROLE fluence_runtime NOLOGIN; {grant}")),
    })
}

/// Logs what [`advice`] there is.
///
/// # Errors
/// When the database is unavailable.
pub async fn warn_unless_there(connection: &mut PgConnection) -> Result<(), StorageError> {
    if let Some(sql) = advice(connection).await? {
        tracing::warn!(
            "the database login can rewrite the ledger. As a superuser, run `{sql}`, then `fluence migrate`"
        );
    }
    Ok(())
}
