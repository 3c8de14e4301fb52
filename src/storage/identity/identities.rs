//! Identities, by id and by address.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ids::IdentityId;
use crate::domain::language::Language;
use crate::domain::text::EmailAddress;
use crate::identity::email::EmailKey;
use crate::identity::{Identity, Realm, Theme};
use crate::storage::error::{RowRef, StorageError};

/// The columns of an identity `i`.
macro_rules! columns {
    () => {
        "i.id, i.realm, i.email, i.name, i.language, i.last_language, i.theme, i.password is not null as has_password, i.totp is not null as has_second_factor,
         i.created_at,
         i.last_log_in_at"
    };
}
pub(super) use columns;

#[derive(Default, sqlx::FromRow)]
pub(super) struct IdentityRow {
    id: Uuid,
    realm: String,
    email: String,
    name: String,
    language: Option<String>,
    last_language: Option<String>,
    theme: Option<String>,
    has_password: bool,
    has_second_factor: bool,
    created_at: DateTime<Utc>,
    last_log_in_at: Option<DateTime<Utc>>,
}

impl TryFrom<IdentityRow> for Identity {
    type Error = StorageError;
    fn try_from(row: IdentityRow) -> Result<Self, StorageError> {
        let identity = RowRef::new("identity", row.id);
        let language = |column, code: Option<String>| {
            code.map(|code| identity.read(column, Language::from_code(&code))).transpose()
        };
        let theme = |name: String| identity.read("theme", Theme::from_name(&name));
        Ok(Self {
            id: IdentityId::from_uuid(row.id),
            realm: identity.read("realm", Realm::from_name(&row.realm))?,
            email: row.email,
            name: row.name,
            language: language("language", row.language)?,
            last_language: language("last_language", row.last_language)?,
            theme: row.theme.map(theme).transpose()?,
            has_password: row.has_password,
            has_second_factor: row.has_second_factor,
            created_at: row.created_at,
            last_log_in_at: row.last_log_in_at,
        })
    }
}

/// Returns the active identity of an address, among account owners.
pub async fn by_email(
    connection: &mut PgConnection,
    email: &EmailKey,
) -> Result<Option<Identity>, StorageError> {
    by_key(connection, email.as_str()).await
}

/// Returns the active identity of a stored key, of either realm.
pub(super) async fn by_key(
    connection: &mut PgConnection,
    key: &str,
) -> Result<Option<Identity>, StorageError> {
    let row: Option<IdentityRow> = sqlx::query_as(concat!(
        "select ",
        columns!(),
        " from identity i where i.email_key = $1 and i.state = 'active'"
    ))
    .bind(key)
    .fetch_optional(connection)
    .await?;
    row.map(Identity::try_from).transpose()
}

pub async fn find(connection: &mut PgConnection, id: IdentityId) -> Result<Option<Identity>, StorageError> {
    let row: Option<IdentityRow> = sqlx::query_as(concat!(
        "select ",
        columns!(),
        " from identity i where i.id = $1 and i.state = 'active'"
    ))
    .bind(id.as_uuid())
    .fetch_optional(connection)
    .await?;
    row.map(Identity::try_from).transpose()
}

/// Adds a person without a password, whose address is proved.
///
/// # Errors
/// When another identity has the address.
pub async fn add(
    connection: &mut PgConnection,
    id: IdentityId,
    email: &EmailAddress,
    name: &str,
    language: Option<Language>,
) -> Result<(), StorageError> {
    sqlx::query(
        "insert into identity (id, email, email_key, name, language, created_at) values ($1, $2, $3, $4, $5, now())",
    )
    .bind(id.as_uuid())
    .bind(email.as_str())
    .bind(EmailKey::of(email).as_str())
    .bind(name)
    .bind(language.map(Language::code))
    .execute(connection)
    .await?;
    Ok(())
}

/// Returns the sealed hash of a person's password.
pub async fn password(
    connection: &mut PgConnection,
    id: IdentityId,
) -> Result<Option<Vec<u8>>, StorageError> {
    let sealed: Option<(Option<Vec<u8>>,)> = sqlx::query_as("select password from identity where id = $1")
        .bind(id.as_uuid())
        .fetch_optional(connection)
        .await?;
    Ok(sealed.and_then(|(sealed,)| sealed))
}

/// Stores the sealed hash of a password. `is_new` is false where the same password is hashed again.
pub async fn set_password(
    connection: &mut PgConnection,
    id: IdentityId,
    sealed: &[u8],
    is_new: bool,
) -> Result<(), StorageError> {
    sqlx::query("update identity set password = $2, password_at = case when $3 then now() else password_at end where id = $1")
        .bind(id.as_uuid())
        .bind(sealed)
        .bind(is_new)
        .execute(connection)
        .await?;
    Ok(())
}

/// Removes a person's password: only a link sets another.
pub async fn clear_password(connection: &mut PgConnection, id: IdentityId) -> Result<(), StorageError> {
    sqlx::query("update identity set password = null, password_at = null where id = $1")
        .bind(id.as_uuid())
        .execute(connection)
        .await?;
    Ok(())
}

/// Locks a person until the transaction ends.
pub async fn lock(connection: &mut PgConnection, id: IdentityId) -> Result<(), StorageError> {
    sqlx::query("select 1 from identity where id = $1 for update")
        .bind(id.as_uuid())
        .execute(connection)
        .await?;
    Ok(())
}

/// What of a person is sealed under a pepper.
#[derive(Debug, sqlx::FromRow)]
pub struct Sealed {
    pub id: Uuid,
    pub password: Option<Vec<u8>>,
    pub totp: Option<Vec<u8>>,
}

/// Returns people with something that is sealed under a version of the pepper, at most `limit`,
/// locked until the transaction ends.
pub async fn sealed_under(
    connection: &mut PgConnection,
    version: i32,
    limit: i64,
) -> Result<Vec<Sealed>, StorageError> {
    // What is sealed begins with its version.
    let people = sqlx::query_as(
        "select id, password, totp from identity
          where substr(password, 1, 4) = int4send($1) or substr(totp, 1, 4) = int4send($1)
          order by id limit $2 for update",
    );
    Ok(people.bind(version).bind(limit).fetch_all(connection).await?)
}

/// Stores resealed secrets.
pub async fn save_sealed(connection: &mut PgConnection, sealed: &Sealed) -> Result<(), StorageError> {
    sqlx::query("update identity set password = $2, totp = $3 where id = $1")
        .bind(sealed.id)
        .bind(sealed.password.as_deref())
        .bind(sealed.totp.as_deref())
        .execute(connection)
        .await?;
    Ok(())
}

/// Stores a person's name, language and theme.
pub async fn set_profile(
    connection: &mut PgConnection,
    id: IdentityId,
    name: &str,
    language: Option<Language>,
    theme: Option<Theme>,
) -> Result<(), StorageError> {
    sqlx::query("update identity set name = $2, language = $3, theme = $4 where id = $1")
        .bind(id.as_uuid())
        .bind(name)
        .bind(language.map(Language::code))
        .bind(theme.map(Theme::as_str))
        .execute(connection)
        .await?;
    Ok(())
}

/// Gives a person another address.
///
/// # Errors
/// When another identity has it.
pub async fn set_email(
    connection: &mut PgConnection,
    id: IdentityId,
    email: &EmailAddress,
) -> Result<(), StorageError> {
    sqlx::query("update identity set email = $2, email_key = $3 where id = $1")
        .bind(id.as_uuid())
        .bind(email.as_str())
        .bind(EmailKey::of(email).as_str())
        .execute(connection)
        .await?;
    Ok(())
}
