//! People who opted out, stored as digests: the list itself is not a directory.
//!
//! A person is found by each of their names at each of their companies, so each such pair is one of
//! their identities. So is the source's id of their record. A record with an identity that opted
//! out is never stored.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;

use crate::people::company::CompanyName;
use crate::people::matching::Candidate;
use crate::people::name::PersonName;
use crate::storage::error::{RowRef, StorageError};

/// Returns the identities of a person: every name at every company, and the source's id if present.
pub fn identities(candidate: &Candidate, external: Option<(&str, &str)>) -> Vec<[u8; 32]> {
    let names = std::iter::once(&candidate.name).chain(&candidate.aliases);
    let names: Vec<String> = names.map(PersonName::stored).collect();
    let companies = std::iter::once(&candidate.company).chain(&candidate.former_companies);
    let companies: Vec<String> = companies.map(CompanyName::stored).collect();
    identities_of(&names, &companies, external)
}

/// Returns the same for stored, folded values.
pub(super) fn identities_of(
    names: &[String],
    companies: &[String],
    external: Option<(&str, &str)>,
) -> Vec<[u8; 32]> {
    let pairs = names.iter().flat_map(|name| companies.iter().map(move |company| (name, company)));
    let by_name = pairs.map(|(name, company)| identity("name", name, company));
    let by_id = external.map(|(source, external_id)| identity("external_id", source, external_id));
    by_name.chain(by_id).collect()
}

fn identity(kind: &str, first: &str, second: &str) -> [u8; 32] {
    let mut digest = Sha256::new();
    for part in [kind, first, second] {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}

/// Returns which of the identities opted out.
pub async fn opted_out(
    connection: &mut PgConnection,
    identities: &[[u8; 32]],
) -> Result<HashSet<[u8; 32]>, StorageError> {
    let identities: Vec<&[u8]> = identities.iter().map(<[u8; 32]>::as_slice).collect();
    let rows: Vec<Vec<u8>> =
        sqlx::query_scalar("select identity_sha256 from directory_opt_outs where identity_sha256 = any($1)")
            .bind(identities)
            .fetch_all(connection)
            .await?;
    // The key of a row is the digest itself, which stays out of messages.
    let row = RowRef::new("directory_opt_outs", "of a person");
    rows.into_iter().map(|digest| Ok(row.convert("identity_sha256", digest)?)).collect()
}

/// Removes the people with an identity that opted out.
pub async fn without_opted_out<T>(
    connection: &mut PgConnection,
    people: Vec<T>,
    identities_of: impl Fn(&T) -> Vec<[u8; 32]>,
) -> Result<Vec<T>, StorageError> {
    let each: Vec<Vec<[u8; 32]>> = people.iter().map(identities_of).collect();
    let left_out = opted_out(connection, &each.concat()).await?;
    let stays = |identities: &[[u8; 32]]| !identities.iter().any(|identity| left_out.contains(identity));
    Ok(people.into_iter().zip(each).filter_map(|(person, of)| stays(&of).then_some(person)).collect())
}

/// Records that these identities opted out.
pub(super) async fn leave_out(
    connection: &mut PgConnection,
    identities: &[[u8; 32]],
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    let identities: Vec<&[u8]> = identities.iter().map(<[u8; 32]>::as_slice).collect();
    sqlx::query(
        "insert into directory_opt_outs (identity_sha256, opted_out_at) select distinct unnest($1::bytea[]), $2::timestamptz
             on conflict do nothing",
    )
    .bind(identities)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}
