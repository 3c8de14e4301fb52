//! The search for accounts by a part of what they are known by.

use sqlx::PgConnection;
use uuid::Uuid;

use super::AccountRow;
use crate::domain::account::Account;
use crate::storage::error::StorageError;

/// Accounts that a search reads at once.
const PAGE: i64 = 1_000;
/// The most accounts that one search returns.
pub const LIMIT: usize = 100;

/// Returns accounts whose name or e-mail address contains the text in any letter case, or whose id
/// begins with it. Oldest first, at most [`LIMIT`].
pub async fn find(connection: &mut PgConnection, text: &str) -> Result<Vec<Account>, StorageError> {
    // Lowercased here: the database's locale may know only the letter case of ASCII.
    let text = text.to_lowercase();
    let holds = |row: &AccountRow| {
        row.name.to_lowercase().contains(&text)
            || row.email.to_lowercase().contains(&text)
            || row.id.to_string().starts_with(&text)
    };
    let (mut found, mut after) = (Vec::new(), Uuid::nil());
    loop {
        let page: Vec<AccountRow> = sqlx::query_as(
            "select a.*, l.balance from account a join ledger_account l on l.account_id = a.id
              where a.id > $1 order by a.id limit $2",
        )
        .bind(after)
        .bind(PAGE)
        .fetch_all(&mut *connection)
        .await?;
        let Some(last) = page.last() else { return Ok(found) };
        after = last.id;
        for row in page.into_iter().filter(holds) {
            if found.len() >= LIMIT {
                return Ok(found);
            }
            found.push(row.try_into()?);
        }
    }
}
