//! Recomputes the search keys of people who were stored by a version with other keys.

use serde::Serialize;
use sqlx::types::Json;
use sqlx::{Connection, FromRow, PgConnection};
use uuid::Uuid;

use super::contacts::search::owned;
use super::error::StorageError;
use crate::domain::contact::ContactOwner;
use crate::domain::ids::AccountId;
use crate::domain::key::Mode;
use crate::people::company::CompanyName;
use crate::people::matching::Candidate;
use crate::people::name::PersonName;
use crate::people::search_keys::{KEYS_EDITION, stored_keys};

/// Rows in one commit.
const AT_ONCE: i64 = 1_000;

/// The statements for one table. `$1` is the edition. `read` continues after the id `$2`.
struct Table {
    read: &'static str,
    write: &'static str,
}

const PEOPLE: Table = Table {
    read: "select id, null::uuid as account_id, null as mode, name_key, company_key, alias_keys, former_keys
             from directory_people where keys_edition < $1 and id > $2 order by id limit $3 for update",
    write: "update directory_people as stored set search_keys = renewed.search_keys, keys_edition = $1
              from jsonb_to_recordset($2) as renewed (id uuid, search_keys integer[])
             where stored.id = renewed.id",
};

const CONTACTS: Table = Table {
    read: "select id, account_id, mode, name_key, company_key, '{}'::text[] as alias_keys, '{}'::text[] as former_keys
             from contact where keys_edition < $1 and id > $2 order by id limit $3 for update",
    write: "update contact as stored set search_keys = renewed.search_keys, keys_edition = $1
              from jsonb_to_recordset($2) as renewed (id uuid, search_keys integer[])
             where stored.id = renewed.id",
};

/// Rewrites the keys of people who were stored under an older edition, and returns how many there
/// were. It may be interrupted and repeated, and several programs may run it at once.
pub async fn bring_up_to_date(connection: &mut PgConnection) -> Result<u64, StorageError> {
    let people = renew(connection, &PEOPLE).await?;
    if people > 0 {
        sqlx::query("select directory_count_words()").execute(&mut *connection).await?;
    }
    Ok(people + renew(connection, &CONTACTS).await?)
}

async fn renew(connection: &mut PgConnection, table: &Table) -> Result<u64, StorageError> {
    let (mut renewed, mut last_id) = (0, Uuid::nil());
    loop {
        let mut transaction = connection.begin().await?;
        let rows: Vec<StaleRow> = sqlx::query_as(table.read)
            .bind(KEYS_EDITION)
            .bind(last_id)
            .bind(AT_ONCE)
            .fetch_all(&mut *transaction)
            .await?;
        let Some(last) = rows.last() else { return Ok(renewed) };
        last_id = last.id;
        renewed += rows.len() as u64;
        let rows: Vec<RenewedRow> = rows.into_iter().map(StaleRow::renewed).collect();
        sqlx::query(table.write).bind(KEYS_EDITION).bind(Json(rows)).execute(&mut *transaction).await?;
        transaction.commit().await?;
    }
}

#[derive(FromRow)]
struct StaleRow {
    id: Uuid,
    account_id: Option<Uuid>,
    mode: Option<String>,
    name_key: String,
    company_key: String,
    alias_keys: Vec<String>,
    former_keys: Vec<String>,
}

#[derive(Serialize)]
struct RenewedRow {
    id: Uuid,
    search_keys: Vec<i32>,
}

impl StaleRow {
    fn renewed(self) -> RenewedRow {
        let candidate = Candidate {
            name: PersonName::from_stored(&self.name_key),
            aliases: self.alias_keys.iter().map(|alias| PersonName::from_stored(alias)).collect(),
            company: CompanyName::from_stored(&self.company_key),
            former_companies: self
                .former_keys
                .iter()
                .map(|company| CompanyName::from_stored(company))
                .collect(),
        };
        let keys = stored_keys(&candidate);
        let search_keys = match (self.account_id, self.mode) {
            (Some(account), Some(mode)) => {
                let account = AccountId::from_uuid(account);
                let mode = if mode == Mode::Test.as_str() { Mode::Test } else { Mode::Live };
                owned(ContactOwner { account, mode }, &keys)
            }
            _ => keys,
        };
        RenewedRow { id: self.id, search_keys }
    }
}
