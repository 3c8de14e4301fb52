//! Writes imported people.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::types::Json;
use sqlx::{Connection, FromRow, PgConnection, PgPool};
use uuid::Uuid;

use super::opt_outs::{identities, without_opted_out};
use crate::domain::hex;
use crate::domain::ids::PersonId;
use crate::people::directory_line::DirectoryLine;
use crate::people::matching::Candidate;
use crate::people::search_keys::{KEYS_EDITION, stored_keys};
use crate::storage::error::{RowRef, StorageError};

/// A validated line with everything that is stored for it.
#[derive(Debug)]
pub struct NewPerson {
    id: PersonId,
    line: DirectoryLine,
    source: String,
    candidate: Candidate,
    content_sha256: [u8; 32],
}

impl NewPerson {
    /// Prepares a line for storing under a fresh id. A person who is stored already keeps the
    /// existing id. `default_source` applies to a line without a source.
    pub fn new(id: PersonId, line: DirectoryLine, default_source: &str) -> Self {
        let source = line.source.clone().unwrap_or_else(|| default_source.to_owned());
        Self { id, source, candidate: line.candidate(), content_sha256: line.content_sha256(), line }
    }

    fn identity(&self) -> Identity {
        match &self.line.external_id {
            Some(external_id) => Identity::ExternalId(self.source.clone(), external_id.clone()),
            None => Identity::Content(self.content_sha256),
        }
    }

    fn external(&self) -> Option<(&str, &str)> {
        self.line.external_id.as_deref().map(|external_id| (self.source.as_str(), external_id))
    }
}

/// Identifies a person across imports.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Identity {
    ExternalId(String, String),
    Content([u8; 32]),
}

/// The result of importing a batch, line by line as if each had been imported by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BatchOutcome {
    pub added: u64,
    /// Lines that changed a record, of an earlier line too.
    pub updated: u64,
    /// Lines with a record as it is; its retention period begins again.
    pub unchanged: u64,
    /// Lines about people who opted out, of which nothing is stored.
    pub opted_out: u64,
}

