//! Notes that operators keep about an account. Its owners do not see them.

use sqlx::PgConnection;

use super::ChangeError;
use crate::domain::ids::AccountId;
use crate::domain::text::Note;
use crate::storage::{accounts, notes};

/// Adds a note.
///
/// # Errors
/// If there is no such account.
pub async fn add(
    connection: &mut PgConnection,
    author: &str,
    account: AccountId,
    note: &Note,
) -> Result<(), ChangeError> {
    accounts::find(connection, account).await?.ok_or(ChangeError::NoAccount)?;
    Ok(notes::add(connection, account, author, note.as_str()).await?)
}
