//! Word frequencies in the directory.

use sqlx::{FromRow, PgPool};

use crate::people::rarity::{Rarity, WordKind};
use crate::storage::error::StorageError;

/// The most words in memory. The most frequent ones are kept.
const MAX_WORDS: i64 = 400_000;

/// The counts of words and the version they are of.
pub async fn load_rarity(pool: &PgPool) -> Result<(i64, Rarity), StorageError> {
    // The version first: counts that are newer than their version are read again, never taken for
    // current.
    let version: i64 =
        sqlx::query_scalar("select words_version from directory_state").fetch_one(pool).await?;
    let words: Vec<WordRow> =
        sqlx::query_as("select kind, word, bearers from directory_words order by bearers desc limit $1")
            .bind(MAX_WORDS)
            .fetch_all(pool)
            .await?;
    let companies = words.iter().find(|row| row.word.is_empty()).map_or(0, |row| row.bearers);
    let mut rarity = Rarity::new(u64::try_from(companies).unwrap_or(0));
    for row in &words {
        let kind = match row.kind.as_str() {
            "company" => WordKind::Company,
            "given" => WordKind::Given,
            "surname" => WordKind::Surname,
            _ => continue,
        };
        rarity.record(kind, &row.word, u32::try_from(row.bearers).unwrap_or(0));
    }
    Ok((version, rarity))
}

#[derive(FromRow)]
struct WordRow {
    kind: String,
    word: String,
    bearers: i32,
}