/// Imports a batch in one transaction. Of two lines about one person the later wins. Concurrent
/// imports wait for each other.
pub async fn import_batch(
    connection: &mut PgConnection,
    people: Vec<NewPerson>,
    imported_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<BatchOutcome, StorageError> {
    let mut outcome = BatchOutcome::default();
    let mut transaction = connection.begin().await?;
    sqlx::query("select from directory_state for update").execute(&mut *transaction).await?;

    let offered = people.len();
    let identities_of = |person: &NewPerson| identities(&person.candidate, person.external());
    let wanted = without_opted_out(&mut transaction, people, identities_of).await?;
    outcome.opted_out = (offered - wanted.len()) as u64;
    let known = known_contents(&mut transaction, &wanted).await?;
    let mut latest: HashMap<Identity, NewPerson> = HashMap::new();
    for person in wanted {
        let identity = person.identity();
        let before = latest.get(&identity).map(|earlier| earlier.content_sha256);
        match before.or_else(|| known.get(&identity).map(|(_, content)| *content)) {
            None => outcome.added += 1,
            Some(content) if content == person.content_sha256 => outcome.unchanged += 1,
            Some(_) => outcome.updated += 1,
        }
        latest.insert(identity, person);
    }
    let mut seen_again = Vec::new();
    let mut rows = Vec::new();
    for (identity, person) in latest {
        match known.get(&identity) {
            Some((id, content)) if *content == person.content_sha256 => seen_again.push(*id),
            _ => rows.push(Row::from(person)),
        }
    }
    sqlx::query("update directory_people set imported_at = $2, expires_at = $3 where id = any($1)")
        .bind(&seen_again)
        .bind(imported_at)
        .bind(expires_at)
        .execute(&mut *transaction)
        .await?;
    sqlx::query(UPSERT)
        .bind(Json(&rows))
        .bind(imported_at)
        .bind(expires_at)
        .bind(KEYS_EDITION)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(outcome)
}

/// Returns the people of the batch who are already stored, with their ids and contents.
async fn known_contents(
    connection: &mut PgConnection,
    people: &[NewPerson],
) -> Result<HashMap<Identity, (Uuid, [u8; 32])>, StorageError> {
    let (sources, external_ids): (Vec<&str>, Vec<&str>) =
        people.iter().filter_map(NewPerson::external).unzip();
    let contents: Vec<&[u8]> = people
        .iter()
        .filter(|person| person.line.external_id.is_none())
        .map(|person| person.content_sha256.as_slice())
        .collect();
    let rows: Vec<KnownRow> = sqlx::query_as(
        "select id, source, external_id, content_sha256
           from directory_people join unnest($1::text[], $2::text[]) as asked (source, external_id)
                using (source, external_id)
          union all
         select id, source, external_id, content_sha256
           from directory_people where external_id is null and content_sha256 = any($3)",
    )
    .bind(sources)
    .bind(external_ids)
    .bind(contents)
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(KnownRow::entry).collect()
}

#[derive(FromRow)]
struct KnownRow {
    id: Uuid,
    source: String,
    external_id: Option<String>,
    content_sha256: Vec<u8>,
}

impl KnownRow {
    fn entry(self) -> Result<(Identity, (Uuid, [u8; 32])), StorageError> {
        let row = RowRef::new("directory_people", self.id);
        let content = row.convert("content_sha256", self.content_sha256)?;
        let identity = match self.external_id {
            Some(external_id) => Identity::ExternalId(self.source, external_id),
            None => Identity::Content(content),
        };
        Ok((identity, (self.id, content)))
    }
}

/// A row to insert, sent as JSON so that a batch is one statement.
#[derive(Serialize)]
struct Row {
    id: Uuid,
    name_key: String,
    company_key: String,
    alias_keys: Vec<String>,
    former_keys: Vec<String>,
    search_keys: Vec<i32>,
    content_hex: String,
    #[serde(flatten)]
    line: DirectoryLine,
}

impl From<NewPerson> for Row {
    fn from(person: NewPerson) -> Self {
        let NewPerson { id, mut line, source, candidate, content_sha256 } = person;
        line.source = Some(source);
        Self {
            id: id.as_uuid(),
            name_key: candidate.name.stored(),
            company_key: candidate.company.stored(),
            alias_keys: candidate.aliases.iter().map(|alias| alias.stored()).collect(),
            former_keys: candidate.former_companies.iter().map(|company| company.stored()).collect(),
            search_keys: stored_keys(&candidate),
            content_hex: hex::encode(&content_sha256),
            line,
        }
    }
}

const UPSERT: &str = "
    insert into directory_people
           (id, first_name, last_name, company, title, location, email, bio, languages, aliases, former_companies, posts,
            name_key, company_key, alias_keys, former_keys, search_keys, source, external_id, legal_basis,
            content_sha256, imported_at, expires_at, keys_edition)
    select id, first_name, last_name, company, title, location, email, bio, languages, aliases, former_companies, posts,
           name_key, company_key, alias_keys, former_keys, search_keys, source, external_id, legal_basis,
           decode(content_hex, 'hex'), $2, $3, $4
      from jsonb_to_recordset($1) as line (
           id uuid, first_name text, last_name text, company text, title text, location text, email text, bio text,
           languages text[], aliases text[], former_companies text[], posts jsonb, name_key text, company_key text,
           alias_keys text[], former_keys text[], search_keys integer[], source text, external_id text, legal_basis text,
           content_hex text)
        on conflict on constraint directory_people_external_id_once do update set
           first_name = excluded.first_name, last_name = excluded.last_name, company = excluded.company,
           title = excluded.title, location = excluded.location, email = excluded.email, bio = excluded.bio,
           languages = excluded.languages, aliases = excluded.aliases, former_companies = excluded.former_companies,
           posts = excluded.posts, name_key = excluded.name_key, company_key = excluded.company_key,
           alias_keys = excluded.alias_keys, former_keys = excluded.former_keys, search_keys = excluded.search_keys,
           legal_basis = excluded.legal_basis, content_sha256 = excluded.content_sha256,
           imported_at = excluded.imported_at, expires_at = excluded.expires_at,
           keys_edition = excluded.keys_edition";

/// Merges the pending entries of the index, recounts the words, updates the planner's statistics
/// and notifies the gateways. Runs once, after the last batch.
pub async fn finish_import(pool: &PgPool) -> Result<(), StorageError> {
    sqlx::query("select directory_count_words()").execute(pool).await?;
    Ok(())
}
