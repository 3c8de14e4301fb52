//! People who log in: their identities, sessions, one-time tokens, sent forms, and failures to log
//! in.

pub mod admins;
pub mod factor_resets;
pub mod guesses;
pub mod identities;
pub mod memberships;
pub mod one_time;
pub mod operators;
pub mod second_factor;
pub mod sessions;
pub mod sign_up_grants;
pub mod spent_forms;

use sqlx::PgConnection;

use self::factor_resets::USABLE_FOR;
use super::error::StorageError;

/// Deletes what has ended, some time after its end. Returns the number deleted.
pub async fn delete_ended(connection: &mut PgConnection) -> Result<u64, StorageError> {
    let sessions = sqlx::query("delete from session where ends_at < now() - interval '1 day'");
    let tokens = sqlx::query("delete from one_time_token where ends_at < now() - interval '7 days'");
    let forms = sqlx::query("delete from spent_form where spent_at < now() - interval '1 day'");
    // Later than they are forgotten.
    let guesses = sqlx::query("delete from guess where last_at < now() - interval '2 days'");
    let resets = sqlx::query("delete from factor_reset where due_at < now() - $1::interval").bind(USABLE_FOR);
    let mut deleted = 0;
    for old in [sessions, tokens, forms, guesses, resets] {
        deleted += old.execute(&mut *connection).await?.rows_affected();
    }
    Ok(deleted)
}
